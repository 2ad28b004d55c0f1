"""Mask: see what was masked and why, beside the original; mask more; say that it is right or hold it back."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from anonymizer import DicomImage
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.masking_record import HELD_BACK, MaskingRecord
from app.gui.originals import Compared, compare, open_original
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.widgets.compare_view import CompareView, Side
from app.gui.widgets.draw_bar import DrawBar
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.header_table import HeaderTable
from app.gui.widgets.image_keys import HELP
from app.gui.widgets.image_loader import ImageLoader
from app.gui.widgets.mask_list import MaskList
from app.gui.widgets.text import button, label, set_role

if TYPE_CHECKING:
    from anonymizer import Region

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
        self._shared = False
        self._sop = ""
        self._record = MaskingRecord()
        self._verdicts: list[tuple[str, tuple[str, ...]]] = []  # what can be taken back
        self.loader = ImageLoader(self)
        self.list = MaskList()
        self.list.chosen.connect(self._show)
        self.list.emptied.connect(self._show_nothing)
        self.compare = CompareView(self.loader)
        self.header = HeaderTable()
        self.draw_bar = DrawBar()
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
        self._leave_drawing()

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
        if self.draw_bar.pending:
            self.session.status.emit(UNAPPLIED)
            return
        self._judge((), "approved")
        following = self.list.next_to_look_at(self._sop)
        if following:
            self.list.go_to(following)
        else:
            self.session.status.emit("Nothing is left to look at.")
            self.list.step(1)

    def hold_back(self) -> None:
        """Mark the instance in sight as one that must not go on yet."""
        if self._sop:
            reasons = self.session.catalogue.instance(self._sop).review
            if HELD_BACK not in reasons:
                self._judge((*reasons, HELD_BACK), "held back")

    def take_back(self) -> None:
        """Take back the rectangle drawn last, or else the last verdict."""
        if self.draw_bar.pending:
            self.draw_bar.undo()
        elif self._verdicts:
            sop, reasons = self._verdicts.pop()
            self.list.go_to(sop)
            self._set_review(sop, reasons, "verdict taken back")

    def _judge(self, reasons: tuple[str, ...], action: str) -> None:
        before = self.session.catalogue.instance(self._sop).review
        if self._set_review(self._sop, reasons, action):
            self._verdicts.append((self._sop, before))

    def _set_review(self, sop: str, reasons: tuple[str, ...], action: str) -> bool:
        try:
            self.session.catalogue.set_review(sop, reasons)
            self.session.project.record(action, sop=sop, reader=self.session.reader)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return False
        self.list.reviewed(sop, needs_look=bool(reasons))
        self._summarize()
        return True

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
        self.draw_bar.show_instance(sop, frames=row.frames)
        self._summarize()
        self._compare()

    def _show_nothing(self) -> None:
        self._sop = ""
        self._comparing.drop()
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
        for widget in (self.approve_button, self.hold_button, self.draw_button):
            widget.setEnabled(bool(self._sop))

    # The vault.

    def _unlock(self) -> None:
        try:
            opened = unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        if opened and self._sop:
            self._compare()

    def _try_unlock(self) -> None:
        try:
            self.session.unlock(lambda _hint: None)
        except USER_ERRORS as error:
            self.session.status.emit(str(error))

    # Masking more.

    def _draw(self) -> None:
        drawing = not self.compare.after.drawing
        if drawing and self.compare.side is Side.BEFORE:
            self.compare.show_side(Side.AFTER)
        self.compare.after.drawing = drawing
        self._show_drawing()
        if drawing:
            self.compare.after.setFocus()

    def _leave_drawing(self) -> None:
        self.compare.after.drawing = False
        self._show_drawing()

    def _show_drawing(self) -> None:
        drawing, pending = self.compare.after.drawing, self.draw_bar.pending
        self.draw_button.setChecked(drawing)
        self.draw_bar.setVisible(drawing or bool(pending))
        self.draw_bar.leave_button.setVisible(drawing)
        self.leave_key.setEnabled(drawing)
        for key in self.apply_keys:
            key.setEnabled(bool(pending))
        self.compare.set_regions(self._record.regions, pending)

    def _on_drawn(self, x: int, y: int, width: int, height: int, frame: int) -> None:  # noqa: PLR0917 - Qt's signal
        self.draw_bar.add((x, y, width, height), frame)

    def _apply(self) -> None:
        pending = self.draw_bar.pending
        if not pending:
            return
        sop = self._sop
        arguments = ["mask-region", str(self.session.project.folder), sop]
        for region in pending:
            arguments += ["--region", _as_argument(region)]
        job = self.jobs.start("Masking by hand", arguments)
        self.draw_bar.apply_button.setEnabled(False)
        job.finished.connect(lambda _result: self._on_masked(sop, pending))
        job.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        job.ended.connect(self._show_drawing)

    def _on_masked(self, sop: str, regions: tuple["Region", ...]) -> None:
        self.loader.forget(sop)
        self.list.masked(sop)
        self.draw_bar.forget(sop, regions)
        self.session.status.emit("The rectangles are masked.")
        if sop == self._sop:
            self._show(sop)

    # Making the page.

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._verdict())
        self.draw_button = QToolButton()
        self.draw_button.setText("▭ Mask more")
        self.draw_button.setToolTip("Draw rectangles over what must not be seen (D)")
        self.draw_button.setCheckable(True)
        self.draw_button.clicked.connect(lambda _checked: self._draw())
        self.compare.tools.addWidget(self.draw_button)
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(8, 0, 8, 0)
        inside.addWidget(self.compare, 1)
        inside.addWidget(self.draw_bar)
        self.splitter = splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.setChildrenCollapsible(False)
        for place, (widget, share) in enumerate(((self.list, 0), (middle, 3), (self.header, 2))):
            splitter.addWidget(widget)
            splitter.setStretchFactor(place, share)
        column.addWidget(splitter, 1)
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
        self.compare.after.region_drawn.connect(self._on_drawn)
        for view in (self.compare.after, self.compare.before):
            view.next_wanted.connect(lambda: self.list.step(1))
            view.previous_wanted.connect(lambda: self.list.step(-1))
        self.draw_bar.changed.connect(self._show_drawing)
        self.draw_bar.apply_wanted.connect(self._apply)
        self.draw_bar.left.connect(self._leave_drawing)

    def _add_keys(self) -> None:
        context = Qt.ShortcutContext.WidgetWithChildrenShortcut
        keys = {
            "A": self.approve,
            "H": self.hold_back,
            "B": self.compare.toggle,
            "S": lambda: self.compare.show_side(Side.BOTH),
            "D": self._draw,
            "N": lambda: self.list.step(1),
            "P": lambda: self.list.step(-1),
            "Ctrl+Z": self.take_back,
            "Ctrl+F": self.header.search.setFocus,
        }
        for key, action in keys.items():
            QShortcut(QKeySequence(key), self, action, context=context)
        self.leave_key = QShortcut(QKeySequence("Esc"), self, self._leave_drawing, context=context)
        self.apply_keys = [
            QShortcut(QKeySequence(key), self, self._apply, context=context) for key in ("Return", "Enter")
        ]

    def _on_catalogue_changed(self) -> None:
        self._stale = True
        if self.isVisible():
            self.activate()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width when the page gets its first size; later the user's own shares stay."""
        super().resizeEvent(event)
        if not self._shared and self.isVisible():
            self._shared = True
            width = self.width() - self.list.minimumSizeHint().width()
            self.splitter.setSizes([1, round(width * 0.53), round(width * 0.47)])

    def hideEvent(self, event: QHideEvent) -> None:
        """Another page is shown: leave the tool and look for nothing more."""
        super().hideEvent(event)
        self._leave_drawing()
        self.list.stop()


def _as_argument(region: "Region") -> str:
    parts = [region.x, region.y, region.width, region.height]
    return ",".join(map(str, parts if region.frame is None else [*parts, region.frame]))
