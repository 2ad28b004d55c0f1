"""Masked instances one by one: image and header beside the original, a verdict, more masking by hand."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QToolButton, QVBoxLayout, QWidget

from anonymizer import DicomImage
from app.gui.comparing import Comparing
from app.gui.image.compare_view import CompareView, Side
from app.gui.image.image_loader import ImageLoader
from app.gui.jobs import JobRunner
from app.gui.masking.approving import Approving
from app.gui.masking.header_table import HeaderTable
from app.gui.masking.keeping import Keeping
from app.gui.masking.mask_list import EMPTY, MaskList
from app.gui.masking.masking_by_hand import MaskingByHand
from app.gui.masking_record import MaskingRecord
from app.gui.session import Session
from app.gui.shortcuts import bind
from app.gui.widgets.text import button, label, set_role
from app.gui.widgets.three_panes import ThreePanes

APPLY_KEYS = {"": "instance", "Shift+": "series", "Ctrl+": "device", "Ctrl+Shift+": "always"}


class MaskImages(QWidget):
    """Instances at the left, the image in the middle, the header at the right, the verdict above."""

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self._stale = True
        self._sop = ""
        self._record = MaskingRecord()
        self.loader = ImageLoader(self)
        self.list = MaskList()
        self.compare = CompareView(self.loader)
        self.header = HeaderTable()
        self.comparing = Comparing(session, self.compare, self.header, self)
        self.by_hand = MaskingByHand(session, jobs, self.compare, self)
        self.keeping = Keeping(session, self.by_hand, self)
        self.approving = Approving(session, self.list, self.by_hand, view=self.compare)
        self._lay_out()
        self._connect()
        self._add_keys()

    def activate(self) -> None:
        """Bring list and image up to date; the vault opens by itself where nobody need be asked."""
        self.list.use(self.session.catalogue, self.session.project.catalogue)
        if self.session.project.protection == "key file":
            self.comparing.unlock_silently()
        if self._stale:
            self._stale = False
            self.list.reload()
        if self.session.selected and self.session.selected != self._sop:
            self.list.go_to(self.session.selected)
        self._show(self._sop or self.list.current())
        self.list.list.setFocus()

    def mark_stale(self) -> None:
        """List anew when the page is next brought up to date."""
        self._stale = True

    def toggle_wide(self) -> None:
        """Give the header the image's room, or give it back."""
        wide = self.middle.isVisible()
        self._show_header(shown=True)
        self.by_hand.drawing.leave()
        self.middle.setVisible(not wide)
        self.header.wide_button.setText("Show the image (T)" if wide else "Wide (T)")
        (self.header.table if wide else self.list.list).setFocus()

    def toggle_header(self) -> None:
        """Give the image the header's room, or give it back."""
        if self.middle.isHidden():
            self.toggle_wide()
        self._show_header(shown=self.header.isHidden())

    def _show_header(self, *, shown: bool) -> None:
        self.header.setVisible(shown)
        self.header_button.setChecked(shown)

    def show_attribute(self, sop: str, path: str) -> None:
        """Go to an instance and to one attribute of its header."""
        self._show_header(shown=True)
        self.list.go_to(sop)
        self.header.go_to(path)

    def show_box(self, sop: str, number: int) -> None:
        """Go to an instance and choose one of its boxes."""
        self.list.go_to(sop)
        self.compare.after.boxes.choose(number)
        self.compare.focus_image()

    def step(self, by: int) -> None:
        """Go so many instances on; where series are listed, first through those of the series."""
        beside = self.list.queue.beside(self._sop, by) if self.list.in_series else ""
        if beside:
            self._show(beside)
        else:
            self.list.step(by)

    # The instance in sight.

    def _show(self, sop: str) -> None:
        if not sop:
            self._show_nothing()
            return
        self._sop = self.approving.sop = sop
        self.session.select(sop)
        catalogue = self.session.catalogue
        self._record = MaskingRecord.of(catalogue.masking(sop))
        row = catalogue.instance(sop)
        ahead = self._ahead(sop)
        self.loader.keep_only({sop, ("before", sop), *ahead})
        file = self.session.project.instances / row.file
        self.compare.show_instance(sop, partial(DicomImage.open, file), self._record.regions)
        self.by_hand.show_instance(sop, self._record.regions, frames=row.frames)
        self.keeping.show(sop)
        self._summarize(row.review)
        self.comparing.show(sop, file, self._record)
        for each in ahead:  # so that the next one is there at once
            self.loader.prefetch(each, partial(DicomImage.open, self._file(each)))

    def _ahead(self, sop: str) -> list[str]:
        """What will probably be looked at next: another image of the series, and the next that wants a look."""
        beside = self.list.queue.beside(sop, 1) if self.list.in_series else ""
        following = self.list.next_to_look_at(self.list.current(), (sop,))
        return [each for each in dict.fromkeys((following, beside)) if each]

    def _file(self, sop: str) -> Path:
        return self.session.project.instances / self.session.catalogue.instance(sop).file

    def _show_nothing(self) -> None:
        self._sop = self.approving.sop = ""
        self.by_hand.show_instance("", (), frames=1)
        self.keeping.show("")
        self.compare.show_nothing(EMPTY[self.list.listed])
        self.comparing.show_nothing()
        self.summary.setText(EMPTY[self.list.listed])
        self._enable()

    def _summarize(self, known: Sequence[str] | None = None) -> None:
        review = known if known is not None else self._review()
        place, count = self.list.queue.place(self._sop) if self.list.in_series else (1, 1)
        which = f"Image {place:,} of {count:,} of this series: " if count > 1 else ""
        self.summary.setText(f"{which}{self._record.sentence(review)}")
        set_role(self.summary, "caution" if review else "good")
        self._enable()

    def _review(self) -> Sequence[str]:
        return self.session.catalogue.instance(self._sop).review if self._sop else ()

    def _enable(self) -> None:
        whole = self.list.in_series
        self.series_button.setVisible(not whole)
        self.approve_button.setText("Series right, next (A)" if whole else "Looks right, next (A)")
        for widget in (self.approve_button, self.series_button, self.hold_button, self.by_hand.button):
            widget.setEnabled(bool(self._sop))

    def _on_drawing(self) -> None:
        self.leave_key.setEnabled(self.by_hand.drawing.on)
        for key in self.apply_keys:
            key.setEnabled(bool(self.by_hand.draft))

    def _on_masked(self, sop: str, scope: str) -> None:
        others = scope != "instance"
        if others:
            self.loader.forget_all()
        else:
            self.loader.forget(sop)
        self.list.masked(sop, others=others)
        if sop == self._sop or others:
            self._show(self._sop)

    # Making the view.

    def _lay_out(self) -> None:
        self.summary = label("")
        self.approve_button = button(
            "Looks right, next (A)",
            self.approving.approve,
            primary=True,
            tip="Nothing is left to look at here (A)",
        )
        self.series_button = button(
            "Series right, next (Shift+A)",
            self.approving.approve_series,
            tip="Nothing is left to look at in any image of this series that is not held back (Shift+A)",
        )
        self.hold_button = button("Hold back (H)", self.approving.hold_back, tip="It must not go on yet (H)")
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.hold_button)
        top.addWidget(self.series_button)
        top.addWidget(self.approve_button)
        self.header_button = QToolButton()
        self.header_button.setText("Header")
        self.header_button.setToolTip(
            "Show the header beside the image; without it the image is larger (Shift+T)"
        )
        self.header_button.setCheckable(True)
        self.header_button.setChecked(True)
        self.header_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.header_button.clicked.connect(lambda _checked: self.toggle_header())
        self.compare.tools.addWidget(self.header_button)
        self.compare.tools.addWidget(self.by_hand.button)
        middle = QWidget()
        inside = QVBoxLayout(middle)
        inside.setContentsMargins(8, 0, 8, 0)
        inside.addWidget(self.compare, 1)
        inside.addWidget(self.by_hand.bar)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addLayout(top)
        self.middle = middle
        left = QSplitter(Qt.Orientation.Vertical)
        left.setChildrenCollapsible(False)
        left.addWidget(self.list)
        left.addWidget(self.by_hand.list)
        left.setStretchFactor(0, 3)
        left.setStretchFactor(1, 2)
        column.addWidget(ThreePanes(left, middle, self.header), 1)

    def _connect(self) -> None:
        self.list.chosen.connect(self._show)
        self.header.wide_wanted.connect(self.toggle_wide)
        self.list.emptied.connect(self._show_nothing)
        for view in (self.compare.after, self.compare.before):
            view.next_wanted.connect(lambda: self.step(1))
            view.previous_wanted.connect(lambda: self.step(-1))
        self.approving.judged.connect(self._summarize)
        self.by_hand.masked.connect(self._on_masked)

    def _add_keys(self) -> None:
        actions: dict[str, Callable[[], object]] = {
            "approve": self.approving.approve,
            "approve_series": self.approving.approve_series,
            "hold_back": self.approving.hold_back,
            "before": self.compare.toggle,
            "difference": lambda: self.compare.show_side(Side.DIFFERENCE),
            "both": lambda: self.compare.show_side(Side.BOTH),
            "draw": self.by_hand.drawing.toggle,
            "new_box": self.by_hand.drawing.begin_box,
            "shape": self.by_hand.drawing.choose_next,
            "frames": self.by_hand.bar.frames.step,
            "delete": self.by_hand.boxes.delete,
            "delete_here": lambda: self.by_hand.boxes.delete(here=True),
            "adjust": self.by_hand.boxes.adjust,
            "keep": self.keeping.keep,
            "keep_list": self.keeping.open_list,
            "wide": self.toggle_wide,
            "header": self.toggle_header,
            "next": lambda: self.step(1),
            "previous": lambda: self.step(-1),
            "undo": self.approving.take_back,
            "redo": self.by_hand.redo,
            "next_box": lambda: self.by_hand.step(1),
            "previous_box": lambda: self.by_hand.step(-1),
            "search": self.header.search.setFocus,
        }
        held = ("mask.next", "mask.previous", "mask.next_box", "mask.previous_box", "mask.undo", "mask.redo")
        bind(
            self, {f"mask.{name}": action for name, action in actions.items()}, repeating=held, in_window=True
        )
        self.leave_key = QShortcut(QKeySequence("Esc"), self, self.by_hand.drawing.leave)
        self.apply_keys = [
            QShortcut(QKeySequence(held + key), widget, partial(self.by_hand.apply, scope))
            for widget in (self.compare.after, self.compare.before, self.by_hand.list.list)
            for held, scope in APPLY_KEYS.items()
            for key in ("Return", "Enter")
        ]
        for shortcut in self.apply_keys:
            # On the images and the list of boxes alone: Enter in the search field or on a button masks nothing.
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.by_hand.changed.connect(self._on_drawing)
        self._on_drawing()

    def hideEvent(self, event: QHideEvent) -> None:
        """Something else is shown: leave the tool and look for nothing more."""
        super().hideEvent(event)
        self.by_hand.drawing.leave()
        self.list.stop()
