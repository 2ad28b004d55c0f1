"""`leadglass vault … renew, recovery-sheet, recover` and `leadglass audit`, as a site uses them."""

import json
import re
from pathlib import Path

import pytest

from app.cli.main import main
from app.project import Project
from app.project_lock import ProjectLock
from app.settings import vault_key_file
from app.workflows.projects import unlock

WORDS = "mossy lantern quartet river"


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "--progress", "none"])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    project = tmp_path / "knees.leadglass"
    assert run("new", project) == 0
    return project


def trail(folder: Path) -> str:
    return (folder / "audit.jsonl").read_text(encoding="utf-8")


def test_a_lost_key_file_is_made_good_by_the_recovery_sheet(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    sheet = tmp_path / "sheet.txt"
    assert (
        run("vault", folder, "recovery-sheet", folder / "sheet.txt") == 2
    )  # not where the project is handed on
    other_spelling = folder.with_name(folder.name.upper()) / "sheet.txt"
    assert run("vault", folder, "recovery-sheet", other_spelling) == 2
    assert run("vault", folder, "recovery-sheet", sheet) == 0
    assert run("vault", folder, "recovery-sheet", sheet) == 2  # never overwritten
    if sheet.stat().st_mode & 0o077:
        pytest.fail("others may read the sheet")
    vault_key_file(Project.open(folder).identifier).unlink()
    assert run("vault", folder, "info") == 1
    code = "-".join(re.findall(r"\b[A-Z2-7]{4}\b", sheet.read_text(encoding="utf-8")))
    monkeypatch.setenv("LEADGLASS_RECOVERY_CODE", "AAAA" + code[4:])
    assert run("vault", folder, "recover", "key", "file") == 1
    monkeypatch.setenv("LEADGLASS_RECOVERY_CODE", code)
    assert run("vault", folder, "recover", "key", "file") == 0
    assert run("vault", folder, "info") == 0
    assert code not in trail(folder)
    assert '"vault recovered"' in trail(folder)


def test_the_key_is_renewed_while_nobody_works_in_the_project(folder: Path) -> None:
    held = ProjectLock.take(folder / "window.lock")
    assert run("vault", folder, "renew") == 2
    held.release()
    assert run("vault", folder, "renew") == 0
    assert run("vault", folder, "info") == 0
    assert run("audit", "verify", folder) == 0


def test_a_weak_passphrase_is_refused_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADGLASS_PASSPHRASE", "password123")
    assert run("new", tmp_path / "hips.leadglass", "--protect", "passphrase") == 2
    assert not (tmp_path / "hips.leadglass").exists()


def test_a_wrong_passphrase_stands_in_the_audit_trail(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "hips.leadglass"
    monkeypatch.setenv("LEADGLASS_PASSPHRASE", WORDS)
    assert run("new", folder, "--protect", "passphrase") == 0
    monkeypatch.setenv("LEADGLASS_PASSPHRASE", "something else")
    assert run("vault", folder, "info") == 1
    last = json.loads(trail(folder).splitlines()[-1])
    assert (last["action"], last["event"]) == ("vault refused", "110114")
    assert "something else" not in trail(folder)


def test_audit_verify_tells_a_whole_trail_from_a_changed_and_a_cut_one(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project = Project.open(folder)
    for number in range(3):
        project.record("imported", masked=number)
    data_set = tmp_path / "handed-on"
    data_set.mkdir()
    head = project.audit_head()
    (data_set / "dataset.json").write_text(
        json.dumps({"audit": {"line": head.line, "hash": head.hash}}), encoding="utf-8"
    )
    assert run("audit", "verify", folder, data_set) == 0
    assert "is whole" in capsys.readouterr().out
    assert run("audit", "verify", folder, tmp_path) == 2  # no data set
    whole = trail(folder)
    (folder / "audit.jsonl").write_text(whole.replace('"masked": 1', '"masked": 9'), encoding="utf-8")
    assert run("audit", "verify", folder) == 1
    assert "Line 4 " in capsys.readouterr().out
    (folder / "audit.jsonl").write_text("".join(whole.splitlines(keepends=True)[:-1]), encoding="utf-8")
    assert run("audit", "verify", folder, data_set) == 1
    told = capsys.readouterr().out
    assert "The last 1 lines are missing" in told
    assert "“handed-on”" in told
    assert run("audit", "verify", folder, "--chain-only") == 1  # the cut shows without the vault too


def test_the_trail_is_exported_once_and_in_parts(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "trail.log"
    assert run("audit", "export", folder, "--out", out) == 0
    assert run("audit", "export", folder, "--out", out) == 2
    first = out.read_text(encoding="utf-8").splitlines()
    assert [line for line in first if "<AuditMessage>" in line] == first
    assert (
        run("audit", "export", folder, "--out", tmp_path / "rest", "--after", len(first), "--form", "jsonl")
        == 0
    )
    rest = (tmp_path / "rest").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["line"] for line in rest] == [len(first) + 1]


def test_a_project_that_may_only_be_read_still_opens(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project.open(folder)

    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr("app.workflows.projects.audit.begin_seal", refuse)
    unlock(project).close()
