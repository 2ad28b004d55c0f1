import io

import numpy as np
import pytest
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate
from pydicom.pixels.encoders.base import get_encoder
from pydicom.uid import (
    JPEG2000,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from anonymizer.errors import PixelError
from anonymizer.pixels import burned_in_text as pixels_module
from anonymizer.pixels.burned_in_text import NOT_EXAMINED, mask_burned_in_text
from anonymizer.pixels.decoding import decode_frame, matrix_of
from anonymizer.pixels.frame_search import FrameSearch
from anonymizer.pixels.text_finder import read_text
from anonymizer.pixels.verdicts import Judge
from anonymizer.report import Region
from tests.unit.anonymizer.pixel_cases import NAME, NUMBER, background, dataset_of, readable, written

DRAWN = (Region(21, 11, 60, 30, kind="drawn", found_by="reader"),)
NOISE = np.random.default_rng(3)


def saved(dataset):
    """The data set as it comes back from disk."""
    stream = io.BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return dcmread(io.BytesIO(stream.getvalue()))


def outside(shape, regions):
    mask = np.ones(shape, bool)
    for r in regions:
        mask[r.y : r.y + r.height, r.x : r.x + r.width] = False
    return mask


def assert_only_regions_changed(before, after, regions):
    mask = outside(before.shape[:2], regions)
    assert np.array_equal(before[mask], after[mask])
    assert (after[~mask] == after[~mask][0]).all()


def grey(bits=12, *, signed=False):
    values = NOISE.integers(0, 1 << bits, (64, 96)) - (1 << (bits - 1) if signed else 0)
    return values.astype(f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}")


COLOUR = NOISE.integers(0, 256, (64, 96, 3)).astype(np.uint8)


@pytest.mark.parametrize("photometric", ["MONOCHROME1", "MONOCHROME2"])
@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("bits", [8, 12, 16])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_grey_values_outside_the_masks_stay_in_every_lossless_syntax(photometric, signed, bits, syntax):
    values = grey(bits, signed=signed)
    dataset = dataset_of(values, photometric=photometric, bits=bits)
    if syntax.is_encapsulated:
        dataset.compress(syntax, generate_instance_uid=False)
    uid = dataset.SOPInstanceUID
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    back = saved(dataset)
    assert result.changed
    assert back.SOPInstanceUID == uid
    assert back.file_meta.TransferSyntaxUID == syntax
    after = decode_frame(back, 0, raw=True)
    assert_only_regions_changed(values, after, result.regions)
    assert after[20, 40] == (values.max() if photometric == "MONOCHROME1" else values.min())
    assert b"OpenJPEG" not in back.PixelData  # the check of what was written takes every comment for a leak


@pytest.mark.parametrize("photometric", ["RGB", "YBR_FULL"])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_colours_outside_the_masks_stay_in_every_lossless_syntax(photometric, syntax):
    dataset = dataset_of(COLOUR, photometric=photometric)
    if syntax.is_encapsulated:
        options = {
            "rows": 64,
            "columns": 96,
            "samples_per_pixel": 3,
            "bits_allocated": 8,
            "bits_stored": 8,
            "pixel_representation": 0,
            "number_of_frames": 1,
            "photometric_interpretation": photometric,
            "planar_configuration": 0,
        }
        plugin = {RLELossless: "pydicom", JPEGLSLossless: "pyjpegls"}.get(syntax, "pylibjpeg")
        frame = get_encoder(syntax).encode(COLOUR, encoding_plugin=plugin, **options)
        dataset.PixelData = encapsulate([frame])
        dataset["PixelData"].is_undefined_length = True
        dataset.file_meta.TransferSyntaxUID = syntax
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    back = saved(dataset)
    assert back.file_meta.TransferSyntaxUID == syntax
    assert_only_regions_changed(COLOUR, decode_frame(back, 0, raw=True), result.regions)
    assert decode_frame(back, 0)[20, 40].max() <= 1  # black on the screen


def test_planes_of_colour_are_masked_too():
    dataset = dataset_of(COLOUR, photometric="RGB")
    dataset.PlanarConfiguration = 1
    dataset.PixelData = COLOUR.transpose(2, 0, 1).tobytes()
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    assert_only_regions_changed(COLOUR, decode_frame(saved(dataset), 0), result.regions)


def test_subsampled_colour_is_masked_in_whole_pairs():
    data = NOISE.integers(0, 256, (64, 48, 4)).astype(np.uint8)
    dataset = dataset_of(COLOUR, photometric="YBR_FULL_422")
    dataset.PixelData = data.tobytes()
    before = decode_frame(dataset, 0, raw=True)
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    assert (result.regions[0].x, result.regions[0].width) == (20, 62)
    assert_only_regions_changed(before, decode_frame(saved(dataset), 0, raw=True), result.regions)


def test_big_endian_values_stay():
    values = grey(16)
    dataset = dataset_of(values.astype(">u2").view("<u2"), bits=16)
    dataset.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    assert_only_regions_changed(values, decode_frame(dataset, 0), result.regions)


def test_a_palette_is_masked_with_its_darkest_colour():
    values = NOISE.integers(0, 3, (64, 96)).astype(np.uint8)
    dataset = dataset_of(values, photometric="PALETTE COLOR")
    for name, table in (("Red", [255, 0, 200]), ("Green", [255, 8, 200]), ("Blue", [255, 0, 200])):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [3, 0, 16])
        setattr(dataset, f"{name}PaletteColorLookupTableData", (np.array(table, np.uint16) * 257).tobytes())
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    after = decode_frame(saved(dataset), 0)
    assert_only_regions_changed(values, after, result.regions)
    assert after[20, 40] == 1


def test_bits_outside_the_stored_ones_stay_outside_the_masks():
    values = grey(12) | np.uint16(0x8000)  # an embedded overlay
    dataset = dataset_of(values, bits=12)
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    after = np.frombuffer(dataset.PixelData, np.uint16).reshape(values.shape)
    assert_only_regions_changed(values, after, result.regions)
    assert not after[20, 40] & 0x8000


@pytest.mark.parametrize("kind", [np.float32, np.float64, np.uint32])
def test_deep_and_floating_values_stay(kind):
    values = (NOISE.random((64, 96)) * 1e6).astype(kind)
    dataset = dataset_of(values)
    keyword = {np.float32: "FloatPixelData", np.float64: "DoubleFloatPixelData"}.get(kind, "PixelData")
    if keyword != "PixelData":
        del dataset.PixelData
        setattr(dataset, keyword, values.tobytes())
        del dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    assert_only_regions_changed(values, decode_frame(saved(dataset), 0), result.regions)


def test_one_bit_images_stay():
    values = NOISE.integers(0, 2, (64, 96)).astype(np.uint8)
    dataset = dataset_of(values)
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.PixelData = np.packbits(values.ravel(), bitorder="little").tobytes()
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    assert_only_regions_changed(values, decode_frame(saved(dataset), 0), result.regions)


def test_lossy_images_are_never_compressed_a_second_time():
    smooth = np.repeat((background(64, 96) * 255).astype(np.uint8)[..., None], 3, 2)
    stream = io.BytesIO()
    Image.fromarray(smooth).save(stream, "JPEG2000", irreversible=True, quality_layers=[20], no_jp2=True)
    dataset = dataset_of(smooth, photometric="YBR_ICT")
    dataset.PixelData = encapsulate([stream.getvalue()])
    dataset["PixelData"].is_undefined_length = True
    dataset.file_meta.TransferSyntaxUID = JPEG2000
    before = decode_frame(dataset, 0)
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    back = saved(dataset)
    assert back.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    assert (back.PhotometricInterpretation, back.LossyImageCompression) == ("RGB", "01")
    assert_only_regions_changed(before, decode_frame(back, 0), result.regions)


@pytest.mark.parametrize("syntax", [RLELossless, JPEGLSLossless, JPEG2000Lossless])
def test_all_frames_of_a_compressed_cine_are_masked_and_kept(syntax):
    frames = np.stack([grey(12) for _ in range(3)])
    dataset = dataset_of(frames, frames=3, bits=12)
    dataset.compress(syntax, generate_instance_uid=False)
    result = mask_burned_in_text(dataset, find=False, drawn=DRAWN)
    back = saved(dataset)
    assert int(back.NumberOfFrames) == 3
    for index, frame in enumerate(frames):
        assert_only_regions_changed(frame, decode_frame(back, index), result.regions)


def test_a_region_of_one_frame_leaves_the_others():
    frames = np.stack([grey(8), grey(8)])
    dataset = dataset_of(frames, frames=2)
    mask_burned_in_text(dataset, find=False, drawn=[Region(0, 0, 5, 5, frame=1)])
    assert np.array_equal(decode_frame(dataset, 0), frames[0])
    assert (decode_frame(dataset, 1)[:5, :5] == frames[1].min()).all()


def test_without_an_examination_the_file_makes_no_promise():
    dataset = dataset_of(grey(8))
    before = dataset.PixelData
    result = mask_burned_in_text(dataset, find=False)
    assert result.review == (NOT_EXAMINED,)
    assert "BurnedInAnnotation" not in dataset
    assert dataset.PixelData is before


def test_objects_without_pixels_are_left_alone():
    dataset = dataset_of(grey(8))
    del dataset.PixelData
    assert mask_burned_in_text(dataset) == pixels_module.PixelResult()


def test_damaged_pixels_are_refused():
    dataset = dataset_of(grey(8))
    dataset.PixelData = encapsulate([b"\xff\xd8 no picture"])
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    with pytest.raises(PixelError):
        mask_burned_in_text(dataset)


def test_names_that_no_header_has_cannot_be_read_after_masking_whatever_the_file_says_of_them():
    values = np.round(written(background()) * 4095).astype(np.uint16)
    dataset = dataset_of(values, bits=12)
    dataset.BurnedInAnnotation = "NO"
    assert readable(read_text(values), NAME)
    result = mask_burned_in_text(dataset)
    after = decode_frame(saved(dataset), 0)
    assert not readable(read_text(after), NAME)
    assert not readable(read_text(after), NUMBER)
    assert dataset.BurnedInAnnotation == "NO"
    assert result.examined
    mask = outside(values.shape, result.regions)
    assert np.array_equal(values[mask], after[mask])
    assert mask.mean() > 0.7


def test_a_reader_can_keep_text_and_draw_more():
    values = np.round(written(background()) * 255).astype(np.uint8)
    dataset = dataset_of(values)
    result = mask_burned_in_text(dataset, keep=[Region(0, 0, 320, 80)], drawn=[Region(200, 150, 30, 30)])
    assert [r.y for r in result.regions] == [150]
    assert readable(read_text(decode_frame(dataset, 0)), NAME)


def test_an_image_without_text_keeps_its_bytes_and_its_encoding():
    dataset = dataset_of(np.round(background() * 4095).astype(np.uint16), bits=12, modality="CT")
    dataset.compress(RLELossless, encoding_plugin="pydicom", generate_instance_uid=False)
    before = dataset.PixelData
    result = mask_burned_in_text(dataset)
    assert not result.changed
    assert result.review == ()
    assert dataset.PixelData == before
    assert dataset.BurnedInAnnotation == "NO"


def test_a_caption_that_comes_late_in_a_cine_is_masked_in_all_frames():
    plain = (background() * 200).astype(np.uint8)
    late = (written(background() * 200 / 255) * 255).astype(np.uint8)
    frames = np.stack([plain] * 9 + [late] + [plain] * 4)
    dataset = dataset_of(frames, frames=14, modality="US")
    mask_burned_in_text(dataset)
    assert not readable(read_text(decode_frame(dataset, 9)), NAME)
    assert (decode_frame(dataset, 0)[20:36, 30:200] == frames[0].min()).all()


def test_dark_text_between_the_frames_that_are_looked_at_is_masked():
    light = (1 - background() * 0.4) * 230
    late = (written(1 - background() * 0.4, ink=0.0) * 230).astype(np.uint8)
    frames = np.stack([light.astype(np.uint8)] * 5 + [late] + [light.astype(np.uint8)] * 3)
    dataset = dataset_of(frames, frames=9, modality="US")
    assert readable(read_text(late), NAME)
    mask_burned_in_text(dataset)
    assert not readable(read_text(decode_frame(dataset, 5)), NAME)


def test_streaks_that_no_frame_of_a_cine_has_are_no_text():
    echoes = np.random.default_rng(10).rayleigh(50, (240, 320)).clip(0, 200).astype(np.uint8)
    frames = np.stack([np.roll(echoes, 3 * step, 0) for step in range(20)])
    frames[:, :70] = (written(np.zeros((70, 320))) * 255).astype(np.uint8)
    regions = FrameSearch(
        dataset_of(frames, frames=20), matrix_of(dataset_of(frames, frames=20)), Judge()
    ).found()
    masked = np.zeros((240, 320), bool)
    for r in regions:
        masked[r.y : r.y + r.height, r.x : r.x + r.width] = True
    assert masked[:70][frames[0, :70] > 128].mean() > 0.98
    # Streaks that touch the text make one region with it, so what lies under it counts from some way below.
    assert masked[160:].mean() < 0.01


def test_a_small_slice_of_a_body_keeps_its_pixels():
    dataset = dcmread(get_testdata_file("CT_small.dcm", download=False))
    before = dataset.PixelData
    result = mask_burned_in_text(dataset)
    assert result.review == ()
    assert dataset.PixelData == before


def test_an_announced_text_that_is_not_found_goes_to_review():
    dataset = dataset_of(np.zeros((64, 64), np.uint8), modality="CR")
    dataset.BurnedInAnnotation = "YES"
    assert mask_burned_in_text(dataset).review == (pixels_module.ANNOUNCED,)
