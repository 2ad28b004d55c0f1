"""Patients as a vault knows them, a row for each spelling of each."""

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from anonymizer import KnownPatient, Person, people_of

Index = QModelIndex | QPersistentModelIndex
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


class PatientsModel(QAbstractTableModel):
    """Holds identities: cleared whenever the vault is locked."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[tuple[KnownPatient, Person]] = []

    def show_patients(self, patients: Sequence[KnownPatient]) -> None:
        """Show these in place of the present ones."""
        self.beginResetModel()
        self._rows = list(people_of(patients))
        self.endResetModel()

    def patient(self, row: int) -> KnownPatient:
        """Return whose row that is."""
        return self._rows[row][0]

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """Spellings of patients."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own default
        """What is known of each."""
        return 0 if parent.isValid() else len(HEADINGS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Headings of the columns."""
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return HEADINGS[section]
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the text of a cell; the tool tip shows it whole."""
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        patient, person = self._rows[index.row()]
        return (
            patient.pseudonym, person.patient_id, person.issuer, person.name, _day(person.birth_date),
            ", ".join(patient.accessions), f"{patient.instances:,}", patient.first[:10],
        )[index.column()]  # fmt: skip


def _day(date: str) -> str:
    return f"{date[:4]}-{date[4:6]}-{date[6:]}" if len(date) == 8 and date.isdigit() else date  # noqa: PLR2004
