"""What is kept and taken out of free text is collected, and people's answers change the next masking."""

from dataclasses import replace
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian

from anonymizer import (
    FileRecord,
    KeyFile,
    Layout,
    Outcome,
    OwnWords,
    SecretKey,
    Settings,
    Vault,
    WordAnswer,
    find_sources,
    load_profile,
)
from anonymizer.headers.free_text import clean, hunt, masked_phrases, unknown_words
from anonymizer.identities.harvest import Harvest
from anonymizer.masking.deidentify import deidentify

KEY = SecretKey(b"k" * 32)
RESEARCH = load_profile("research")


@pytest.fixture
def harvest() -> Harvest:
    found = Harvest()
    found.add_name("Vandermolenix^Thea")
    return found


def original(folder: Path, description: str = "CT chest quellwort Vandermolenix 020 7946 0958") -> Path:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.11"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.12", "2.25.13"
    dataset.PatientID, dataset.PatientName, dataset.Modality = "P-4711-1", "Vandermolenix^Thea", "CT"
    dataset.StudyDescription = description
    dataset.Manufacturer = "Zargonix"
    folder.mkdir(exist_ok=True)
    file = folder / "one.dcm"
    dataset.save_as(file, enforce_file_format=True)
    return file


def masked(file: Path, out: Path, words: OwnWords | None = None) -> FileRecord:
    profile = RESEARCH.with_words(words.keep, words.mask) if words else RESEARCH
    (source,) = find_sources([file])
    record = deidentify(source, out, Settings(profile, KEY), Layout.FLAT)
    assert record.outcome is Outcome.MASKED
    return record


def test_only_words_about_which_one_can_decide_are_asked_for(harvest: Harvest) -> None:
    text = "CT chest quellwort Vandermolenix 020 7946 0958"
    assert unknown_words(text, harvest) == ["quellwort"]
    assert unknown_words(text, harvest, OwnWords(keep=frozenset({"quellwort"}))) == []
    assert unknown_words(text, harvest, OwnWords(mask=frozenset({"quellwort"}))) == []


def test_a_kept_word_stays_and_never_brings_an_identity_back(harvest: Harvest) -> None:
    own = OwnWords(keep=frozenset({"quellwort", "vandermolenix"}))
    assert clean("CT chest quellwort Vandermolenix", harvest, own) == "CT chest quellwort"


@pytest.mark.parametrize(
    ("phrase", "left"),
    [("chest", "CT thin slices"), ("chest thin", "CT slices"), ("thin chest", "CT Chest thin slices")],
)
def test_a_masked_word_or_phrase_goes_from_every_text(phrase: str, left: str, harvest: Harvest) -> None:
    own = OwnWords(keep=frozenset({"chest"}), mask=frozenset({phrase}))
    assert clean("CT Chest, thin slices", harvest, own).replace(",", "") == left
    assert hunt("CT Chest, thin slices", harvest, own).replace(",", "") == left
    assert bool(masked_phrases("CT CHEST, thin", own)) == (phrase != "thin chest")


def test_masking_tells_what_was_taken_out_and_kept_but_never_in_a_report(tmp_path: Path) -> None:
    record = masked(original(tmp_path / "in"), tmp_path / "out")
    told = {(each.text, each.kept, each.word_by_word, each.path) for each in record.fragments}
    assert ("quellwort", False, True, "(0008,1030)") in told
    assert ("CT chest", True, True, "(0008,1030)") in told
    assert ("Zargonix", True, False, "(0008,0070)") in told
    assert not any("andermolen" in each.text for each in record.fragments)
    assert "quellwort" not in repr(record) + str(record.as_json())


def test_answers_change_the_next_masking_and_nothing_else(tmp_path: Path) -> None:
    file = original(tmp_path / "in")
    before = dcmread(tmp_path / "out" / masked(file, tmp_path / "out").new_path)
    own = OwnWords(keep=frozenset({"quellwort"}), mask=frozenset({"zargonix"}))
    after = dcmread(tmp_path / "again" / masked(file, tmp_path / "again", own).new_path)
    assert "quellwort" not in before.StudyDescription
    assert "quellwort" in after.StudyDescription
    assert "Zargonix" not in str(after)
    assert (after.PatientID, after.SOPInstanceUID) == (before.PatientID, before.SOPInstanceUID)


def test_the_vault_keeps_free_text_and_answers_unreadable_from_outside(tmp_path: Path) -> None:
    file = original(tmp_path / "in")
    record = masked(file, tmp_path / "out")
    (source,) = find_sources([file])
    protection = KeyFile(tmp_path / "vault.key")
    with Vault.create(tmp_path / "vault.sqlite", KEY, protection) as vault:
        assert vault.words.answers() == {}
        vault.remember(record, source)
        vault.words.answer("Quellwort", WordAnswer.KEEP)
        vault.words.answer("CT chest", WordAnswer.KEEP)  # right as it stands: no word of it becomes harmless
        vault.words.answer("Zargonix", WordAnswer.MASK)
    with Vault.open(tmp_path / "vault.sqlite", protection) as vault:
        assert list(vault.words.fragments()) == [(record.facts.sop_instance_uid, record.fragments)]  # type: ignore[union-attr]
        assert vault.words.own_words() == OwnWords(frozenset({"quellwort"}), frozenset({"zargonix"}))
        vault.words.answer("QUELLWORT", None)
        assert vault.words.own_words().keep == frozenset()
    for part in tmp_path.glob("vault.sqlite*"):
        assert not any(word in part.read_bytes().lower() for word in (b"quellwort", b"zargonix"))


def test_the_words_of_a_site_stand_in_its_profile(tmp_path: Path) -> None:
    file = tmp_path / "ours.toml"
    file.write_text('keep_words = ["Übersicht"]\nmask_words = ["Haus  Sonne"]\n', encoding="utf-8")
    profile = load_profile(str(file))
    assert profile.own_words == OwnWords(frozenset({"ubersicht"}), frozenset({"haus sonne"}))
    assert profile.identity != replace(profile, mask_words=frozenset()).identity
