"""Rules for devices: which images they are meant for, what they mask, and how a mistake in the file is said."""

from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    MultiFrameTrueColorSecondaryCaptureImageStorage,
    SecondaryCaptureImageStorage,
    UltrasoundImageStorage,
)

from anonymizer import Layout, Outcome, SecretKey, Settings, find_sources, load_profile
from anonymizer.errors import DeviceRuleError
from anonymizer.masking.deidentify import deidentify
from anonymizer.pixels import text_finder
from anonymizer.pixels.burned_in_text import NOT_EXAMINED
from anonymizer.pixels.device_rule_file import RuleFile, all_rules, read_rule_file, rules_text, starter_rules
from anonymizer.pixels.device_rules import Action, DeviceRule, device_of, matching
from anonymizer.report import FileRecord


def ultrasound(**values: object) -> Dataset:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = "2.25.77"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "2.25.77.1", "2.25.77.2"
    dataset.PatientID, dataset.PatientName, dataset.Modality = "P77", "Alder^Invented", "US"
    dataset.Manufacturer, dataset.ManufacturerModelName = "Zargon Medical", "Z [1]*"
    dataset.BurnedInAnnotation = "NO"
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = 60, 80, 1
    dataset.PhotometricInterpretation, dataset.PixelRepresentation = "MONOCHROME2", 0
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit = 7
    dataset.PixelData = np.random.default_rng(7).integers(40, 90, (60, 80), np.uint8).tobytes()
    area = Dataset()
    area.RegionLocationMinX0, area.RegionLocationMinY0 = 10, 20
    area.RegionLocationMaxX1, area.RegionLocationMaxY1 = 69, 49
    dataset.SequenceOfUltrasoundRegions = [area]
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def rule(action: Action, **conditions: str) -> DeviceRule:
    asked = tuple((name, (pattern,)) for name, pattern in conditions.items())
    boxes = ((0, 0, 80, 12), (70, 55, 90, 90)) if action is Action.RECTANGLES else ()
    return DeviceRule("Room 2", action, asked, boxes)


@pytest.fixture
def key() -> SecretKey:
    return SecretKey.generate()


@pytest.fixture(autouse=True)
def nothing_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The search finds nothing, so that what is masked is masked by a rule."""
    monkeypatch.setattr(text_finder, "look_for_text", lambda _image: text_finder.Found())
    monkeypatch.setattr(text_finder, "find_residue", lambda _image: ())


def masked(
    tmp_path: Path, key: SecretKey, *rules: DeviceRule, find_text: bool = True, **values: object
) -> tuple[FileRecord, Path]:
    file = tmp_path / "in" / "one.dcm"
    file.parent.mkdir()
    ultrasound(**values).save_as(file, enforce_file_format=True)
    settings = Settings(load_profile("research"), key, find_text=find_text, device_rules=rules)
    (source,) = find_sources([file.parent])
    record = deidentify(source, tmp_path / "out", settings, Layout.FLAT)
    return record, tmp_path / "out" / record.new_path


def test_rectangles_are_masked_and_named_and_the_rest_is_unchanged(tmp_path: Path, key: SecretKey) -> None:
    record, file = masked(tmp_path, key, rule(Action.RECTANGLES, manufacturer="zargon*", rows="60"))
    before, after = ultrasound().pixel_array, dcmread(file).pixel_array
    assert (after[:12] == after[0, 0]).all()
    assert (after[55:, 70:] == after[0, 0]).all()
    rest = np.ones(before.shape, bool)
    rest[:20] = rest[55:, 70:] = False  # the banner above the ultrasound goes without a rule
    assert (after[rest] == before[rest]).all()
    assert {(r.kind, r.found_by) for r in record.regions if r.kind == "device rule"} == {
        ("device rule", "Room 2")
    }


def test_all_outside_the_ultrasound_regions_is_masked(tmp_path: Path, key: SecretKey) -> None:
    _, file = masked(tmp_path, key, rule(Action.OUTSIDE, modality="US"))
    before, after = ultrasound().pixel_array, dcmread(file).pixel_array
    inside = np.zeros(before.shape, bool)
    inside[20:50, 10:70] = True
    assert len(np.unique(after[~inside])) == 1
    assert (after[inside] == before[inside]).all()


def test_a_whole_image_is_masked_though_the_file_says_that_nothing_is_burned_in(
    tmp_path: Path, key: SecretKey
) -> None:
    record, file = masked(tmp_path, key, rule(Action.WHOLE, modality="US"))
    assert len(np.unique(dcmread(file).pixel_array)) == 1
    assert any("Over" in reason for reason in record.review)


def test_an_image_is_left_out_and_the_rule_named(tmp_path: Path, key: SecretKey) -> None:
    record, _ = masked(tmp_path, key, rule(Action.LEAVE_OUT, modality="US"))
    assert record.outcome is Outcome.QUARANTINED
    assert "Room 2" in record.reason
    assert not list(tmp_path.glob("out/*"))


def test_what_is_known_without_looking_is_masked_where_nobody_looks_too(
    tmp_path: Path, key: SecretKey
) -> None:
    known = rule(Action.RECTANGLES, manufacturer="zargon*", rows="60")
    record, file = masked(tmp_path, key, known, find_text=False)
    after = dcmread(file)
    assert (after.pixel_array[:12] == after.pixel_array[0, 0]).all()
    assert np.array_equal(after.pixel_array[12:55], ultrasound().pixel_array[12:55])
    assert {region.found_by for region in record.regions} == {"Room 2"}
    assert NOT_EXAMINED in record.review
    assert "BurnedInAnnotation" not in after


def test_an_image_is_left_out_where_nobody_looks_too(tmp_path: Path, key: SecretKey) -> None:
    record, _ = masked(tmp_path, key, rule(Action.LEAVE_OUT, modality="US"), find_text=False)
    assert record.outcome is Outcome.QUARANTINED


@pytest.mark.parametrize("said", ["NO", "YES"])
@pytest.mark.parametrize("sop_class", [UltrasoundImageStorage, SecondaryCaptureImageStorage])
def test_where_nobody_looks_the_files_own_word_for_its_pixels_is_not_passed_on(
    said: str, sop_class: str, tmp_path: Path, key: SecretKey
) -> None:
    """Absent, it says that text may be there (PS3.3 C.7.6.1)."""
    record, file = masked(tmp_path, key, find_text=False, BurnedInAnnotation=said, SOPClassUID=sop_class)
    assert "BurnedInAnnotation" not in dcmread(file)
    assert any(change.path == "(0028,0301)" and change.action == "X" for change in record.changes)
    assert record.review == (NOT_EXAMINED,)


def test_a_capture_that_must_say_something_says_that_text_may_be_there(
    tmp_path: Path, key: SecretKey
) -> None:
    capture = MultiFrameTrueColorSecondaryCaptureImageStorage
    _, file = masked(tmp_path, key, find_text=False, SOPClassUID=capture)
    assert dcmread(file).BurnedInAnnotation == "YES"


def test_what_an_object_must_have_stays_for_a_reader_to_judge(tmp_path: Path, key: SecretKey) -> None:
    radiograph = DigitalXRayImageStorageForPresentation
    record, file = masked(tmp_path, key, find_text=False, SOPClassUID=radiograph)
    assert dcmread(file).BurnedInAnnotation == "NO"
    assert NOT_EXAMINED in record.review


def test_every_condition_must_hold() -> None:
    one = DeviceRule("x", Action.WHOLE, (("manufacturer", ("zargon*",)), ("image_type", ("Screen*",))))
    assert not matching([one], ultrasound())
    assert matching([one], ultrasound(ImageType=["DERIVED", "SECONDARY", "SCREEN SAVE"])) == (one,)
    assert not matching([one], ultrasound(ImageType=["SCREEN SAVE"], Manufacturer="Other"))
    assert not matching([one], ultrasound(ImageType=["SCREEN SAVE"], Manufacturer=None))


def test_a_rule_for_a_device_holds_for_it_and_survives_the_file(tmp_path: Path) -> None:
    device = device_of(ultrasound())
    learnt = DeviceRule(device.words, Action.RECTANGLES, device.conditions, ((0, 0, 80, 12),), reason="Ä “x”")
    file = tmp_path / "device-rules.toml"
    file.write_text(rules_text(RuleFile((learnt,), disable=("CT dose report",))), encoding="utf-8")
    assert read_rule_file(file).rules == (learnt,)
    rules = {each.name: each for each in all_rules(file)}
    assert not rules["CT dose report"].enabled
    assert matching(tuple(rules.values()), ultrasound()) == (learnt,)
    assert not matching((learnt,), ultrasound(Columns=81))


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"ConversionType": "SD"}, "Scanned document"),
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7", "SeriesDescription": "Dose Report 2"},
         "CT dose report"),
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.7",
          "ImageType": ["DERIVED", "SECONDARY", "OTHER", "CT_SOM5 PROT"]}, "CT dose page by image type"),
    ],
)  # fmt: skip
def test_the_starter_set_knows_pages_of_text(values: dict[str, object], name: str) -> None:
    assert name in [each.name for each in matching(starter_rules(), ultrasound(**values))]


def test_the_starter_set_leaves_usual_images_alone() -> None:
    ct = {"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2", "ImageType": ["ORIGINAL", "PRIMARY"]}
    assert not matching(starter_rules(), ultrasound())
    assert not matching(starter_rules(), ultrasound(**ct, SeriesDescription="Abdomen low dose"))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[rule]]\nname = 'a'\naction = 'paint'\nmodality = 'US'", "action"),
        ("[[rule]]\nname = 'a'\naction = 'whole image'", "every image"),
        ("[[rule]]\nname = 'a'\nmodality = 'US'\nrectangles = [[1, 2, 0, 4]]", "rectangles"),
        ("[[rule]]\nname = 'a'\nmodality = 'US'", "rectangles"),
        ("[[rule]]\nname = 'a'\naction = 'whole image'\nburned_in = 'NO'", "burned_in"),
        ("[[rule]]\naction = 'whole image'\nmodality = 'US'", "name"),
        ("[[rule]]\nname = 'a'\nmodality =", "TOML"),
        ("enable = ['nothing such']", "nothing such"),
    ],
)
def test_a_mistake_in_the_file_is_said(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "device-rules.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(DeviceRuleError, match=said) as raised:
        all_rules(file)
    assert "device-rules.toml" in str(raised.value)
    assert raised.value.remedy
