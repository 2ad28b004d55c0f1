"""The self-test of an installed copy, and copies from which a component is left out."""

import shutil
import sys
from pathlib import Path

import pytest

from app import components
from app.cli.console import Cancellation, make_output
from app.errors import AppError
from app.workflows import learning, selftest
from installer.building import layout
from tests.workflows.conftest import leadglass


@pytest.mark.slow
def test_a_copy_that_works_says_so() -> None:
    ended = leadglass("selftest", "--json")
    assert ended.code == 0, ended.out
    states = {each["name"]: each["state"] for each in ended.json["checks"]}
    assert states.pop("files") == "absent"  # a source tree has no list of files
    assert set(states.values()) == {"ok"}


def installed(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy with one file and the list of files that was delivered with it."""
    monkeypatch.setattr(sys, "prefix", str(root / "python"))
    return delivered(root, "resources/table.csv", layout.MANIFEST)


def delivered(root: Path, name: str, manifest: str) -> Path:
    """A component of one file."""
    file = root / name
    file.parent.mkdir(parents=True)
    file.write_text("as delivered", encoding="utf-8")
    layout.list_files(root, manifest)
    return file


def outcome(name: str, folder: Path) -> selftest.Outcome:
    chosen = tuple(check for check in selftest.CHECKS if check.name == name)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(selftest, "CHECKS", chosen)
        (only,) = selftest.self_test(folder)
    return only


def test_a_changed_file_of_the_program_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = installed(tmp_path, monkeypatch)
    assert outcome("files", tmp_path).state == "ok"
    file.write_text("tampered with", encoding="utf-8")
    changed = outcome("files", tmp_path)
    assert changed.state == "failed"
    assert "resources/table.csv" in changed.note


def test_a_changed_file_of_the_component_for_training_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(tmp_path, monkeypatch)
    file = delivered(tmp_path / "component", "training/learner.py", layout.TRAINING_MANIFEST)
    shutil.copytree(tmp_path / "component", tmp_path, dirs_exist_ok=True)
    assert outcome("files", tmp_path).note.startswith("2 files")
    (tmp_path / "training" / file.name).unlink()
    changed = outcome("files", tmp_path)
    assert changed.state == "failed"
    assert "training/learner.py" in changed.note


def test_without_its_component_training_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(components, "find_spec", lambda _name: None)
    assert outcome("training and prediction", tmp_path).state == "absent"
    request = learning.TrainRequest(tmp_path, tmp_path / "model")
    with pytest.raises(AppError) as refused:
        learning.train_model(request, make_output("none", as_json=False, cancelled=Cancellation()))
    assert "leadglass-training" in refused.value.remedy
