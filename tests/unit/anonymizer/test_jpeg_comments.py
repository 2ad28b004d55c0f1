import io
import struct

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, encapsulate_extended, generate_frames
from pydicom.pixels import get_encoder
from pydicom.uid import JPEG2000, JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless

from anonymizer.pixels.jpeg_comments import blank_comments
from tests.unit.anonymizer.picture_cases import HIDDEN, jpeg, ramp, segment

GREY = ramp(48, 64, 1)


def dataset_of(syntax, value):
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.PixelData = value
    return ds


def jpeg_2000(*, box):
    buffer = io.BytesIO()
    Image.fromarray(GREY).save(buffer, "JPEG2000", comment=b"", no_jp2=not box, irreversible=False)
    raw = buffer.getvalue()
    comment = b"\xff\x64" + struct.pack(">HH", len(HIDDEN) + 4, 1) + HIDDEN
    start = raw.index(b"\xff\x4f\xff\x51")
    place = raw.index(b"\xff\x5c", start)  # before the quantisation: main header
    raw = raw[:place] + comment + raw[place:]
    if not box:
        return raw + HIDDEN
    place = raw.index(b"jp2c") - 4
    xml = struct.pack(">L", 8 + len(HIDDEN)) + b"xml " + HIDDEN
    uuid = struct.pack(">L", 24 + len(HIDDEN)) + b"uuid" + bytes(16) + HIDDEN
    (length,) = struct.unpack_from(">L", raw, place)
    grown = length + len(comment) if length else 0
    return raw[:place] + xml + uuid + struct.pack(">L", grown) + raw[place + 4 :] + uuid


def jpeg_ls():
    coded = bytes(
        get_encoder(JPEGLSLossless).encode(
            GREY, encoding_plugin="pyjpegls", rows=48, columns=64, samples_per_pixel=1, number_of_frames=1,
            photometric_interpretation="MONOCHROME2", pixel_representation=0, bits_allocated=8, bits_stored=8,
        )
    )  # fmt: skip
    more = segment(0xFE, HIDDEN) + segment(0xE8, b"SPIFF\0" + bytes(24) + HIDDEN) + segment(0xE5, HIDDEN)
    return coded[:2] + more + coded[2:] + HIDDEN


def decoded(frame, syntax):
    ds = dataset_of(syntax, encapsulate([frame]))
    ds.Rows, ds.Columns, ds.SamplesPerPixel, ds.PhotometricInterpretation = 48, 64, 1, "MONOCHROME2"
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.PixelRepresentation = 7, 0
    return ds.pixel_array


CASES = {
    "JPEG": (JPEGBaseline8Bit, lambda: jpeg(GREY)),
    "progressive JPEG": (JPEGBaseline8Bit, lambda: jpeg(GREY, progressive=True)),
    "JPEG-LS": (JPEGLSLossless, jpeg_ls),
    "JPEG 2000": (JPEG2000Lossless, lambda: jpeg_2000(box=False)),
    "JPEG 2000 in boxes": (JPEG2000, lambda: jpeg_2000(box=True)),
}


@pytest.mark.parametrize("fragments", [1, 2, 5])
@pytest.mark.parametrize("case", CASES)
def test_words_inside_frames_are_blanked_and_pixels_and_offsets_stay(case, fragments):
    syntax, make = CASES[case]
    frame = make()
    assert HIDDEN in frame
    ds = dataset_of(syntax, encapsulate([frame, frame], fragments_per_frame=fragments))
    before = ds.PixelData
    assert blank_comments(ds)
    assert len(ds.PixelData) == len(before)
    masked = list(generate_frames(ds.PixelData, number_of_frames=2))
    assert len(masked) == 2
    for one in masked:
        assert HIDDEN not in one
        assert b"QUAM" not in one
        if "boxes" not in case:
            assert np.array_equal(decoded(one, syntax), decoded(frame, syntax))
        else:
            with Image.open(io.BytesIO(one)) as picture:
                assert np.array_equal(np.asarray(picture), GREY)
    assert not blank_comments(ds)


def test_the_extended_offset_table_stays_right():
    frames = [jpeg(GREY), jpeg(GREY[::-1].copy())]
    frames = [frame + b"\0" * (len(frame) % 2) for frame in frames]
    value, offsets, lengths = encapsulate_extended(frames)
    ds = dataset_of(JPEGBaseline8Bit, value)
    blank_comments(ds)
    table = (offsets, lengths)
    for number, frame in enumerate(generate_frames(ds.PixelData, number_of_frames=2, extended_offsets=table)):
        assert np.array_equal(decoded(frame, JPEGBaseline8Bit), decoded(frames[number], JPEGBaseline8Bit))


def test_clean_frames_and_damaged_ones_are_left_as_they_are():
    buffer = io.BytesIO()
    Image.fromarray(GREY).save(buffer, "JPEG")
    for frame in (buffer.getvalue(), b"\xff\xd8\xff\xe1\xff\xff", b"\xff\x4f\xff\x51\0", b"\0" * 40, b""):
        ds = dataset_of(JPEGBaseline8Bit, encapsulate([frame + b"\0" * (len(frame) % 2)]) if frame else b"")
        before = ds.PixelData
        blank_comments(ds)
        assert len(ds.PixelData) == len(before)
