"""One training in a process of its own, which ends at once when the process that started it is no more."""

import os
import threading
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Protocol

from trainer.errors import CancelledError, TrainerError
from trainer.order import Order
from trainer.records import OnEvent

_LOOK_EVERY = 0.25  # seconds between two looks whether the user wants the end
_STOP = "stop"


class Train(Protocol):
    """Trains one model; gives "" or why it failed. CancelledError once the user wants the end."""

    def __call__(self, order: Order, on_event: OnEvent, cancelled: Callable[[], bool]) -> str:
        """Take one order."""


def train_in_child(order: Order, on_event: OnEvent, cancelled: Callable[[], bool]) -> str:
    """Train; gives "" or why it failed. CancelledError once the user wants the end and the process has ended."""
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(order, theirs), daemon=True)
    process.start()
    theirs.close()
    with ours:
        answer = _follow(ours, on_event, cancelled)
        process.join()
    if answer is None:
        return "The training ended unexpectedly; memory may have run out."
    if answer == _STOP:
        raise CancelledError(
            "The experiment was stopped; what it reached is kept.", "Start it again to go on."
        )
    return answer


def _follow(ours: Connection, on_event: OnEvent, cancelled: Callable[[], bool]) -> str | None:
    """Pass events on until the child says how it ended; None where it cannot say so any more."""
    asked = False
    try:
        while True:
            if cancelled() and not asked:
                asked = True
                ours.send(_STOP)
            if ours.poll(_LOOK_EVERY):
                kind, told = ours.recv()
                if kind == "end":
                    return str(told)
                on_event(kind, told)
    except (EOFError, ConnectionError):
        return _STOP if asked else None


def _work(order: Order, theirs: Connection) -> None:
    """In the child."""
    from trainer.training import train

    stop = threading.Event()
    threading.Thread(target=_listen, args=(theirs, stop), daemon=True).start()
    try:
        train(order, lambda kind, facts: theirs.send((kind, dict(facts))), stop.is_set)
        theirs.send(("end", ""))
    except CancelledError:
        theirs.send(("end", _STOP))
    except TrainerError as error:
        theirs.send(("end", f"{error} {error.remedy}".strip()))


def _listen(theirs: Connection, stop: threading.Event) -> None:
    try:
        while theirs.recv() != _STOP:
            pass
        stop.set()
        theirs.recv()
    except (EOFError, OSError):
        os._exit(1)  # whoever started us is gone, and may be starting this very training again; all is saved
