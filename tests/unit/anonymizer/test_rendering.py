import io

import numpy as np
import pytest
from PIL import Image
from pydicom.data import get_testdata_file
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import JPEGBaseline8Bit, JPEGLosslessSV1

from anonymizer.errors import PixelError, SourceError
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.rendering import DicomImage, display, read_dataset, read_image
from tests.unit.anonymizer.pixel_cases import dataset_of

RAMP = np.tile(np.arange(0, 256, dtype=np.uint16) * 16, (8, 1))


def rendered(dataset, frame=0):
    return DicomImage(dataset).render(frame)


def test_monochrome1_is_shown_inverted():
    plain = rendered(dataset_of(RAMP, bits=12))
    inverted = rendered(dataset_of(RAMP, bits=12, photometric="MONOCHROME1"))
    assert plain[0, 0] < 5
    assert inverted[0, 0] > 250
    assert np.array_equal(inverted, 255 - plain)


def test_the_inverse_presentation_of_monochrome1_does_not_invert_twice():
    dataset = dataset_of(RAMP, bits=12, photometric="MONOCHROME1")
    dataset.PresentationLUTShape = "INVERSE"
    assert rendered(dataset)[0, 0] > 250


def test_signed_values_and_rescale_reach_the_window_in_real_units():
    dataset = dataset_of((RAMP.astype(np.int16) - 2048), bits=12)
    dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1000"
    dataset.WindowCenter, dataset.WindowWidth = "-1000", "400"
    image = DicomImage(dataset)
    assert image.frame(0).min() == -3048
    assert image.window_presets[0].width == 400
    shown = image.render(0)[0]
    assert shown[0] == 0
    assert shown[-1] == 255
    assert abs(int(shown[128]) - 128) <= 1


def test_a_fractional_rescale_gives_fractions():
    dataset = dataset_of(RAMP, bits=12)
    dataset.RescaleSlope, dataset.RescaleIntercept = "0.5", "0.25"
    assert DicomImage(dataset).frame(0)[0, 1] == pytest.approx(8.25)


def test_sixteen_bits_without_a_window_use_the_middle_of_the_values():
    pixels = np.tile(np.linspace(1000, 3000, 512).astype(np.uint16), (64, 1))
    pixels[0, 0] = 65535
    shown = rendered(dataset_of(pixels))
    assert shown.max() == 255
    assert 118 <= shown[10, 256] <= 138


def test_padding_does_not_spoil_the_window():
    pixels = np.tile(np.linspace(0, 100, 256).astype(np.int16), (64, 1))
    pixels[:40] = -2000
    dataset = dataset_of(pixels)
    dataset.add_new("PixelPaddingValue", "SS", -2000)
    shown = rendered(dataset)
    assert (shown[:40] == 0).all()
    assert shown[50, 128] in range(120, 136)


def test_the_three_window_functions_follow_the_standard():
    values = np.array([[0, 50, 100, 150, 200]], np.int16)
    linear = display(values, center=100.5, width=201)[0]
    exact = display(values, center=100, width=200, function="LINEAR_EXACT")[0]
    sigmoid = display(values, center=100, width=100, function="SIGMOID")[0]
    assert linear.tolist() == exact.tolist() == [0, 64, 128, 191, 255]
    assert sigmoid[2] in (127, 128)
    assert 0 < sigmoid[0] < 10


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.uint16, np.int32, np.float32])
def test_the_table_and_the_formula_agree(kind):
    values = np.arange(0, 200).astype(kind).reshape(10, 20)
    expected = display(values.astype(np.float64), center=90, width=77)
    assert np.array_equal(display(values, center=90, width=77), expected)
    assert np.array_equal(display(values, center=90, width=77, invert=True), 255 - expected)


def test_a_voi_table_is_applied():
    dataset = dataset_of(np.tile(np.arange(256, dtype=np.uint8), (4, 1)))
    item = Dataset()
    item.LUTDescriptor = [256, 0, 8]
    item.add_new("LUTData", "OW", bytes(reversed(range(256))))
    dataset.VOILUTSequence = Sequence([item])
    assert rendered(dataset)[0, 10] == 245


def test_a_palette_is_shown_in_its_colours():
    dataset = dataset_of(np.array([[0, 1], [2, 1]], np.uint8), photometric="PALETTE COLOR")
    for name, table in (("Red", [0, 255, 0]), ("Green", [0, 0, 255]), ("Blue", [9, 0, 0])):
        setattr(dataset, f"{name}PaletteColorLookupTableDescriptor", [3, 0, 16])
        data = np.array(table, np.uint16) * 257
        setattr(dataset, f"{name}PaletteColorLookupTableData", data.tobytes())
    shown = rendered(dataset)
    assert shown.tolist() == [[[0, 0, 9], [255, 0, 0]], [[0, 255, 0], [255, 0, 0]]]


def test_jpeg_in_ybr_keeps_its_colours():
    picture = np.zeros((32, 32, 3), np.uint8)
    picture[:, :16], picture[:, 16:] = (200, 30, 30), (20, 40, 190)
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG", quality=95, subsampling=0)
    dataset = dataset_of(picture, photometric="YBR_FULL")
    dataset.PixelData = encapsulate([stream.getvalue()])
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    shown = rendered(dataset).astype(int)
    assert np.abs(shown - picture).max() < 12


def test_native_ybr_keeps_its_colours():
    ybr = np.zeros((4, 4, 3), np.uint8)
    ybr[:] = (76, 85, 255)  # pure red
    assert (
        np.abs(rendered(dataset_of(ybr, photometric="YBR_FULL"))[0, 0].astype(int) - (255, 0, 0)).max() <= 1
    )


def test_frames_are_decoded_one_at_a_time():
    image = DicomImage(dataset_of(np.stack([RAMP, RAMP[:, ::-1]]), bits=12, frames=2))
    assert image.frames == 2
    assert np.array_equal(image.frame(1), RAMP[:, ::-1])


def test_enhanced_objects_take_window_and_rescale_from_their_groups():
    dataset = dataset_of(np.stack([RAMP, RAMP]), bits=12, frames=2)
    groups = []
    for intercept in ("0", "-500"):
        item, group = Dataset(), Dataset()
        item.RescaleSlope, item.RescaleIntercept = "1", intercept
        group.PixelValueTransformationSequence = Sequence([item])
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = Sequence(groups)
    image = DicomImage(dataset)
    assert (image.frame(0).min(), image.frame(1).min()) == (0, -500)


def test_impossible_dimensions_are_refused_before_memory_is_asked_for():
    dataset = dataset_of(RAMP, bits=12)
    dataset.Rows = dataset.Columns = 65535
    with pytest.raises(PixelError, match="larger"):
        DicomImage(dataset)


@pytest.mark.parametrize(("keyword", "value"), [("Rows", 0), ("Rows", None), ("SamplesPerPixel", 7)])
def test_nonsense_dimensions_are_refused(keyword, value):
    dataset = dataset_of(RAMP, bits=12)
    setattr(dataset, keyword, value)
    with pytest.raises(PixelError):
        DicomImage(dataset)


def test_damaged_pixels_of_a_kind_that_only_gdcm_decodes_are_refused_with_a_remedy():
    dataset = dataset_of(RAMP, bits=12)
    dataset.PixelData = encapsulate([b"\xff\xd8\xff\xd9"])
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    with pytest.raises(PixelError) as caught:
        DicomImage(dataset).frame(0)
    assert "export it again" in caught.value.remedy


def test_what_only_gdcm_decodes_is_refused_with_a_remedy_where_it_may_not_be_used():
    dataset = read_dataset(get_testdata_file("JPGExtended.dcm", download=False))
    with pytest.raises(PixelError) as caught:
        decode_frame(dataset, 0, allow_gdcm=False)
    assert "masking uses a further decoder" in caught.value.remedy


def test_twelve_bit_jpeg_is_decoded_beside_this_process_or_in_it():
    path = get_testdata_file("JPGExtended.dcm", download=False)
    values = DicomImage.open(path, allow_gdcm=True).frame(0)
    assert np.array_equal(DicomImage.open(path).frame(0), values)
    assert values.shape == (1024, 256)
    assert 255 < values.max() < 4096


def test_short_pixel_data_is_refused():
    dataset = dataset_of(RAMP, bits=12)
    dataset.PixelData = dataset.PixelData[:100]
    with pytest.raises(PixelError):
        DicomImage(dataset).render(0)


def test_pictures_are_read_as_they_look(tmp_path):
    for name, mode in (("a.png", "L"), ("b.jpg", "RGB"), ("c.tif", "RGB")):
        Image.new(mode, (5, 4), 128 if mode == "L" else (128, 128, 128)).save(tmp_path / name)
        read = read_image(tmp_path / name)
        assert read.dtype == np.uint8
        assert read.shape == ((4, 5) if mode == "L" else (4, 5, 3))
        assert abs(int(read.flat[0]) - 128) < 3


def test_a_deep_png_is_brought_to_eight_bits(tmp_path):
    values = np.tile(np.linspace(0, 4095, 256).astype(np.uint16), (16, 1))
    Image.fromarray(values).save(tmp_path / "deep.png")
    shown = read_image(tmp_path / "deep.png")
    assert shown.dtype == np.uint8
    assert shown[0, 0] < 5
    assert shown[0, -1] > 250


def test_a_dicom_file_is_read_at_its_middle_frame(tmp_path):
    frames = np.stack([np.full((8, 8), v, np.uint8) for v in (0, 90, 200)])
    dataset = dataset_of(frames, frames=3)
    dataset.WindowCenter, dataset.WindowWidth = "128", "256"
    dataset.save_as(tmp_path / "x.dcm", enforce_file_format=True)
    assert read_image(tmp_path / "x.dcm")[0, 0] == 90


def test_other_files_are_refused(tmp_path):
    path = tmp_path / "notes.png"
    path.write_bytes(b"no picture at all")
    with pytest.raises(SourceError):
        read_image(path)
    with pytest.raises(SourceError):
        DicomImage.open(path)
