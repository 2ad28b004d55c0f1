"""The instance in sight beside its original: image and header, as far as the vault is open and the original there."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.image.compare_view import CompareView
from app.gui.masking.header_table import HeaderTable
from app.gui.masking_record import MaskingRecord
from app.gui.originals import Compared, compare, open_original
from app.gui.session import Session

LOCKED = "The originals can be shown once the vault is unlocked."
UNKNOWN = "The vault does not know where this instance came from."
CHANGED = "The original file was changed since the import; Before may differ from what was masked."


class Comparing(QObject):
    """Fills both views; what cannot be compared is said in them."""

    def __init__(self, session: Session, image: CompareView, header: HeaderTable, owner: QWidget) -> None:
        super().__init__(owner)
        self._session, self._image, self._header, self._owner = session, image, header, owner
        self._sop, self._file, self._record = "", Path(), MaskingRecord()
        self._work = Latest(self)
        self._work.done.connect(self._on_compared)
        self._work.failed.connect(self._on_unreadable)
        image.unlock_wanted.connect(self.unlock)
        header.unlock_wanted.connect(self.unlock)
        session.vault_changed.connect(self._on_vault_changed)

    def show(self, sop: str, file: Path, record: MaskingRecord) -> None:
        """Compare this instance, whose masked form lies in `file`."""
        self._sop, self._file, self._record = sop, file, record
        vault = self._session.vault
        path = vault.source_path(sop) if vault is not None else None
        if vault is None:
            self._no_original(LOCKED, can_unlock=True)
        elif path is None:
            self._no_original(UNKNOWN)
        else:
            self._header.say("")
            self._image.set_original(("before", sop), partial(open_original, path))
        self._work.run(partial(compare, path, file, record.changes))

    def show_nothing(self) -> None:
        """Compare nothing."""
        self._sop = ""
        self._work.drop()
        self._header.clear()

    def unlock(self) -> None:
        """Ask for the passphrase where one is needed, then compare."""
        try:
            unlocked(self._session, self._owner)
        except USER_ERRORS as error:
            show_error(self._owner, str(error), error.remedy)

    def unlock_silently(self) -> None:
        """Open the vault where nobody need be asked."""
        try:
            self._session.unlock(lambda _hint: None)
        except USER_ERRORS as error:
            self._session.status.emit(str(error))

    def _on_vault_changed(self) -> None:
        if self._sop:
            self.show(
                self._sop, self._file, self._record
            )  # without a vault nothing of the original stays in sight

    def _no_original(self, text: str, *, can_unlock: bool = False) -> None:
        self._image.no_original(text, can_unlock=can_unlock)
        self._header.say(text, can_unlock=can_unlock)

    def _on_compared(self, compared: Compared) -> None:
        self._header.show_rows(compared.rows, with_original=compared.source is not None)
        vault = self._session.vault
        if compared.message:
            self._no_original(compared.message)
        elif compared.source is not None and vault is not None and not vault.is_done(compared.source):
            self._header.say(CHANGED, "caution")

    def _on_unreadable(self, message: str, remedy: str) -> None:
        self._header.show_rows((), with_original=False)
        self._header.say(f"{message} {remedy}".strip(), "bad")
