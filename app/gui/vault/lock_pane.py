"""How the vault is locked: passphrase, keyring or key file; locking now and after idle minutes."""

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from anonymizer import Strength, judge_passphrase
from app import policy
from app.errors import USER_ERRORS
from app.gui.new_project import PROTECTIONS
from app.gui.session import Session
from app.gui.widgets.text import button, label, set_role
from app.workflows.projects import protection_now
from app.workflows.vaults import protect
from app.workflows.ways_in import write_recovery_sheet

_ROLES = {
    Strength.TOO_SHORT: "bad",
    Strength.WEAK: "bad",
    Strength.FAIR: "caution",
    Strength.STRONG: "good",
}
LOST = "A lost passphrase cannot be replaced but by a recovery sheet: keep it in a safe place, and write a sheet."
PRINT = "Print it, lock the paper away, and delete the file."
ELSEWHERE = "What opened the vault until now is destroyed."


class LockPane(QWidget):
    """`changed`: the vault is locked by something else now; `lock_wanted`: lock it."""

    changed = Signal()
    lock_wanted = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.now = label("", "heading")
        self.kind = QComboBox()
        rules = policy.current()
        for name, text in PROTECTIONS:
            if name in (rules.protections or (name,)):
                self.kind.addItem(text, name)
        self.passphrase, self.again = QLineEdit(), QLineEdit()
        self.strength = label("")
        self.change_button = button("&Change the protection…", self.change, primary=True)
        self.message = label("")
        self.minutes = QSpinBox()
        self.minutes.setRange(1 if rules.lock_minutes else 0, rules.lock_minutes or 240)
        if rules.lock_minutes:
            self.minutes.setToolTip(f"{policy.SET_BY_IT}: {rules.lock_minutes} at most")
        else:
            self.minutes.setSpecialValueText("never by itself")
        self.minutes.setSuffix(" minutes without a key or a click")
        self.lock_button = button("&Lock now", self.lock_wanted.emit)
        self.sheet_button = button("Write a &recovery sheet…", self._choose_sheet)
        self.sheet_state = label("", "muted")
        self._lay_out()
        self.kind.currentIndexChanged.connect(lambda _index: self._show_kind())
        for field in (self.passphrase, self.again):
            field.textChanged.connect(lambda _text: self._show_kind())
        self.minutes.valueChanged.connect(self._set_minutes)

    def activate(self) -> None:
        """Show how the vault is locked."""
        now = protection_now(self.session.project)
        self.now.setText(f"The vault is locked by a {now}")
        self.minutes.setValue(self.session.preferences.lock_minutes)
        self.kind.setCurrentIndex(self.kind.findData(now))
        self._show_sheet()
        self.lock_button.setEnabled(now == "passphrase")
        self.lock_button.setToolTip(
            ""
            if now == "passphrase"
            else f"A {now} opens the vault by itself; a passphrase would be asked for."
        )
        self._show_kind()

    def clear(self) -> None:
        """Forget what was typed."""
        self.passphrase.clear()
        self.again.clear()
        self.message.clear()

    def change(self) -> None:
        """Lock the vault otherwise, after asking."""
        kind = str(self.kind.currentData())
        vault = self.session.vault
        if vault is None or not self._meant(kind):
            return
        text = self.passphrase.text() if kind == "passphrase" else None
        try:
            project = protect(self.session.project, vault, kind, text)
        except USER_ERRORS as error:
            self._say(f"{error} {error.remedy}".strip(), "bad")
        else:
            self.session.protection_changed(project, text or "")
            self.clear()
            self._say(f"Done. {LOST}" if kind == "passphrase" else "Done.", "good")
            self.changed.emit()
        self.activate()

    def write_sheet(self, file: Path) -> None:
        """Write a page to print that opens the vault when everything else is lost."""
        vault = self.session.vault
        if vault is None:
            return
        try:
            write_recovery_sheet(self.session.project, vault, file)
        except USER_ERRORS as error:
            self._say(f"{error} {error.remedy}".strip(), "bad")
        else:
            self._say(f"Written. {PRINT}", "good")
        self._show_sheet()

    def _choose_sheet(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Recovery sheet", "recovery.txt", "Text (*.txt)")
        if name:
            self.write_sheet(Path(name))

    def _show_sheet(self) -> None:
        vault = self.session.vault
        there = vault is not None and vault.has_recovery
        self.sheet_button.setEnabled(vault is not None)
        self.sheet_state.setText(
            "A recovery sheet opens this vault; a new one takes its place." if there else "There is none yet."
        )

    def _meant(self, kind: str) -> bool:
        kinds = QMessageBox.StandardButton
        text = f"From now on a {kind} opens the vault. {ELSEWHERE}"
        text += f"\n\n{LOST}" if kind == "passphrase" else ""
        answer = QMessageBox.question(
            self, "Change the protection", text, kinds.Ok | kinds.Cancel, kinds.Cancel
        )
        return answer == kinds.Ok

    def _show_kind(self) -> None:
        kind = str(self.kind.currentData())
        wanted = kind == "passphrase"
        for row in (self.passphrase, self.again, self.strength):
            self._form.setRowVisible(row, wanted)
        text = self.passphrase.text()
        judgement = judge_passphrase(text)
        self.strength.setText(judgement.words if text else "Four random words are a good passphrase.")
        set_role(self.strength, _ROLES[judgement.strength] if text else "muted")
        same = text == self.again.text()
        if text and self.again.text() and not same:
            self.strength.setText("The two passphrases differ.")
            set_role(self.strength, "bad")
        now = protection_now(self.session.project) if self.session.is_open else ""
        self.change_button.setEnabled(judgement.acceptable and same if wanted else kind != now)

    def _set_minutes(self, minutes: int) -> None:
        self.session.preferences.lock_minutes = minutes

    def _say(self, text: str, role: str) -> None:
        self.message.setText(text)
        set_role(self.message, role)

    def _lay_out(self) -> None:
        self._form = QFormLayout()
        self._form.addRow("Locked &by", self.kind)
        for field, name in ((self.passphrase, "New &passphrase"), (self.again, "Once &more")):
            field.setEchoMode(QLineEdit.EchoMode.Password)
            self._form.addRow(name, field)
        self._form.addRow("", self.strength)
        row = QHBoxLayout()
        row.addWidget(self.change_button)
        row.addWidget(self.message, 1)
        idle = QFormLayout()
        idle.addRow("Lock &after", self.minutes)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(10)
        column.addWidget(self.now)
        column.addLayout(self._form)
        column.addLayout(row)
        column.addSpacing(14)
        column.addWidget(label("If passphrase or key file are lost", "heading"))
        column.addWidget(
            label("A code on paper, in a safe apart from the project, opens the vault too.", "muted")
        )
        sheet = QHBoxLayout()
        sheet.addWidget(self.sheet_button)
        sheet.addWidget(self.sheet_state, 1)
        column.addLayout(sheet)
        column.addSpacing(14)
        column.addWidget(label("Locking", "heading"))
        column.addWidget(
            label("A vault with a passphrase locks itself when nobody works at the window.", "muted")
        )
        column.addLayout(idle)
        column.addWidget(self.lock_button)
        column.addStretch(1)
