import re
import shutil
import subprocess

import pydicom
import pytest
from pydicom.data import get_testdata_file
from pydicom.fileset import FileSet

from anonymizer.batches.batch import mask_batch
from anonymizer.batches.verify import Grade, verify_tree
from anonymizer.errors import WriteError
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.output.media_directory import write_media_directory
from anonymizer.report import Outcome
from tests.corpora import planted


@pytest.fixture
def masked(tmp_path, settings_for):
    """A corpus with two patients, masked as a medium."""
    planted.write(tmp_path / "in")
    other = planted.base(99, "77100234")
    other.PatientName, other.StudyInstanceUID, other.SeriesInstanceUID = (
        "Brackwede^Uda",
        "1.2.3.4.5",
        "1.2.3.4.6",
    )
    other.save_as(tmp_path / "in" / "other", enforce_file_format=True)
    records = [
        deidentify(source, tmp_path / "out", settings_for(), Layout.MEDIA)
        for source in find_sources([tmp_path / "in"])
    ]
    return tmp_path / "out", [record for record in records if record.outcome is Outcome.MASKED]


def test_a_directory_of_the_masked_files_is_made(masked):
    out, records = masked
    assert write_media_directory(out) == len(records)
    for record in records:
        assert all(re.match(r"[A-Z0-9_]{1,8}$", part) for part in record.new_path.split("/"))
    found = FileSet(out / "DICOMDIR")
    assert len(found) == len(records)
    assert {instance.SOPInstanceUID for instance in found} == {r.facts.sop_instance_uid for r in records}
    for instance in found:
        loaded = instance.load()
        assert loaded.PatientID == instance.PatientID
    assert set(found.find_values("PatientID")) == {record.facts.patient for record in records}
    raw = (out / "DICOMDIR").read_bytes()
    assert not any(identity.encode() in raw for identity in planted.PLANTED)


def test_dcmtk_and_dicom3tools_accept_it(masked):
    out, _ = masked
    write_media_directory(out)
    for tool, *arguments in (("dcmdump", "-q"), ("dciodvfy",), ("dcdirdmp",)):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
        done = subprocess.run(
            [tool, *arguments, out / "DICOMDIR"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (tool, done.stderr)
        assert "Error" not in done.stderr, (tool, done.stderr)


def test_it_passes_verification_and_one_that_is_left_does_not(masked, tmp_path):
    out, _ = masked
    write_media_directory(out)
    grades = {row.path: row.grade for row in verify_tree(out, against=[tmp_path / "in"], workers=1)}
    assert grades["DICOMDIR"] is Grade.PASS
    shutil.copy(get_testdata_file("DICOMDIR"), out / "DICOMDIR")
    grades = {row.path: row.grade for row in verify_tree(out, workers=1)}
    assert grades["DICOMDIR"] is Grade.BLOCKED


def test_it_does_not_depend_on_the_way_there(masked, tmp_path, settings_for):
    out, _ = masked
    write_media_directory(out)
    whole = {p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()}
    halves = tmp_path / "halves"
    sources = list(find_sources([tmp_path / "in"]))
    for part in (sources[7:], sources[:7]):
        list(mask_batch(part, halves, settings_for(), layout=Layout.MEDIA, workers=2))
        write_media_directory(halves)
    assert {p.relative_to(halves): p.read_bytes() for p in halves.rglob("*") if p.is_file()} == whole


def test_a_directory_of_another_program_is_not_overwritten(masked):
    out, _ = masked
    shutil.copy(get_testdata_file("DICOMDIR"), out / "DICOMDIR")
    before = (out / "DICOMDIR").read_bytes()
    with pytest.raises(WriteError):
        write_media_directory(out)
    assert (out / "DICOMDIR").read_bytes() == before


def test_media_of_all_kinds_of_objects_are_listed(tmp_path, settings_for):
    from pathlib import Path

    root = Path(get_testdata_file("DICOMDIR")).parent
    count = 0
    for source in find_sources([root]):
        record = deidentify(source, tmp_path, settings_for(), Layout.MEDIA)
        count += record.outcome is Outcome.MASKED
    assert write_media_directory(tmp_path) == count
    found = FileSet(tmp_path / "DICOMDIR")
    assert len(found) == count
    if shutil.which("dciodvfy"):
        done = subprocess.run(
            ["dciodvfy", tmp_path / "DICOMDIR"], capture_output=True, text=True, check=False
        )
        assert "Error" not in done.stderr
    assert pydicom.dcmread(tmp_path / "DICOMDIR").DirectoryRecordSequence
