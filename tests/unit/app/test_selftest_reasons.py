"""The self-test says why a step failed, whichever way the step told it."""

import json
import sys
from pathlib import Path

import pytest

from app.workflows import selftest

FILE = {
    "event": "item",
    "kind": "file",
    "path": "a.dcm",
    "outcome": "failed",
    "reason": "The file is cut off.",
}


def fails_with(monkeypatch: pytest.MonkeyPatch, folder: Path, *, errors: str = "", out: str = "") -> str:
    """What the self-test says of a step that ends with 1 and these words."""
    script = f"import sys; sys.stderr.write({errors!r}); sys.stdout.write({out!r}); sys.exit(1)"
    monkeypatch.setattr(selftest, "command", lambda *_words: [sys.executable, "-c", script])
    check = selftest.Check("step", lambda where: str(selftest._leadglass(where, "import")))
    monkeypatch.setattr(selftest, "CHECKS", (check,))
    (outcome,) = selftest.self_test(folder)
    assert outcome.state == "failed"
    return outcome.note


def test_files_that_failed_say_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = "".join(json.dumps(each) + "\n" for each in (FILE, FILE, {"event": "step", "done": 2, "total": 2}))
    note = fails_with(monkeypatch, tmp_path, errors=told, out='{"masked": 0}')
    assert note == "“import” ended with 1: The file is cut off."


def test_a_command_that_gave_up_says_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = json.dumps({"event": "error", "message": "The disk is full.", "remedy": "Make room."})
    assert "The disk is full. Make room." in fails_with(monkeypatch, tmp_path, errors=told)


def test_a_crash_below_python_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "unimplemented function" in fails_with(monkeypatch, tmp_path, errors="unimplemented function x")


def test_without_a_reason_the_result_is_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert '"blocked": 3' in fails_with(monkeypatch, tmp_path, out='{"blocked": 3}')
    assert "it gave no reason" in fails_with(monkeypatch, tmp_path)
