"""A job that the window lets rest: whoever asks whether it is cancelled waits until it may go on."""

import os
import threading

import pytest

from app.cli.console import Cancellation


def _wait_for(thread: threading.Thread, *, ends: bool) -> None:
    thread.join(0.3 if not ends else 10)
    assert thread.is_alive() != ends


@pytest.mark.parametrize(("last", "cancelled"), [(b"resume\n", False), (b"", True)])
def test_a_pause_holds_the_work_until_it_goes_on_or_is_cancelled(
    monkeypatch: pytest.MonkeyPatch, last: bytes, *, cancelled: bool
) -> None:
    reading, writing = os.pipe()
    kept = os.dup(0)
    os.dup2(reading, 0)
    monkeypatch.setenv("LEADGLASS_JOB", "1")
    monkeypatch.setattr("signal.signal", lambda *_: None)
    try:
        cancellation = Cancellation()
        cancellation.listen()
        assert not cancellation()
        os.write(writing, b"pause\n")
        while cancellation._going.is_set():
            pass
        answers: list[bool] = []
        worker = threading.Thread(target=lambda: answers.append(cancellation()))
        worker.start()
        _wait_for(worker, ends=False)
        if last:
            os.write(writing, last)
        else:
            os.close(writing)
        _wait_for(worker, ends=True)
        assert answers == [cancelled]
    finally:
        if last:
            os.close(writing)
        os.dup2(kept, 0)
        for descriptor in (reading, kept):
            os.close(descriptor)
