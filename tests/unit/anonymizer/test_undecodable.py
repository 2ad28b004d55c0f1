"""What cannot be decoded never reaches the output: it is quarantined with a reason, whatever is wrong with it."""

import io
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    JPEG2000,
    UID,
    AllTransferSyntaxes,
    HTJ2KLossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from anonymizer.batches.batch import mask_batch
from anonymizer.batches.pool import Limits
from anonymizer.files.source import find_sources
from anonymizer.identities.key import SecretKey
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.profiles.profile import load_profile
from anonymizer.report import FileRecord, Outcome, Region
from tests.unit.anonymizer.pixel_cases import dataset_of, of_a_patient

NAME = "WESTERHOUT^JOHANNA"
VIDEO = [syntax for syntax in AllTransferSyntaxes if syntax.name.startswith(("MPEG", "HEVC"))]
RUBBISH = bytes(range(256)) * 8


def instance(**facts: object) -> Dataset:
    return of_a_patient(dataset_of(np.full((64, 64), 90, np.uint8), modality="US"), NAME, **facts)


def coded(frames: list[bytes], syntax: UID, **facts: object) -> Dataset:
    dataset = instance(**facts)
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def jpeg(kind: str = "JPEG", mode: str = "L", size: tuple[int, int] = (64, 64)) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, 90 if mode == "L" else 0).save(stream, kind)
    return stream.getvalue()


def lossless(syntax: UID, samples: int = 1) -> bytes:
    how = {"rows": 64, "columns": 64, "samples_per_pixel": samples, "number_of_frames": 1, "bits_allocated": 8,
           "bits_stored": 8, "pixel_representation": 0, "planar_configuration": 0,
           "photometric_interpretation": "RGB" if samples > 1 else "MONOCHROME2"}  # fmt: skip
    values = np.full((64, 64, 3) if samples > 1 else (64, 64), 90, np.uint8)
    plugin = "pydicom" if syntax == RLELossless else "pyjpegls"
    return get_encoder(syntax).encode(values, encoding_plugin=plugin, **how)


RGB = {"SamplesPerPixel": 3, "PhotometricInterpretation": "RGB", "PlanarConfiguration": 0}
CASES: dict[str, Callable[[], Dataset]] = {
    **{f"rubbish as {syntax.keyword}": lambda syntax=syntax: coded([RUBBISH], syntax) for syntax in (
        JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLosslessSV1, JPEGLSLossless, JPEG2000, HTJ2KLossless, RLELossless)},
    **{f"video, {syntax.keyword}": lambda syntax=syntax: coded([RUBBISH], syntax) for syntax in VIDEO},
    "a JPEG cut in the middle of its header": lambda: coded([jpeg()[:60]], JPEGBaseline8Bit),
    "a JPEG of another size": lambda: coded([jpeg(size=(32, 32))], JPEGBaseline8Bit),
    "a JPEG 2000 of another size": lambda: coded([jpeg("JPEG2000", size=(32, 32))], JPEG2000),
    "colour where the file says grey": lambda: coded([jpeg(mode="RGB")], JPEGBaseline8Bit),
    "colour in JPEG 2000 where the file says grey": lambda: coded([jpeg("JPEG2000", "RGB")], JPEG2000),
    "colour in JPEG-LS where the file says grey": lambda: coded([lossless(JPEGLSLossless, 3)], JPEGLSLossless),
    "grey where the file says colour": lambda: coded([jpeg()], JPEGBaseline8Bit, **RGB),
    "as many pixels in another shape": lambda: coded([jpeg(size=(32, 128))], JPEGBaseline8Bit),
    "more frames than the file says": lambda: coded([jpeg()] * 3, JPEGBaseline8Bit),
    "one frame more than the file says": lambda: coded([jpeg()] * 3, JPEGBaseline8Bit, NumberOfFrames=2),
    "more frames in JPEG 2000": lambda: coded([jpeg("JPEG2000")] * 2, JPEG2000),
    "more frames in RLE": lambda: coded([lossless(RLELossless)] * 2, RLELossless),
    "more frames than the file says, uncompressed": lambda: instance(PixelData=bytes(4096) + bytes(range(256)) * 16),
    "four samples a pixel": lambda: instance(SamplesPerPixel=4, PixelData=bytes(4 * 64 * 64)),
    "fewer frames than the file says": lambda: coded([jpeg()] * 2, JPEGBaseline8Bit, NumberOfFrames=5),
    "the last frame damaged": lambda: coded([jpeg()] * 7 + [RUBBISH], JPEGBaseline8Bit, NumberOfFrames=8),
    "no rows": lambda: instance(Rows=0),
    "more pixels than can be": lambda: instance(Rows=65535, Columns=65535),
    "more frames than can be": lambda: instance(NumberOfFrames=2_000_000_000),
    "bits of no kind": lambda: instance(BitsAllocated=12),
    "a palette without a table": lambda: instance(PhotometricInterpretation="PALETTE COLOR"),
    "RLE with offsets that lead nowhere": lambda: coded([b"\xff" * 64], RLELossless),
}  # fmt: skip


def masked(dataset: Dataset, folder: Path, key: SecretKey) -> FileRecord:
    dataset.save_as(folder / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([folder / "in.dcm"])
    return deidentify(source, folder / "out", Settings(load_profile("research"), key), Layout.FLAT)


@pytest.mark.parametrize("name", CASES)
def test_it_is_quarantined_with_a_reason(name: str, tmp_path: Path, key: SecretKey) -> None:
    record = masked(CASES[name](), tmp_path, key)
    assert record.outcome is Outcome.QUARANTINED
    assert record.reason
    assert "WESTERHOUT" not in record.reason
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_padding_behind_the_image_is_no_frame(tmp_path: Path, key: SecretKey) -> None:
    record = masked(instance(PixelData=bytes([90]) * 4096 + bytes(128)), tmp_path, key)
    assert record.outcome is Outcome.MASKED, record.reason


def test_colours_stored_whole_where_the_file_says_that_pairs_share_them_are_masked_in_their_place() -> None:
    values = np.random.default_rng(2).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    dataset = instance(**RGB | {"PhotometricInterpretation": "YBR_FULL_422"}, PixelData=values.tobytes())
    mask_burned_in_text(dataset, find=False, drawn=[Region(5, 6, 11, 12, kind="drawn")])
    after = np.frombuffer(dataset.PixelData, np.uint8).reshape(values.shape)
    inside = np.zeros((64, 64), bool)
    inside[6:18, 5:16] = True
    assert (after[inside] == (0, 128, 128)).all()
    assert np.array_equal(after[~inside], values[~inside])


def runs(rows: int, columns: int) -> bytes:
    """A frame of one value in RLE (PS3.5 G): two bytes for 128 pixels."""
    return struct.pack("<16L", 1, 64, *[0] * 14) + b"\x81\x5a" * (rows * columns // 128)


COSTLY = {
    "memory": (
        lambda: coded([runs(16000, 16000)], RLELossless, Rows=16000, Columns=16000),
        Limits(250, 2**31),
    ),
    "longer than is allowed": (
        lambda: coded([runs(64, 64)] * 100_000, RLELossless, NumberOfFrames=100_000),
        Limits(seconds=4),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("what", COSTLY)
def test_memory_and_time_of_one_file_are_limited(what: str, tmp_path: Path, key: SecretKey) -> None:
    """A file of a few megabytes that costs much costs itself alone, and is named."""
    make, limits = COSTLY[what]
    (tmp_path / "in").mkdir()
    for number, dataset in enumerate((make(), instance())):
        uid = f"1.2.3.9.{number}"
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
        dataset.Modality = "CR"
        dataset.save_as(tmp_path / "in" / f"{number}.dcm", enforce_file_format=True)
    settings = Settings(load_profile("research"), key)
    batch = mask_batch(find_sources([tmp_path / "in"]), tmp_path / "out", settings, workers=1, limits=limits)
    costly, good = sorted(batch, key=lambda record: record.path)
    assert what == "longer than is allowed" or good.outcome is Outcome.MASKED, good.reason
    assert costly.outcome is Outcome.QUARANTINED
    assert what in costly.reason
    assert len(list((tmp_path / "out").rglob("*.dcm"))) <= 1
