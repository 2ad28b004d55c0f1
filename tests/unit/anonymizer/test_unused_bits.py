"""Overlays hidden in the bits beside the pixels' values are cleared; every value stays."""

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import ExplicitVRBigEndian, RLELossless

from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.unused_bits import clear_unused_bits
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Outcome
from tests.unit.anonymizer.pixel_cases import background, dataset_of, written

INK = written(np.zeros((240, 320))) > 0.5
VALUES = np.round(background() * 4000).astype(np.uint16)
SIGNED = (VALUES.astype(np.int16) - 2000).astype(np.int16)


def embedded(values=VALUES, bit=14, *, announced=True):
    """An image with a name drawn into one of the bits above its values."""
    words = values.view(np.uint16) & 0x0FFF if values.dtype.kind == "i" else values
    dataset = dataset_of(words | (INK.astype(np.uint16) << bit), bits=12, modality="CR")
    dataset.PixelRepresentation = int(values.dtype.kind == "i")
    if announced:
        for element, vr, value in ((0x10, "US", 240), (0x11, "US", 320), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
                                   (0x100, "US", 16), (0x102, "US", bit)):  # fmt: skip
            dataset.add_new(0x60000000 | element, vr, value)
    return dataset


def words(dataset):
    return np.frombuffer(dataset.PixelData, np.uint16).reshape(240, 320)


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("bit", [12, 14, 15])
def test_an_overlay_above_the_values_goes_and_the_values_stay(bit, announced):
    dataset = embedded(bit=bit, announced=announced)
    (change,) = clear_unused_bits(dataset)
    assert change.path == "(7FE0,0010)"
    assert np.array_equal(words(dataset), VALUES)
    assert clear_unused_bits(dataset) == []


def test_signed_values_stay_and_a_repeated_sign_is_no_overlay():
    dataset = embedded(SIGNED)
    clear_unused_bits(dataset)
    assert np.array_equal(decode_frame(dataset, 0), SIGNED)
    assert not ((words(dataset) >> 14 & 1) ^ (words(dataset) >> 13 & 1)).any()
    plain = dataset_of(SIGNED, bits=12)
    before = plain.PixelData
    assert clear_unused_bits(plain) == []
    assert plain.PixelData is before


def test_padding_of_one_value_beyond_the_stored_bits_stays():
    values = VALUES.copy()
    values[:40] = 63536
    dataset = dataset_of(values, bits=12)
    assert clear_unused_bits(dataset) == []


def test_an_overlay_below_the_values_goes_too():
    dataset = dataset_of((VALUES << 4) | INK.astype(np.uint16), bits=12)
    dataset.HighBit = 15
    dataset.PixelData = (
        np.where(INK, words(dataset) | 1, words(dataset) | 2 * (VALUES % 2)).astype("<u2").tobytes()
    )
    clear_unused_bits(dataset)
    assert np.array_equal(words(dataset), VALUES << 4)


def test_big_endian_and_compressed_images_are_cleared():
    dataset = embedded()
    dataset.PixelData = words(dataset).astype(">u2").tobytes()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    clear_unused_bits(dataset)
    assert np.array_equal(np.frombuffer(dataset.PixelData, ">u2").reshape(240, 320), VALUES)
    dataset = embedded()
    dataset.BitsStored, dataset.HighBit = 16, 15
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    dataset.BitsStored, dataset.HighBit = 12, 11
    assert clear_unused_bits(dataset)
    assert dataset.file_meta.TransferSyntaxUID == RLELossless
    dataset.BitsStored, dataset.HighBit = 16, 15  # so that the decoder shows every bit
    assert np.array_equal(decode_frame(dataset, 0), VALUES)


@pytest.mark.parametrize("announced", [True, False])
@pytest.mark.parametrize("find", [False, True])
def test_no_profile_lets_it_through(tmp_path, key, find, announced):
    dataset = embedded(announced=announced)
    dataset.PatientID, dataset.PatientName = "4711", "WESTERHOUT^JOHANNA"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    settings = Settings(load_profile("research", ["clean_graphics"]), key, find)
    record = deidentify(source, tmp_path / "out", settings, Layout.FLAT)
    assert record.outcome is Outcome.MASKED
    back = dcmread(tmp_path / "out" / record.new_path)
    assert not [tag for tag in back.keys() if tag.group == 0x6000]  # noqa: SIM118 - pydicom's keys
    assert not (words(back) >> 12).any()
    assert any(change.path == "(7FE0,0010)" for change in record.changes)
