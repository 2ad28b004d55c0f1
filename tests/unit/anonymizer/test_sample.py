import csv
import json
from collections import defaultdict
from pathlib import Path

import pytest
from pydicom import dcmread

import resources.sample
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.rendering import DicomImage, read_image
from anonymizer.pixels.text_finder import read_text
from tests.unit.anonymizer.pixel_cases import readable

FOLDER = Path(resources.sample.__file__).parent
IDENTITIES = json.loads((FOLDER / "identities.json").read_text(encoding="utf-8"))["files"]
KINDS = ("Hallstrom", "Villanueva", "Zandstra", "Fernandez")  # cine, screen capture, JPEG in YBR, MONOCHROME1
BURNED = {
    path: entry["burned_in"] for path, entry in IDENTITIES.items() if path.split("/")[1].startswith(KINDS)
}


def test_every_file_is_listed_and_can_be_shown():
    found = {p.relative_to(FOLDER).as_posix() for p in (FOLDER / "instances").rglob("*.dcm")}
    assert found == set(IDENTITIES)
    for path in found:
        assert read_image(FOLDER / path).max() > 100


def test_the_sample_is_small():
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) < 4_000_000


def test_each_class_has_patients_enough_for_three_splits():
    patients = defaultdict(set)
    with (FOLDER / "labels.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            patients[row["class"]].add(IDENTITIES[row["path"]]["patient_id"])
    assert set(patients) == {"radiograph", "cross-section", "ultrasound"}
    assert all(len(group) >= 6 for group in patients.values())


def test_the_planted_strings_stand_where_the_list_says():
    for path, entry in IDENTITIES.items():
        dataset = dcmread(FOLDER / path)
        assert str(dataset.PatientName) == entry["patient_name"]
        assert dataset.AccessionNumber == entry["header"]["AccessionNumber"]


@pytest.mark.slow
@pytest.mark.parametrize("path", sorted(BURNED))
def test_nothing_burned_in_can_be_read_after_masking(path):
    assert BURNED[path]
    dataset = dcmread(FOLDER / path)
    image = DicomImage(dataset)
    before = read_text(image.render(image.frames // 2))
    assert any(readable(before, text) for text in BURNED[path])
    mask_burned_in_text(dataset)
    image = DicomImage(dataset)
    after = read_text(image.render(image.frames // 2))
    assert [text for text in BURNED[path] if readable(after, text)] == []
