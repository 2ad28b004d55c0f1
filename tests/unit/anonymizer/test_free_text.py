import pytest

from anonymizer.headers.free_text import clean, hunt
from anonymizer.identities.harvest import Harvest
from anonymizer.words.dates import clean_age, clean_time, move_date, move_datetime, spellings


@pytest.fixture
def harvest():
    found = Harvest()
    found.add_name("Quambletonix-Möbelkötter^Zorvinda^Q^Dr")
    found.add_name("Li^Na")
    found.add_code("730-00.1234")
    found.add_spellings(spellings("19390417"))
    return found


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("CT chest per Dr Vandermolenix", "Vandermolenix"),
        ("CT abdomen Quambletonics", "Quambletonics"),
        ("MR knee J. Quambletonix", "Quambletonix"),
        ("CT thorax tel 020 7946 0958", "7946"),
        ("42 Zembla Crescent NW1 4NP", "Zembla"),
        ("XR hand QUAMBLETONIXZORVINDA", "QUAMB"),
        ("XR hand moebelkotter mobelkotter", "kotter"),
        ("US thyroid Quamble", "Quamble"),
        ("MRN73000 1234 pelvis", "1234"),
        ("dob 17 April 1939 chest", "1939"),
        ("mail z.q@example.org chest", "example"),
        ("SSN 912-34-5678", "5678"),
        ("Li, Na: chest", "Li"),
        ("CT Musterstraße 12 Thorax", "Muster"),
        ("IRM cérébrale M. Dupontelix", "Dupontelix"),
        ("RX torace sig.ra Brambillonix", "Brambill"),
        ("TC abdomen paciente Garcionez", "Garcion"),
        ("RM joelho Sra. Pereirix", "Pereirix"),
        ("MRT Schädel Herr Krummelfink", "Krummel"),
        ("CT thorax mevr. van Plooistra", "Plooistra"),
        ("CXR NHS 943 476 5919", "943"),
        ("MRN: 00412-7781 pelvis", "7781"),
        ("CT chest per Dr Wilson", "Wilson"),
        ("CT chest NALI", "NALI"),
        ("né le 17 avril 1939 thorax", "1939"),
        ("nacido el 17 de abril de 1939", "1939"),
        ("born 17th of April 1939", "1939"),
        ("MR knee Quambletonix's", "Quam"),
    ],
)
def test_identities_leave_descriptions(harvest, text, gone):
    assert gone not in clean(text, harvest)


@pytest.mark.parametrize(
    "text",
    [
        "MR T1 AX FLAIR POST GAD", "CT Hodgkin lymphoma restaging", "Thorax 5.0", "ChestRoutine", "B30f",
        "MR knee right PD FS sag", "CT Abdomen/Pelvis w/o contrast", "US Baker cyst", "LWS seitlich",
        "TC torace senza contrasto", "IRM genou gauche", "T2w TSE cor 3mm", "DR chest PA", "Schädel nativ",
        "Wilson disease liver", "Parkinson DaTSCAN", "MRT LWS sagittal T2 ohne Kontrastmittel",
        "Kniegelenk rechts in 2 Ebenen", "Lungenembolie Ausschluss", "IRM du genou gauche sans injection",
        "Échographie abdominale", "épaule gauche face et profil", "TC de abdomen y pelvis con contraste",
        "Radiografía de tórax PA y lateral", "RM encefalo senza e con mezzo di contrasto",
        "RX torace in due proiezioni", "Ressonância magnética do crânio", "TC do tórax sem contraste",
        "CT bovenbuik met contrast", "MRI knie links zonder contrast",
    ],
)  # fmt: skip
def test_clinical_texts_stay_whole(harvest, text):
    if "w/o" in text:
        assert clean(text, harvest).startswith("CT Abdomen/Pelvis")
    else:
        assert clean(text, harvest) == text


def test_hunting_keeps_unknown_words_and_numbers_that_only_contain_the_digits(harvest):
    assert hunt("Siemens Zargon 9 Quambletonix", harvest) == "Siemens Zargon 9"
    for text in ("1.3.12.2.991730001234999", "1.2.840.113619.730001234.99", "99730001234", "0.1473000123455"):
        assert hunt(text, harvest) == text


@pytest.mark.parametrize(
    "text",
    [
        "02215550 1234",
        "0221/55501234",
        "(221) 5550-1234",
        "+492215550 1234",
        "5550 1234",
        "55501234",
        "MöbelkötterZorvinda",
    ],
)
def test_phone_numbers_and_joined_names_are_hunted_in_every_writing(harvest, text):
    harvest.add_phone("+49 221 5550 1234")
    assert hunt(f"Siemens {text}", harvest) == "Siemens"


@pytest.mark.parametrize(
    ("value", "expected"),
    [("20240108", "20240101"), ("2024.01.08", "20240101"), ("", ""), ("unknown", None), ("20241301", None)],
)
def test_dates_move(value, expected):
    assert move_date(value, -7) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("20240108093011.123+0530", "20240101093011.123+0530"),
        ("202401", "202312"),
        ("2024", "2023"),
        ("20240108", "20240101"),
        ("2024010899", None),
        ("x", None),
    ],
)
def test_datetimes_move_and_keep_their_precision(value, expected):
    assert move_datetime(value, -7) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("093Y", "090Y"), ("089Y", "089Y"), ("090Y", "090Y"), ("012M", "012M"), ("999M", "999M"), ("old", None)],
)
def test_ages_over_89_become_90(value, expected):
    assert clean_age(value) == expected


def test_times_are_checked():
    assert clean_time("10:11:12") == "101112"
    assert clean_time("101112.5") == "101112.5"
    assert clean_time("half past ten") is None
