"""Mask: see what was masked and why, beside the original; mask more; say that it is right or hold it back."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from anonymizer import DicomImage
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.masking_by_hand import MaskingByHand
from app.gui.masking_record import MaskingRecord
from app.gui.originals import Compared, compare, open_original
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.verdicts import Verdicts
from app.gui.widgets.compare_view import CompareView, Side
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.header_table import HeaderTable
from app.gui.widgets.image_keys import HELP
from app.gui.widgets.image_loader import ImageLoader
from app.gui.widgets.mask_list import MaskList
from app.gui.widgets.text import button, label, set_role
from app.gui.widgets.three_panes import ThreePanes

LOCKED = "The originals can be shown once the vault is unlocked."
UNKNOWN = "The vault does not know where this instance came from."
CHANGED = "The original file was changed since the import; Before may differ from what was masked."
UNAPPLIED = "Rectangles are drawn here and not masked yet: apply them or take them back first."


class MaskPage(Page):
    """Instances at the left, the image in the middle, the header at the right, the verdict above."""

    title = "Mask"
    purpose = "See what was masked and why. Say that it is right, mask more, or hold it back."
    help_lines = (
        ("A", "looks right, next that needs a look"),
        ("H", "hold back"),
        ("Ctrl+Z", "take back the last rectangle, else the last verdict"),
        ("Up, Down", "previous, next instance (in the list)"),
        ("N, P", "next, previous instance"),
        ("B, S", "before or after, side by side"),
        ("D", "mask more: draw rectangles; Enter applies, Esc leaves"),
        ("Ctrl+F", "search the header"),
        *HELP,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._stale = True
        self._sop = ""
        self._record = MaskingRecord()
        self.loader = ImageLoader(self)
        self.list = MaskList()
        self.list.chosen.connect(self._show)
        self.list.emptied.connect(self._show_nothing)
        self.compare = CompareView(self.loader)
        self.header = HeaderTable()
        self.by_hand = MaskingByHand(session, jobs, self.compare, self)
        self.verdicts = Verdicts(session, self)
        self._comparing = Latest(self)
        self._comparing.done.connect(self._on_compared)
        self._comparing.failed.connect(self._on_unreadable)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "There is nothing to look at yet",
                "Import images first; they are masked on the way in.",
                ("Go to &Import", lambda: session.navigate.emit("import")),
            )
        )
        self.stack.addWidget(self._content())
        self.body.addWidget(self.stack, 1)
        self._connect()
        self._add_keys()

    def activate(self) -> None:
        """Bring list and image up to date; the vault opens by itself where nobody need be asked."""
        self.list.use(self.session.catalogue, self.session.project.catalogue_file)
        if self.session.project.protection == "key file":
            self._try_unlock()
        if self._stale:
            self._stale = False
            self.list.reload()
        self.stack.setCurrentIndex(1 if self.session.catalogue.count() else 0)
        if self.session.selected and self.session.selected != self._sop:
            self.list.go_to(self.session.selected)
        self._show(self._sop or self.list.current())
        self.list.list.setFocus()

    # The verdict.

    def approve(self) -> None:
        """The instance in sight looks right; go on to the next one that needs a look."""
        if not self._sop:
            return
        if self.by_hand.pending:
            self.session.status.emit(UNAPPLIED)
            return
        if not self._try(lambda: self.verdicts.approve(self._sop)):
            return
        following = self.list.next_to_look_at(self._sop)
        if following:
            self.list.go_to(following)
        else:
            self.session.status.emit("Nothing is left to look at.")
            self.list.step(1)

    def hold_back(self) -> None:
        """Mark the instance in sight as one that must not go on yet."""
        if self._sop:
            self._try(lambda: self.verdicts.hold_back(self._sop))

    def take_back(self) -> None:
        """Take back the rectangle drawn last, or else the last verdict."""
        if self.by_hand.pending:
            self.by_hand.undo()
        else:
            self._try(self._take_verdict_back)

    def _take_verdict_back(self) -> None:
        if sop := self.verdicts.take_back():
            self.list.go_to(sop)

    def _try(self, action: Callable[[], object]) -> bool:
        try:
            action()
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return False
        return True

    def _on_verdict(self, sop: str, needs_look: bool) -> None:  # noqa: FBT001 - a signal sends it
        self.list.reviewed(sop, needs_look=needs_look)
        self._summarize()

    # The instance in sight.

    def _show(self, sop: str) -> None:
        if not sop:
            self._show_nothing()
            return
        self._sop = sop
        self.session.select(sop)
        catalogue = self.session.catalogue
        self._record = MaskingRecord.of(catalogue.masking(sop))
        row = catalogue.instance(sop)
        self.loader.keep_only({sop, ("before", sop)})
        file = self._file()
        self.compare.show_instance(sop, partial(DicomImage.open, file), self._record.regions)
        self.by_hand.show_instance(sop, self._record.regions, frames=row.frames)
        self._summarize()
        self._compare()

    def _show_nothing(self) -> None:
        self._sop = ""
        self._comparing.drop()
        self.by_hand.show_instance("", (), frames=1)
        self.compare.show_nothing()
        self.header.clear()
        self.summary.setText("No instance is listed.")
        self._enable()

    def _file(self) -> Path:
        return self.session.project.instances / self.session.catalogue.instance(self._sop).file

    def _compare(self) -> None:
        vault = self.session.vault
        path = vault.source_path(self._sop) if vault is not None else None
        if vault is None:
            self._no_original(LOCKED, can_unlock=True)
        elif path is None:
            self._no_original(UNKNOWN)
        else:
            self.header.say("")
            self.compare.set_original(("before", self._sop), partial(open_original, path))
        self._comparing.run(partial(compare, path, self._file(), self._record.changes))

    def _no_original(self, text: str, *, can_unlock: bool = False) -> None:
        self.compare.no_original(text, can_unlock=can_unlock)
        self.header.say(text, can_unlock=can_unlock)

    def _on_compared(self, compared: Compared) -> None:
        self.header.show_rows(compared.rows, with_original=compared.source is not None)
        vault = self.session.vault
        if compared.message:
            self._no_original(compared.message)
        elif compared.source is not None and vault is not None and not vault.is_done(compared.source):
            self.header.say(CHANGED, "caution")

    def _on_unreadable(self, message: str, remedy: str) -> None:
        self.header.show_rows((), with_original=False)
        self.header.say(f"{message} {remedy}".strip(), "bad")

    def _summarize(self) -> None:
        review = self.session.catalogue.instance(self._sop).review if self._sop else ()
        self.summary.setText(self._record.sentence(review))
        set_role(self.summary, "caution" if review else "good")
        self._enable()

    def _enable(self) -> None:
        for widget in (self.approve_button, self.hold_button, self.by_hand.button):
            widget.setEnabled(bool(self._sop))

    # The vault.

    def _unlock(self) -> None:
        if self._try(lambda: unlocked(self.session, self)) and self.session.vault and self._sop:
            self._compare()

    def _try_unlock(self) -> None:
        try:
            self.session.unlock(lambda _hint: None)
        except USER_ERRORS as error:
            self.session.status.emit(str(error))

    def _on_drawing(self) -> None:
        self.leave_key.setEnabled(self.by_hand.drawing)
        for key in self.apply_keys:
            key.setEnabled(bool(self.by_hand.pending))

    def _on_masked(self, sop: str) -> None:
        self.loader.forget(sop)
        self.list.masked(sop)
        if sop == self._sop:
            self._show(sop)

    # Making the page.

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._verdict())
        self.compare.tools.addWidget(self.by_hand.button)
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(8, 0, 8, 0)
        inside.addWidget(self.compare, 1)
        inside.addWidget(self.by_hand.bar)
        column.addWidget(ThreePanes(self.list, middle, self.header), 1)
        return content

    def _verdict(self) -> QHBoxLayout:
        self.summary = label("")
        self.approve_button = button("Looks right, next (A)", self.approve, primary=True)
        self.hold_button = button("Hold back (H)", self.hold_back)
        row = QHBoxLayout()
        row.addWidget(self.summary, 1)
        row.addWidget(self.hold_button)
        row.addWidget(self.approve_button)
        return row

    def _connect(self) -> None:
        self.session.catalogue_changed.connect(self._on_catalogue_changed)
        self.compare.unlock_wanted.connect(self._unlock)
        self.header.unlock_wanted.connect(self._unlock)
        for view in (self.compare.after, self.compare.before):
            view.next_wanted.connect(lambda: self.list.step(1))
            view.previous_wanted.connect(lambda: self.list.step(-1))
        self.verdicts.given.connect(self._on_verdict)
        self.by_hand.masked.connect(self._on_masked)

    def _add_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "A": self.approve,
            "H": self.hold_back,
            "B": self.compare.toggle,
            "S": lambda: self.compare.show_side(Side.BOTH),
            "D": self.by_hand.toggle,
            "N": lambda: self.list.step(1),
            "P": lambda: self.list.step(-1),
            "Ctrl+Z": self.take_back,
            "Ctrl+F": self.header.search.setFocus,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self, action)
        self.leave_key = QShortcut(QKeySequence("Esc"), self, self.by_hand.leave)
        self.apply_keys = [
            QShortcut(QKeySequence(key), self.compare.after, self.by_hand.apply)
            for key in ("Return", "Enter")
        ]
        for shortcut in self.apply_keys:
            # On the image alone: Enter in the search field or on a button must not mask anything for good.
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.by_hand.changed.connect(self._on_drawing)
        self._on_drawing()

    def _on_catalogue_changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self.activate()

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is shown: leave the tool and look for nothing more."""
        super().hideEvent(event)
        self.by_hand.leave()
        self.list.stop()
