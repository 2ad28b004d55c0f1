"""Damaged files: what they tell of their patient may be lost, so that only what needs no harvest stays."""

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from anonymizer.masking.thorough import DAMAGED
from anonymizer.report import Grade, Outcome
from anonymizer.words.spelling import spells_words
from tests.corpora import planted
from tests.unit.anonymizer.test_deidentify import mask, save

NAME = (0x00100010).to_bytes(4, "little")


def masked(tmp_path, settings_for, ds, *changes):
    """Mask an instance whose written bytes were changed: (old, new) pairs; record and output."""
    path = save(ds, tmp_path / "in.dcm")
    raw = path.read_bytes()
    for old, new in changes:
        assert old in raw
        raw = raw.replace(old, new, 1)
    path.write_bytes(raw)
    record = mask(path, tmp_path / "out", settings_for())
    return record, (tmp_path / "out" / record.new_path) if record.outcome is Outcome.MASKED else None


def head(keyword, vr):
    tag = Tag(keyword)
    return tag.group.to_bytes(2, "little") + tag.element.to_bytes(2, "little") + vr


def test_a_name_is_hunted_whatever_kind_its_attribute_has(tmp_path, settings_for):
    ds = planted.base(1)
    ds.ReceiveCoilName = f"{planted.DOCTOR} coi"
    doctor = head("ReferringPhysicianName", b"PN"), head("ReferringPhysicianName", b"UI")
    record, path = masked(tmp_path, settings_for, ds, doctor)
    assert path
    assert planted.DOCTOR.encode() not in path.read_bytes()
    assert DAMAGED in record.review
    assert record.grade is Grade.REVIEW


@pytest.mark.parametrize("lost", [b"\x11\0\x10\0", b"\x10\0\x11\x01", b"\x0f\0\x10\0"])
def test_where_the_name_is_lost_only_known_words_are_kept(tmp_path, settings_for, lost):
    ds = planted.base(1)
    ds.FilterType, ds.ConvolutionKernel, ds.ScanOptions = planted.SURNAME, "B30f", planted.SURNAME.upper()
    ds.StudyDescription = "CT chest"
    _, path = masked(tmp_path, settings_for, ds, (head("PatientName", b""), lost))
    assert path
    assert planted.SURNAME.lower().encode() not in path.read_bytes().lower()
    kept = pydicom.dcmread(path)
    assert (kept.ConvolutionKernel, kept.StudyDescription, kept.KVP) == ("B30f", "CT chest", 120)


def test_an_accession_number_whose_attribute_is_lost_stays_nowhere(tmp_path, settings_for):
    ds, code = planted.base(1), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = planted.ACCESSION, "99X", "Thorax"
    ds.AnatomicRegionSequence = [code]
    ds.StudyDescription, ds.FilterType = f"CT chest {planted.ACCESSION}", planted.ACCESSION
    _, path = masked(tmp_path, settings_for, ds, (head("AccessionNumber", b""), b"\x08\0\x4f\0"))
    assert path
    assert planted.ACCESSION.encode() not in path.read_bytes()


def test_a_code_of_the_standard_survives_damage(tmp_path, settings_for):
    ds, code = planted.base(1), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "51185008", "SCT", "Chest"
    ds.AnatomicRegionSequence = [code]
    _, path = masked(tmp_path, settings_for, ds, (head("AccessionNumber", b""), b"\x08\0\x4f\0"))
    assert path
    kept = pydicom.dcmread(path).AnatomicRegionSequence[0]
    assert (kept.CodeValue, kept.CodeMeaning) == ("51185008", "Chest")


@pytest.mark.parametrize("modality", ["RTPLAN", "XAPROTOCOL", "TEXTUREMAP"])
def test_the_modality_survives_damage(tmp_path, settings_for, modality):
    ds = planted.base(1)
    ds.Modality = modality
    _, path = masked(tmp_path, settings_for, ds, (head("PatientName", b""), b"\x11\0\x10\0"))
    assert path
    assert pydicom.dcmread(path).Modality == modality


def test_a_damaged_file_with_words_among_its_pixels_is_not_written(tmp_path, settings_for):
    ds = planted.base(1)
    ds.StudyDescription = "CT chest"
    planted.INSTANCES["in_pixels"](ds)
    record, path = masked(tmp_path, settings_for, ds, (head("PatientName", b""), b"\x10\0\x11\x01"))
    assert path is None
    assert record.outcome is Outcome.QUARANTINED
    assert "pixels" in record.reason


def test_a_file_in_whose_pixels_another_one_goes_on_is_not_written(tmp_path, settings_for):
    ds = planted.base(1)
    ds.PatientName = "Somebody^Else"
    planted.INSTANCES["in_pixels"](ds)
    path = save(ds, tmp_path / "in.dcm")
    path.write_bytes(path.read_bytes() + b"\x1d\0\x24\0\x2b")
    assert mask(path, tmp_path / "out", settings_for()).outcome is Outcome.QUARANTINED


def test_a_name_with_a_control_character_is_damaged(tmp_path, settings_for):
    ds = planted.base(1)
    ds.FilterType = "ZORBLATT"
    record, path = masked(tmp_path, settings_for, ds, (b"PN\x16\0Quamb", b"PN\x16\0Qu\x10mb"))
    assert path
    assert DAMAGED in record.review
    assert pydicom.dcmread(path).FilterType != "ZORBLATT"


def test_a_file_without_damage_keeps_words_that_no_vocabulary_has(tmp_path, settings_for):
    ds = planted.base(1)
    ds.FilterType = "ZORBLATT"
    record, path = masked(tmp_path, settings_for, ds)
    assert path
    assert pydicom.dcmread(path).FilterType == "ZORBLATT"
    assert DAMAGED not in record.review


@pytest.mark.parametrize("lost", [("PatientName",), ("PatientID",), ("PatientName", "PatientID")])
def test_a_sound_file_without_a_patient_is_not_damaged(tmp_path, settings_for, lost):
    ds = planted.base(1)
    for keyword in lost:
        del ds[keyword]
    ds.FilterType = "ZORBLATT"
    record, path = masked(tmp_path, settings_for, ds)
    assert path
    assert pydicom.dcmread(path).FilterType == "ZORBLATT"
    assert DAMAGED not in record.review


def test_a_file_without_a_patient_behind_whose_image_another_one_goes_on_is_damaged(tmp_path, settings_for):
    ds = planted.base(1)
    del ds.PatientName
    ds.FilterType = planted.SURNAME
    path = save(ds, tmp_path / "in.dcm")
    path.write_bytes(path.read_bytes() + b"\x1d\0\x24\0\x2b")
    record = mask(path, tmp_path / "out", settings_for())
    assert DAMAGED in record.review
    assert planted.SURNAME.encode() not in (tmp_path / "out" / record.new_path).read_bytes()


@pytest.mark.parametrize("pixels", [bytes(range(256)) * 8, b"mnopqrrqponmmnnoo" * 200, bytes(5000)])
def test_values_that_climb_through_the_alphabet_are_no_words(pixels):
    assert not spells_words(pixels)


@pytest.mark.parametrize("word", [b"Quambletonix", b"MUELLER^OTTO", b"krummelwick"])
def test_a_word_among_values_of_an_image_is_seen(word):
    assert spells_words(bytes(range(0, 250, 7)) * 30 + word + bytes(range(0, 250, 7)) * 30)


def test_a_cut_file_whose_instance_uid_is_of_another_kind_gets_one_of_its_own(tmp_path, settings_for):
    ds = planted.base(1)
    path = save(ds, tmp_path / "in.dcm")
    raw = path.read_bytes().replace(head("SOPInstanceUID", b"UI"), head("SOPInstanceUID", b"AT"), 1)
    path.write_bytes(raw[:-64])
    record = mask(path, tmp_path / "out", settings_for())
    assert record.outcome in (Outcome.MASKED, Outcome.QUARANTINED)
    assert record.identity
