"""Jobs: what the window hears of a child, whatever the child does."""

import sys
import time
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.gui.jobs import Job, JobRunner, JobState
from app.gui.widgets.job_panel import JobPanel

CHILD = """
import json, os, signal, sys, time
def say(event, **facts): print(json.dumps({"event": event, **facts}), flush=True)
def until_closed():
    while sys.stdin.buffer.read(1): pass
match sys.argv[1]:
    case "good":
        print("a library says hello")
        print("{ not json")
        print('["json", "but no event"]')
        os.write(1, b"\\xff\\xfe broken bytes\\n")
        say("stage", title="Masking", total=3)
        say("item", kind="file", path="/Müller/Zoë.dcm", outcome="masked")
        say("item", kind="note", text="a note")
        say("step", done=3, total=3, message="")
        os.write(1, json.dumps({"event": "result", "exit": 0, "name": sys.argv[2]}).encode())
    case "named":
        say("result", exit=1, failed=2); sys.exit(1)
    case "error":
        say("error", message="The disk is full.", remedy="Make room."); say("result", exit=1); sys.exit(1)
    case "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    case "silent":
        sys.exit(3)
    case "patient":
        say("stage", title="Working", total=None); until_closed(); say("result", exit=130); sys.exit(130)
    case "stubborn":
        say("stage", title="Deaf", total=None); time.sleep(60)
    case "secret":
        say("result", exit=0, passphrase=os.environ.get("LEADGLASS_PASSPHRASE", ""), argv=sys.argv)
"""


@pytest.fixture
def runner(tmp_path: Path, qapp: QApplication) -> JobRunner:
    script = tmp_path / "child.py"
    script.write_text(CHILD, encoding="utf-8")
    return JobRunner(program=(sys.executable, str(script)))


def test_stages_items_and_the_result_arrive_whatever_else_is_printed(runner: JobRunner, qtbot: QtBot) -> None:
    job = runner.start("Good", ["good", "Ωmega"])
    stages: list[object] = []
    items: list[dict[str, object]] = []
    notes: list[str] = []
    job.stage.connect(lambda title, total: stages.append((title, total)))
    job.item.connect(lambda _kind, facts: items.append(facts))
    job.note.connect(notes.append)
    with qtbot.waitSignal(job.finished, timeout=10_000) as end:
        pass
    assert stages == [("Masking", 3)]
    assert [item["path"] for item in items] == ["/Müller/Zoë.dcm"]
    assert notes == ["a note"]
    assert end.args[0]["name"] == "Ωmega"
    assert job.state is JobState.DONE


def test_a_job_in_which_some_inputs_failed_is_finished_with_its_result(
    runner: JobRunner, qtbot: QtBot
) -> None:
    job = runner.start("Named", ["named"])
    with qtbot.waitSignal(job.finished, timeout=10_000) as end:
        pass
    assert end.args[0]["failed"] == 2


def test_an_error_arrives_with_its_remedy(runner: JobRunner, qtbot: QtBot) -> None:
    job = runner.start("Error", ["error"])
    with qtbot.waitSignal(job.failed, timeout=10_000) as end:
        pass
    assert end.args == ["The disk is full.", "Make room."]


@pytest.mark.parametrize(("what", "words"), [("crash", "unexpectedly"), ("silent", "without a result")])
def test_a_child_that_dies_is_told_in_words(runner: JobRunner, qtbot: QtBot, what: str, words: str) -> None:
    job = runner.start("Dies", [what])
    with qtbot.waitSignal(job.failed, timeout=10_000) as end:
        pass
    assert words in end.args[0]
    assert "kept" in end.args[1]


def test_a_program_that_cannot_start_is_told(qapp: QApplication, qtbot: QtBot) -> None:
    job = JobRunner(program=("/nowhere/at/all",)).start("Never", [])
    with qtbot.waitSignal(job.failed, timeout=10_000) as end:
        pass
    assert "could not be started" in end.args[0]


def test_cancel_closes_the_input_and_the_job_ends_in_good_order(runner: JobRunner, qtbot: QtBot) -> None:
    job = _running(runner, qtbot, "patient")
    with qtbot.waitSignal(job.cancelled, timeout=10_000):
        job.cancel()
    assert job.state is JobState.CANCELLED


def test_a_job_that_does_not_listen_is_killed_after_the_grace_time(runner: JobRunner, qtbot: QtBot) -> None:
    job = _running(runner, qtbot, "stubborn")
    job._grace.setInterval(200)
    began = time.monotonic()
    with qtbot.waitSignal(job.cancelled, timeout=10_000):
        job.cancel()
    assert time.monotonic() - began < 5


def test_heavy_jobs_wait_for_each_other_and_light_ones_do_not(runner: JobRunner, qtbot: QtBot) -> None:
    first = _running(runner, qtbot, "patient")
    second = runner.start("Second", ["good", "x"])
    light = runner.start("Light", ["good", "x"], heavy=False)
    with qtbot.waitSignal(light.finished, timeout=10_000):
        pass
    assert second.state is JobState.WAITING
    with qtbot.waitSignal(second.finished, timeout=10_000):
        first.cancel()


def test_a_waiting_job_can_be_cancelled(runner: JobRunner, qtbot: QtBot) -> None:
    first = _running(runner, qtbot, "patient")
    second = runner.start("Second", ["good", "x"])
    second.cancel()
    assert second.state is JobState.CANCELLED
    assert runner.active == (first,)
    runner.shutdown(3_000)


def test_shutdown_leaves_no_child(runner: JobRunner, qtbot: QtBot) -> None:
    _running(runner, qtbot, "stubborn")
    runner.start("Waiting", ["good", "x"])
    runner.shutdown(200)
    assert runner.active == ()


def test_a_passphrase_goes_by_the_environment_and_never_by_the_command_line(
    runner: JobRunner, qtbot: QtBot
) -> None:
    job = runner.start("Secret", ["secret"], environment={"LEADGLASS_PASSPHRASE": "four random words"})
    with qtbot.waitSignal(job.finished, timeout=10_000) as end:
        pass
    assert end.args[0]["passphrase"] == "four random words"
    assert "four random words" not in str(end.args[0]["argv"])


def test_the_panel_shows_progress_and_cancels_by_a_click(runner: JobRunner, qtbot: QtBot) -> None:
    panel = JobPanel()
    qtbot.addWidget(panel)
    job = runner.start("Work", ["patient"])
    panel.follow(job)
    qtbot.waitUntil(lambda: panel.message.text() == "Working", timeout=10_000)
    assert panel.title.text() == "Work"
    with qtbot.waitSignal(job.cancelled, timeout=10_000):
        panel.cancel_button.click()
    assert "kept" in panel.message.text()
    assert panel.cancel_button.isHidden()


def test_the_panel_shows_why_a_job_failed(runner: JobRunner, qtbot: QtBot) -> None:
    panel = JobPanel()
    qtbot.addWidget(panel)
    job = runner.start("Work", ["error"])
    panel.follow(job)
    with qtbot.waitSignal(job.failed, timeout=10_000):
        pass
    assert panel.message.text() == "The disk is full. Make room."


def _running(runner: JobRunner, qtbot: QtBot, what: str) -> Job:
    job = runner.start("Job", [what])
    with qtbot.waitSignal(job.stage, timeout=10_000):
        pass
    return job
