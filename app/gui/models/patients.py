"""Patients as a vault knows them, a row for each spelling of each."""

from collections.abc import Sequence

from PySide6.QtCore import Qt

from anonymizer import KnownPatient, Person, people_of
from app.gui.models.rows_model import Index, RowsModel

HEADINGS = (
    "Pseudonym",
    "Patient ID",
    "Issuer",
    "Name",
    "Birth date",
    "Accession numbers",
    "Images",
    "Entered",
)


class PatientsModel(RowsModel[tuple[KnownPatient, Person]]):
    """Holds identities: cleared whenever the vault is locked."""

    headings = HEADINGS

    def show_patients(self, patients: Sequence[KnownPatient]) -> None:
        """Show these in place of the present ones."""
        self.beginResetModel()
        self.rows = list(people_of(patients))
        self.endResetModel()

    def patient(self, row: int) -> KnownPatient:
        """Return whose row that is."""
        return self.rows[row][0]

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell; the tool tip shows it whole."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        patient, person = self.rows[index.row()]
        return (
            patient.pseudonym, person.patient_id, person.issuer, person.name, _day(person.birth_date),
            ", ".join(patient.accessions), f"{patient.instances:,}", patient.first[:10],
        )[index.column()]  # fmt: skip


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date  # noqa: PLR2004
