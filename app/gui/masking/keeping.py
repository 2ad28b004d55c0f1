"""What was read in the boxes in sight, behind the unlocked vault; and texts that are kept from now on."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.masking.keep_list import KeepListDialog
from app.gui.masking.masking_by_hand import MaskingByHand
from app.gui.session import Session
from app.project import Project
from app.workflows.pixel_policy import keep_texts

# What was read may be an identity, so the line at the bottom does not repeat it.
KEPT_NOW = "Its text stays from now on; it is shown again here once applied (Enter). Shift+K shows the list."
NOT_KEPT = "Choose a box in which text was read; an identity is never kept."


class Keeping(QObject):
    """Fills the list of boxes with what was read, and takes texts from it into the project's keep-list."""

    def __init__(self, session: Session, by_hand: MaskingByHand, owner: QWidget) -> None:
        super().__init__(by_hand.list)  # it fills that list, so it must not outlive it
        self._session, self._by_hand, self._owner = session, by_hand, owner
        self._sop = ""
        by_hand.list.keep_wanted.connect(self.keep)
        by_hand.list.list_wanted.connect(self.open_list)
        session.vault_changed.connect(self._on_vault_changed)

    def show(self, sop: str) -> None:
        """Show what was read in this instance; nothing while the vault is locked."""
        self._sop = sop
        vault = self._session.vault
        readings = vault.readings(sop) if vault is not None and sop else ()
        self._by_hand.list.show_readings({(r.x, r.y, r.width, r.height): r.text.strip() for r in readings})

    def _on_vault_changed(self) -> None:
        self.show(self._sop)

    def keep(self) -> None:
        """Keep the text of the chosen box always: in this project, at the next masking, and here once applied."""
        region = self._by_hand.work.chosen_masked()
        text = self._by_hand.list.reading_of(region) if region is not None else ""
        if region is None or region.kind != "text" or not text:
            self._session.status.emit(NOT_KEPT)
            return
        try:
            keep_texts([text], Project.open(self._session.project.folder))
        except USER_ERRORS as error:
            show_error(self._owner, str(error), error.remedy)
            return
        self._by_hand.show_all_with(text)
        self._session.status.emit(KEPT_NOW)

    def open_list(self) -> None:
        """See and edit the keep-list."""
        dialog = KeepListDialog(self._session.project.folder, self._owner)
        dialog.exec()
        dialog.deleteLater()
