"""What wants a look waits for a reader; the command line lists it, takes decisions, and the export obeys."""

import json

import pytest
from pydicom import dcmread

from app.cli.main import main
from app.project import Project
from labeller import NewInstance
from tests.corpora import planted

LOOK = "The file is truncated: the missing part of its image is blank."


@pytest.fixture
def project(tmp_path, capsys):
    """Two instances that pass and one that wants a look, all labelled."""
    folder = tmp_path / "p.leadglass"
    assert main(["new", str(folder), "--profile", "research"]) == 0
    opened = Project.open(folder)
    with opened.catalogue() as catalogue:
        catalogue.add_class("normal")
        for number in range(3):
            uid = f"2.25.{number}"
            planted.base(number).save_as(opened.instances / f"{uid}.dcm", enforce_file_format=True)
            assert dcmread(opened.instances / f"{uid}.dcm").Rows
            review = (LOOK,) if number == 2 else ()
            catalogue.add_instances(
                [
                    NewInstance(
                        sop_instance_uid=uid, file=f"{uid}.dcm", patient=f"LG{number}", study="2.25.8",
                        series="2.25.9", sop_class_uid="1.2", review=review,
                        grade="review" if review else "pass",
                    )
                ]
            )  # fmt: skip
        catalogue.set_label([f"2.25.{n}" for n in range(3)], "normal", reader="A", means="key")
    capsys.readouterr()
    return opened


def run(capsys, *arguments):
    code = main([*map(str, arguments), "--json", "--progress", "none"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out else captured.err


def test_what_waits_is_listed_with_its_reasons(project, capsys):
    code, facts = run(capsys, "review", project.folder)
    assert code == 0
    assert [row["sop_instance_uid"] for row in facts["instances"]] == ["2.25.2"]
    assert facts["instances"][0]["reasons"] == [LOOK]
    assert main(["review", str(project.folder)]) == 0
    assert f"1: {LOOK}" in capsys.readouterr().out


def test_the_export_leaves_it_out_until_a_reader_approves_it(project, capsys, tmp_path):
    code, facts = run(capsys, "export", project.folder, "--out", tmp_path / "a")
    assert (code, facts["images"]) == (0, 2)
    assert list(facts["withheld"].values()) == [1]
    assert run(capsys, "review", project.folder, "--approve", "2.25.2", "--reader", "Dr. B")[0] == 0
    code, facts = run(capsys, "export", project.folder, "--out", tmp_path / "b")
    assert (code, facts["images"], facts["withheld"]) == (0, 3, {})
    with project.catalogue() as catalogue:
        (decision,) = catalogue.decisions("2.25.2")
    assert (decision.verdict, decision.reader, decision.reasons) == ("approved", "Dr. B", (LOOK,))
    trail = [json.loads(line) for line in project.audit_file.read_text(encoding="utf-8").splitlines()]
    assert any(entry["action"] == "approved" and entry["reader"] == "Dr. B" for entry in trail)


def test_all_with_a_reason_are_decided_at_once_and_it_can_be_withdrawn(project, capsys):
    code, facts = run(
        capsys, "review", project.folder, "--reject", "--all-with", "truncated", "--reader", "Dr. B"
    )
    assert (code, facts["instances"]) == (0, ["2.25.2"])
    _, facts = run(capsys, "review", project.folder)
    assert facts["instances"][0]["withheld_because"] == "a reader holds them back"
    run(capsys, "review", project.folder, "--withdraw", "2.25.2", "--reader", "Dr. B")
    _, facts = run(capsys, "review", project.folder)
    assert facts["instances"][0]["reasons"] == [LOOK]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--approve", "2.25.2"), "needs a reader"),
        (("--approve", "--reader", "B"), "No instance is meant"),
        (("--approve", "2.25.2", "--reject", "2.25.1", "--reader", "B"), "One decision"),
        (("--approve", "2.25.99", "--reader", "B"), "not in the catalogue"),
    ],
)
def test_a_decision_that_is_not_clear_is_refused_in_plain_words(project, capsys, arguments, message):
    code, error = run(capsys, "review", project.folder, *arguments)
    assert code
    assert message in str(error)
    with project.catalogue() as catalogue:
        assert catalogue.decisions("2.25.2") == []
