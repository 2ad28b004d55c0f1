"""The report for support: enough to help with, and nothing of a patient, a person or a place."""

import json
from pathlib import Path

import pytest

from app import logs
from app.cli.command import Command, Result
from app.cli.main import _run, main
from app.project import Project

NAME = "Zembrovka"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    folder = tmp_path / f"{NAME}^Tulia.leadglass"
    assert main(["new", str(folder), "--progress", "none"]) == 0
    return Project.open(folder)


def test_a_bug_with_a_name_in_its_text_leaves_its_place_alone(capsys: pytest.CaptureFixture[str]) -> None:
    def fail(*_: object) -> Result:
        raise KeyError(f"{NAME}^Tulia /home/{NAME}/im.dcm")

    from app.cli.console import Cancellation, make_output

    output = make_output("none", as_json=False, cancelled=Cancellation())
    assert _run(Command("mask", "", "", lambda _: None, fail), None, output) == 1  # type: ignore[arg-type]
    noted = [json.loads(line) for line in logs.newest(10)]
    assert [each["event"] for each in noted] == ["unforeseen error", "command"]
    assert noted[0]["error"] == "KeyError"
    assert noted[0]["places"][-1].startswith("tests/unit/app/test_support.py:")
    assert NAME not in logs.log_file().read_text(encoding="utf-8") + "".join(capsys.readouterr())


def test_the_report_helps_and_names_nobody(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str], own_home: Path
) -> None:
    with project.catalogue() as catalogue:
        catalogue.add_class(f"{NAME} sign")
    main(["import", str(project.folder), str(tmp_path / "nothing" / NAME)])
    main(["review", str(tmp_path / NAME)])
    capsys.readouterr()
    assert main(["report", "--project", str(project.folder)]) == 0
    told = capsys.readouterr().out
    for wanted in ("pydicom: 3", "protection of the vault: key file", "rows of instance: 0", '"command": "import"',
                   "audit trail: 2 lines, whole", '"error": "ProjectError"'):  # fmt: skip
        assert wanted in told, wanted
    assert NAME not in told
    assert str(own_home) not in told
    assert str(tmp_path) not in told


def test_it_is_saved_only_where_somebody_says_so_and_over_nothing(tmp_path: Path) -> None:
    out = tmp_path / "report.txt"
    assert main(["report", "--out", str(out)]) == 2  # nobody can read it here
    assert not out.exists()
    assert main(["report", "--out", str(out), "--yes"]) == 0
    assert "report for support" in out.read_text(encoding="utf-8")
    assert main(["report", "--out", str(out), "--yes"]) == 2


def test_the_log_stays_small_and_never_stands_in_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_LARGEST", 2000)
    for number in range(200):
        logs.note("command", command="mask", exit=number)
    sizes = [file.stat().st_size for file in logs.log_file().parent.glob("leadglass.log*")]
    assert len(sizes) == 2
    assert max(sizes) < 2200
    assert json.loads(logs.newest(1)[0])["exit"] == 199
    monkeypatch.setattr(logs, "log_file", lambda: Path("/nowhere/leadglass.log"))
    logs.note("command")
