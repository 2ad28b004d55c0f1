"""Reading a list of pseudonyms from CSV or Excel: columns are known by their headings, in any order."""

import csv
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from anonymizer.errors import PseudonymListError
from anonymizer.identities.list_checks import refuse
from anonymizer.identities.pseudonym_list import ListedPatient
from anonymizer.identities.pseudonyms import strip_padding
from anonymizer.words.names import written_date
from anonymizer.words.vocabulary import normal

HEADINGS: dict[str, tuple[str, ...]] = {
    "pseudonym": ("pseudonym", "study id", "subject id", "subject", "new id", "new patient id", "research id",
                  "trial id", "studien id", "pseudonyme", "seudonimo", "pseudonimo", "pseudoniem"),
    "patient_id": ("patient id", "original id", "original patient id", "id", "mrn", "patient number",
                   "medical record number", "pid", "patienten id", "patientennummer", "patientnummer",
                   "id paciente", "id patient", "id paziente"),
    "issuer": ("issuer", "issuer of patient id", "assigning authority", "hospital", "aussteller"),
    "name": ("name", "patient name", "patients name", "original name", "patientenname", "nom", "nombre", "nome",
             "naam"),
    "birth_date": ("birth date", "birthdate", "date of birth", "dob", "patient birth date", "patients birth date",
                   "geburtsdatum", "date de naissance", "fecha de nacimiento", "data di nascita", "geboortedatum"),
    "day_shift": ("day shift", "date shift", "date shift in days", "shift", "shift in days", "shift days",
                  "date offset", "datumsverschiebung", "verschiebung in tagen"),
    "same_patient": ("same patient", "same person", "merge", "merged", "gleicher patient"),
}  # fmt: skip
"""The columns of a list and the headings under which each may stand, as they are compared."""

_EXCEL = frozenset({".xlsx", ".xlsm"})
_MOST_ROWS = 1_000_000
_NOT_WORD = re.compile(r"[\W_]+")
_ROUNDED = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+")
_ZEROS = re.compile(r"0+")
_EXACT = 10**15  # larger numbers are rounded by spreadsheets
_YES = frozenset({"yes", "y", "true", "1", "x", "ja", "oui", "si", "sim", "same"})
_NO = frozenset({"", "no", "n", "false", "0", "nein", "non", "nao", "nee"})
Cells = tuple[int, list[str]]


def read_list(path: Path) -> list[ListedPatient]:
    """Read the rows of a list, unchecked among each other (see `list_checks.check_list`).

    Raises PseudonymListError where the file cannot be read, lacks a column or holds values that are no dates,
    numbers or answers, with the rows.
    """
    try:
        rows = _from_excel(path) if path.suffix.lower() in _EXCEL else _from_csv(path)
        number, headings = next(rows, (1, []))
        columns = _columns(headings)
        problems: list[str] = []
        found = list(_listed(rows, columns, problems))
    except OSError as error:
        raise PseudonymListError(
            "The list of pseudonyms cannot be read.", "Check the path and that no other program has it open."
        ) from error
    if not found and not problems:
        problems.append(f"There is no row below the headings (row {number}).")
    refuse(problems)
    return found


def _listed(rows: Iterable[Cells], columns: dict[str, int], problems: list[str]) -> Iterator[ListedPatient]:
    for number, cells in rows:
        values = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
        if not any(values.values()):
            continue
        if number > _MOST_ROWS:
            problems.append(f"The list has more than {_MOST_ROWS:,} rows.")
            return
        wrong = [f"Row {number}: {words}" for words in _misread(values)]
        problems += wrong
        if not wrong:
            yield _row(values, number)


def _misread(values: dict[str, str]) -> Iterator[str]:
    """What cannot be understood in a row."""
    if any(value.startswith("#") for value in values.values()):
        yield "a cell holds an error of the spreadsheet."
    if _ROUNDED.fullmatch(values.get("patient_id", "")):
        yield "the ID was rounded by a spreadsheet; give that column the format “text” and enter it again."
    if written_date(values.get("birth_date", "")) is None:
        yield "the birth date is none, or can be read in two ways; write it as year-month-day (1961-02-28)."
    if values.get("day_shift", "") and _whole(values["day_shift"]) is None:
        yield "the shift of dates is no whole number of days."
    if normal(values.get("same_patient", "")) not in _YES | _NO:
        yield "the column “same patient” holds neither yes nor no."


def _row(values: dict[str, str], number: int) -> ListedPatient:
    shift = values.get("day_shift", "")
    return ListedPatient(
        pseudonym=values["pseudonym"],
        patient_id=values.get("patient_id", ""),
        issuer=values.get("issuer", ""),
        name=values.get("name", ""),
        birth_date=written_date(values.get("birth_date", "")) or "",
        day_shift=_whole(shift) if shift else None,
        same_patient=normal(values.get("same_patient", "")) in _YES,
        row=number,
    )


def _whole(text: str) -> int | None:
    try:
        return int(text.replace("−", "-"))
    except ValueError:
        return None


def _columns(headings: Sequence[str]) -> dict[str, int]:
    """Return where each known column stands. Raises PseudonymListError where one is missing or stands twice."""
    found: dict[str, int] = {}
    plain = [_NOT_WORD.sub(" ", normal(heading)).strip() for heading in headings]
    for name, spellings in HEADINGS.items():
        places = [place for place, heading in enumerate(plain) if heading in spellings]
        if len(places) > 1:
            raise _headings(f"Columns {places[0] + 1} and {places[1] + 1} mean the same.")
        if places:
            found[name] = places[0]
    if "pseudonym" not in found:
        raise _headings("There is no column for the pseudonym.")
    if "patient_id" not in found and not {"name", "birth_date"} <= found.keys():
        raise _headings("There is neither a column for the original ID nor columns for name and birth date.")
    return found


def _headings(problem: str) -> PseudonymListError:
    return PseudonymListError(
        f"The list of pseudonyms cannot be used. {problem}",
        "Its first row holds headings: “patient id” (or “name” and “birth date”) and “pseudonym”; if wanted "
        "“issuer”, “day shift” and “same patient”.",
    )


def _from_csv(path: Path) -> Iterator[Cells]:
    text = _text(path.read_bytes())
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True)
    try:
        for cells in reader:
            yield reader.line_num, [_unguarded(strip_padding(cell)) for cell in cells]
    except csv.Error as error:
        raise PseudonymListError(
            f"Row {reader.line_num} of the list of pseudonyms cannot be read.", "Save it anew as CSV (UTF-8)."
        ) from error


def _unguarded(cell: str) -> str:
    """Return a cell without the apostrophe that keeps spreadsheets from taking it for a formula."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@") else cell


def _text(content: bytes) -> str:
    """Decode a list: UTF-8, or what Excel writes on Western Windows."""
    if b"\0" in content:
        raise PseudonymListError(
            "The list of pseudonyms is neither a CSV text nor an Excel workbook (.xlsx).",
            "Save it as CSV (UTF-8) or as .xlsx.",
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _from_excel(path: Path) -> Iterator[Cells]:
    from zipfile import BadZipFile

    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError) as error:
        raise PseudonymListError(
            "The list of pseudonyms is no Excel workbook, or it is damaged or locked by a password.",
            "Save it without a password, as .xlsx or as CSV (UTF-8).",
        ) from error
    try:
        for number, cells in enumerate(book.worksheets[0].iter_rows(), start=1):
            yield number, [_cell(cell.value, getattr(cell, "number_format", "")) for cell in cells]
    finally:
        book.close()


def _cell(value: Any, number_format: str) -> str:
    """Return a cell as a person sees it: numbers whole, with the leading zeros that their format shows."""
    if value is None:
        return ""
    if isinstance(value, dt.datetime | dt.date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float) and value == int(value):
        if abs(value) >= _EXACT:
            return "1E+15"  # told as rounded
        zeros = len(number_format) if _ZEROS.fullmatch(number_format) else 0
        return str(int(value)).zfill(zeros)
    return strip_padding(str(value))
