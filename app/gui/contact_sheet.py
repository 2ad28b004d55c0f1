"""The contact sheet: all that is masked, and what was left and looks most like text; a glance and a key each."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from anonymizer import KEPT, Region
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.masked_crops import Wanted, cut_out
from app.gui.masking.crop_list import FINE, Same
from app.gui.masking.open_spots import Unmasked, look_for_spots
from app.gui.masking.sheet import Kind, Sheet
from app.gui.session import Session
from app.gui.widgets.empty_state import EmptyState
from app.workflows.looked_at import LookedAt, place_of
from app.workflows.masking_again import regions_of
from labeller import InstanceRow

Group = tuple[Sequence[str], Sequence[Region]]
"""SOP Instance UIDs, and regions of each of these images."""
LOCKED = "The sheet shows what lies under the masks, which only the originals tell."
SEVERAL = "Shift+arrows, Ctrl+A: choose several. Enter: see it in its image."
MASKED = Kind(
    "What is masked",
    Qt.Key.Key_S,
    f"F: rightly masked. S: no text, show all of these again. {SEVERAL} U: what was left unmasked.",
    "{pictures} different pictures lie under {boxes} boxes, the least sure first.",
    ("No pixels are masked", "Text that is found in images and masked is shown here, each picture once."),
)
LEFT = Kind(
    "What was left unmasked",
    Qt.Key.Key_M,
    f"F: fine as it is. M: mask all of these. {SEVERAL} U: what is masked.",
    "{pictures} different places were left unmasked and look most like text, of one image of each series and size.",
    ("Nothing left looks like text", "One image of each series and size was looked at."),
)


class ContactSheet(QWidget):
    """`opened(sop, number)` one is to be seen in its image (-1: no box); `mask_wanted` and `show_wanted` of groups.

    These carry [(SOP Instance UIDs, regions)], the same regions in several images.
    """

    opened = Signal(str, int)
    mask_wanted = Signal(list)
    show_wanted = Signal(list)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.masked, self.left = Sheet(MASKED, cut_out), Sheet(LEFT, look_for_spots)
        self.locked = EmptyState("The vault is locked", LOCKED, ("Unlock to look", self._unlock))
        self.stack = QStackedWidget()
        self.choice = QButtonGroup(self)
        top = QHBoxLayout()
        for sheet in (self.masked, self.left):
            self.stack.addWidget(sheet)
            top.addWidget(self._tool(sheet))
            sheet.list.opened.connect(self.opened)
            sheet.list.fine.connect(partial(self._note, sheet))
        top.addStretch(1)
        self.stack.addWidget(self.locked)
        self.shown = self.masked
        self.masked.list.change_wanted.connect(self._show_again)
        self.left.list.change_wanted.connect(self._mask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 10, 0, 0)
        column.addLayout(top)
        column.addWidget(self.stack, 1)
        QShortcut(QKeySequence("U"), self, self.switch)
        session.vault_changed.connect(self._on_vault_changed)

    def _tool(self, sheet: Sheet) -> QToolButton:
        tool = QToolButton()
        tool.setText(sheet.kind.name)
        tool.setToolTip(f"{sheet.kind.name} (U)")
        tool.setCheckable(True)
        tool.setChecked(sheet is self.masked)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.clicked.connect(lambda _checked: self.show_sheet(sheet))
        self.choice.addButton(tool)
        return tool

    def mark_stale(self) -> None:
        """Make both halves anew when they are next shown."""
        self.masked.stale = self.left.stale = True

    def switch(self) -> None:
        """From what is masked to what was left, and back."""
        self.show_sheet(self.left if self.shown is self.masked else self.masked)

    def show_sheet(self, sheet: Sheet) -> None:
        """Show one half."""
        self.shown = sheet
        for tool, each in zip(self.choice.buttons(), (self.masked, self.left), strict=True):
            tool.setChecked(each is sheet)
        self.activate()

    def activate(self) -> None:
        """Make the sheet where it is not up to date; the vault opens by itself where nobody need be asked."""
        if self.session.project.protection == "key file":
            self._unlock_silently()
        sheet = self.shown
        if sheet is self.masked and self.session.vault is None:
            self.masked.empty()
            self.stack.setCurrentWidget(self.locked)
            return
        self.stack.setCurrentWidget(sheet)
        if sheet.stale:
            answers = LookedAt(self.session.project.folder)
            todo = self._masked() if sheet is self.masked else self._unmasked()
            sheet.begin(todo, lambda crop: answers.answer(place_of(sheet.kind.name, crop.sop, crop.region)))
        sheet.list.setFocus()

    def stop(self) -> None:
        """Cut out no further; it is made anew when it is next shown."""
        self.masked.stop()
        self.left.stop()

    def _masked(self) -> list[Wanted]:
        vault, catalogue = self.session.vault, self.session.catalogue
        found = []
        for uid in catalogue.uids():
            regions = tuple(regions_of(catalogue, uid))
            path = vault.source_path(uid) if vault is not None else None
            if path is not None and any(region.kind != KEPT for region in regions):
                found.append(Wanted(uid, path, regions))
        return found

    def _unmasked(self) -> list[Unmasked]:
        """The middle image of each series and size."""
        catalogue, folder = self.session.catalogue, self.session.project.instances
        series: dict[tuple[str, int, int], list[InstanceRow]] = {}
        for row in catalogue.instances():
            if row.rows and row.columns:
                series.setdefault((row.series, row.rows, row.columns), []).append(row)
        middle = [rows[len(rows) // 2] for rows in series.values()]
        return [
            Unmasked(
                row.sop_instance_uid,
                folder / row.file,
                tuple(regions_of(catalogue, row.sop_instance_uid)),
            )
            for row in middle
        ]

    def _note(self, sheet: Sheet, chosen: list[Same], fine: bool) -> None:  # noqa: FBT001 - a signal sends it
        crops = [crop for same in chosen for crop in same.crops]
        places = [place_of(sheet.kind.name, crop.sop, crop.region) for crop in crops]
        try:
            LookedAt(self.session.project.folder).note(places, FINE if fine else "")
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _show_again(self, chosen: list[Same]) -> None:
        self.show_wanted.emit(grouped(chosen))
        self.masked.list.say(chosen, "to be shown again")

    def _mask(self, chosen: list[Same]) -> None:
        self.mask_wanted.emit(grouped(chosen))
        self.left.list.say(chosen, "to be masked")

    def _unlock(self) -> None:
        try:
            unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _unlock_silently(self) -> None:
        try:
            self.session.unlock(lambda _hint: None)
        except USER_ERRORS as error:
            self.session.status.emit(str(error))

    def _on_vault_changed(self) -> None:
        if self.session.vault is None:
            self.masked.empty()  # nothing of the originals stays in sight
        if self.isVisible() and self.session.is_open:
            self.activate()


def grouped(chosen: Sequence[Same]) -> list[Group]:
    """Return the images in which the same is to be done, and the regions: what lies in one image is done at once."""
    by_image: dict[str, dict[Region, None]] = {}
    for crop in (crop for same in chosen for crop in same.crops):
        by_image.setdefault(crop.sop, {})[crop.region] = None
    by_regions: dict[tuple[Region, ...], list[str]] = {}
    for sop, regions in by_image.items():
        by_regions.setdefault(tuple(regions), []).append(sop)
    return [(sops, regions) for regions, sops in by_regions.items()]
