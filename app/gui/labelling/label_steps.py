"""What is entered on the Label page: labels and notes, each a step that can be taken back, with the counts."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from app.gui import class_steps
from app.gui.class_steps import ClassStep
from app.gui.commands import ChangeCommand, LabelCommand
from app.gui.labelling.class_changes import ClassChanges
from app.gui.labelling.pace import Pace
from app.gui.labelling_tasks import LabellingTask
from app.gui.session import Session
from labeller import JOIN, InstanceRow, LabelError, LabelEvent


class LabelSteps(QObject):
    """Enters answers for a task; `changed(uid, uids)` names an image to show and those whose label is another.

    Steps are kept for each label set, so that changing to another set and back loses none.
    """

    changed = Signal(str, object)

    def __init__(self, session: Session, changes: ClassChanges, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._changes, self._attempt = session, changes, changes.attempts
        self._stacks: dict[str, QUndoStack] = {}
        self.stack = QUndoStack(self)
        self.task: LabellingTask | None = None
        self.pace = Pace()
        self.counts: dict[str, int] = {}
        self.done = self.total = 0
        changes.stepped.connect(self._on_class_step)

    def work_in(self, task: LabellingTask) -> None:
        """Enter what is answered in this task; ordinary labelling goes on with the steps of its label set."""
        self.task = task
        if task.title:
            self.stack = QUndoStack(self)
        else:
            name = task.catalogue.label_set.name
            self.stack = self._stacks.setdefault(name, QUndoStack(self))

    def count(self) -> None:
        """Count anew."""
        self.counts, self.done, self.total = self._task.counts()

    def label(
        self, uids: Sequence[str], class_name: str | None, *, current: str, means: str
    ) -> list[str] | None:
        """Label images or take their label away; returns those that changed, None where it failed."""
        return self._enter(
            lambda: self._task.label(uids, class_name, reader=self._session.signing_reader, means=means),
            current=current,
        )

    def toggle(self, uids: Sequence[str], class_name: str, *, current: str, means: str) -> list[str] | None:
        """Add a class to what images have, or take it out; returns those that changed, None where it failed."""
        return self._enter(
            lambda: self._task.toggle(uids, class_name, reader=self._session.signing_reader, means=means),
            current=current,
        )

    def note(self, row: InstanceRow, text: str) -> None:
        """Note something beside the label of an image."""
        uid, before, catalogue = row.sop_instance_uid, row.note, self._task.entering

        def write(note: str) -> None:
            catalogue.set_note([uid], note, reader=self._session.signing_reader)
            self.changed.emit(uid, [uid])

        if text != before and self._attempt(lambda: write(text)):
            again, back = (lambda: write(text)), (lambda: write(before))
            self.stack.push(ChangeCommand("note", again, back, self._attempt))

    def take_in(self, steps: range, made: Sequence[str]) -> None:
        """Make what was read from a file a step: the numbers of its steps of the history, the classes it made."""
        if steps:
            step = class_steps.read_in(self._task.catalogue, steps, made)
            self._on_class_step(step)

    def undo(self) -> None:
        """Take the last step back."""
        if self.stack.canUndo():
            self._turn(self.stack.undo, f"Taken back: {self.stack.undoText()}.")
        else:
            self._session.status.emit("There is nothing to undo.")

    def redo(self) -> None:
        """Do what was taken back again."""
        if self.stack.canRedo():
            self._turn(self.stack.redo, f"Done again: {self.stack.redoText()}.")
        else:
            self._session.status.emit("There is nothing to do again.")

    def _turn(self, turn: Callable[[], object], words: str) -> None:
        """Go a step back or on. One that failed comes next again, unless what it is about is no more."""
        at = self.stack.index()
        self._attempt.forget()
        turn()
        if self._attempt.error is None:
            self._session.status.emit(words)
        elif not isinstance(self._attempt.error, LabelError):
            self.stack.setIndex(at)  # the step knows that it was not taken, and does nothing

    @property
    def _task(self) -> LabellingTask:
        if self.task is None:
            raise RuntimeError
        return self.task

    def _enter(self, work: Callable[[], list[LabelEvent]], *, current: str) -> list[str] | None:
        events = self._events(work)
        if events is None:
            return None
        self.pace.answered(max(len(events), 1))
        if events:
            if self._task.adds_up:
                self._add_up(events)
            else:
                self.count()
            self.stack.push(
                LabelCommand(self._task, events, current=current, show=self._tell, attempt=self._events)
            )
        return [event.sop_instance_uid for event in events]

    def _events(self, work: Callable[[], list[LabelEvent]]) -> list[LabelEvent] | None:
        found: list[LabelEvent] = []
        return found if self._attempt(lambda: found.extend(work())) else None

    def _tell(self, uid: str, uids: Sequence[str]) -> None:
        self.changed.emit(uid, list(uids))

    def _add_up(self, events: Sequence[LabelEvent]) -> None:
        for event in events:
            self.done += (event.label is not None) - (event.previous is not None)
            for name, by in ((event.previous, -1), (event.label, 1)):
                for member in name.split(JOIN) if name else ():
                    self.counts[member] = self.counts.get(member, 0) + by

    def _on_class_step(self, step: ClassStep) -> None:
        self.stack.push(ChangeCommand(step.words, step.do, step.back, self._changes.attempt))
