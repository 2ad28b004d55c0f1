"""What a viewer needs beside the pixels: tables, windows by frame, overlays, the shape of pixels, the pace of frames."""

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.overlays import get_overlay_array
from pydicom.pixels import apply_voi_lut
from pydicom.sequence import Sequence

from anonymizer.pixels.overlays import overlay_planes
from anonymizer.pixels.rendering import DicomImage
from tests.unit.anonymizer.pixel_cases import dataset_of

RAMP = np.tile(np.arange(0, 256, dtype=np.uint16) * 16, (8, 1))


def table(explanation: str, entries: np.ndarray) -> Dataset:
    item = Dataset()
    item.LUTDescriptor = [len(entries), 0, 16]
    item.LUTExplanation = explanation
    item.add_new("LUTData", "OW", entries.astype("<u2").tobytes())
    return item


def with_overlay(dataset: Dataset, group: int, plane: np.ndarray, origin: tuple[int, int]) -> Dataset:
    block = (
        (0x0010, "US", plane.shape[0]),
        (0x0011, "US", plane.shape[1]),
        (0x0040, "CS", "G"),
        (0x0050, "SS", list(origin)),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", np.packbits(plane.ravel(), bitorder="little").tobytes()),
    )
    for element, vr, value in block:
        dataset.add_new((group, element), vr, value)
    return dataset


def test_each_of_several_voi_tables_is_offered_and_shown_as_pydicom_shows_it():
    dataset = dataset_of(RAMP, bits=12)
    rising = np.linspace(0, 65535, 4096)
    dataset.VOILUTSequence = Sequence([table("Even", rising), table("Bone", rising**2 / 65535)])
    dataset.WindowCenter, dataset.WindowWidth = "2000", "1000"
    image = DicomImage(dataset)
    assert [(preset.name, preset.table) for preset in image.window_presets] == [
        ("Even", 0), ("Bone", 1), ("Window 1", None),
    ]  # fmt: skip
    for number in (0, 1):
        wanted = apply_voi_lut(image.frame(0), dataset, number, prefer_lut=True) / 257
        assert np.abs(image.through_table(image.frame(0), number) - wanted).max() <= 1
    assert np.array_equal(image.render(0), image.through_table(image.frame(0), 0))
    plain = image.through_table(image.frame(0), 1)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    assert np.array_equal(DicomImage(dataset).through_table(image.frame(0), 1), 255 - plain)


def test_each_frame_has_its_own_window():
    dataset = dataset_of(np.stack([RAMP, RAMP]), bits=12, frames=2)
    groups = []
    for center in (100, 3000):
        window, group = Dataset(), Dataset()
        window.WindowCenter, window.WindowWidth = center, 50
        group.FrameVOILUTSequence = Sequence([window])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    image = DicomImage(dataset)
    assert [image.at(frame).window_presets[0].center for frame in (0, 1)] == [100, 3000]
    assert image.at(1).frames == 2


@pytest.mark.parametrize("origin", [(1, 1), (3, 5), (-1, -2), (7, 250)])
def test_overlays_mark_the_pixels_that_pydicom_says(origin: tuple[int, int]):
    plane = np.random.default_rng(1).random((5, 7)) > 0.5
    dataset = with_overlay(dataset_of(RAMP, bits=12), 0x6002, plane, origin)
    wanted = np.zeros((40, 300), bool)
    decoded = get_overlay_array(dataset, 0x6002).astype(bool)
    wanted[origin[0] + 9 : origin[0] + 14, origin[1] + 9 : origin[1] + 16] = decoded
    marked = DicomImage(dataset).graphics(0)
    assert marked is not None
    assert np.array_equal(marked, wanted[10:18, 10:266])


def test_an_overlay_of_several_frames_lies_over_its_own_and_a_damaged_one_over_none():
    planes = np.zeros((2, 8, 256), bool)
    planes[1, 2, 3] = True
    dataset = with_overlay(dataset_of(RAMP, bits=12), 0x6000, planes.reshape(16, 256), (1, 1))
    dataset[0x6000, 0x0010].value = 8
    dataset.add_new((0x6000, 0x0015), "IS", 2)
    dataset.add_new((0x6000, 0x0051), "US", 2)
    found = [overlay_planes(dataset, frame, (8, 256)) for frame in range(4)]
    assert [plane is None for plane in found] == [True, True, False, True]
    dataset[0x6000, 0x3000].value = b"\xff"
    assert overlay_planes(dataset, 2, (8, 256)) is None
    assert DicomImage(dataset_of(RAMP, bits=12)).graphics(0) is None


def test_the_shape_of_pixels_comes_from_spacing_else_from_the_aspect_ratio():
    dataset = dataset_of(RAMP, bits=12)
    assert DicomImage(dataset).pixel_aspect == 1
    dataset.PixelAspectRatio = [4, 3]
    assert DicomImage(dataset).pixel_aspect == pytest.approx(4 / 3)
    dataset.PixelSpacing = [0.5, 0.25]
    assert DicomImage(dataset).pixel_aspect == 2


def test_ultrasound_is_measured_by_its_regions_where_they_agree():
    dataset = dataset_of(RAMP, bits=12)
    regions = []
    for delta in (0.02, 0.02):
        region = Dataset()
        region.RegionSpatialFormat, region.PhysicalUnitsXDirection, region.PhysicalUnitsYDirection = 1, 3, 3
        region.PhysicalDeltaX, region.PhysicalDeltaY = delta, 0.03
        regions.append(region)
    dataset.SequenceOfUltrasoundRegions = Sequence(regions)
    assert DicomImage(dataset).pixel_spacing == pytest.approx((0.3, 0.2))
    regions[1].PhysicalDeltaX = 0.05
    assert DicomImage(dataset).pixel_spacing is None


@pytest.mark.parametrize(
    ("keyword", "value", "wanted"),
    [
        ("FrameTime", "40", 25),
        ("CineRate", "15", 15),
        ("RecommendedDisplayFrameRate", "30", 30),
        ("FrameTimeVector", ["0", "100", "300"], 5),
        ("FrameTime", "0", None),
    ],
)
def test_the_pace_of_frames_is_that_of_the_file(keyword: str, value: object, wanted: float | None):
    dataset = dataset_of(np.stack([RAMP] * 3), bits=12, frames=3)
    setattr(dataset, keyword, value)
    assert DicomImage(dataset).frame_rate == wanted
