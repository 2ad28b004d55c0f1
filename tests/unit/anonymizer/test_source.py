import zipfile

import pytest

from anonymizer.errors import SourceError
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import deidentify
from anonymizer.report import Outcome
from tests.corpora import planted


def test_every_file_is_found_once_and_in_order(tmp_path):
    planted.write(tmp_path / "in")
    found = [source.path for source in find_sources([tmp_path / "in", tmp_path / "in"])]
    assert len(found) == len(set(found)) == len(list((tmp_path / "in").rglob("*.*"))) + 3
    assert found == [source.path for source in find_sources([tmp_path / "in"])]


def test_members_of_archives_are_masked_and_bad_ones_refused(tmp_path, settings_for):
    files = planted.write(tmp_path / "in")
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.write(files["plain"], "study/plain.dcm")
        file.writestr("../outside.dcm", files["plain"].read_bytes())
        file.writestr("bomb", bytes(80 * 2**20))
    records = {
        record.path.rsplit("/", 1)[-1]: record
        for record in (deidentify(s, tmp_path / "out", settings_for()) for s in find_sources([archive]))
    }
    assert records["plain.dcm"].outcome is Outcome.MASKED
    assert records["plain.dcm"].path == f"{archive}!/study/plain.dcm"
    assert records["outside.dcm"].outcome is Outcome.SKIPPED
    assert "harm" in records["bomb"].reason


def test_a_damaged_archive_and_an_empty_file_are_named(tmp_path, settings_for):
    (tmp_path / "bad.zip").write_bytes(b"PK not a zip")
    (tmp_path / "empty").write_bytes(b"")
    records = [deidentify(s, tmp_path / "out", settings_for()) for s in find_sources([tmp_path])]
    assert [record.outcome for record in records] == [Outcome.SKIPPED] * 2
    assert all(record.reason for record in records)


def test_a_missing_root_is_explained(tmp_path):
    with pytest.raises(SourceError):
        list(find_sources([tmp_path / "nowhere"]))


def test_a_dicomdir_leads_to_its_files_but_not_outside(tmp_path, settings_for):
    from pydicom.data import get_testdata_file

    source = get_testdata_file("DICOMDIR")
    records = list(find_sources([source]))
    assert len(records) > 20
    assert records[-1].path.endswith("DICOMDIR")
    assert deidentify(records[-1], tmp_path, settings_for()).outcome is Outcome.SKIPPED
