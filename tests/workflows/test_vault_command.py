"""`leadglass vault` and lists of pseudonyms, as a site uses them."""

import io
import json
from pathlib import Path

import pytest
from pydicom import dcmread

from app.cli.main import main
from app.project import Project
from app.settings import vault_key_file
from app.workflows.projects import create_project
from tests.workflows.conftest import radiograph

LIST = "patient id,pseudonym\nMRN770001,KNEE-01\nMRN770002,KNEE-02\n"


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "--progress", "none"])


def answer(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, object]:
    capsys.readouterr()
    assert run(*arguments, "--json") == 0
    found: dict[str, object] = json.loads(capsys.readouterr().out)
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with a list, of three patients of whom two are listed."""
    project = tmp_path / "knees.leadglass"
    (tmp_path / "ids.csv").write_text(LIST, encoding="utf-8")
    assert run("new", project, "--pseudonyms", tmp_path / "ids.csv") == 0
    assert run("vault", project, "pseudonyms", tmp_path / "ids.csv") == 0  # what is known does no harm
    for number in (1, 2, 3):
        radiograph(tmp_path / "in", number, patient=number)
    assert run("import", project, tmp_path / "in", "--workers", "2") == 0
    return project


def trail(folder: Path) -> str:
    return (folder / "audit.jsonl").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_site_looks_up_exports_and_forgets(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with Project.open(folder).catalogue() as catalogue:
        patients = {row.patient for row in catalogue.instances()}
    assert {"KNEE-01", "KNEE-02"} < patients
    found = answer(capsys, "vault", folder, "find", "zembrovka2")["patients"]
    assert [row["pseudonym"] for row in found] == ["KNEE-02"]  # type: ignore[attr-defined]
    out = tmp_path / "safe" / "patients.csv"
    out.parent.mkdir()
    assert run("vault", folder, "export", out) == 0
    assert out.stat().st_mode & 0o077 == 0
    assert "MRN770003" in out.read_text(encoding="utf-8-sig")
    assert run("vault", folder, "export", out) == 2
    assert run("vault", folder, "export", folder / "exports" / "patients.csv") == 2
    assert run("vault", folder, "forget", "KNEE-02") == 2  # nobody can be asked here
    assert run("vault", folder, "forget", "KNEE-02", "--yes") == 0
    assert run("vault", folder, "find", "zembrovka2") == 1
    capsys.readouterr()
    assert run("import", folder, tmp_path / "in", "--json") == 0
    assert json.loads(capsys.readouterr().out)["skipped"] == 3
    assert run("vault", folder, "find", "zembrovka2") == 1
    held = answer(capsys, "vault", folder, "info")
    assert (held["patients"], held["forgotten"], held["listed"]) == (2, 1, 1)
    for text in ("vault searched", "vault exported", "patient forgotten", "pseudonym list read"):
        assert text in trail(folder)
    assert not any(text in trail(folder).lower() for text in ("zembrovka", "mrn77", "1951"))


def test_the_protection_changes_and_the_old_key_is_destroyed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = create_project(tmp_path / "knees.leadglass")
    key_file = vault_key_file(project.identifier)
    assert key_file.exists()
    monkeypatch.setenv("LEADGLASS_NEW_PASSPHRASE", "password12345")
    assert run("vault", project.folder, "protect", "passphrase") == 2
    assert key_file.exists()
    monkeypatch.setenv("LEADGLASS_NEW_PASSPHRASE", "seven brass lanterns")
    assert run("vault", project.folder, "protect", "passphrase") == 0
    assert not key_file.exists()
    assert Project.open(project.folder).protection == "passphrase"
    assert run("vault", project.folder, "info") == 1
    assert "locked by a passphrase" in capsys.readouterr().err
    monkeypatch.setenv("LEADGLASS_PASSPHRASE", "seven brass lanterns")
    assert answer(capsys, "vault", project.folder, "info")["protection"] == "passphrase"
    assert run("vault", project.folder, "protect", "key", "file") == 0
    monkeypatch.delenv("LEADGLASS_PASSPHRASE")
    assert answer(capsys, "vault", project.folder, "info")["protection"] == "key file"
    assert "brass" not in trail(project.folder)


def test_a_protection_changed_just_before_a_crash_is_known_from_the_vault(tmp_path: Path) -> None:
    from dataclasses import replace

    project = create_project(tmp_path / "knees.leadglass")
    replace(project, protection="passphrase").save()
    assert run("vault", project.folder, "info") == 0


def test_masking_with_a_list_and_a_wrong_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    radiograph(tmp_path / "in", 1, patient=1)
    radiograph(tmp_path / "in", 3, patient=3)
    (tmp_path / "ids.csv").write_text(LIST, encoding="utf-8")
    (tmp_path / "wrong.csv").write_text(LIST + "MRN770003,KNEE-02\n", encoding="utf-8")
    out = ("--out", tmp_path / "out", "--headers-only", "--workers", "1", "--key", tmp_path / "a.key")
    assert run("mask", tmp_path / "in", *out, "--pseudonyms", tmp_path / "wrong.csv") == 1
    told = capsys.readouterr().err
    assert "Rows 3 and 4: two patients would become one" in told
    assert "MRN" not in told
    assert not (tmp_path / "a.key").exists()
    listed = ("--pseudonyms", tmp_path / "ids.csv", "--unlisted", "quarantine")
    assert run("mask", tmp_path / "in", *out, *listed) == 1  # one patient is not listed
    assert "not on the list" in capsys.readouterr().out
    assert [path.name for path in (tmp_path / "out").iterdir() if path.is_dir()] == ["KNEE-01"]
    assert run("mask", tmp_path / "in", *out, "--unlisted", "quarantine") == 2


@pytest.mark.parametrize(
    ("answers", "forgotten"), [("yes\nforget\n", 1), ("yes\nyes\n", 0), ("no\n", 0), ("", 0)]
)
def test_on_a_terminal_forgetting_is_asked_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: str, forgotten: int
) -> None:
    (tmp_path / "ids.csv").write_text(LIST, encoding="utf-8")
    project = tmp_path / "knees.leadglass"
    assert run("new", project, "--pseudonyms", tmp_path / "ids.csv") == 0
    typed = io.StringIO(answers)
    monkeypatch.setattr(typed, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", typed)
    assert run("vault", project, "forget", "KNEE-01") == (0 if forgotten else 2)
    assert trail(project).count("patient forgotten") == forgotten


def test_two_people_under_one_id_are_shown_to_a_person(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for number, (name, birth) in enumerate((("Zembrovka^Tulia", "19510213"), ("Ostrewa^Ilka", "19880808"))):
        path = radiograph(tmp_path / "in", number, patient=7)
        dataset = dcmread(path)
        dataset.PatientName, dataset.PatientBirthDate = name, birth
        dataset.save_as(path)
    out = ("--out", tmp_path / "out", "--headers-only", "--workers", "1", "--report", tmp_path / "r.json")
    assert run("mask", tmp_path / "in", *out) == 0
    files = json.loads((tmp_path / "r.json").read_text(encoding="utf-8"))["files"]
    reasons = ["Two names under one ID" in " ".join(file["review"]) for file in files]
    assert sorted(reasons) == [False, True]
    assert "Ostrewa" not in (tmp_path / "r.json").read_text(encoding="utf-8")
