"""Lossy JPEG is masked among its coefficients: blocks under a mask are blank, all others stay as they were."""

import io
import re

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit, JPEGExtended12Bit

from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.jpeg_blocks import _Interval, blanked
from anonymizer.pixels.jpeg_huffman import Table, UnfitError, ac_leaps, ac_steps, codes_of
from anonymizer.pixels.jpeg_stream import read_stream
from anonymizer.pixels.pixel_store import aligned
from anonymizer.pixels.shapes import polygon
from anonymizer.report import Region
from tests.unit.anonymizer.pixel_cases import dataset_of

ROWS, COLUMNS = 61, 93  # no whole number of blocks
SPECKLE = np.random.default_rng(4).gamma(4, 0.25, (ROWS, COLUMNS, 3))
Y, X = np.mgrid[0:ROWS, 0:COLUMNS]
PICTURE = (np.exp(-(((Y - 30) / 30) ** 2) - ((X - 50) / 40) ** 2)[..., None] * (200, 150, 90) * SPECKLE).clip(
    0, 255
)
PICTURE = PICTURE.astype(np.uint8)
BOX = Region(21, 11, 30, 12, kind="drawn", found_by="reader")


def jpeg(picture=PICTURE, **options):
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=85, **options)
    return stream.getvalue()


def instance(*frames, grey=False, photometric=None):
    picture = PICTURE[..., 0] if grey else PICTURE
    stack = np.stack([picture] * len(frames))
    kind = photometric or ("MONOCHROME2" if grey else "YBR_FULL_422")
    dataset = dataset_of(stack, frames=len(frames), photometric=kind)
    dataset.PixelData = encapsulate(list(frames))
    dataset["PixelData"].VR, dataset["PixelData"].is_undefined_length = "OB", True
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.LossyImageCompression = "01"
    return dataset


def saved(dataset):
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return dcmread(io.BytesIO(stream.getvalue()))


def mask_of(regions, ring=0):
    mask = np.zeros((ROWS, COLUMNS), bool)
    for r in regions:
        mask[max(0, r.y - ring) : r.y + r.height + ring, max(0, r.x - ring) : r.x + r.width + ring] = True
    return mask


def coefficients(frame):
    """DC coefficient and the bits of the AC codes of every block, read in steps of one code."""
    stream = read_stream(frame)
    found = []
    size = stream.restart or 10**6
    total = -(-stream.rows // stream.mcu[1]) * -(-stream.columns // stream.mcu[0])
    for number, raw in enumerate(stream.intervals()):
        mcus = np.ones(min(size, total - number * size), bool)
        interval = _Interval.read(stream, raw, mcus, [0] * len(stream.components))
        bits = np.unpackbits(np.frombuffer(raw, np.uint8))
        for n, mean in enumerate(interval.means):
            found.append((int(mean), bits[interval.coefficients[n] : interval.starts[n + 1]].tobytes()))
    return found


CASES = {
    "4:4:4": ({"subsampling": 0}, False),
    "4:2:2": ({"subsampling": 1}, False),
    "4:2:0": ({"subsampling": 2}, False),
    "optimised tables": ({"subsampling": 0, "optimize": True}, False),
    "restart markers": ({"subsampling": 2, "restart_marker_blocks": 3}, False),
    "a restart marker each row": ({"subsampling": 1, "restart_marker_rows": 1}, False),
    "grey": ({}, True),
    "grey, restart markers, optimised": ({"restart_marker_blocks": 5, "optimize": True}, True),
}


@pytest.mark.parametrize("case", CASES)
def test_blocks_outside_keep_every_pixel_and_every_coefficient(case):
    options, grey = CASES[case]
    before = jpeg(PICTURE[..., 0] if grey else PICTURE, **options)
    dataset = instance(before, grey=grey)
    uid, was = dataset.SOPInstanceUID, decode_frame(dataset, 0)
    result = mask_burned_in_text(dataset, find=False, drawn=[BOX])
    back = saved(dataset)
    assert back.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert (back.SOPInstanceUID, back.LossyImageCompression) == (uid, "01")
    now = decode_frame(back, 0)
    shares_colour = "4:2" in case or ("restart" in case and not grey)
    outside = ~mask_of(result.regions, ring=1 if shares_colour else 0)
    assert np.array_equal(was[outside], now[outside])
    assert now[mask_of([BOX])].max() <= 2
    (after,) = generate_frames(back.PixelData, number_of_frames=1)
    pairs = list(zip(coefficients(before), coefficients(after), strict=True))
    changed = sum(one != two for one, two in pairs)
    width, height = read_stream(before).mcu
    (region,) = result.regions
    mcus = (region.width // width) * (region.height // height)
    assert 0 < changed <= mcus * len(read_stream(before).plan)
    assert mask_of([BOX])[mask_of(result.regions)].any()


def test_all_else_of_the_stream_stays_identical():
    before = jpeg(subsampling=0, restart_marker_rows=1)
    after = blanked(before, mask_of([BOX]), (-1, 0, 0))
    head, one, two = before[: read_stream(before).coded[0]], read_stream(before), read_stream(after)
    assert after.startswith(head)
    rows = [n for n, (a, b) in enumerate(zip(one.intervals(), two.intervals(), strict=True)) if a != b]
    assert rows == [1, 2]  # the box reaches from pixel row 11 to 22: the second and third rows of blocks


def test_codes_that_an_optimised_table_lacks_are_added_without_touching_the_others():
    flat = np.full((64, 64), 130, np.uint8)
    flat[:, 32:] = 131
    before = jpeg(flat, optimize=True)
    masked = np.zeros((64, 64), bool)
    masked[8:16, 8:24] = True
    after = blanked(before, masked, (-1,))
    now = np.asarray(Image.open(io.BytesIO(after)))
    was = np.asarray(Image.open(io.BytesIO(before)))
    assert now[masked].max() == 0
    assert np.array_equal(now[~masked], was[~masked])
    with pytest.raises(UnfitError):
        Table((0,) * 15 + (65535,), bytes(range(256)) * 256).with_symbols(frozenset({300}))


def test_inverted_images_get_the_brightest_value():
    dataset = instance(jpeg(PICTURE[..., 0]), grey=True, photometric="MONOCHROME1")
    mask_burned_in_text(dataset, find=False, drawn=[BOX])
    assert dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    assert decode_frame(dataset, 0)[mask_of([BOX])].min() >= 253


def test_red_green_and_blue_without_a_transform_become_black_not_green():
    raw = jpeg(subsampling=0)
    adobe = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
    frame = raw[:2] + adobe + re.sub(rb"\xff\xe0\x00\x10.{14}", b"", raw[2:], count=1, flags=re.DOTALL)
    dataset = instance(frame, photometric="RGB")
    was = decode_frame(dataset, 0)
    result = mask_burned_in_text(dataset, find=False, drawn=[BOX])
    assert dataset.file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    now = decode_frame(dataset, 0)
    assert now[mask_of([BOX])].max() <= 2
    assert np.array_equal(was[~mask_of(result.regions)], now[~mask_of(result.regions)])


def test_each_frame_is_masked_where_it_is_meant():
    frames = [jpeg(np.roll(PICTURE[..., 0], 5 * n, axis=1)) for n in range(4)]
    dataset = instance(*frames, grey=True)
    only = Region(8, 8, 16, 8, frame=2, kind="drawn")
    mask_burned_in_text(dataset, find=False, drawn=[only, Region(40, 40, 16, 8, spared=(3,), kind="drawn")])
    after = list(generate_frames(dataset.PixelData, number_of_frames=4))
    assert after[3].startswith(frames[3])
    assert decode_frame(dataset, 2)[8:16, 8:24].max() <= 2
    assert decode_frame(dataset, 1)[40:48, 40:56].max() <= 2
    assert decode_frame(dataset, 1)[8:16, 8:24].max() > 2


def test_a_polygon_blanks_the_blocks_that_it_touches():
    dataset = instance(jpeg(PICTURE[..., 0]), grey=True)
    was = decode_frame(dataset, 0)
    mask_burned_in_text(dataset, find=False, drawn=[polygon([(10, 10), (70, 10), (10, 50)], kind="drawn")])
    now = decode_frame(dataset, 0)
    assert now[12:48, 11:14].max() <= 2
    assert np.array_equal(now[40:, 60:], was[40:, 60:])


def test_progressive_frames_are_stored_without_loss_instead():
    dataset = instance(jpeg(progressive=True))
    was = decode_frame(dataset, 0)
    result = mask_burned_in_text(dataset, find=False, drawn=[BOX])
    assert dataset.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    outside = ~mask_of(result.regions)
    assert np.array_equal(was[outside], decode_frame(dataset, 0)[outside])


@pytest.mark.parametrize("cut", [40, 400, 700])
def test_what_is_damaged_is_refused_and_never_written(cut):
    with pytest.raises(UnfitError):
        blanked(jpeg()[:cut], mask_of([BOX, Region(60, 50, 20, 8)]), (-1, 0, 0))


def test_leaps_over_several_codes_end_where_single_steps_do():
    table = read_stream(jpeg()).ac_tables[0]
    steps, leaps = ac_steps(table), ac_leaps(table)
    code, length = codes_of(table)[0]
    window = code << (16 - length)
    assert steps[window] == leaps[window] - ((1 << 10) - 64 << 32)
    longer = [n for n in range(0, 65536, 97) if leaps[n] & 0xFFFFFFFF > steps[n] & 0xFFFFFFFF]
    assert len(longer) > 100


@pytest.mark.parametrize(
    "name", ["JPEG-lossy.dcm", "SC_rgb_jpeg_dcmtk.dcm", "SC_rgb_dcmtk_+eb+cr.dcm", "examples_ybr_color.dcm",
             "SC_jpeg_no_color_transform.dcm", "SC_jpeg_no_color_transform_2.dcm"]
)  # fmt: skip
def test_files_of_other_encoders(name):
    dataset = dcmread(get_testdata_file(name, download=False))
    if dataset.file_meta.TransferSyntaxUID not in (JPEGBaseline8Bit, JPEGExtended12Bit):
        pytest.skip("of another transfer syntax")
    was = decode_frame(dataset, 0)
    box = Region(
        dataset.Columns // 4, dataset.Rows // 4, dataset.Columns // 4, dataset.Rows // 8, kind="drawn"
    )
    syntax = dataset.file_meta.TransferSyntaxUID
    (region,) = mask_burned_in_text(dataset, find=False, drawn=[box]).regions
    assert dataset.file_meta.TransferSyntaxUID == syntax
    now = decode_frame(dataset, 0)
    inside = (slice(box.y, box.y + box.height), slice(box.x, box.x + box.width))
    assert now[inside].max() <= 0.04 * ((1 << dataset.BitsStored) - 1)
    outside = np.ones(was.shape[:2], bool)
    outside[
        max(0, region.y - 1) : region.y + region.height + 1,
        max(0, region.x - 1) : region.x + region.width + 1,
    ] = False
    assert np.array_equal(was[outside], now[outside])


@pytest.mark.parametrize(
    ("found", "masked"),
    [
        ((14, 20, 30, 12), (16, 16, 32, 16)),  # two pixels, and three, of the block before
        ((13, 20, 30, 12), (16, 16, 32, 16)),
        ((12, 20, 30, 12), (0, 16, 48, 16)),
        ((13, 13, 6, 22), (0, 16, 32, 16)),  # where no piece would be left, all are masked
    ],
)
def test_a_block_that_a_found_box_only_just_reaches_stays(
    found: tuple[int, int, int, int], masked: tuple[int, int, int, int]
) -> None:
    region = aligned(Region(*found), (16, 16), slack=3)
    assert (region.x, region.y, region.width, region.height) == masked


def test_a_drawn_region_is_masked_whole() -> None:
    region = aligned(Region(14, 15, 4, 2), (16, 16))
    assert (region.x, region.y, region.width, region.height) == (0, 0, 32, 32)
    assert aligned(Region(1, 0, 2, 2), (2, 1), slack=3) == Region(0, 0, 4, 2)
