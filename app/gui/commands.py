"""What can be undone: labels, notes and changes of the classes."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QUndoCommand

from app.counted import counted
from app.gui.labelling_tasks import LabellingTask
from labeller import LabelEvent

Attempt = Callable[[Callable[[], object]], bool]
"""Runs a step; where it fails the user is told, and it returns False."""


class LabelCommand(QUndoCommand):
    """A label that is already in the catalogue; undo and redo are new events there, history only grows.

    `show(uid, changed)` makes the page show the instance and read the changed ones again. Errors of the
    catalogue go to `attempt`, which runs the step and tells the user.
    """

    def __init__(
        self,
        task: LabellingTask,
        events: Sequence[LabelEvent],
        *,
        current: str,
        show: Callable[[str, Sequence[str]], None],
        attempt: Callable[[Callable[[], list[LabelEvent]]], list[LabelEvent] | None],
    ) -> None:
        super().__init__(words(events))
        self._task, self._events, self._current = task, list(events), current
        self._show, self._attempt = show, attempt
        self._done = True

    @property
    def uids(self) -> list[str]:
        """The instances whose label changed."""
        return [event.sop_instance_uid for event in self._events]

    def redo(self) -> None:
        """Label again; the first time it was done before the command was made."""
        if self._done:
            return
        last = self._events[0]
        events = self._attempt(
            lambda: self._task.label(self.uids, last.label, reader=last.reader, means="redo")
        )
        self._done = events is not None
        self._events = events or self._events
        self._show(self._current, self.uids)

    def undo(self) -> None:
        """Give the instances back the labels that they had."""
        if not self._done:
            return
        events = self._events
        self._done = self._attempt(lambda: self._task.undo(events)) is None
        self._show(self._current, self.uids)


class ChangeCommand(QUndoCommand):
    """Something that was done already, such as another name of a class, with what does it again and takes it back."""

    def __init__(
        self, text: str, again: Callable[[], object], back: Callable[[], object], attempt: Attempt
    ) -> None:
        super().__init__(text)
        self._again, self._back, self._attempt = again, back, attempt
        self._done = True

    def redo(self) -> None:
        """Do it again; the first time it was done before the command was made."""
        if not self._done:
            self._done = self._attempt(self._again)

    def undo(self) -> None:
        """Take it back."""
        if self._done:
            self._done = not self._attempt(self._back)


def words(events: Sequence[LabelEvent]) -> str:
    """Say what was labelled, for the list of steps."""
    label = events[0].label
    what = f"label “{label}”" if label is not None else "label taken away"
    return what if len(events) == 1 else f"{what}, {counted(len(events))}"
