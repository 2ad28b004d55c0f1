"""The site's own pseudonyms: read from a file, kept in the vault; what happens to patients not listed."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QPlainTextEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from anonymizer import Contents, PatientRules, Unlisted
from app.gui.session import Session
from app.gui.vault.work import VaultWork
from app.gui.widgets.text import button, label, set_role
from app.workflows.vaults import read_pseudonyms

EXPLAINED = (
    "With a list of your own, your study IDs stand in place of the program's pseudonyms: in the images, in folder "
    "names, in the catalogue and in data sets. The file (CSV or Excel) has headings in its first row: “patient id” "
    "(or “name” and “birth date”) and “pseudonym”; if wanted “issuer”, “day shift” and “same patient”."
)
CHOICES = (
    (Unlisted.KEYED, "get a pseudonym from the project's &key"),
    (Unlisted.QUARANTINE, "are &not written: their files are quarantined"),
)


class ListPane(QWidget):
    """`changed`: the vault holds something else now."""

    changed = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.count = label("", "heading")
        self.read_button = button("&Read a list…", self.ask_file, primary=True)
        self.choices = QButtonGroup(self)
        self.issuers = QCheckBox("The same patient ID of two &issuers (0010,0021) is two patients")
        self.why_fixed = label("This is fixed once images were imported.", "muted")
        self.message = label("")
        self.problems = QPlainTextEdit()
        self.problems.setReadOnly(True)
        self.problems.setAccessibleName("What is wrong with the list")
        self._lay_out()
        self._work = VaultWork(session, self)
        self._work.failed.connect(self._on_failed)
        self.choices.idClicked.connect(lambda _number: self._set_rules())
        self.issuers.clicked.connect(lambda _on: self._set_rules())

    def show_contents(self, held: Contents) -> None:
        """Show what the vault holds."""
        self.count.setText(f"Patients on the list: {held.listed:,}")
        for number, (unlisted, _text) in enumerate(CHOICES):
            self.choices.button(number).setChecked(unlisted.value == held.unlisted)
        self.issuers.setChecked(held.separate_issuers)
        self.issuers.setEnabled(held.instances == 0)
        self.why_fixed.setVisible(held.instances > 0)

    def clear(self) -> None:
        """Show nothing of an earlier list."""
        self._work.drop()
        self._say("", "muted")

    def ask_file(self) -> None:
        """Ask for a list and read it."""
        name, _ = QFileDialog.getOpenFileName(
            self, "Read a list of pseudonyms", "", "Lists (*.csv *.txt *.tsv *.xlsx *.xlsm);;All files (*)"
        )
        if name:
            self.read(Path(name))

    def read(self, file: Path) -> None:
        """Take over a list, or say what is wrong with it."""
        self._change(file)

    def _set_rules(self) -> None:
        self._change(None)

    def _change(self, file: Path | None) -> None:
        if self.session.vault is None:
            return
        work = partial(
            read_pseudonyms,
            self.session.project,
            file=file,
            unlisted=CHOICES[self.choices.checkedId()][0],
            separate_issuers=self.issuers.isChecked(),
        )
        self._say("Reading the list …" if file else "", "muted")
        self._work.run(work, partial(self._on_changed, file))

    def _on_changed(self, file: Path | None, rules: PatientRules) -> None:
        listed = f"The list was read. Patients on it now: {len(rules.listed):,}."
        self._say(listed if file else "It holds for the next import.", "good")
        self.changed.emit()

    def _on_failed(self, message: str, remedy: str) -> None:
        self._say(remedy, "bad", message)
        self.changed.emit()

    def _say(self, text: str, role: str, problems: str = "") -> None:
        self.message.setText(text)
        set_role(self.message, role)
        self.problems.setPlainText(problems)
        self.problems.setVisible(bool(problems))

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.setSpacing(10)
        top = QHBoxLayout()
        top.addWidget(self.count, 1)
        top.addWidget(self.read_button)
        column.addLayout(top)
        column.addWidget(label(EXPLAINED))
        column.addWidget(label("Two patients never become one: rows that would do so are refused.", "muted"))
        column.addSpacing(6)
        column.addWidget(label("Patients that the list does not name", "heading"))
        for number, (_unlisted, text) in enumerate(CHOICES):
            choice = QRadioButton(text)
            self.choices.addButton(choice, number)
            column.addWidget(choice)
        column.addSpacing(6)
        column.addWidget(self.issuers)
        column.addWidget(self.why_fixed)
        column.addWidget(self.message)
        column.addWidget(self.problems, 1)
        column.addStretch(1)
        self.problems.hide()
