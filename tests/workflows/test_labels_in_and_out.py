"""Labels out of a project and into another: CSV, JSON, folders, DICOM structured reports, and the history."""

import csv
import json
import shutil

import pytest
from pydicom import dcmread

from anonymizer import verify_data_set
from app.cli.main import main
from app.project import Project
from tests.corpora import planted


@pytest.fixture
def project(tmp_path, capsys):
    """Three instances, imported from originals and approved; "A" labelled all, "B" disagrees about the first."""
    (tmp_path / "in").mkdir()
    for number in range(3):
        planted.base(number).save_as(tmp_path / "in" / f"{number}.dcm", enforce_file_format=True)
    folder = tmp_path / "p.leadglass"
    assert main(["new", str(folder), "--profile", "research"]) == 0
    assert main(["import", str(folder), str(tmp_path / "in"), "--workers", "1", "--progress", "none"]) == 0
    opened = Project.open(folder)
    with opened.catalogue() as catalogue:
        uids = catalogue.uids()
        for row in catalogue.instances():
            if row.review:
                catalogue.decide([row.sop_instance_uid], "approve", reader="A", means="window")
    shutil.copytree(folder, tmp_path / "copy.leadglass")
    with opened.catalogue() as catalogue:
        for name in ("normal", "opacity"):
            catalogue.add_class(name)
        catalogue.set_label(uids[:2], "normal", reader="A", means="key")
        catalogue.set_label(uids[2:], "opacity", reader="A", means="key")
        catalogue.set_label(uids[:1], "opacity", reader="B", means="key")
    capsys.readouterr()
    return opened


@pytest.fixture
def unlabelled(project, tmp_path):
    """The same project before anybody labelled."""
    return Project.open(tmp_path / "copy.leadglass")


def run(capsys, *arguments):
    code = main([*map(str, arguments), "--json", "--progress", "none"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out else captured.err


def state(project):
    with project.catalogue() as catalogue:
        return {
            row.sop_instance_uid: (row.label, row.reader) for row in catalogue.instances()
        }, catalogue.opinions()


@pytest.fixture(params=["labels.csv", "labels.json"])
def file(request, tmp_path):
    return tmp_path / request.param


def test_labels_and_opinions_survive_the_way_out_and_in(project, unlabelled, file, capsys):
    code, facts = run(capsys, "label", project.folder, "--to", file)
    assert (code, facts["labels"]) == (0, 4)
    code, facts = run(capsys, "label", unlabelled.folder, "--from", file)
    assert (code, facts["problems"]) == (0, [])
    assert state(unlabelled) == state(project)


def test_a_settled_label_stays_settled(project, unlabelled, tmp_path, capsys):
    with project.catalogue() as catalogue:
        first = catalogue.uids()[0]
        catalogue.set_label([first], "opacity", reader="A", means="consensus")
    run(capsys, "label", project.folder, "--to", tmp_path / "labels.csv")
    run(capsys, "label", unlabelled.folder, "--from", tmp_path / "labels.csv")
    assert state(unlabelled) == state(project)
    with unlabelled.catalogue() as catalogue:
        assert catalogue.disagreements() == []


@pytest.mark.filterwarnings("error:The string:UserWarning")  # the command line says what was asked for alone
def test_reports_bear_the_labels_and_no_identity(project, unlabelled, tmp_path, capsys):
    code, facts = run(capsys, "label", project.folder, "--reports", tmp_path / "sr")
    assert code == 0
    files = sorted((tmp_path / "sr").glob("*.dcm"))
    assert len(files) == facts["reports"] >= 2
    for file in files:
        report = dcmread(file)
        assert report.SOPClassUID.name == "Comprehensive SR Storage"
        assert report.ContentTemplateSequence[0].TemplateIdentifier == "1500"
        assert report.PatientIdentityRemoved == "YES"
    found = [f for record in verify_data_set(tmp_path / "sr", [planted_identity()]) for f in record.findings]
    assert {f.kind for f in found} <= {"person name"}, found  # the reader's name is one
    code, facts = run(capsys, "label", unlabelled.folder, "--from", tmp_path / "sr")
    assert (code, facts["labelled"], facts["problems"]) == (0, 4, [])
    assert state(unlabelled)[1] == state(project)[1]


def planted_identity():
    from anonymizer import Identity

    return Identity(patient_name=f"{planted.SURNAME}^{planted.GIVEN}", patient_id=planted.PATIENT_ID)


def test_reports_are_the_same_every_time(project, tmp_path, capsys):
    for name in ("one", "two"):
        done = run(capsys, "label", project.folder, "--reports", tmp_path / name)
        assert done[0] == 0, done
    first = {path.name: path.read_bytes() for path in (tmp_path / "one").iterdir()}
    assert first == {path.name: path.read_bytes() for path in (tmp_path / "two").iterdir()}


def test_a_folder_per_class_is_read_whether_files_are_named_by_uid_or_are_the_originals(
    unlabelled, tmp_path, capsys
):
    with unlabelled.catalogue() as catalogue:
        first = catalogue.uids()[0]
    folder = tmp_path / "sorted"
    (folder / "normal").mkdir(parents=True)
    (folder / "new class").mkdir()
    (folder / "normal" / f"{first}.png").write_bytes(b"a picture")
    shutil.copy(tmp_path / "in" / "2.dcm", folder / "new class" / "whatever.dcm")
    (folder / "normal" / "stranger.png").write_bytes(b"a picture")
    code, facts = run(capsys, "label", unlabelled.folder, "--from", folder, "--reader", "C")
    assert code == 1
    assert facts["labelled"] == 2
    assert facts["new_classes"] == ["new class", "normal"]
    assert len(facts["problems"]) == 1
    assert "no such instance" in facts["problems"][0]
    assert "stranger" not in facts["problems"][0]


def test_what_matches_nothing_is_named_and_changes_nothing_of_the_rest(unlabelled, tmp_path, capsys):
    with unlabelled.catalogue() as catalogue:
        first, second, _ = catalogue.uids()
    rows = [{"sop_instance_uid": first, "class": "normal", "reader": "C"}, {"sop_instance_uid": "2.25.404", "class": "x"},
            {"sop_instance_uid": second, "class": "normal"}]  # fmt: skip
    (tmp_path / "some.json").write_text(json.dumps(rows), encoding="utf-8")
    code, facts = run(capsys, "label", unlabelled.folder, "--from", tmp_path / "some.json")
    assert (code, facts["labelled"]) == (1, 1)
    assert [problem.partition(":")[0] for problem in facts["problems"]] == ["entry 2", "entry 3"]


def test_a_list_that_cannot_be_understood_is_refused_whole(unlabelled, tmp_path, capsys):
    before = state(unlabelled)
    for content, message in (
        ('{"a": 1}', "no list of labels"),
        ("not json", "cannot be read"),
        ('[{"class": "x"}]', "Entry 1: no image"),
    ):
        (tmp_path / "bad.json").write_text(content, encoding="utf-8")
        code, error = run(
            capsys, "label", unlabelled.folder, "--from", tmp_path / "bad.json", "--reader", "C"
        )
        assert code == 1
        assert message in error
    assert state(unlabelled) == before


def test_the_history_is_written_step_by_step(project, tmp_path, capsys):
    code, facts = run(capsys, "label", project.folder, "--history", tmp_path / "history.csv")
    with (tmp_path / "history.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert (code, facts["steps"]) == (0, len(rows)) == (0, 4)
    assert (rows[-1]["previous"], rows[-1]["label"], rows[-1]["reader"]) == ("normal", "opacity", "B")
    assert rows[-1]["previous_reader"] == "A"


def test_a_place_that_cannot_be_written_is_told(project, tmp_path, capsys):
    (tmp_path / "file").write_text("", encoding="utf-8")
    code, error = run(capsys, "label", project.folder, "--to", tmp_path / "file" / "labels.csv")
    assert code == 2
    assert "cannot be written" in error
    code, error = run(capsys, "label", project.folder, "--reports", tmp_path)
    assert "not empty" in error
