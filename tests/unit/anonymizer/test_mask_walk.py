"""Every kind of image that DICOM can store is walked through: one box is masked, and all that must hold is held.

Outside the box no value changes; inside stands what a viewer shows darkest, within the stored bits; syntax, lossy
mark, UID and what is derived from the pixels are as they must be.
"""

import io
import tempfile
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.pixels import pixel_array
from pydicom.pixels.encoders.base import get_encoder
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from anonymizer.errors import PixelError
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.unused_bits import clear_unused_bits
from anonymizer.report import Region
from tests.unit.anonymizer.pixel_cases import background, dataset_of

NOISE = np.random.default_rng(21)
EVEN, ODD = (32, 48), (33, 47)
BOX = Region(6, 7, 20, 10, kind="drawn", found_by="reader")
INSIDE = (slice(7, 17), slice(6, 26))
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """An image, and what its black box holds."""

    make: Callable[[], Dataset]
    black: Callable[[Array], Any]  # of the values of a frame as they are stored
    syntax: UID | None = None  # afterwards, where it changes
    photometric: str = ""  # afterwards, where it changes
    lossy: bool = False


def saved(dataset: Dataset) -> Dataset:
    """The data set as it comes back from disk."""
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return dcmread(io.BytesIO(stream.getvalue()))


def lowest(values: Array) -> Any:
    return values.min()


def highest(values: Array) -> Any:
    return values.max()


def noise(bits: int, shape: tuple[int, ...] = EVEN, *, signed: bool = False) -> Array:
    kind = f"{'i' if signed else 'u'}{max(1, (bits + 7) // 8) if bits != 24 else 4}"
    low = -(1 << (bits - 1)) if signed else 0
    return NOISE.integers(low, low + (1 << bits), shape).astype(kind)


def grey(bits: int = 8, shape: tuple[int, ...] = EVEN, *, signed: bool = False, **facts: Any) -> Dataset:
    values = noise(bits, shape, signed=signed)
    dataset = dataset_of(values, bits=bits, frames=shape[0] if len(shape) == 3 else None)
    for keyword, value in facts.items():
        setattr(dataset, keyword, value)
    return dataset


def lifted_up(dataset: Dataset) -> Dataset:
    """The same values, in the highest bits of their words."""
    words = np.frombuffer(dataset.PixelData, np.uint16) << (16 - dataset.BitsStored)
    dataset.PixelData, dataset.HighBit = words.tobytes(), 15
    return dataset


def misstated(dataset: Dataset) -> Dataset:
    dataset.HighBit = 15
    return dataset


def falling(sequence: str, **facts: Any) -> Dataset:
    """An image with a table that makes the highest value the lowest."""
    item = Dataset()
    item.LUTDescriptor, item.LUTData = [4096, 0, 12], np.arange(4095, -1, -1).astype(np.uint16).tobytes()
    item["LUTData"].VR = "OW"
    return grey(12, **facts, **{sequence: Sequence([item])})


def bits_of_one(frames: int, shape: tuple[int, int], **facts: Any) -> Dataset:
    values = NOISE.integers(0, 2, (frames, *shape)).astype(np.uint8)
    dataset = dataset_of(values, frames=frames, bits=1)
    dataset.BitsAllocated = 1
    packed = np.packbits(values.ravel(), bitorder="little").tobytes()
    dataset.PixelData = packed + bytes(len(packed) % 2)
    for keyword, value in facts.items():
        setattr(dataset, keyword, value)
    return dataset


def floating(kind: type, keyword: str) -> Dataset:
    values = (NOISE.random(EVEN) * 1e3 - 500).astype(kind)
    dataset = dataset_of(values)
    del dataset.PixelData, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
    setattr(dataset, keyword, values.tobytes())
    return dataset


def palette(bits: int, *, first: int = 0, depth: int = 16, shape: tuple[int, int] = EVEN) -> Dataset:
    values = (NOISE.integers(0, 200, shape) + first).astype(np.uint8 if bits == 8 else np.uint16)
    dataset = dataset_of(values, photometric="PALETTE COLOR")
    table = NOISE.integers(60, 250, (3, 200))
    table[:, 77] = (9, 3, 12)  # the darkest colour
    for name, row in zip(("Red", "Green", "Blue"), table, strict=True):
        entries = row * 257 if depth == 16 else row
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [200, first, depth])
        data = entries.astype(np.uint16 if depth == 16 else np.uint8).tobytes()
        setattr(dataset, f"{name}PaletteColorLookupTableData", data)
    return dataset


def segmented(bits: int) -> Dataset:
    """A table that falls from 255 to 0 in a discrete and a linear segment (PS3.3 C.7.9.2)."""
    values = NOISE.integers(0, 256, EVEN).astype(np.uint8 if bits == 8 else np.uint16)
    dataset = dataset_of(values, photometric="PALETTE COLOR")
    for name in ("Red", "Green", "Blue"):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [256, 0, 16])
        segments = np.array([0, 1, 0xFFFF, 1, 255, 0], np.uint16)
        setattr(dataset, f"Segmented{name}PaletteColorLookupTableData", segments.tobytes())
    return dataset


def colour(
    kind: str = "RGB", *, planar: int = 0, bits: int = 8, shape: tuple[int, int] = EVEN, frames: int = 1
) -> Dataset:
    values = noise(bits, (frames, *shape, 3))
    dataset = dataset_of(values, photometric=kind, frames=frames)
    dataset.PlanarConfiguration = planar
    if planar:
        data = values.transpose(0, 3, 1, 2).tobytes()
        dataset.PixelData = data + bytes(len(data) % 2)
    return dataset


def pairs(kind: str, frames: int = 1, shape: tuple[int, int] = EVEN) -> Dataset:
    dataset = dataset_of(np.zeros((frames, *shape, 3), np.uint8), photometric=kind, frames=frames)
    dataset.PixelData = (
        NOISE.integers(16, 236, (frames, shape[0], shape[1] // 2, 4)).astype(np.uint8).tobytes()
    )
    return dataset


def swapped(dataset: Dataset) -> Dataset:
    """The same values in big endian order; samples of 8 bits in words of 16, as OW wants it."""
    size = max(2, dataset.BitsAllocated // 8)
    dataset.PixelData = np.frombuffer(dataset.PixelData, f"<u{size}").byteswap().tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    return dataset


def stored(dataset: Dataset, syntax: UID) -> Dataset:
    dataset.file_meta.TransferSyntaxUID = syntax
    return dataset


def coded(dataset: Dataset, syntax: UID, plugin: str = "", **options: Any) -> Dataset:
    """The data set with its frames encoded; colours of whichever model as they are."""
    values = dataset.pixel_array if dataset.SamplesPerPixel == 1 else raw_frames(dataset)
    frames = values if "NumberOfFrames" in dataset else values[None]
    how = {
        "rows": dataset.Rows, "columns": dataset.Columns, "samples_per_pixel": dataset.SamplesPerPixel,
        "number_of_frames": 1, "bits_allocated": dataset.BitsAllocated, "bits_stored": dataset.BitsStored,
        "pixel_representation": dataset.PixelRepresentation,
        "photometric_interpretation": dataset.PhotometricInterpretation, **options,
    }  # fmt: skip
    if dataset.SamplesPerPixel == 3:
        how["planar_configuration"] = 0
    name = plugin or {RLELossless: "pydicom", JPEG2000Lossless: "pylibjpeg", JPEG2000: "pylibjpeg"}.get(
        syntax, "pyjpegls"
    )
    done = [get_encoder(syntax).encode(np.ascontiguousarray(f), encoding_plugin=name, **how) for f in frames]
    dataset.PixelData = encapsulate(done)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    if dataset.SamplesPerPixel == 3 and syntax == RLELossless:
        dataset.PlanarConfiguration = 1
    return stored(dataset, syntax)


def by_gdcm(dataset: Dataset) -> Dataset:
    """The data set in lossless JPEG (process 14, selection 1), which pydicom does not encode."""
    import gdcm

    with tempfile.TemporaryDirectory() as folder:
        before, after = Path(folder) / "before.dcm", Path(folder) / "after.dcm"
        dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
        dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
        dataset.save_as(before, enforce_file_format=True)
        reader, change, writer = gdcm.ImageReader(), gdcm.ImageChangeTransferSyntax(), gdcm.ImageWriter()
        reader.SetFileName(str(before))
        assert reader.Read()
        change.SetTransferSyntax(gdcm.TransferSyntax(gdcm.TransferSyntax.JPEGLosslessProcess14_1))
        change.SetInput(reader.GetImage())
        assert change.Change()
        writer.SetFileName(str(after))
        writer.SetFile(reader.GetFile())
        writer.SetImage(change.GetOutput())
        assert writer.Write()
        return dcmread(io.BytesIO(after.read_bytes()))


def lossy_2000(*, in_colour: bool) -> Dataset:
    smooth = (background(*EVEN) * 255).astype(np.uint8)
    picture = np.repeat(smooth[..., None], 3, 2) if in_colour else smooth
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG2000", irreversible=True, quality_layers=[8], no_jp2=True)
    dataset = dataset_of(picture, photometric="YBR_ICT" if in_colour else "MONOCHROME2")
    return in_frames(dataset, [stream.getvalue()], JPEG2000)


def lossy_jpeg(*, in_colour: bool, says: str = "", **options: Any) -> Dataset:
    smooth = (background(*EVEN) * 255).astype(np.uint8)
    picture = np.repeat(smooth[..., None], 3, 2) if in_colour else smooth
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", **options)
    dataset = dataset_of(picture, photometric="YBR_FULL_422" if in_colour else "MONOCHROME2")
    if says:
        dataset.LossyImageCompression = says
    return in_frames(dataset, [stream.getvalue()], JPEGBaseline8Bit)


def in_frames(dataset: Dataset, frames: list[bytes], syntax: UID) -> Dataset:
    dataset.PixelData = encapsulate(frames)
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    return stored(dataset, syntax)


def raw_frames(dataset: Dataset) -> Array:
    """All frames as they are stored, colours not converted, by pydicom's own reading: (frames, rows, columns, …)."""
    shown = copy(dataset)
    if "HighBit" in dataset and dataset.BitsStored < dataset.BitsAllocated:
        shown.BitsStored = (
            shown.BitsAllocated if dataset.HighBit >= dataset.BitsStored else dataset.BitsStored
        )
    if dataset.PhotometricInterpretation == "YBR_PARTIAL_422":
        shown.PhotometricInterpretation = "YBR_FULL_422"
    found = pixel_array(shown, raw=True)
    return found if int(dataset.get("NumberOfFrames", 1)) > 1 else found[None]


INVERSE = {"PresentationLUTShape": "INVERSE"}
FALLS = {"RescaleSlope": -1, "RescaleIntercept": 0}
BLACK, YBR, PARTIAL = (0, 0, 0), (0, 128, 128), (16, 128, 128)
MONO1 = {"PhotometricInterpretation": "MONOCHROME1"}


def is_(value: Any) -> Callable[[Array], Any]:
    return lambda _: value


CASES: dict[str, Case] = {
    **{f"grey, {bits} bits": Case(lambda bits=bits: grey(bits), lowest) for bits in (8, 10, 12, 16, 32)},
    **{f"grey, {bits} bits, signed": Case(lambda bits=bits: grey(bits, signed=True), lowest) for bits in (8, 12, 16, 32)},
    **{f"MONOCHROME1, {bits} bits": Case(lambda bits=bits: grey(bits, **MONO1), highest) for bits in (8, 12, 16, 32)},
    "MONOCHROME1, signed": Case(lambda: grey(12, signed=True, **MONO1), highest),
    "inverse by its presentation": Case(lambda: grey(12, **INVERSE), highest),
    "inverse twice": Case(lambda: grey(12, **MONO1, **FALLS), lowest),
    "a slope that falls": Case(lambda: grey(12, **FALLS), highest),
    "rescaled, signed, with padding": Case(
        lambda: grey(12, signed=True, RescaleSlope=2, RescaleIntercept=-1024, PixelPaddingValue=-2048), lowest
    ),
    "left in its words": Case(lambda: lifted_up(grey(12)), lowest),
    "left in its words, signed": Case(lambda: lifted_up(grey(12, signed=True)), lowest),
    "left in its words, MONOCHROME1": Case(lambda: lifted_up(grey(12, **MONO1)), highest),
    "left in its words, big endian": Case(lambda: swapped(lifted_up(grey(12))), lowest),
    "a misstated high bit": Case(lambda: grey(12, HighBit=15), lowest),
    "a misstated high bit, signed": Case(lambda: grey(12, signed=True, HighBit=15), lowest),
    **{f"{s.keyword}, a misstated high bit": Case(lambda s=s: misstated(coded(grey(12), s)), lowest)
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    "a modality table that falls": Case(lambda: falling("ModalityLUTSequence"), highest),
    "a VOI table that falls": Case(lambda: falling("VOILUTSequence"), highest),
    "a VOI table that falls in MONOCHROME1": Case(lambda: falling("VOILUTSequence", **MONO1), lowest),
    "grey, odd size": Case(lambda: grey(8, ODD), lowest),
    "grey, three frames of odd size": Case(lambda: grey(8, (3, *ODD)), lowest),
    "one bit": Case(lambda: bits_of_one(1, EVEN), is_(0)),
    "one bit, frames that end within a byte": Case(lambda: bits_of_one(3, ODD), is_(0)),
    "one bit, MONOCHROME1": Case(lambda: bits_of_one(1, EVEN, **MONO1), is_(1)),
    "float": Case(lambda: floating(np.float32, "FloatPixelData"), lowest),
    "double": Case(lambda: floating(np.float64, "DoubleFloatPixelData"), lowest),
    "palette, 8 bits": Case(lambda: palette(8), is_(77)),
    "palette, 16 bits, table from 1000 on": Case(lambda: palette(16, first=1000), is_(1077)),
    "palette, table of 8 bits": Case(lambda: palette(8, depth=8), is_(77)),
    "palette, odd size": Case(lambda: palette(8, shape=ODD), is_(77)),
    "palette in segments": Case(lambda: segmented(8), is_(255)),
    "palette in segments, 16 bits": Case(lambda: segmented(16), is_(255)),
    **{f"RGB, planar {p}": Case(lambda p=p: colour(planar=p), is_(BLACK)) for p in (0, 1)},
    **{f"RGB, planar {p}, 16 bits": Case(lambda p=p: colour(planar=p, bits=16), is_(BLACK)) for p in (0, 1)},
    **{f"RGB, planar {p}, odd, two frames": Case(lambda p=p: colour(planar=p, shape=ODD, frames=2), is_(BLACK))
       for p in (0, 1)},
    **{f"YBR_FULL, planar {p}": Case(lambda p=p: colour("YBR_FULL", planar=p), is_(YBR)) for p in (0, 1)},
    "YBR_FULL_422": Case(lambda: pairs("YBR_FULL_422"), is_(YBR)),
    "YBR_FULL_422, three frames": Case(lambda: pairs("YBR_FULL_422", 3), is_(YBR)),
    "YBR_PARTIAL_422": Case(lambda: pairs("YBR_PARTIAL_422"), is_(PARTIAL)),
    "implicit": Case(lambda: stored(grey(12), ImplicitVRLittleEndian), lowest),
    "deflated": Case(lambda: stored(grey(12), DeflatedExplicitVRLittleEndian), lowest),
    "deflated colour": Case(lambda: stored(colour(), DeflatedExplicitVRLittleEndian), is_(BLACK)),
    **{f"big endian, {b} bits": Case(lambda b=b: swapped(grey(b)), lowest) for b in (8, 12, 16, 32)},
    "big endian, signed": Case(lambda: swapped(grey(16, signed=True)), lowest),
    "big endian, RGB": Case(lambda: swapped(colour()), is_(BLACK)),
    "big endian, RGB in planes of odd size": Case(lambda: swapped(colour(planar=1, shape=ODD)), is_(BLACK)),
    "big endian, palette": Case(lambda: swapped(palette(16)), is_(77)),
    **{f"{s.keyword}, {b} bits": Case(lambda s=s, b=b: coded(grey(b), s), lowest)
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless) for b in (8, 12, 16)},
    **{f"{s.keyword}, signed": Case(lambda s=s: coded(grey(12, signed=True), s), lowest)
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, MONOCHROME1": Case(lambda s=s: coded(grey(12, **MONO1), s), highest)
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, RGB": Case(lambda s=s: coded(colour(), s), is_(BLACK))
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, RGB, odd": Case(lambda s=s: coded(colour(shape=ODD), s), is_(BLACK))
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, YBR_FULL": Case(lambda s=s: coded(colour("YBR_FULL"), s), is_(YBR))
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, palette": Case(lambda s=s: coded(palette(8), s), is_(77))
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    **{f"{s.keyword}, three frames of odd size": Case(lambda s=s: coded(grey(12, (3, *ODD)), s), lowest)
       for s in (RLELossless, JPEGLSLossless, JPEG2000Lossless)},
    "RLELossless, RGB, 16 bits": Case(lambda: coded(colour(bits=16), RLELossless), is_(BLACK)),
    "JPEG2000Lossless, YBR_RCT": Case(lambda: coded(colour("YBR_RCT"), JPEG2000Lossless), is_(BLACK)),
    "JPEG2000, at the lowest loss": Case(
        lambda: coded(grey(12), JPEG2000, j2k_cr=[1]), lowest, ExplicitVRLittleEndian, lossy=True
    ),
    "lossless JPEG": Case(lambda: by_gdcm(grey(12)), lowest, JPEGLSLossless),
    "lossless JPEG, RGB": Case(lambda: by_gdcm(colour()), is_(BLACK), JPEGLSLossless),
    "JPEGLSNearLossless": Case(
        lambda: coded(grey(12), JPEGLSNearLossless, jls_error=3), lowest, ExplicitVRLittleEndian, lossy=True
    ),
    "JPEGLSNearLossless, RGB": Case(
        lambda: coded(colour(), JPEGLSNearLossless, jls_error=3), is_(BLACK), ExplicitVRLittleEndian, lossy=True
    ),
    "JPEG2000": Case(lambda: lossy_2000(in_colour=False), lowest, ExplicitVRLittleEndian, lossy=True),
    "JPEG2000, colour": Case(
        lambda: lossy_2000(in_colour=True), is_(BLACK), ExplicitVRLittleEndian, "RGB", lossy=True
    ),
    "progressive JPEG": Case(
        lambda: lossy_jpeg(in_colour=False, progressive=True), lowest, ExplicitVRLittleEndian, lossy=True
    ),
    "progressive JPEG that says it lost nothing": Case(
        lambda: lossy_jpeg(in_colour=False, progressive=True, says="00"), lowest, ExplicitVRLittleEndian, lossy=True
    ),
    "progressive JPEG, colour": Case(
        lambda: lossy_jpeg(in_colour=True, progressive=True), is_(BLACK), ExplicitVRLittleEndian, "RGB", lossy=True
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_box_and_nothing_else(name: str) -> None:
    case = CASES[name]
    dataset = case.make()
    before = raw_frames(saved(dataset))
    uid, photometric, syntax = (
        dataset.SOPInstanceUID,
        dataset.PhotometricInterpretation,
        dataset.file_meta.TransferSyntaxUID,
    )
    if case.photometric:
        before = pixel_array(saved(dataset))
        before = before if before.ndim > 3 else before[None]
    dataset.SmallestImagePixelValue = dataset.LargestImagePixelValue = 7
    result = mask_burned_in_text(dataset, find=False, drawn=[BOX])
    back = saved(dataset)
    assert result.changed
    assert back.SOPInstanceUID == uid
    assert back.file_meta.TransferSyntaxUID == (case.syntax or syntax)
    assert back.PhotometricInterpretation == (case.photometric or photometric)
    assert back.get("LossyImageCompression", "00") == ("01" if case.lossy else "00")
    assert "SmallestImagePixelValue" not in back
    assert "LargestImagePixelValue" not in back
    after = raw_frames(back)
    outside = np.ones(before.shape[1:3], bool)
    outside[INSIDE] = False
    for one, other in zip(before, after, strict=True):
        assert np.array_equal(one[outside], other[outside])
        assert (other[~outside] == np.asarray(case.black(one))).all()


@pytest.mark.parametrize("signed", [False, True])
def test_text_is_looked_for_in_the_values_wherever_in_their_words_they_lie(*, signed: bool) -> None:
    dataset = grey(12, signed=signed)
    values = decode_frame(dataset, 0)
    assert np.array_equal(decode_frame(lifted_up(dataset), 0), values)
    dataset = grey(12, signed=signed)
    values = decode_frame(dataset, 0)
    dataset.HighBit = 15  # as some devices misstate it
    before = dataset.PixelData
    assert np.array_equal(decode_frame(dataset, 0), values)
    assert clear_unused_bits(dataset) == []
    assert dataset.PixelData is before


def test_compressed_values_in_unusual_bits_are_refused() -> None:
    """The libraries would give back the lowest bits alone: text in the others would be neither found nor kept."""
    words = lifted_up(grey(12))
    values = np.frombuffer(words.PixelData, np.uint16).reshape(EVEN)
    dataset = dataset_of(values, bits=16)
    coded(dataset, RLELossless)
    dataset.BitsStored, dataset.HighBit = 12, 15
    with pytest.raises(PixelError, match="unusual bits"):
        mask_burned_in_text(dataset, find=False, drawn=[BOX])
