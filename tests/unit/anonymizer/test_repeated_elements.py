"""What stood in the file before is known as a whole: that changes neither what is written nor what is found."""

import random

import pydicom
import pytest

from anonymizer.identities.harvest import Harvest
from anonymizer.report import Grade
from anonymizer.verification.inspection import Known, inspect
from benchmarks.ct_series import make
from tests.unit.anonymizer.test_quick import both
from tests.unit.anonymizer.test_verification import NAME, clean, clean_in, dataset, known, written

__all__ = ["both", "clean", "clean_in", "known"]  # fixtures


def test_a_file_is_judged_alike_however_often_it_comes(clean, known):
    verdicts = [inspect(clean, NAME, known) for _ in range(4)]
    assert {verdict.grade for verdict in verdicts} == {Grade.PASS}
    assert len(set(verdicts)) == 1


def test_a_text_that_was_harmless_for_one_patient_is_found_for_another(clean):
    ds = dataset(clean)
    ds.StationName, ds.SeriesDescription = "QUAMBLETONIX", "Axial"
    raw = written(ds)
    for _ in range(4):
        inspect(raw, NAME, Known())
    harvest = Harvest()
    harvest.add_name("Quambletonix^Zorvinda")
    found = inspect(raw, NAME, Known(harvest))
    assert found.grade is Grade.BLOCKED
    assert [finding.place for finding in found.findings] == ["(0008,1010)"]
    assert inspect(raw, NAME, Known()).grade is not Grade.BLOCKED


def test_a_private_attribute_that_one_site_keeps_is_found_at_another(clean, known):
    ds = dataset(clean)
    ds.private_block(0x0099, "INVENTED", create=True).add_new(0x01, "DS", "1.5")
    ds.private_block(0x0099, "INVENTED").add_new(0x02, "DS", "2.5")
    raw = written(ds)
    own = frozenset({("INVENTED", 0x99, 0x01), ("INVENTED", 0x99, 0x02)})
    for _ in range(4):
        assert inspect(raw, NAME, Known(known.harvest, private=own)).grade is Grade.PASS
    assert inspect(raw, NAME, known).grade is Grade.BLOCKED
    ds.private_block(0x0099, "INVENTED").add_new(0x03, "DS", "3.5")
    found = inspect(written(ds), NAME, Known(known.harvest, private=own))
    assert [finding.place for finding in found.findings] == ["(0099,1003)"]


@pytest.mark.parametrize("profile", ["research", "basic"])
def test_series_in_which_elements_come_and_go_come_out_the_same(tmp_path, both, profile):
    folder, rng = tmp_path / "in", random.Random(3)
    make(folder, 24, 8)
    for path in sorted(folder.iterdir())[4:]:
        ds = pydicom.dcmread(path)
        removable = [tag for tag in ds.keys() if tag.group < 0x7FE0 and tag not in (0x00080016, 0x00080018)]  # noqa: SIM118 - tags
        for tag in rng.sample(removable, rng.randrange(4)):
            del ds[tag]
        if rng.random() < 0.4:
            ds.IssuerOfPatientID = rng.choice(("BLANKSIDE", "INVENTED"))
        if rng.random() < 0.4:
            ds.add_new(0x00191099, "LO", "Mockfield^Alma")
        if rng.random() < 0.4:
            ds.SeriesDescription = rng.choice(("Axial Invented0", "Axial lung"))
        ds.save_as(path, enforce_file_format=True)
    assert both(folder, profile) >= 20
