"""Descriptions of seven languages: identities go, clinical words stay, letter by letter."""

from pathlib import Path

import pytest

from anonymizer.headers.free_text import clean, hunt
from anonymizer.identities.harvest import Harvest
from anonymizer.words.dates import spellings
from tests.corpora import hard_texts

HARMLESS = Path(hard_texts.__file__).parent / "harmless"


@pytest.fixture(scope="module")
def harvest():
    found = Harvest()
    found.add_name("Quambletonix-Möbelkötter^Zorvinda^Bexley")
    found.add_name("O'Drumlaghan^Zorvinda")
    found.add_name("Ploverhausen^Otto")
    found.add_code("730-00.1234", shortest=4)
    found.add_spellings(spellings("19390417"))
    return found


@pytest.mark.parametrize("language", hard_texts.IDENTITIES)
def test_identities_leave_and_the_rest_stays(harvest, language):
    assert len(hard_texts.IDENTITIES[language]) >= 20
    for text, left in hard_texts.IDENTITIES[language]:
        assert clean(text, harvest) == left, text


@pytest.mark.parametrize("file", sorted(HARMLESS.glob("*.txt")), ids=lambda path: path.stem)
def test_clinical_texts_stay_whole(harvest, file):
    lines = file.read_text(encoding="utf-8").splitlines()
    changed = {line: clean(line, harvest) for line in lines if clean(line, harvest) != line}
    assert not changed
    assert len(lines) >= 90


@pytest.mark.parametrize(("name", "text", "left"), hard_texts.NAMES_THAT_ARE_WORDS)
def test_names_that_are_words_go_only_where_they_are_names(name, text, left):
    found = Harvest()
    found.add_name(name)
    assert clean(text, found) == left
    assert hunt(text, found) == left


@pytest.mark.parametrize(("name", "text"), hard_texts.OTHER_SCRIPTS)
def test_names_are_found_in_other_scripts_and_writings(name, text):
    found = Harvest()
    found.add_name(name)
    assert hunt(f"Coil {text}", found).strip() == "Coil"


@pytest.mark.parametrize(
    ("code", "text", "left"),
    [
        ("A12", "Pat A12 head", "Pat head"),
        ("T12", "MR T12 vertebra", "MR T12 vertebra"),
        ("T12", "MR ID T12", "MR ID"),
        ("1000", "DWI b1000", "DWI b1000"),
        ("1000", "DWI ID 1000", "DWI"),
        ("00004711", "CT 4711", "CT"),
        ("4711815", "CT 0004711815", "CT"),
        ("4711815", "CT PID-4711815", "CT"),
        ("K-4711815/2", "CT 4711815", "CT"),
        ("4711815", "1.2.4711815.3 94711815 47118150", "1.2.4711815.3 94711815 47118150"),
    ],
)
def test_identifiers_are_found_in_every_writing_but_not_inside_numbers(code, text, left):
    found = Harvest()
    found.add_code(code, shortest=3)
    assert hunt(text, found) == left


def test_utf_16_is_found_in_large_bytes_too(harvest):
    noise = bytes(range(256)) * 400
    for codec in ("utf-16-le", "utf-16-be", "utf-8"):
        raw = noise + "Quambletonix".encode(codec) + noise
        assert list(harvest.found_in_bytes(raw)), codec
    assert not list(harvest.found_in_bytes(noise))
