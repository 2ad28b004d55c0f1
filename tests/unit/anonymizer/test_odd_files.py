"""Files as they come: odd, damaged, cut off, doubled. Each is masked or says why not, and nothing is left in it."""

import gzip
import os
import random
import sys
import zipfile

import numpy as np
import pydicom
import pytest
from pydicom.uid import ComprehensiveSRStorage

from anonymizer.batches.batch import mask_batch
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from app.workflows.masking import ReportFile
from tests.corpora import odd_files, planted
from tests.unit.anonymizer.picture_cases import SECRET
from tests.unit.anonymizer.test_corpus import all_bytes, spellings

PROFILES = ("basic", "research", "device-quality")


def mask(raw, folder, settings):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "in").write_bytes(raw)
    (source,) = find_sources([folder / "in"])
    return deidentify(source, folder / "out", settings, Layout.FLAT)


def assert_clean(record, folder):
    assert not any(identity in record.reason + str(record.review) for identity in planted.PLANTED)
    if record.outcome is not Outcome.MASKED:
        assert record.reason
        return None
    path = folder / "out" / record.new_path
    raw = all_bytes(path)
    for identity in planted.PLANTED:
        assert not any(needle in raw for needle in spellings(identity)), identity
    dataset = pydicom.dcmread(path)
    assert list(dataset.iterall())
    assert dataset.PatientIdentityRemoved == "YES"
    assert dataset.preamble == bytes(128)
    return dataset


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("case", odd_files.MASKED)
def test_an_odd_file_is_masked(case, profile, tmp_path, settings_for):
    record = mask(odd_files.MASKED[case](), tmp_path, settings_for(profile))
    assert record.outcome is Outcome.MASKED, record.reason
    dataset = assert_clean(record, tmp_path)
    if case not in ("JPEG with GPS", "big endian"):
        assert dataset.PixelData[:512] == planted.base(1).PixelData
    assert not any("truncated" in reason for reason in record.review)


def test_what_was_left_out_behind_the_data_is_said(tmp_path, settings_for):
    two = mask(odd_files.two_in_one(), tmp_path / "two", settings_for())
    assert "Another DICOM file" in two.review[0]
    garbage = mask(odd_files.garbage_behind(), tmp_path / "garbage", settings_for())
    assert "no part of it" in garbage.review[0]
    plain = mask(odd_files.written(planted.base(1)), tmp_path / "plain", settings_for())
    for other, folder in ((two, "two"), (garbage, "garbage")):
        assert (tmp_path / folder / "out" / other.new_path).read_bytes() == (
            tmp_path / "plain" / "out" / plain.new_path
        ).read_bytes()


@pytest.mark.parametrize("profile", PROFILES)
def test_a_file_cut_anywhere_is_masked_as_far_as_it_goes_and_marked(profile, tmp_path, settings_for):
    settings = settings_for(profile)
    whole = len(odd_files.written(planted.base(1)))
    for place, raw in odd_files.cut_everywhere(13):
        record = mask(raw, tmp_path / str(place), settings)
        assert record.outcome in (Outcome.MASKED, Outcome.QUARANTINED)
        assert_clean(record, tmp_path / str(place))
        if record.outcome is Outcome.MASKED:
            assert "truncated" in record.review[0] or "cut off" in record.review[0], place
        elif place > whole // 2:
            assert "damaged" in record.reason  # cut inside the head of an element


def report():
    """A structured report, which has no image whose absence would tell that it was cut."""
    ds = planted.base(1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = ComprehensiveSRStorage
    for element in [*ds.group_dataset(0x0028), ds["PixelData"]]:
        del ds[element.tag]
    ds.ContentSequence = [pydicom.Dataset(), pydicom.Dataset()]
    for item in ds.ContentSequence:
        item.ValueType, item.TextValue = "TEXT", f"Seen with {planted.SURNAME}, no lesion"
    return odd_files.written(ds)


def test_a_report_cut_in_an_element_is_marked(tmp_path, settings_for):
    raw, marked = report(), 0
    for place in range(400, len(raw), 5):
        record = mask(raw[:place], tmp_path / str(place), settings_for())
        assert_clean(record, tmp_path / str(place))
        marked += any("truncated" in reason for reason in record.review)
    assert marked > 0.8 * len(range(400, len(raw), 5))


@pytest.mark.parametrize("case", ["JPEG with GPS", "deflated", "big endian", "undefined lengths"])
def test_other_encodings_cut_anywhere_leave_nothing(case, tmp_path, settings_for):
    raw = odd_files.MASKED[case]()
    for place in range(140, len(raw), 41):
        assert_clean(mask(raw[:place], tmp_path, settings_for()), tmp_path)


def test_frames_keep_pixels_and_offsets_when_what_hides_in_them_goes(tmp_path, settings_for):
    raw = odd_files.jpeg_with_gps()
    (tmp_path / "before").write_bytes(raw)
    before = pydicom.dcmread(tmp_path / "before")
    record = mask(raw, tmp_path, settings_for())
    after = assert_clean(record, tmp_path)
    assert np.array_equal(before.pixel_array, after.pixel_array)
    assert len(before.PixelData) == len(after.PixelData)
    assert b"GPS" not in after.PixelData
    assert SECRET.encode() not in after.PixelData


def test_signatures_and_copies_of_the_originals_attributes_are_removed(tmp_path, settings_for):
    for case, keywords in (
        ("signed", ("DigitalSignaturesSequence", "MACParametersSequence")),
        ("encrypted attributes", ("EncryptedAttributesSequence", "OriginalAttributesSequence")),
        ("overlays and curves", ()),
        ("group lengths", ()),
        ("padded", ("DataSetTrailingPadding",)),
    ):
        dataset = assert_clean(
            mask(odd_files.MASKED[case](), tmp_path / case, settings_for("basic")), tmp_path / case
        )
        assert not any(keyword in dataset for keyword in keywords), case
        assert not any(e.tag.group & 0xFF00 == 0x5000 or e.tag.element == 0 for e in dataset), case


def test_an_empty_and_a_packed_file_say_what_they_are(tmp_path, settings_for):
    assert mask(b"", tmp_path, settings_for()).reason == "The file is empty."
    packed = mask(gzip.compress(odd_files.written(planted.base(1))), tmp_path, settings_for())
    assert packed.outcome is Outcome.SKIPPED
    assert "gzip" in packed.reason
    assert "unpack" in packed.reason


def test_a_number_of_broken_length_is_removed_and_named(tmp_path, settings_for):
    raw = odd_files.with_element(odd_files.explicit(0x00180089, "US", b"\1\2\3\4\5\6\7"), at=0x00180060)
    record = mask(raw, tmp_path, settings_for())
    dataset = assert_clean(record, tmp_path)
    assert 0x00180089 not in dataset
    assert any(change.path == "(0018,0089)" for change in record.changes)


def test_words_in_values_of_another_kind_go_even_if_nobody_knows_them(tmp_path, settings_for):
    unknown = b"Brackwedel Uda"
    for tag, vr in ((0x0008103F, "US"), (0x00280080, "LO"), (0x00080040, "SH"), (0x00189074, "FD")):
        value = unknown if vr != "FD" else unknown + b"xx"
        raw = odd_files.with_element(odd_files.explicit(tag, vr, value), at=0x7FE00010)
        record = mask(raw, tmp_path / str(tag), settings_for())
        assert_clean(record, tmp_path / str(tag))
        assert unknown not in (tmp_path / str(tag) / "out" / record.new_path).read_bytes()


def test_numbers_of_another_kind_stay(tmp_path, settings_for):
    raw = odd_files.with_element(odd_files.explicit(0x00180089, "US", b"\x05\0"), at=0x00280002)
    assert_clean(mask(raw, tmp_path, settings_for()), tmp_path)
    raw = odd_files.with_element(odd_files.explicit(0x00189073, "DS", b"12.5"), at=0x00280002)
    assert "12.5" in str(
        assert_clean(mask(raw, tmp_path / "b", settings_for()), tmp_path / "b").get(0x00189073, "")
    )


def test_pixels_inside_a_sequence_are_removed_as_nobody_looked_at_them(tmp_path, settings_for):
    ds = planted.base(1)
    item = pydicom.Dataset()
    item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = ds.SOPClassUID, "1.2.3"
    item.Rows = item.Columns = 16
    item.add_new(0x7FE00010, "OW", bytes(512))
    ds.SourceImageSequence = [item]
    dataset = assert_clean(mask(odd_files.written(ds), tmp_path, settings_for()), tmp_path)
    assert "PixelData" in dataset
    assert "PixelData" not in dataset.SourceImageSequence[0]


def test_an_object_of_no_known_kind_is_quarantined(tmp_path, settings_for):
    raw = odd_files.written(planted.base(1)).replace(
        b"1.2.840.10008.5.1.4.1.1.2\0", planted.SURNAME.encode().ljust(26)
    )
    record = mask(raw, tmp_path, settings_for())
    assert record.outcome is Outcome.QUARANTINED
    assert "kind of DICOM object" in record.reason


@pytest.mark.skipif(sys.platform == "win32", reason="Windows allows no such names")
def test_odd_names_and_links_are_accounted_for(tmp_path, settings_for):
    folder = tmp_path / "in"
    deep = folder / "x" / ("long " * 40) / ("name " * 40)
    deep.mkdir(parents=True)
    raw = odd_files.written(planted.base(1))
    (deep / ("file " * 40)).write_bytes(raw)
    (folder / "two\nlines\x1b[31m").write_bytes(odd_files.written(planted.base(2)))
    with open(os.fsencode(folder) + b"/no \xff text", "wb") as file:  # noqa: PTH123 - pathlib takes no bytes
        file.write(odd_files.written(planted.base(3)))
    (folder / "loop").symlink_to(folder)
    (folder / "self").symlink_to(folder / "self")
    (folder / "gone").symlink_to(folder / "nowhere")
    os.mkfifo(folder / "pipe")
    (folder / "Thumbs.db").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    records = list(mask_batch(find_sources([folder]), tmp_path / "out", settings_for(), workers=1))
    by_name = {record.path.rsplit("/", 1)[-1]: record for record in records}
    assert len(records) == 8
    masked = {name for name, record in by_name.items() if record.outcome is Outcome.MASKED}
    assert masked == {"file " * 40, r"two\nlines\x1b[31m", r"no \udcff text"}
    assert "link" in by_name["loop"].reason
    assert all(by_name[name].reason for name in ("self", "gone", "pipe"))
    assert "thumbnail" in by_name["Thumbs.db"].reason
    with ReportFile(tmp_path / "report.json") as written:
        for record in records:
            written.add(record)


def test_archives_that_want_to_harm_are_refused_member_by_member(tmp_path, settings_for):
    raw = odd_files.written(planted.base(1))
    archive = tmp_path / "a.zip"
    names = (
        "/absolute",
        "../up",
        "a/../../up",
        "C:\\windows\\x",
        "..\\up",
        "inner.zip",
        "twice",
        "twice",
        "a\nb",
    )
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for number, name in enumerate(names):
            file.writestr(f"{number}".rjust(len(name), "x"), raw)
    packed = archive.read_bytes()
    for number, name in enumerate(names):
        packed = packed.replace(f"{number}".rjust(len(name), "x").encode(), name.encode())
    archive.write_bytes(packed)
    records = list(mask_batch(find_sources([archive]), tmp_path / "out", settings_for(), workers=1))
    assert len(records) == 9
    masked = sorted(record.path for record in records if record.outcome is Outcome.MASKED)
    assert masked == [f"{archive}!/a\\nb", f"{archive}!/twice"]
    reasons = " ".join(record.reason for record in records)
    assert "outside" in reasons
    assert "inside an archive" in reasons
    assert "another file of this name" in reasons
    assert not list(tmp_path.parent.glob("up*"))


def test_an_encrypted_and_a_damaged_member_are_named(tmp_path, settings_for):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("locked", b"x" * 50)
        file.writestr("torn", odd_files.written(planted.base(1)))
    raw = bytearray(archive.read_bytes())
    raw[6] |= 1
    raw[raw.index(b"PK\x01\x02") + 8] |= 1
    raw[raw.index(b"MONOCHROME2")] ^= 1
    archive.write_bytes(bytes(raw))
    records = {
        r.path.rsplit("/", 1)[-1]: r
        for r in mask_batch(find_sources([archive]), tmp_path / "out", settings_for(), workers=1)
    }
    assert "encrypted" in records["locked"].reason
    assert records["torn"].outcome is Outcome.QUARANTINED
    assert not list((tmp_path / "out").rglob("*.dcm"))


def test_folders_nested_deeper_than_python_counts_are_walked(tmp_path):
    folder = tmp_path
    for _ in range(300):
        folder = folder / "d"
    folder.mkdir(parents=True)
    (folder / "f").write_bytes(b"x")
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(250)
        assert len(list(find_sources([tmp_path]))) == 1
    finally:
        sys.setrecursionlimit(limit)


@pytest.mark.parametrize("seed", range(2))
def test_damaged_files_end_with_a_reason_and_leave_nothing(seed, tmp_path, settings_for):
    chance = random.Random(seed)
    cases = [make() for make in odd_files.MASKED.values()]
    for number in range(120):
        folder = tmp_path / str(number)
        record = mask(odd_files.damaged(chance.choice(cases), chance), folder, settings_for())
        assert record.outcome is not Outcome.FAILED
        if record.outcome is Outcome.MASKED:
            raw = all_bytes(folder / "out" / record.new_path)
            assert not any(n in raw for identity in planted.PLANTED for n in spellings(identity)), number


def test_a_delimiter_where_pixels_should_be_is_no_surprise(tmp_path, settings_for):
    raw = odd_files.written(planted.base(1))
    place = raw.index(b"\xe0\x7f\x10\0OW")
    record = mask(raw[:place] + b"\xff\xff\xff\xffOW" + raw[place + 6 :], tmp_path, settings_for())
    assert_clean(record, tmp_path)


def test_a_large_file_of_another_kind_is_not_read_to_its_end(tmp_path, settings_for):
    with (tmp_path / "film").open("wb") as file:
        file.write(b"\0\0\0\x18ftypisom")
        file.truncate(40 * 2**30)  # a hole: it takes no room
    (source,) = find_sources([tmp_path / "film"])
    record = deidentify(source, tmp_path / "out", settings_for(), Layout.FLAT)
    assert record.outcome is Outcome.SKIPPED
    assert "video" in record.reason
