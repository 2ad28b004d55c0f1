"""What a masked image says of itself, and pixels of the rarer kinds: nothing outside the masks changes by a bit."""

import io

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian, JPEGBaseline8Bit

from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.text_finder import read_text
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Outcome, Region
from tests.unit.anonymizer.pixel_cases import NAME, background, dataset_of, of_a_patient, readable, written

BOX = Region(5, 7, 20, 9, kind="drawn", found_by="reader")
NOISE = np.random.default_rng(9)


def outside(shape):
    mask = np.ones(shape, bool)
    mask[BOX.y : BOX.y + BOX.height, BOX.x : BOX.x + BOX.width] = False
    return mask


def check(dataset, before, black):
    mask_burned_in_text(dataset, find=False, drawn=[BOX])
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    after = decode_frame(dcmread(io.BytesIO(stream.getvalue())), 0, raw=True)
    mask = outside(before.shape[:2])
    assert np.array_equal(before[mask], after[mask])
    assert (after[~mask] == black).all()


@pytest.mark.parametrize("shape", [(33, 47), (31, 64), (17, 29)])
@pytest.mark.parametrize("bits", [1, 8, 12, 32])
def test_odd_sizes(shape, bits):
    kind = {1: np.uint8, 8: np.uint8, 12: np.uint16, 32: np.uint32}[bits]
    values = NOISE.integers(0, 1 << bits, shape).astype(kind)
    dataset = dataset_of(values, bits=bits)
    if bits == 1:
        dataset.BitsAllocated = dataset.BitsStored = 1
        dataset.HighBit = 0
        packed = np.packbits(values.ravel(), bitorder="little").tobytes()
        dataset.PixelData = packed + bytes(len(packed) % 2)
    check(dataset, values, values.min())


def test_frames_of_one_bit_that_end_within_a_byte():
    values = NOISE.integers(0, 2, (3, 33, 47)).astype(np.uint8)
    dataset = dataset_of(values, frames=3)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    packed = np.packbits(values.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + bytes(len(packed) % 2)
    mask_burned_in_text(dataset, find=False, drawn=[Region(5, 7, 20, 9, frame=1, kind="drawn")])
    mask = outside((33, 47))
    for number in (0, 2):
        assert np.array_equal(decode_frame(dataset, number), values[number])
    assert np.array_equal(decode_frame(dataset, 1)[mask], values[1][mask])


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_other_native_syntaxes(syntax):
    values = NOISE.integers(0, 4096, (33, 48)).astype(np.uint16)
    dataset = dataset_of(values, bits=12)
    dataset.file_meta.TransferSyntaxUID = syntax
    check(dataset, values, values.min())


def test_signed_values_with_a_negative_slope_take_the_highest():
    values = (NOISE.integers(0, 4096, (33, 48)) - 2048).astype(np.int16)
    dataset = dataset_of(values, bits=12)
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.PixelPaddingValue = -1, 0, -2048
    check(dataset, values, values.max())


@pytest.mark.parametrize("deep", [False, True])
def test_a_palette_in_segments_takes_the_index_of_its_darkest_entry(deep):
    """A table that falls from 255 to 0 in one linear segment (PS3.3 C.7.9.2): the last entry is darkest."""
    values = NOISE.integers(0, 250, (33, 48)).astype(np.uint16 if deep else np.uint8)
    dataset = dataset_of(values, photometric="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        segments = np.array([0, 1, 0xFFFF, 1, 255, 0], np.uint16)
        setattr(dataset, f"Segmented{name}PaletteColorLookupTableData", segments.tobytes())
    check(dataset, values, 255)


def instance(values, **facts):
    return of_a_patient(dataset_of(values, bits=12, modality="CR"), "WESTERHOUT^JOHANNA", **facts)


def masked(dataset, tmp_path, key):
    dataset.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    return deidentify(source, tmp_path / "out", Settings(load_profile("research"), key), Layout.FLAT)


def test_a_masked_image_says_so_and_carries_no_small_copy_of_itself(tmp_path, key):
    values = np.round(written(background()) * 4000).astype(np.uint16)
    icon = Dataset()
    icon.Rows, icon.Columns, icon.SamplesPerPixel, icon.PhotometricInterpretation = 60, 80, 1, "MONOCHROME2"
    icon.BitsAllocated, icon.BitsStored, icon.HighBit, icon.PixelRepresentation = 8, 8, 7, 0
    icon.PixelData = (values[::4, ::4] >> 4).astype(np.uint8).tobytes()
    dataset = instance(
        values, IconImageSequence=Sequence([icon]), ImageType=["ORIGINAL", "PRIMARY"], BurnedInAnnotation="YES",
        SmallestImagePixelValue=int(values.min()), LargestImagePixelValue=int(values.max()),
    )  # fmt: skip
    uid = dataset.SOPInstanceUID
    record = masked(dataset, tmp_path, key)
    back = dcmread(tmp_path / "out" / record.new_path)
    assert not readable(read_text(decode_frame(back, 0)), NAME)
    assert back.BurnedInAnnotation == "NO"
    assert list(back.ImageType) == ["DERIVED", "PRIMARY"]
    assert "113101" in [item.CodeValue for item in back.DeidentificationMethodCodeSequence]
    for gone in ("IconImageSequence", "SmallestImagePixelValue", "LargestImagePixelValue"):
        assert gone not in back
    assert back.SOPInstanceUID != uid  # as the table maps it, not as some library mints it
    again = masked(dataset, tmp_path, key)
    assert again.outcome is Outcome.QUARANTINED or again.facts.sop_instance_uid == back.SOPInstanceUID
    assert any(change.path == "(0008,0008)" for change in record.changes)


def test_an_image_in_which_nothing_is_masked_stays_an_original(tmp_path, key):
    values = np.round(background() * 4000).astype(np.uint16)
    record = masked(instance(values, ImageType=["ORIGINAL", "PRIMARY"]), tmp_path, key)
    back = dcmread(tmp_path / "out" / record.new_path)
    assert list(back.ImageType) == ["ORIGINAL", "PRIMARY"]
    assert np.array_equal(decode_frame(back, 0), values)


def test_what_cannot_be_decoded_is_quarantined(tmp_path, key):
    dataset = instance(np.zeros((40, 40), np.uint8))
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xe0 no picture"])
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    record = masked(dataset, tmp_path, key)
    assert record.outcome is Outcome.QUARANTINED
    assert not list((tmp_path / "out").rglob("*.dcm"))


def test_a_running_clock_is_masked_in_every_frame():
    plain = background() * 200 / 255
    frames = np.stack([
        np.round(written(plain, (NAME,), at=(14, 14)) * 255) if n < 1 else
        np.round(written(written(plain, (NAME,), at=(14, 14)), (f"12:31:{n:02}",), at=(200, 200)) * 255)
        for n in range(24)
    ]).astype(np.uint8)  # fmt: skip
    dataset = dataset_of(frames, frames=24, modality="US")
    mask_burned_in_text(dataset)
    for number in (1, 11, 17, 23):
        frame = decode_frame(dataset, number)
        assert not readable(read_text(frame), NAME)
        assert "31" not in "".join(read_text(frame))
        assert (frame[206:218, 205:280] == frame.min()).mean() > 0.95
