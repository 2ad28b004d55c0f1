import json
from pathlib import Path

import numpy as np
import pydicom
import pytest

from anonymizer.batches.verify import Grade, verify_tree
from anonymizer.files.source import find_sources
from anonymizer.headers.comparison import compare_headers
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from tests.corpora import planted


def mask(path, out, settings, layout=Layout.FLAT):
    (source,) = find_sources([path])
    return deidentify(source, out, settings, layout)


def save(ds, path):
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def plain(tmp_path):
    return save(planted.base(1), tmp_path / "plain.dcm")


def test_the_output_says_what_was_done(plain, tmp_path, settings_for):
    record = mask(plain, tmp_path / "out", settings_for("research"), Layout.TREE)
    facts = record.facts
    assert record.new_path == f"{facts.patient}/{facts.study}/{facts.series}/{facts.sop_instance_uid}.dcm"
    ds = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert ds.PatientIdentityRemoved == "YES"
    assert ds.DeidentificationMethod
    codes = {item.CodeValue for item in ds.DeidentificationMethodCodeSequence}
    assert codes == {"113100", "113105", "113107", "113108", "113111"}
    assert ds.LongitudinalTemporalInformationModified == "MODIFIED"
    assert ds.PatientID == ds.PatientName == facts.patient
    assert ds.file_meta.MediaStorageSOPInstanceUID == ds.SOPInstanceUID
    assert ds.file_meta.ImplementationVersionName.startswith("LEADGLASS")
    assert "SourceApplicationEntityTitle" not in ds.file_meta
    assert ds.preamble == bytes(128)
    json.dumps(record.as_json())
    assert record.identity.patient_id == planted.PATIENT_ID
    assert planted.PATIENT_ID not in repr(record)


@pytest.mark.parametrize(("option", "mark"), [("full_dates", "UNMODIFIED"), ("modified_dates", "MODIFIED")])
def test_the_date_option_is_marked(tmp_path, settings_for, option, mark):
    plain = save(planted.base(1), tmp_path / "plain.dcm")
    record = mask(plain, tmp_path / "out", settings_for("basic", option))
    ds = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert mark == ds.LongitudinalTemporalInformationModified
    assert (ds.StudyDate == "20240311") is (option == "full_dates")


def test_retained_uids_stay_and_others_refer_to_each_other(plain, tmp_path, settings_for):
    kept = mask(plain, tmp_path / "a", settings_for("basic", "retain_uids"))
    assert kept.facts.study == f"{planted.ROOT}.2"
    first = mask(plain, tmp_path / "b", settings_for("basic"))
    other = planted.base(2)
    reference = pydicom.Dataset()
    reference.ReferencedSOPClassUID = other.SOPClassUID
    reference.ReferencedSOPInstanceUID = f"{planted.ROOT}.1.1"
    other.SourceImageSequence = [reference]
    second = mask(save(other, tmp_path / "two.dcm"), tmp_path / "b", settings_for("basic"))
    ds = pydicom.dcmread(tmp_path / "b" / second.new_path)
    assert ds.SourceImageSequence[0].ReferencedSOPInstanceUID == first.facts.sop_instance_uid
    assert ds.SourceImageSequence[0].ReferencedSOPClassUID == other.SOPClassUID
    assert first.facts.study == second.facts.study


def test_an_equal_copy_is_fine_and_a_different_one_is_quarantined(plain, tmp_path, settings_for):
    out, settings = tmp_path / "out", settings_for()
    assert mask(plain, out, settings).outcome is Outcome.MASKED
    written = {p: p.read_bytes() for p in out.rglob("*.dcm")}
    copy = save(planted.base(1), tmp_path / "copy.dcm")
    assert mask(copy, out, settings).outcome is Outcome.MASKED
    different = planted.base(1)
    different.KVP = "80"
    record = mask(save(different, tmp_path / "other.dcm"), out, settings)
    assert record.outcome is Outcome.QUARANTINED
    assert "SOP Instance UID" in record.reason
    assert {p: p.read_bytes() for p in out.rglob("*.dcm")} == written


def test_patients_without_an_id_stay_apart(tmp_path, settings_for):
    pseudonyms = set()
    for number, (name, patient) in enumerate([("A^B", ""), ("C^D", ""), ("A^B", "1"), ("A^B", " 1 ")], 1):
        ds = planted.base(number, patient)
        ds.PatientName = name
        record = mask(save(ds, tmp_path / f"{number}.dcm"), tmp_path / "out", settings_for())
        pseudonyms.add(record.facts.patient)
    assert len(pseudonyms) == 3


def test_every_file_that_pydicom_ships_is_accounted_for(tmp_path, settings_for):
    root = Path(pydicom.__file__).parent / "data"
    for number, source in enumerate(find_sources([root])):
        record = deidentify(source, tmp_path / f"{number}", settings_for("research"), Layout.TREE)
        if record.outcome is Outcome.MASKED:
            again = pydicom.dcmread(tmp_path / f"{number}" / record.new_path)
            assert again.PatientIdentityRemoved == "YES"
            assert list(again.iterall())
        else:
            assert record.reason
            assert record.outcome in (Outcome.SKIPPED, Outcome.QUARANTINED)


def test_the_comparison_shows_what_was_done_and_why(plain, tmp_path, settings_for):
    record = mask(plain, tmp_path / "out", settings_for())
    rows = compare_headers(plain.read_bytes(), tmp_path / "out" / record.new_path, record.changes)
    by_path = {row.path: row for row in rows}
    name = by_path["(0010,0010)"]
    assert name.before.startswith(planted.SURNAME)
    assert name.after == record.facts.patient
    assert name.why
    assert name.layer == "table"
    assert by_path["(0018,0060)"].action == ""
    assert by_path["(0012,0062)"].before is None
    assert by_path["(0012,0064)[0]/(0008,0100)"].depth == 1
    assert [row.path[:11] for row in rows] == sorted(row.path[:11] for row in rows)


def test_a_masked_folder_passes_and_canaries_in_it_are_found(plain, tmp_path, settings_for):
    out = tmp_path / "out"
    record = mask(plain, out, settings_for())
    clean = list(verify_tree(out, against=[plain], workers=1))
    assert [row.grade for row in clean] == [Grade.PASS]
    path = out / record.new_path
    canaries = {
        "person name": lambda ds: setattr(ds, "OperatorsName", "Canary^Bird"),
        "known identity": lambda ds: setattr(ds, "FilterType", planted.SURNAME),
        "private attribute": lambda ds: ds.private_block(0x0009, "X", create=True).add_new(1, "LO", "a"),
        "unmarked": lambda ds: delattr(ds, "PatientIdentityRemoved"),
        "pattern": lambda ds: setattr(ds, "ImageComments", "call 0221 5550 777"),
        "future date": lambda ds: setattr(ds, "StudyDate", "29990101"),
        "hidden bytes": lambda ds: setattr(ds, "preamble", b"x" * 128),
    }
    for number, (_, plant) in enumerate(canaries.items()):
        ds = pydicom.dcmread(path)
        plant(ds)
        save(ds, out / f"canary{number}.dcm")
    (out / f"{planted.PATIENT_ID}.dcm").write_bytes(path.read_bytes())
    found = {row.path: row for row in verify_tree(out, against=[plain], workers=1)}
    for number, kind in enumerate(canaries):
        row = found[f"canary{number}.dcm"]
        assert kind in {finding.kind for finding in row.findings}
        assert row.grade is not Grade.PASS
        assert planted.SURNAME not in str(row.findings)
    assert found[f"{planted.PATIENT_ID}.dcm"].grade is Grade.BLOCKED


def test_comments_inside_compressed_images_are_blanked_and_pixels_stay(tmp_path, settings_for):
    from pydicom.data import get_testdata_file

    for name in ("SC_rgb_jpeg_dcmtk.dcm", "JPEG2000.dcm"):
        ds = pydicom.dcmread(get_testdata_file(name))
        before, value = ds.pixel_array, bytearray(ds.PixelData)
        jpeg = name.startswith("SC")
        place = value.index(b"\xff\xd8" if jpeg else b"\xff\x64") + (2 if jpeg else 0)
        comment = b"\xff\xfe\x00\x07Smith" if jpeg else b"\xff\x64\x00\x09\x00\x01Smith"
        value[place:place] = comment
        first = value.index(b"\xfe\xff\x00\xe0", 8)
        length = int.from_bytes(value[first + 4 : first + 8], "little") + len(comment)
        value[first + 4 : first + 8] = length.to_bytes(4, "little")
        ds.PixelData = bytes(value)
        record = mask(save(ds, tmp_path / name), tmp_path / "out", settings_for())
        raw = (tmp_path / "out" / record.new_path).read_bytes()
        assert b"Smith" not in raw
        assert (pydicom.dcmread(tmp_path / "out" / record.new_path).pixel_array == before).all()
        assert any(change.path == "(7FE0,0010)" for change in record.changes)


def test_an_attribute_of_the_wrong_kind_gets_its_pseudonym_all_the_same(tmp_path, settings_for):
    """A damaged file says that the patient's name is a number; a pseudonym is none."""
    planted.base(1).save_as(tmp_path / "in.dcm", enforce_file_format=True)
    raw = (tmp_path / "in.dcm").read_bytes()
    place = raw.index(b"\x10\0\x10\0PN")
    value = b"1".ljust(raw[place + 6], b" ")
    raw = raw[: place + 4] + b"DS" + raw[place + 6 : place + 8] + value + raw[place + 8 + len(value) :]
    (tmp_path / "in.dcm").write_bytes(raw)
    record = mask(tmp_path / "in.dcm", tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED
    ds = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert ds.PatientName == ds.PatientID == record.facts.patient


def test_an_attribute_that_is_written_anew_may_have_been_a_sequence(tmp_path, settings_for):
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    ds = planted.base(1)
    ds.add_new(0x00100010, "SQ", Sequence([Dataset()]))
    ds.add_new(0x00120063, "SQ", Sequence([Dataset()]))
    record = mask(save(ds, tmp_path / "in.dcm"), tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED
    assert pydicom.dcmread(tmp_path / "out" / record.new_path).PatientName == record.facts.patient


def test_a_character_set_of_the_wrong_kind_is_written_as_the_standard_wants_it(tmp_path, settings_for):
    ds = planted.base(1)
    ds.SpecificCharacterSet, ds.ProtocolName = "ISO_IR 192", "CT Schädel"
    path = save(ds, tmp_path / "in.dcm")
    path.write_bytes(path.read_bytes().replace(b"\x08\0\x05\0CS", b"\x08\0\x05\0DS", 1))
    record = mask(path, tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED
    assert pydicom.dcmread(tmp_path / "out" / record.new_path)["SpecificCharacterSet"].VR == "CS"


@pytest.mark.parametrize("codec", ["ascii", "utf-16-le", "utf-16-be"])
def test_a_name_among_pixels_is_found_in_one_and_two_bytes_a_letter(tmp_path, settings_for, codec):
    ds = planted.base(1)
    name = planted.SURNAME.encode(codec)
    ds.PixelData = ds.PixelData[:64] + name + ds.PixelData[64 + len(name) :]
    record = mask(save(ds, tmp_path / "in.dcm"), tmp_path / "out", settings_for())
    assert record.outcome is Outcome.QUARANTINED


def test_values_between_letters_of_two_bytes_are_no_name(tmp_path, settings_for):
    values = np.random.default_rng(3).integers(97, 123, 256).astype("<u2")
    ds = planted.base(1)
    ds.PixelData = values.tobytes()
    record = mask(save(ds, tmp_path / "in.dcm"), tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED


READ_BY = (("PALETTE COLOR", ""), ("MONOCHROME2", "IDENTITY"), ("MONOCHROME1", "INVERSE"))


@pytest.mark.parametrize(
    "surname", ["Paletta", "Palette", "Palett", "Monochrome", "Identity", "Color", "Inverse"]
)
@pytest.mark.parametrize("codes", READ_BY)
def test_a_name_like_a_word_of_the_standard_ruins_no_image(tmp_path, settings_for, surname, codes):
    ds = planted.base(1)
    ds.PatientName = f"{surname}^Anna"
    ds.PhotometricInterpretation, ds.PresentationLUTShape = codes
    record = mask(save(ds, tmp_path / "in.dcm"), tmp_path / "out", settings_for("research"))
    if record.outcome is Outcome.QUARANTINED:
        assert surname == "Palett", "a name that its bytes hold; nobody is called so"
        return
    out = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert (out.PhotometricInterpretation, out.PresentationLUTShape) == codes
    assert surname not in str(out.PatientName)
