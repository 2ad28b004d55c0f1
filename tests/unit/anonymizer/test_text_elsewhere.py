"""A name that is drawn, not written, outside the image: as bits, as a picture or as lines. Letters do not find it."""

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import GrayscaleSoftcopyPresentationStateStorage, generate_uid

from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.pixels.drawn_lines import NOT_EXAMINED, REMOVED
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import ProfileError, load_profile
from anonymizer.report import Outcome
from tests.unit.anonymizer.pixel_cases import NAME, background, dataset_of, written

VALUES = np.round(background(48, 320) * 3000).astype(np.uint16)
DRAWN = written(np.zeros((48, 320)), (NAME,), at=(8, 8)) > 0.5
BITS = np.packbits(DRAWN.ravel(), bitorder="little").tobytes()
GREY = (DRAWN * 255).astype(np.uint8).tobytes()
ROW = int(
    np.argmax(DRAWN.sum(axis=1))
)  # a row through the letters: whoever keeps any row of them keeps this one


def picture(kind):
    stream = io.BytesIO()
    Image.fromarray((DRAWN * 255).astype(np.uint8)).save(stream, kind)
    raw = stream.getvalue()
    return raw + b"\0" * (len(raw) % 2)


def small():
    item = Dataset()
    item.Rows, item.Columns, item.SamplesPerPixel, item.PhotometricInterpretation = 48, 320, 1, "MONOCHROME2"
    item.BitsAllocated, item.BitsStored, item.HighBit, item.PixelRepresentation = 8, 8, 7, 0
    item.PixelData = GREY
    return item


def overlay(dataset, group=0x6000):
    for element, vr, value in ((0x10, "US", 48), (0x11, "US", 320), (0x40, "CS", "G"), (0x50, "SS", [1, 1]),
                               (0x100, "US", 1), (0x102, "US", 0), (0x3000, "OW", BITS)):  # fmt: skip
        dataset.add_new(group << 16 | element, vr, value)


def icon_in_a_reference(dataset):
    item = Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = dataset.SOPClassUID, generate_uid()
    item.IconImageSequence = Sequence([small()])
    dataset.ReferencedImageSequence = Sequence([item])


def private(value, vr="OB", creator="GEMS_IDEN_01", group=0x0009):
    def plant(dataset):
        dataset.private_block(group, creator, create=True).add_new(0xE1, vr, value)

    return plant


def private_sequence(dataset):
    dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True).add_new(0x10, "SQ", Sequence([small()]))


def in_words(dataset):
    """A curve (PS3.3 of 2004, C.10.2) that draws the letters as pairs of coordinates."""
    points = np.argwhere(DRAWN)[:, ::-1].astype("<i2")
    for element, vr, value in ((0x05, "US", 2), (0x10, "US", len(points)), (0x20, "CS", "POLY"),
                               (0x103, "US", 1), (0x3000, "OW", points.tobytes())):  # fmt: skip
        dataset.add_new(0x5000 << 16 | element, vr, value)


def variable_pixels(dataset):
    dataset.add_new(0x7F000010, "OW", GREY)


PLACES: dict[str, Callable[[Dataset], None]] = {
    "overlay": overlay,
    "the last overlay": lambda dataset: overlay(dataset, 0x601E),
    "overlay in a private group": lambda dataset: overlay(dataset, 0x6001),
    "icon": lambda dataset: setattr(dataset, "IconImageSequence", Sequence([small()])),
    "icon of a reference": icon_in_a_reference,
    "private picture": private(picture("JPEG")),
    "private bits": private(BITS, "UN"),
    "private picture in a known block": private(picture("PNG"), "OB", "SIEMENS MEDCOM HEADER", 0x0029),
    "private sequence": private_sequence,
    "curve": in_words,
    "variable pixels": variable_pixels,
}
SECRETS = (
    BITS, GREY, GREY[320 * ROW : 320 * ROW + 320], np.packbits(DRAWN[ROW], bitorder="little").tobytes(),
    picture("JPEG")[300:340], picture("PNG")[60:90], np.argwhere(DRAWN)[40:60, ::-1].astype("<i2").tobytes(),
)  # fmt: skip


def instance():
    dataset = dataset_of(VALUES, bits=12, modality="CR")
    dataset.PatientID, dataset.PatientName = "4711", "WESTERHOUT^JOHANNA"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    return dataset


def masked(dataset, tmp_path, settings):
    meta = dataset.file_meta
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        dataset.SOPClassUID,
        dataset.SOPInstanceUID,
    )
    file = tmp_path / "in.dcm"
    dataset.save_as(file, enforce_file_format=True)
    (source,) = find_sources([file])
    return deidentify(source, tmp_path / "out", settings, Layout.FLAT)


def widest(name):
    """A preset with all further options that it can be joined with: what keeps most."""
    chosen = []
    for option in OPTIONS:
        try:
            load_profile(name, [*chosen, option.name])
        except ProfileError:
            continue
        chosen.append(option.name)
    return load_profile(name, chosen)


@pytest.mark.parametrize("profile", ["basic", "research", "teaching", "all options"])
@pytest.mark.parametrize("place", PLACES)
def test_a_drawn_name_goes_wherever_it_stands(place, profile, tmp_path, key):
    dataset = instance()
    PLACES[place](dataset)
    stream = io.BytesIO()
    dataset.save_as(stream)
    assert any(secret in stream.getvalue() for secret in SECRETS)
    chosen = widest("basic") if profile == "all options" else load_profile(profile)
    record = masked(dataset, tmp_path, Settings(chosen, key, find_text=False))
    assert record.outcome is Outcome.MASKED, record.reason
    raw = (tmp_path / "out" / record.new_path).read_bytes()
    assert not any(secret in raw for secret in SECRETS)
    assert np.array_equal(dcmread(io.BytesIO(raw)).pixel_array, VALUES)


STROKES = {
    "W": (0, 0, 1, 4, 2, 1, 3, 4, 4, 0), "E": (3, 0, 0, 0, 0, 2, 2, 2, 0, 2, 0, 4, 3, 4),
    "S": (3, 0, 0, 0, 0, 2, 3, 2, 3, 4, 0, 4), "T": (0, 0, 4, 0, 2, 0, 2, 4),
    "R": (0, 4, 0, 0, 3, 0, 3, 2, 0, 2, 3, 4), "H": (0, 0, 0, 4, 0, 2, 3, 2, 3, 0, 3, 4),
    "O": (0, 0, 3, 0, 3, 4, 0, 4, 0, 0), "U": (0, 0, 0, 4, 3, 4, 3, 0),
}  # fmt: skip


def line(points, kind="POLYLINE"):
    item = Dataset()
    item.GraphicAnnotationUnits, item.GraphicDimensions, item.GraphicType = "PIXEL", 2, kind
    item.NumberOfGraphicPoints, item.GraphicData = len(points), np.array(points, float).ravel().tolist()
    item.GraphicFilled = "N"
    return item


def handwriting(size=6, at=(200, 300)):
    letters = []
    for place, letter in enumerate("WESTERHOUT"):
        corner = (at[0] + 5.5 * size * place, at[1])
        letters.append(line(np.array(STROKES[letter]).reshape(-1, 2) * size + corner))
    return letters


def presentation(objects, *, text="", with_overlay=False):
    """A softcopy presentation state (PS3.3 A.33) with lines and a text in one annotation."""
    dataset = instance()
    del dataset.PixelData
    dataset.SOPClassUID, dataset.Modality = GrayscaleSoftcopyPresentationStateStorage, "PR"
    if with_overlay:
        overlay(dataset)
    note, annotation, layer = Dataset(), Dataset(), Dataset()
    note.UnformattedTextValue, note.AnchorPoint = text, [1, 1]
    note.AnchorPointAnnotationUnits, note.AnchorPointVisibility = "PIXEL", "N"
    annotation.GraphicLayer, layer.GraphicLayer, layer.GraphicLayerOrder = "NOTES", "NOTES", 1
    annotation.TextObjectSequence = [note] if text else []
    annotation.GraphicObjectSequence = objects
    dataset.GraphicAnnotationSequence, dataset.GraphicLayerSequence = [annotation], [layer]
    return dataset


def lines_of(record, tmp_path):
    back = dcmread(tmp_path / "out" / record.new_path)
    return [list(o.GraphicData) for o in back.GraphicAnnotationSequence[0].GraphicObjectSequence]


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_a_presentation_state_shows_no_name_in_text_bits_or_lines(profile, tmp_path, key):
    dataset = presentation(handwriting(), text="seen by Westerhout, Johanna", with_overlay=True)
    record = masked(dataset, tmp_path, Settings(load_profile(profile), key, find_text=False))
    assert record.outcome is Outcome.MASKED, record.reason
    raw = (tmp_path / "out" / record.new_path).read_bytes()
    assert b"westerhout" not in raw.lower()
    assert BITS not in raw
    assert lines_of(record, tmp_path) == [[1.0, 1.0]] * 10


@pytest.mark.parametrize("size", [4, 12])
def test_where_drawings_stay_handwriting_goes_and_measurements_stay(size, tmp_path, key):
    lesion = line([(600 + 90 * np.cos(a), 700 + 70 * np.sin(a)) for a in np.linspace(0, 6.2, 40)])
    ruler = line([(100, 600), (420, 640)])
    dataset = presentation([lesion, *handwriting(size), ruler], text="lesion")
    record = masked(dataset, tmp_path, Settings(load_profile("teaching"), key))
    assert record.outcome is Outcome.MASKED, record.reason
    first, *letters, last = lines_of(record, tmp_path)
    assert np.allclose(first, lesion.GraphicData)
    assert np.allclose(last, ruler.GraphicData)
    assert letters == [[1.0, 1.0]] * 10
    assert REMOVED in record.review


def test_drawings_that_nobody_looked_at_are_named(tmp_path, key):
    record = masked(
        presentation(handwriting()), tmp_path, Settings(load_profile("teaching"), key, find_text=False)
    )
    assert NOT_EXAMINED in record.review
