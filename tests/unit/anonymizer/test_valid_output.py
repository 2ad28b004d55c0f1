"""What is written stays valid: dciodvfy finds no error that it did not find before, other readers open it."""

import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gdcm
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from tests.corpora import dciodvfy, every_iod, planted, planted_elsewhere

needs_dciodvfy = pytest.mark.skipif(
    not dciodvfy.AVAILABLE, reason="dciodvfy (Debian package dicom3tools) is not installed"
)
needs_dcmdump = pytest.mark.skipif(
    shutil.which("dcmdump") is None, reason="dcmdump (Debian package dcmtk) is not installed"
)
PYDICOM = Path(pydicom.__file__).parent / "data"


def masked(inputs, out, settings):
    """Pairs of original and masked file."""
    for source in find_sources([inputs]):
        record = deidentify(source, out, settings, Layout.TREE)
        if record.outcome is Outcome.MASKED and source.member is None:
            yield Path(source.path), out / record.new_path


def new_errors(pairs):
    """What dciodvfy says about masked files that it did not say about their originals, by the originals' names."""
    with ThreadPoolExecutor(2) as threads:  # each waits for a process
        found = threads.map(lambda pair: dciodvfy.new_errors(*pair), pairs)
        return {before.name: new for (before, _), new in zip(pairs, found, strict=True) if new}


@pytest.fixture(scope="module")
def corpora(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpora")
    with lenient():
        (folder / "every").mkdir()
        every_iod.write(folder / "every")
        planted.write(folder / "planted")
        (folder / "elsewhere").mkdir()
        for number, (kind, plant) in enumerate(planted_elsewhere.INSTANCES.items(), 1):
            ds = planted.base(number)
            plant(ds)
            ds.save_as(folder / "elsewhere" / f"{kind}.dcm", enforce_file_format=True)
    return folder


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_dciodvfy
@pytest.mark.parametrize("profile", ["basic", "research", "strict"])
def test_masking_brings_no_new_errors_into_any_kind_of_object(corpora, tmp_path, settings_for, profile):
    pairs = list(masked(corpora, tmp_path, settings_for(profile)))
    assert len(pairs) > 190
    assert not new_errors(pairs)


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_dciodvfy
@pytest.mark.parametrize("profile", ["basic", "research"])
def test_masking_brings_no_new_errors_into_pydicoms_files(tmp_path, settings_for, profile):
    pairs = list(masked(PYDICOM, tmp_path, settings_for(profile)))
    assert len(pairs) > 100
    assert not new_errors(pairs)


@pytest.mark.slow
@pytest.mark.timeout(900)
@needs_dcmdump
def test_other_readers_open_what_is_written(corpora, tmp_path, settings_for):
    written = {after for _, after in masked(corpora, tmp_path, settings_for("research"))}
    written |= {after for _, after in masked(PYDICOM, tmp_path, settings_for("research"))}
    for path in sorted(written):
        done = subprocess.run(["dcmdump", "-q", str(path)], capture_output=True, check=False)
        assert done.returncode == 0, path
        reader = gdcm.Reader()
        reader.SetFileName(str(path))
        assert reader.Read(), path


def test_the_standards_own_terms_stay_even_where_somebody_is_called_so(tmp_path, settings_for):
    ds = planted.base(1)
    ds.PatientName = "Text^Enter"
    item = Dataset()
    item.ValueType, item.TextValue, item.RelationshipType = "TEXT", "Enter text", "CONTAINS"
    ds.ContentSequence = Sequence([item])
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    ((_, after),) = masked(tmp_path / "in.dcm", tmp_path / "out", settings_for("research"))
    content = pydicom.dcmread(after).ContentSequence[0]
    assert (content.ValueType, content.RelationshipType) == ("TEXT", "CONTAINS")


def test_attributes_that_must_have_a_value_keep_one(tmp_path, settings_for):
    with lenient():
        every_iod.instance("1.2.840.10008.5.1.4.1.1.481.5", 1).save_as(  # RT Plan
            tmp_path / "in.dcm", enforce_file_format=True
        )
    ((before, after),) = masked(tmp_path / "in.dcm", tmp_path / "out", settings_for("basic"))
    old, new = pydicom.dcmread(before), pydicom.dcmread(after)
    assert old.RTPlanLabel != new.RTPlanLabel != ""
    assert new.RTPlanDate == "19000101"
    assert "PatientBirthDate" in new  # type 2: empty
    assert not new.PatientBirthDate
