"""A site's own pseudonyms: read from CSV and Excel, refused where they would mix patients up, used everywhere."""

import datetime as dt
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from anonymizer.batches.verify import Grade, verify_tree
from anonymizer.errors import PseudonymListError
from anonymizer.files.source import find_sources
from anonymizer.identities.key import SecretKey
from anonymizer.identities.list_checks import check_list
from anonymizer.identities.list_file import read_list
from anonymizer.identities.patients import PatientRules, Patients, Unlisted, are_two_people, patient_key
from anonymizer.identities.pseudonym_list import ListedPatient, PseudonymList
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.report import FileRecord, Identity, Outcome

GOOD = """Patient ID;Name;Date of birth;Study ID;Date shift in days
HX-774411;Zembrovka^Tulia;13.02.1951;KNEE-001;-700
HX-774412;;;KNEE-002;
;Quilbrathe, Odo;1960-05-04;KNEE-003;
"""


def listed(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> PseudonymList:
    path = folder / name
    path.write_text(text, encoding=encoding)
    return check_list(read_list(path))


def problems(
    folder: Path, rows: str, heading: str = "patient id,issuer,name,birth date,pseudonym,shift,same patient"
):
    with pytest.raises(PseudonymListError) as told:
        listed(folder, f"{heading}\n{rows}")
    for secret in ("Zembrovka", "HX-77", "1951"):
        assert secret not in str(told.value) + told.value.remedy
    return str(told.value)


def write(
    path: Path, number: int = 1, *, patient: str = "HX-774411", name: str = "Zembrovka^Tulia",
    birth: str = "19510213", issuer: str = "",
) -> Path:  # fmt: skip
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = f"1.2.826.0.1.3680043.10.88.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = "1.2.826.0.1.3680043.10.88", "1.2.826.0.1.3680043.10.88.0"
    ds.PatientID, ds.PatientName, ds.PatientBirthDate, ds.Modality = patient, name, birth, "CT"
    ds.StudyDate, ds.StudyDescription = "20240214", f"CT chest {name.partition('^')[0]}"
    if issuer:
        ds.IssuerOfPatientID = issuer
    path.parent.mkdir(parents=True, exist_ok=True)
    ds.save_as(path, enforce_file_format=True)
    return path


def mask(path: Path, out: Path, rules: PatientRules, key: SecretKey) -> FileRecord:
    settings = Settings(load_profile("research"), key, find_text=False, patients=rules)
    return deidentify(next(find_sources([path])), out, settings, Layout.TREE)


# -- reading -----------------------------------------------------------------------------------------------


def test_columns_are_known_by_their_headings_in_any_order(tmp_path: Path) -> None:
    found = listed(tmp_path, GOOD)
    assert len(found) == 3
    assert [row.pseudonym for row in found.entries] == ["KNEE-001", "KNEE-002", "KNEE-003"]
    assert found.entries[0].birth_date == "19510213"
    assert found.entries[0].day_shift == -700
    german = "Pseudonym\tGeburtsdatum\tPatientenname\nK-1\t04.05.1960\tMüller, Änne\n"
    assert listed(tmp_path, german, encoding="cp1252").entries[0].name == "Müller, Änne"


def test_an_excel_list_keeps_leading_zeros_and_dates(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.append(["MRN", "Patient's name", "DOB", "Subject ID", "Date shift"])
    sheet.append([471, "Zembrovka^Tulia", dt.date(1951, 2, 13), "S-01", -70])
    sheet["A2"].number_format = "00000"
    sheet.append([None, None, None, None, None])
    sheet.append([990017, None, None, "S-02", None])
    book.save(tmp_path / "list.xlsx")
    first, second = check_list(read_list(tmp_path / "list.xlsx")).entries
    assert (first.patient_id, first.birth_date, first.day_shift) == ("00471", "19510213", -70)
    assert (second.patient_id, second.row) == ("990017", 4)


@pytest.mark.parametrize("name", ["list.xlsx", "list.csv"])
def test_what_is_no_list_is_refused_in_words(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"\x89PNG\0\0\0")
    with pytest.raises(PseudonymListError) as told:
        read_list(tmp_path / name)
    assert "xlsx" in told.value.remedy


@pytest.mark.parametrize(
    ("heading", "words"),
    [
        ("patient id,name", "no column for the pseudonym"),
        ("name,pseudonym", "neither a column for the original ID"),
        ("patient id,MRN,pseudonym", "Columns 1 and 2 mean the same"),
    ],
)
def test_missing_and_double_columns_are_named(tmp_path: Path, heading: str, words: str) -> None:
    assert words in problems(tmp_path, "a,b,c\n", heading)


# -- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("HX-774411,,,,,,\n", "Row 2: the pseudonym is empty"),
        (",,Zembrovka,,K-1,,\n", "Row 2: there is neither an original ID"),
        ("HX-774411,,,,K-1,,\nHX-774412,,,,K-2,,\nHX-774411,,,,K-1,,\n", "Rows 2 and 4: the same patient stands"),
        ("HX-774411,,,,K-1,,\nHX-774411,,,,K-2,,\n", "Rows 2 and 3: one patient would get two pseudonyms"),
        (",,Zembrovka^Tulia,1951-02-13,K-1,,\n,,Tulia Zembrovka,13.02.1951,K-2,,\n", "Rows 2 and 3: one patient"),
        ("HX-774411,,,,K-1,,\nHX-774412,,,,K-1,,\n", "Rows 2 and 3: two patients would become one"),
        ("HX-774411,,,,k-1,,\nHX-774412,,,,K-1,,\n", "Rows 2 and 3: the pseudonyms differ only in upper"),
        ("HX-774411,,,,K/1,,\n", "Row 2: the pseudonym does not fit"),
        (f"HX-774411,,,,{'K' * 65},,\n", "Row 2: the pseudonym does not fit"),
        ("HX-774411,,,,CON,,\n", "Row 2: the pseudonym does not fit"),
        ("HX-774411,,,,LGABCDEFGHIJKLMNOP,,\n", "Row 2: the pseudonym has the form"),
        ("HX-774411,,,,S-774411-A,,\n", "Row 2: the pseudonym holds the patient's own"),
        ("HX-774411,,,,hx774411b,,\n", "Row 2: the pseudonym holds the patient's own"),
        ("HX-774411,,Zembrovka^Tulia,,KNEE-ZEMBROVKA,,\n", "Row 2: the pseudonym holds the patient's own"),
        ("HX-774411,,,1951-02-13,K13021951,,\n", "Row 2: the pseudonym holds the patient's own"),
        ("HX-774411,,,,Q77,,\nQ77,,,,K-2,,\n", "Row 2: the pseudonym is the original ID of another patient"),
        ("HX-774411,,,03/04/1951,K-1,,\n", "Row 2: the birth date is none, or can be read in two ways"),
        ("HX-774411,,,,K-1,14,\n", "Row 2: the shift of dates must be negative"),
        ("HX-774411,,,,K-1,soon,\n", "Row 2: the shift of dates is no whole number"),
        ("HX-774411,,,,K-1,,perhaps\n", "Row 2: the column “same patient”"),
        ("1.23E+11,,,,K-1,,\n", "Row 2: the ID was rounded"),
        ("#REF!,,,,K-1,,\n", "Row 2: a cell holds an error"),
        ("HX-774411,,,,K-1,-7,\nHX-774412,,,,K-1,-14,yes\n", "Rows 2 and 3: one patient would get two shifts"),
        (
            "HX-774411,,Zembrovka^Tulia,1951-02-13,K-1,,\nHX-774412,,Quilbrathe^Odo,1960-05-04,K-1,,yes\n",
            "Rows 2 and 3: said to be one patient, but both name and birth date differ",
        ),
        ("HX-774411,,,,K-1,,\nHX-774411,NORTH,,,K-2,,\n", "Rows 2 and 3: the same ID stands there with an issuer"),
        ("", "no row below"),
    ],
)  # fmt: skip
def test_lists_that_would_mix_patients_up_are_refused_with_rows(
    tmp_path: Path, rows: str, words: str
) -> None:
    assert words in problems(tmp_path, rows)


def test_usual_study_ids_are_taken(tmp_path: Path) -> None:
    usual = ("S1", "KNEE_0001", "10-0034", "STUDY-2024-0012", "SUBJ-00012345", "TRIAL.01.0001", "123456")
    rows = "".join(f"HX-77441{number},{text}\n" for number, text in enumerate(usual))
    assert len(listed(tmp_path, f"patient id,pseudonym\n{rows}")) == len(usual)


def test_a_list_can_grow_but_not_contradict_what_it_said(tmp_path: Path) -> None:
    first = listed(tmp_path, "patient id,pseudonym\nA-1,K-1\nA-2,K-2\n")
    (tmp_path / "more.csv").write_text("patient id,pseudonym\nA-1,K-1\nA-3,K-3\n", encoding="utf-8")
    grown = check_list(read_list(tmp_path / "more.csv"), first)
    assert [row.patient_id for row in grown.entries] == ["A-1", "A-2", "A-3"]
    for rows, words in (
        ("A-1,K-9\n", "Row 2 and the list that is in use: one patient would get two"),
        ("A-9,K-2\n", "Row 2 and the list that is in use: two patients would become one"),
    ):
        (tmp_path / "wrong.csv").write_text("patient id,pseudonym\n" + rows, encoding="utf-8")
        with pytest.raises(PseudonymListError, match=words):
            check_list(read_list(tmp_path / "wrong.csv"), grown)


# -- what it does ------------------------------------------------------------------------------------------


def test_the_listed_pseudonym_stands_everywhere_and_verify_accepts_it(tmp_path: Path, key: SecretKey) -> None:
    path = write(tmp_path / "in" / "a.dcm")
    rules = PatientRules(listed(tmp_path, GOOD))
    record = mask(path, tmp_path / "out", rules, key)
    assert record.outcome is Outcome.MASKED
    assert record.facts is not None
    assert record.facts.patient == "KNEE-001"
    assert record.new_path.startswith("KNEE-001/")
    ds = dcmread(tmp_path / "out" / record.new_path)
    assert (ds.PatientID, ds.PatientName) == ("KNEE-001", "KNEE-001")
    assert dt.date.fromisoformat(ds.StudyDate) == dt.date(2024, 2, 14) - dt.timedelta(700)
    grades = {row.grade for row in verify_tree(tmp_path / "out", against=[path], workers=1)}
    assert grades == {Grade.PASS}


@pytest.mark.parametrize("pseudonym", ["0012345678", "STUDY-2024-0012", "K_1", "ABC123456"])
def test_usual_study_ids_pass_the_verification(tmp_path: Path, key: SecretKey, pseudonym: str) -> None:
    path = write(tmp_path / "a.dcm")
    rules = PatientRules(listed(tmp_path, f"patient id,pseudonym\nHX-774411,{pseudonym}\n"))
    record = mask(path, tmp_path / "out", rules, key)
    assert (record.outcome, record.findings) == (Outcome.MASKED, ())
    assert record.new_path.startswith(f"{pseudonym}/")
    grades = [row.grade for row in verify_tree(tmp_path / "out", against=[path], workers=1)]
    assert grades == [Grade.PASS]


def test_an_id_that_an_instance_mentions_gets_the_pseudonym_of_its_owner(
    tmp_path: Path, key: SecretKey
) -> None:
    patients = Patients(Pseudonyms(key), PatientRules(listed(tmp_path, GOOD), Unlisted.QUARANTINE))
    own = patients.of(Identity(patient_id="HX-774411"))
    assert patients.named_in(own, "HX-774411", "") == "KNEE-001"
    assert patients.named_in(own, "HX-774412", "") == "KNEE-002"
    assert patients.named_in(own, "UNKNOWN", "") == "KNEE-001"
    assert patients.named_in(own, "HX-1", "") == Pseudonyms(key).patient_id("HX-1")


def test_patients_without_an_id_are_found_by_name_and_birth_date(tmp_path: Path, key: SecretKey) -> None:
    rules = PatientRules(listed(tmp_path, GOOD))
    for number, (patient, name) in enumerate(
        [("", "QUILBRATHE^Odo^^Dr"), ("UNKNOWN", "Quilbráthe^Odo"), ("ZZ-9", "Quilbrathe^Odo")]
    ):
        path = write(tmp_path / f"{number}.dcm", number, patient=patient, name=name, birth="19600504")
        record = mask(path, tmp_path / "out", rules, key)
        assert record.facts is not None
        assert record.facts.patient == "KNEE-003"
    other_day = write(tmp_path / "x.dcm", 7, patient="", name="Quilbrathe^Odo", birth="19600505")
    facts = mask(other_day, tmp_path / "out", rules, key).facts
    assert facts is not None
    assert facts.patient.startswith("LG")


def test_unlisted_patients_get_a_keyed_pseudonym_or_stay_out(tmp_path: Path, key: SecretKey) -> None:
    path = write(tmp_path / "a.dcm", patient="HX-999999", name="Ostrewa^Ilka")
    plain = PatientRules(listed(tmp_path, GOOD))
    strict = PatientRules(plain.listed, Unlisted.QUARANTINE)
    record = mask(path, tmp_path / "out", plain, key)
    assert record.facts is not None
    assert record.facts.patient == Pseudonyms(key).patient_id("HX-999999")
    refused = mask(path, tmp_path / "strict", strict, key)
    assert refused.outcome is Outcome.QUARANTINED
    assert "not on the list" in refused.reason
    assert refused.identity is not None
    assert refused.identity.patient_id == "HX-999999"
    assert not list((tmp_path / "strict").rglob("*.dcm"))


def test_a_list_that_names_another_person_under_the_id_holds_the_file_back(
    tmp_path: Path, key: SecretKey
) -> None:
    rules = PatientRules(listed(tmp_path, GOOD))
    path = write(tmp_path / "a.dcm", name="Ostrewa^Ilka", birth="19880808")
    record = mask(path, tmp_path / "out", rules, key)
    assert record.outcome is Outcome.QUARANTINED
    assert "another name" in record.reason
    married = write(tmp_path / "b.dcm", 2, name="Ostrewa^Tulia", birth="19510213")
    assert mask(married, tmp_path / "out", rules, key).outcome is Outcome.MASKED


def test_a_pseudonym_that_tells_something_of_the_file_holds_it_back(tmp_path: Path, key: SecretKey) -> None:
    rules = PatientRules(listed(tmp_path, "patient id,pseudonym\nHX-774411,ZEMBROVKA-1\n"))
    record = mask(write(tmp_path / "a.dcm"), tmp_path / "out", rules, key)
    assert record.outcome is Outcome.QUARANTINED
    assert "Choose another pseudonym" in record.reason


def test_ids_of_one_patient_share_pseudonym_and_shift_where_the_list_says_so(
    tmp_path: Path, key: SecretKey
) -> None:
    merged = listed(tmp_path, "patient id,pseudonym,same patient\nA-1,K-1,\nB-7,K-1,yes\n")
    patients = Patients(Pseudonyms(key), PatientRules(merged))
    one, two = (patients.of(Identity(patient_id=text)) for text in ("A-1", "B-7"))
    assert (one.key, one.pseudonym, one.day_shift) == (two.key, two.pseudonym, two.day_shift)
    grown = check_list([ListedPatient("K-1", "C-3", same_patient=True, row=2)], merged)
    assert (
        Patients(Pseudonyms(key), PatientRules(grown)).of(Identity(patient_id="C-3")).day_shift
        == one.day_shift
    )


def test_the_same_id_of_two_issuers(tmp_path: Path, key: SecretKey) -> None:
    north, south = (Identity(patient_id="100", issuer=name) for name in ("NORTH", "SOUTH"))
    together = Patients(Pseudonyms(key))
    apart = Patients(Pseudonyms(key), PatientRules(separate_issuers=True))
    assert together.of(north).pseudonym == together.of(south).pseudonym
    assert apart.of(north).pseudonym != apart.of(south).pseudonym
    rules = PatientRules(listed(tmp_path, "id,issuer,pseudonym\n100,NORTH,K-1\n100,SOUTH,K-2\n"))
    assert Patients(Pseudonyms(key), rules).of(south).pseudonym == "K-2"
    record = mask(write(tmp_path / "a.dcm", patient="100"), tmp_path / "out", rules, key)
    assert record.outcome is Outcome.QUARANTINED
    assert "more than one patient" in record.reason
    record = mask(write(tmp_path / "b.dcm", 2, patient="100", issuer="NORTH"), tmp_path / "out", rules, key)
    assert record.facts is not None
    assert record.facts.patient == "K-1"


# -- what makes a patient the patient ----------------------------------------------------------------------


def test_ids_and_names_that_many_patients_share_make_no_patient() -> None:
    for text in ("UNKNOWN", "0", "0000", "Anonymous", "N/A", "99999", ""):
        one, two = (
            Identity(patient_id=text, patient_name="Smith^John", study_uid=uid) for uid in ("1.2", "1.3")
        )
        assert patient_key(one) != patient_key(two)
    born = Identity(patient_name="Smith^John", birth_date="19700101", study_uid="1.2")
    assert patient_key(born) == patient_key(Identity(patient_name="Smith^John", birth_date="19700101"))
    assert patient_key(Identity(patient_id="0017")) != patient_key(Identity(patient_id="17"))


def test_two_people_are_told_apart_and_a_marriage_or_a_typing_error_is_not() -> None:
    first = Identity(patient_id="1", patient_name="Zembrovka^Tulia", birth_date="19510213")
    for name, birth, two in (
        ("Ostrewa^Ilka", "19880808", True),
        ("Ostrewa^Tulia", "19510213", False),
        ("Zembrovka^Tulia", "19510231", False),
        ("ZEMBROVKA TULIA", "", False),
        ("Ostrewa^Ilka", "", False),
        ("Anonymous", "19000101", False),
    ):
        assert are_two_people(first, Identity(patient_id="1", patient_name=name, birth_date=birth)) is two
