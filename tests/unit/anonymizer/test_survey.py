"""What one instance tells of its patient is hunted in all of the run, whatever the workers and interruptions."""

from itertools import islice

import pydicom
import pytest

from anonymizer.batches.batch import mask_batch
from anonymizer.batches.journal import Journal
from anonymizer.files.source import find_sources
from anonymizer.report import Outcome
from tests.corpora import planted

DOCTOR, MAIDEN, ACCESSION = "Vandermolenix", "Oszwitzkaya", "ZK8842917"


@pytest.fixture
def folder(tmp_path):
    """Instances of one patient that name each other's people, and one of another patient."""
    folder = tmp_path / "in"
    folder.mkdir()
    instances = [planted.base(number) for number in range(7)]
    instances[6].ReferringPhysicianName = f"{DOCTOR}^Ida"
    instances[5].PatientName = f"{MAIDEN}^Zorvinda"
    instances[4].AccessionNumber = ACCESSION
    instances[0].ConvolutionKernel = f"B30f {DOCTOR}"
    instances[1].FilterType = MAIDEN.upper()
    instances[2].add_new(0x00282000, "OB", f"profile of {DOCTOR.lower()}".encode("utf-16-le"))
    instances[3].ReceiveCoilName = f"coil {ACCESSION}"
    other = planted.base(20, "77120043")
    other.PatientName, other.ConvolutionKernel = "Tramplitz^Bo", f"B30f {DOCTOR}"
    for number, ds in enumerate([*instances, other]):
        if number in (1, 3):
            ds.file_meta.TransferSyntaxUID = pydicom.uid.ImplicitVRLittleEndian
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    return folder


def tree(out):
    return {path.relative_to(out): path.read_bytes() for path in out.rglob("*.dcm")}


def masked(folder, out, settings, **how):
    records = list(mask_batch(find_sources([folder]), out, settings, **how))
    assert {record.outcome for record in records} == {Outcome.MASKED}
    return records


def test_an_identity_that_only_another_instance_tells_is_hunted(tmp_path, folder, settings_for):
    records = masked(folder, tmp_path / "out", settings_for(), workers=1)
    found = {record.path[-5]: pydicom.dcmread(tmp_path / "out" / record.new_path) for record in records}
    assert found["0"].ConvolutionKernel == "B30f"
    assert DOCTOR in found["7"].ConvolutionKernel  # of another patient: no business of that one's
    for path, raw in tree(tmp_path / "out").items():
        for name in (DOCTOR, MAIDEN, ACCESSION):
            if found["7"].SOPInstanceUID not in path.name:
                assert name.lower().encode() not in raw.lower()
                assert name.lower().encode("utf-16-le") not in raw.lower()


def test_the_output_depends_neither_on_workers_nor_on_order_nor_on_interruptions(
    tmp_path, folder, settings_for
):
    settings = settings_for()
    masked(folder, tmp_path / "one", settings, workers=1)
    masked(folder, tmp_path / "two", settings, workers=2)
    backwards = list(find_sources([folder]))[::-1]
    assert len(list(mask_batch(backwards, tmp_path / "backwards", settings, workers=2))) == 8
    sources = list(find_sources([folder]))
    for _ in range(2):  # killed, then run again
        with Journal.open(tmp_path / "killed", settings) as journal:
            records = mask_batch(
                journal.pending(sources), tmp_path / "killed", settings, workers=1, survey=sources
            )
            for record in islice(records, 5):
                journal.add(record)
            records.close()
    expected = tree(tmp_path / "one")
    assert len(expected) == 8
    for name in ("two", "backwards", "killed"):
        assert tree(tmp_path / name) == expected, name


def test_what_cannot_be_read_in_the_survey_is_told_once_when_it_is_masked(tmp_path, folder, settings_for):
    (folder / "notes.txt").write_text("no DICOM", encoding="utf-8")
    (folder / "cut.dcm").write_bytes((folder / "0.dcm").read_bytes()[:700])
    records = list(mask_batch(find_sources([folder]), tmp_path / "out", settings_for(), workers=1))
    assert len(records) == 10
    assert sum(record.outcome is Outcome.MASKED for record in records) >= 8


def test_cancelling_works_while_identities_are_looked_for(tmp_path, folder, settings_for):
    seen = []
    records = mask_batch(
        list(find_sources([folder])),
        tmp_path / "out",
        settings_for(),
        workers=1,
        cancelled=lambda: len(seen) >= 2,
        surveyed=seen.append,
    )
    assert list(records) == []
    assert not tree(tmp_path / "out")
    assert len(seen) < 8
