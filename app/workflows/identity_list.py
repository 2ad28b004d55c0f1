"""Writing who is who to a file that only its owner may read."""

import csv
import io
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from anonymizer import KnownPatient, Person, people_of
from app.errors import UsageError
from app.storage import sync_folder

COLUMNS = (
    "pseudonym", "patient id", "issuer", "name", "birth date", "accession numbers", "studies", "instances",
    "first entered", "last entered",
)  # fmt: skip
_FORMULA_STARTS = ("=", "+", "-", "@")
_WIDTH = 22  # of a column, in characters


def write_list(file: Path, patients: Iterable[KnownPatient]) -> None:
    """Write a row for each spelling of each patient, as CSV (UTF-8) or .xlsx, with mode 0600.

    Raises UsageError where the file exists, cannot be written or has another ending.
    """
    kind = file.suffix.lower()
    if kind not in (".csv", ".xlsx"):
        raise UsageError(f"A list is written as .csv or .xlsx, not as “{kind}”.", "Change the file's ending.")
    if file.exists():
        raise UsageError(f"{file} exists already.", "A list is never overwritten: choose another name.")
    rows = [_row(patient, person) for patient, person in people_of(patients)]
    write_private(file, _as_csv(rows) if kind == ".csv" else _as_workbook(rows))


def _row(patient: KnownPatient, person: Person) -> list[str]:
    who = (person.patient_id, person.issuer, person.name, person.birth_date)
    accessions = " ".join(patient.accessions)
    counts = [str(len(patient.studies)), str(patient.instances)]
    return [patient.pseudonym, *who, accessions, *counts, patient.first, patient.last]


def _as_csv(rows: Iterable[list[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    # A spreadsheet would take a cell that begins so for a formula.
    writer.writerows(
        [f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell for cell in row] for row in rows
    )
    return text.getvalue().encode("utf-8-sig")


def _as_workbook(rows: Iterable[list[str]]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Patients"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(row)
        for cell in sheet[sheet.max_row]:
            cell.data_type, cell.number_format = "s", "@"  # as text: zeros in front stay, nothing is computed
    for column in sheet.columns:
        sheet.column_dimensions[column[0].column_letter].width = _WIDTH
    sheet.freeze_panes = "A2"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_private(file: Path, content: bytes) -> None:
    """Write a file that nobody but its owner may read. Raises UsageError where it cannot be written."""
    temporary = file.with_name(f".{file.name}.{secrets.token_hex(4)}.part")
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
        with os.fdopen(os.open(temporary, flags, 0o600), "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(file)
        sync_folder(file.parent)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Choose another folder.") from error
    finally:
        temporary.unlink(missing_ok=True)
