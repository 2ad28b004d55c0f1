import pytest

from anonymizer.dates import clean_age, clean_time, move_date, move_datetime, spellings
from anonymizer.free_text import clean, hunt
from anonymizer.harvest import Harvest


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
    ],
)  # fmt: skip
def test_clinical_texts_stay_whole(harvest, text):
    if "w/o" in text:
        assert clean(text, harvest).startswith("CT Abdomen/Pelvis")
    else:
        assert clean(text, harvest) == text


def test_hunting_keeps_unknown_words_and_numbers_that_only_contain_the_digits(harvest):
    assert hunt("Siemens Zargon 9 Quambletonix", harvest) == "Siemens Zargon 9"
    assert hunt("1.3.12.2.991730001234999", harvest) == "1.3.12.2.991730001234999"


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
