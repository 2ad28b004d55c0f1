"""Asks for the passphrase of a project's vault."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLineEdit, QVBoxLayout, QWidget

from app.gui.session import Session
from app.gui.widgets.text import label

IDENTITIES = "The original identities of this project are encrypted. Its passphrase is needed once."
LABELS = (
    "The catalogue of this project is encrypted, with all labels. Its passphrase is needed to open the project, and "
    "opens the vault too."
)


class UnlockDialog(QDialog):
    """One field for the passphrase, with why it is needed and what was wrong with the last one."""

    def __init__(self, hint: str, parent: QWidget | None = None, *, why: str = IDENTITIES) -> None:
        super().__init__(parent)
        self.setWindowTitle("Unlock the vault")
        layout = QVBoxLayout(self)
        self.why = label(why)
        layout.addWidget(self.why)
        self.hint = label(hint, "bad")
        self.hint.setVisible(bool(hint))
        layout.addWidget(self.hint)
        self.passphrase = QLineEdit()
        self.passphrase.setEchoMode(QLineEdit.EchoMode.Password)
        self.passphrase.setAccessibleName("Passphrase")
        layout.addWidget(self.passphrase)
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        buttons.button(kinds.Ok).setText("&Unlock")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)


def ask_passphrase(parent: QWidget | None, why: str = IDENTITIES) -> Callable[[str], str | None]:
    """Return the question for `Session.unlock`, or for `Session.way_into`."""

    def ask(hint: str) -> str | None:
        dialog = UnlockDialog(hint, parent, why=why)
        accepted = dialog.exec() == QDialog.DialogCode.Accepted
        text = dialog.passphrase.text()
        dialog.deleteLater()
        return text if accepted else None

    return ask


def unlocked(session: Session, parent: QWidget | None) -> bool:
    """Whether the open project's vault is open now, after asking where it must be asked.

    Raises VaultError where no passphrase would help.
    """
    return session.unlock(ask_passphrase(parent)) is not None
