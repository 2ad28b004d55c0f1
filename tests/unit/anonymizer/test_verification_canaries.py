"""Hundreds of canaries in clean output: every VR, depth, syntax, encoding and corner of a file; all must be found."""

import struct
import zlib

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag

from anonymizer.files.file_format import lenient
from anonymizer.identities.harvest import Harvest
from anonymizer.report import Grade
from anonymizer.verification.inspection import Known, inspect
from tests.corpora import planted
from tests.unit.anonymizer.test_verification import NAME, SYNTAXES, clean, clean_in, dataset, known, written

__all__ = ["clean", "clean_in", "known"]  # fixtures

BY_VR = {  # a public attribute of each VR that masking has no reason to remove
    "AE": 0x00741234, "AS": 0x00101010, "CS": 0x00180015, "DA": 0x00080020, "DS": 0x00180050, "DT": 0x0008002A,
    "IS": 0x00200013, "LO": 0x00081030, "LT": 0x00104000, "PN": 0x00080090, "SH": 0x00081010, "ST": 0x00081080 + 1,
    "TM": 0x00080030, "UC": 0x00080119, "UR": 0x0008010E, "UT": 0x0040A160, "UI": 0x00080058 + 0x0CFA,
}  # fmt: skip
BINARY = {
    "OB": 0x00282000, "OW": 0x00283006, "OF": 0x00701808, "OD": 0x00701A09, "OL": 0x00660129, "OV": 0x7FE00001,
    "UN": 0x00189998, "FD": 0x00189087, "FL": 0x00186020, "SL": 0x00186020 + 0x10, "SS": 0x00189219,
    "UL": 0x00186016, "US": 0x00280034 + 0xCE, "AT": 0x00280009, "SV": 0x00720082, "UV": 0x00080302 - 0x0B,
}  # fmt: skip
SPELLED = {
    "plain": planted.SURNAME, "upper": planted.SURNAME.upper(), "lower": planted.SURNAME.lower(),
    "umlaut": "Böswümme", "korean": "김희중", "number": planted.PATIENT_ID, "accession": planted.ACCESSION,
    "birth date": planted.BIRTH,
}  # fmt: skip
ENCODED = [
    (name, text, codec)
    for name, text in SPELLED.items()
    for codec in ("utf-8", "utf-16-le", "utf-16-be", "latin-1", "iso2022_kr", "euc_kr")
    if not (name == "korean" and codec == "latin-1") and not (name == "umlaut" and codec.endswith("kr"))
]


def element(tag: int, vr: str, value: bytes, syntax: str) -> bytes:
    """One element as bytes, without any help of pydicom's."""
    order = ">" if syntax == "big endian" else "<"
    value += b"\0" * (len(value) % 2)
    head = struct.pack(order + "HH", tag >> 16, tag & 0xFFFF)
    if syntax == "implicit":
        return head + struct.pack("<L", len(value)) + value
    if vr in ("OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"):
        return head + vr.encode() + b"\0\0" + struct.pack(order + "L", len(value)) + value
    return head + vr.encode() + struct.pack(order + "H", len(value)) + value


def nested(inner: bytes, depth: int, syntax: str) -> bytes:
    order = ">" if syntax == "big endian" else "<"
    for _ in range(depth):
        item = struct.pack(order + "HHL", 0xFFFE, 0xE000, len(inner)) + inner
        inner = element(0x00081140, "SQ", item, syntax)
    return inner


def planted_in(raw: bytes, added: bytes, syntax: str) -> bytes:
    """Put bytes of an element in front of the pixel data, or behind the file meta information if they come first."""
    if syntax == "deflated":
        start = 144 + struct.unpack_from("<L", raw, 140)[0]
        body = zlib.decompress(raw[start:], -15)
        packer = zlib.compressobj(wbits=-15)
        packed = packer.compress(added + body) + packer.flush()
        return raw[:start] + packed + b"\0" * (len(packed) % 2)
    start = 144 + struct.unpack_from("<L", raw, 140)[0]
    return raw[:start] + added + raw[start:]


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("vr", [*BY_VR, *BINARY])
def test_a_name_in_a_value_of_any_vr_at_any_depth(clean_in, known, vr, syntax):
    tag = (BY_VR | BINARY)[vr]
    for depth in (0, 1, 5):
        added = nested(element(tag, vr, f"xx{planted.SURNAME} ".encode(), syntax), depth, syntax)
        verdict = inspect(planted_in(clean_in[syntax], added, syntax), NAME, known)
        assert "known identity" in {finding.kind for finding in verdict.findings}, (depth, verdict)
        assert verdict.grade is Grade.BLOCKED
        assert planted.SURNAME not in str(verdict)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("spelled", ENCODED, ids=lambda spelled: f"{spelled[0]} {spelled[2]}")
def test_an_identity_in_any_encoding(clean_in, known, spelled, syntax):
    _, text, codec = spelled
    for vr, tag in (("LO", 0x00081030), ("OB", 0x00282000), ("UT", 0x0040A160)):
        added = element(tag, vr, b"ab" + text.encode(codec) + b" ", syntax)
        verdict = inspect(planted_in(clean_in[syntax], added, syntax), NAME, known)
        assert "known identity" in {finding.kind for finding in verdict.findings}, (vr, verdict)


TEXTS = [
    "CT Quambletonix chest", "CT QUAMBLETONIX-ZORVINDA", "zorvindaquambletonix", "CT_Zorvinda_2", "Boswumme", "BÖSWÜMME",
    "ID 8821-3377", "8821 3377", "AXQ 5520917", "axq-5520917", "17.04.1939", "17 April 1939", "04/17/1939", "1939-04-17",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("tag", [0x00081030, 0x0008103E, 0x00204000, 0x0040A160, 0x00080104])
def test_an_identity_in_any_spelling_in_texts(clean, known, text, tag):
    ds = dataset(clean)
    ds.add_new(tag, pydicom.datadict.dictionary_VR(tag), text)
    verdict = inspect(written(ds), NAME, known)
    assert verdict.grade is not Grade.PASS, text


def _file_meta(ds):
    ds.file_meta.SourceApplicationEntityTitle = "SOMEWHERE"


def _private(ds):
    ds.private_block(0x0019, "NOBODY KNOWS", create=True).add_new(1, "LO", "harmless")


def _private_in_item(ds):
    item = Dataset()
    item.private_block(0x0019, "NOBODY KNOWS", create=True).add_new(1, "DS", "1")
    ds.RequestAttributesSequence = [item]


def _private_sequence(ds):
    item = Dataset()
    item.PatientComments = "harmless"
    ds.private_block(0x0019, "NOBODY KNOWS", create=True).add_new(1, "SQ", Sequence([item]))


def _nobodys_block(ds):
    ds.add_new(Tag(0x0019, 0x1001), "LO", "no creator")


def _trailing_padding(ds):
    ds.add_new(0xFFFCFFFC, "OB", b"some words")


def _with_name(pixels):
    name = planted.SURNAME.encode()
    return pixels[:101] + name + pixels[101 + len(name) :]


def _large(ds):
    ds.Rows, ds.Columns = 300, 301
    ds.PixelData = _with_name(bytes(range(256)) * 706)[: 300 * 301 * 2]


STRUCTURE = {
    "file meta": (_file_meta, "file meta"),
    "private": (_private, "private attribute"),
    "private in an item": (_private_in_item, "private attribute"),
    "private sequence": (_private_sequence, "private attribute"),
    "no creator": (_nobodys_block, "private attribute"),
    "padding": (_trailing_padding, "hidden bytes"),
    "preamble": (lambda ds: setattr(ds, "preamble", b"II*\0" + bytes(124)), "hidden bytes"),
    "unmarked": (lambda ds: delattr(ds, "PatientIdentityRemoved"), "unmarked"),
    "marked NO": (lambda ds: setattr(ds, "PatientIdentityRemoved", "NO"), "unmarked"),
    "unknown name": (lambda ds: setattr(ds, "OperatorsName", "Somebody^Else"), "person name"),
    "age": (lambda ds: setattr(ds, "PatientAge", "097Y"), "age"),
    "age in months": (lambda ds: setattr(ds, "PatientAge", "998W"), None),
    "foreign UID": (lambda ds: setattr(ds, "FrameOfReferenceUID", "1.2.840.113619.2.5.1762"), "original UID"),
    "UID of the original": (lambda ds: setattr(ds, "ImageComments", f"{planted.ROOT}.1.1"), "original UID"),
    "text in a time": (lambda ds: ds.add_new(0x00080030, "TM", "at noon"), "no such value"),
    "text in a date": (lambda ds: ds.add_new(0x00080020, "DA", "monday"), "no such value"),
    "future": (lambda ds: setattr(ds, "StudyDate", "29990101"), "future date"),
    "phone": (lambda ds: setattr(ds, "ImageComments", "call 0221 5550 777"), "pattern"),
    "e-mail": (lambda ds: setattr(ds, "ImageComments", "someone@clinic.example"), "pattern"),
    "titled": (lambda ds: setattr(ds, "ImageComments", "per Dr. Someonesson"), "pattern"),
    "street": (lambda ds: setattr(ds, "ImageComments", "42 Zembla Crescent"), "pattern"),
    "pixel tail": (lambda ds: setattr(ds, "PixelData", ds.PixelData + b"hidden"), "pixel tail"),
    "name in pixels": (lambda ds: setattr(ds, "PixelData", _with_name(ds.PixelData)), "known identity"),
    "name in a large image": (_large, "known identity"),
    "another ID": (lambda ds: setattr(ds, "PatientID", "4711"), "patient ID"),
}


@pytest.mark.parametrize("syntax", ["explicit", "implicit", "big endian", "deflated"])
@pytest.mark.parametrize("what", STRUCTURE)
def test_what_has_no_place_in_masked_output(clean_in, known, what, syntax):
    plant, kind = STRUCTURE[what]
    ds = dataset(clean_in[syntax])
    with lenient():
        plant(ds)
    raw = written(ds)
    if what == "preamble":
        raw = ds.preamble + raw[128:]
    found = {finding.kind for finding in inspect(raw, NAME, known).findings}
    assert kind in found or (kind is None and not found)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    "where", ["behind", "file name", "folder name", "group length", "cut off", "reserved"]
)
def test_corners_of_the_file(clean_in, known, where, syntax):
    raw, name = clean_in[syntax], NAME
    if where == "behind":
        raw += b"\x01\x02some words\0\0"
    elif where == "file name":
        name = f"{planted.PATIENT_ID}.dcm"
    elif where == "folder name":
        name = f"{planted.SURNAME}/{NAME}"
    elif where == "group length":
        raw = planted_in(raw, element(0x00080000, "UL", b"\x10\0\0\0", syntax), syntax)
    elif where == "cut off":
        raw = raw[:-50]
    else:
        raw = raw[:138] + b"\x41\x42" + raw[140:]
        raw = raw.replace(b"\x02\0\1\0OB\0\0", b"\x02\0\1\0OBab", 1)
    assert inspect(raw, name, known).grade is not Grade.PASS


@pytest.mark.parametrize(
    "comment", [b"\xff\xfe\0\x0aSomebody", b"\xff\xe1\0\x0cExif\0\0some", b"\xff\xe0\0\x0cJFXX\0abcde"]
)
def test_comments_inside_compressed_frames(known, comment, tmp_path):
    from anonymizer.verification.frames import hidden_in_frames

    image = b"\xff\xd8" + comment + b"\xff\xda\0\x02\x12\x34\xff\xd9"
    assert list(hidden_in_frames([image]))
    blanked = image.replace(comment[4:], bytes(len(comment) - 4))
    assert not list(hidden_in_frames([blanked]))
    assert list(hidden_in_frames([blanked + b"Somebody"]))
    assert not list(hidden_in_frames([blanked + b"\0"]))


HARMLESS = {
    "SeriesDescription": ("Axial 2.5mm", "T1 AX FLAIR POST GAD", "MR knee 3.0 1.5 0.9", "CT Hodgkin lymphoma restaging"),
    "StudyDescription": ("CT chest", "Röntgen Thorax p.a.", "CT 512x512 1.25mm", "REMOVED", "Thorax 2 Ebenen"),
    "ConvolutionKernel": ("B30f", "STANDARD", "Br36d\\3"),
    "SoftwareVersions": ("syngo CT 2012B", "VA48A_02_P12", "25.1.0"),
    "ImageComments": ("", "chest 3 of 5", "kernel 12-3", "window 400/40"),
    "KVP": ("120", "80"),
    "InstanceNumber": ("88213378", "9988213377", "1"),
    "StudyDate": ("19500101", "20220309"),
    "StudyTime": ("101112.123", "1011"),
    "PatientAge": ("085Y", "090Y", "003M"),
    "PatientName": ("LGABCDEFGHIJKLMNOP", "", "REMOVED"),
    "ImagePositionPatient": ("-88.213377\\1.5\\-1e-05",),
}  # fmt: skip


@pytest.mark.parametrize(("keyword", "value"), [(k, v) for k, values in HARMLESS.items() for v in values])
def test_a_harmless_change_is_not_flagged(clean, known, keyword, value):
    ds = dataset(clean)
    with lenient():
        setattr(ds, keyword, value.split("\\") if "\\" in value else value)
        if keyword == "PatientName":
            ds.PatientID = value or ds.PatientID
    verdict = inspect(written(ds), NAME, known)
    assert verdict.grade is Grade.PASS, verdict.findings


def test_noise_in_pixels_is_not_flagged(clean, known):
    import numpy as np

    generator = np.random.default_rng(1)
    ds = dataset(clean)
    ds.Rows, ds.Columns, ds.BitsAllocated = 512, 512, 8
    for low, high in ((0, 256), (97, 123), (48, 58)):
        ds.PixelData = generator.integers(low, high, 512 * 512, dtype="u1").tobytes()
        assert inspect(written(ds), NAME, known).grade is Grade.PASS


def test_a_clinical_word_that_holds_a_name_is_not_flagged(clean):
    harvest = Harvest()
    harvest.add_name("Thora^Conte")
    harvest.inside.add("text")
    known = Known(harvest)
    ds = dataset(clean)
    ds.SeriesDescription, ds.ImageComments, ds.BodyPartExamined = "CT thorax", "contrast, Context", "THORAX"
    assert inspect(written(ds), NAME, known).grade is Grade.PASS
    ds.ImageComments = "Thora"
    assert inspect(written(ds), NAME, known).grade is Grade.BLOCKED
