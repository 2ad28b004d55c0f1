"""Finding the patient behind a pseudonym and the pseudonym of a patient; exporting the list; forgetting."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QMessageBox,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from anonymizer import Field, KnownPatient, Vault
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.models.patients import PatientsModel
from app.gui.session import Session
from app.gui.vault.forget_dialog import ForgetDialog
from app.gui.vault.work import VaultWork
from app.gui.widgets.table_look import look_as_rows
from app.gui.widgets.text import button, label, set_role
from app.workflows.vaults import LIST_WARNING, export_list, find_patients, forget_everyone, forget_patients

FIELDS = (
    (Field.ANY, "Anything"),
    (Field.NAME, "Name"),
    (Field.ID, "Patient ID"),
    (Field.BIRTH_DATE, "Birth date"),
    (Field.ACCESSION, "Accession number"),
    (Field.UID, "UID"),
    (Field.PSEUDONYM, "Pseudonym"),
)
HINT = (
    "Type a name, an ID, a birth date (1961-02), an accession number, a UID or a pseudonym, then press Enter."
)


class PatientsPane(QWidget):
    """`changed`: the vault holds something else now."""

    changed = Signal()

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self.jobs = session, jobs
        self.model = PatientsModel(self)
        self.text = QLineEdit()
        self.text.setPlaceholderText("Name, ID, birth date, accession number, UID or pseudonym")
        self.text.setAccessibleName("What is looked for")
        self.text.setClearButtonEnabled(True)
        self.field = QComboBox()
        self.field.setAccessibleName("By what")
        for by, title in FIELDS:
            self.field.addItem(title, by.value)
        self.message = label(HINT, "muted")
        self.table = _table(self.model)
        # Qt would copy the cell, and that may be a name.
        QShortcut(
            QKeySequence.StandardKey.Copy, self.table, self.copy, context=Qt.ShortcutContext.WidgetShortcut
        )
        self.find_button = button("&Find", self.look_up, primary=True)
        self.all_button = button("Show &all", self.find_all)
        self.copy_button = button("&Copy the pseudonym", self.copy)
        self.forget_button = button("&Forget the chosen…", self.forget)
        self.export_button = button("&Export the list…", self.export)
        self.everyone_button = button("Forget everyone…", self.forget_everyone)
        self._lay_out()
        self._work = VaultWork(session, self)
        self._work.failed.connect(self._on_failed)
        self.text.returnPressed.connect(self.look_up)
        self.table.selectionModel().selectionChanged.connect(lambda _on, _off: self._show_state())
        self._show_state()

    def activate(self) -> None:
        """Make ready to type."""
        self.text.setFocus()
        self.text.selectAll()

    def clear(self) -> None:
        """Show no identity any more."""
        self._work.drop()
        self.text.clear()
        self.model.show_patients([])
        self._say(HINT)
        self._show_state()

    def look_up(self) -> None:
        """Show the patients that match what was typed."""
        text = self.text.text().strip()
        if text:
            self._find(text, Field(str(self.field.currentData())))
        else:
            self._say(HINT)

    def find_all(self) -> None:
        """Show every patient."""
        self._find("", Field.ANY)

    def copy(self) -> None:
        """Put the chosen pseudonyms on the clipboard."""
        QApplication.clipboard().setText("\n".join(self.chosen()))
        self.session.status.emit("The pseudonym is on the clipboard.")

    def chosen(self) -> list[str]:
        """Return the pseudonyms of the chosen rows."""
        rows = self.table.selectionModel().selectedRows()
        return list(dict.fromkeys(self.model.patient(index.row()).pseudonym for index in rows))

    def export(self) -> None:
        """Ask where, warn, and write who is who."""
        name, _ = QFileDialog.getSaveFileName(
            self, "Export who is who", "patients.xlsx", "Excel workbook (*.xlsx);;CSV (*.csv)"
        )
        if name and self._warned(name):
            file = Path(name)
            file = file if file.suffix else file.with_suffix(".xlsx")
            self._work.run(
                partial(export_list, self.session.project, file=file), partial(self._on_exported, file)
            )

    def forget(self) -> None:
        """Destroy the way back to the chosen patients, after asking twice."""
        if chosen := self.chosen():
            self._ask(chosen)

    def forget_everyone(self) -> None:
        """Destroy the way back to everyone, after asking twice."""
        self._ask([])

    def _ask(self, pseudonyms: Sequence[str]) -> None:
        if any(job.heavy for job in self.jobs.active):
            show_error(self, "Work is running that may need the patients.", "Wait for its end, or cancel it.")
            return
        dialog = ForgetDialog(pseudonyms, self)
        dialog.accepted.connect(partial(self._forget, list(pseudonyms)))
        dialog.finished.connect(lambda _result: dialog.deleteLater())
        dialog.open()

    def _forget(self, pseudonyms: list[str]) -> None:
        project = self.session.project
        work: Callable[[Vault], int] = partial(forget_everyone, project)
        if pseudonyms:
            work = partial(forget_patients, project, pseudonyms=pseudonyms)
        self._work.run(work, self._on_forgotten)

    def _find(self, text: str, by: Field) -> None:
        self._say("Looking …")
        self._work.run(partial(find_patients, self.session.project, text=text, by=by), self._on_found)

    def _on_found(self, patients: list[KnownPatient]) -> None:
        self.model.show_patients(patients)
        self._say(f"Patients found: {len(patients):,}" if patients else "The vault knows no such patient.")
        if patients:
            self.table.resizeColumnsToContents()
            self.table.selectRow(0)
            self.table.setFocus()
        self._show_state()

    def _on_exported(self, file: Path, count: int) -> None:
        self._say(f"Patients written to {file}: {count:,}. {LIST_WARNING}", "caution")

    def _on_forgotten(self, instances: int) -> None:
        self.session.renew_vault()
        self.text.clear()
        self.model.show_patients([])
        self._say(f"Forgotten. Images that are anonymous now: {instances:,}.", "good")
        self._show_state()
        self.changed.emit()

    def _on_failed(self, message: str, remedy: str) -> None:
        self._say("")
        show_error(self, message, remedy)

    def _warned(self, name: str) -> bool:
        kinds = QMessageBox.StandardButton
        answer = QMessageBox.warning(
            self,
            "Export who is who",
            f"{LIST_WARNING}\n\nWrite {name}?",
            kinds.Save | kinds.Cancel,
            kinds.Cancel,
        )
        return answer == kinds.Save

    def _say(self, text: str, role: str = "muted") -> None:
        self.message.setText(text)
        set_role(self.message, role)

    def _show_state(self) -> None:
        for widget in (self.copy_button, self.forget_button):
            widget.setEnabled(bool(self.chosen()))

    def _lay_out(self) -> None:
        search = QHBoxLayout()
        search.addWidget(self.text, 1)
        for widget in (self.field, self.find_button, self.all_button):
            search.addWidget(widget)
        below = QHBoxLayout()
        below.addWidget(self.copy_button)
        below.addWidget(self.forget_button)
        below.addStretch(1)
        below.addWidget(self.export_button)
        below.addWidget(self.everyone_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 0)
        column.addLayout(search)
        column.addWidget(self.message)
        column.addWidget(self.table, 1)
        column.addLayout(below)
        QShortcut(QKeySequence("Ctrl+F"), self, self.activate)


def _table(model: PatientsModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    look_as_rows(table, "Patients found")
    header = table.horizontalHeader()
    header.setStretchLastSection(True)
    header.setResizeContentsPrecision(200)  # rows looked at: enough, however many there are
    letter = table.fontMetrics().averageCharWidth()
    for column, letters in enumerate((23, 16, 14, 28, 13, 22, 9)):
        table.setColumnWidth(column, letter * letters)
    return table
