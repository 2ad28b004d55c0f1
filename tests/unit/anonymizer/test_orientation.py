"""The letters of the patient's sides at the edges of an image."""

import pytest
from pydicom.dataset import Dataset

from anonymizer.pixels.orientation import Edges, edges


@pytest.mark.parametrize(
    ("cosines", "wanted"),
    [
        ([1, 0, 0, 0, 1, 0], Edges("R", "L", "A", "P")),  # axial: the patient's right is at the left
        ([0, 1, 0, 0, 0, -1], Edges("A", "P", "H", "F")),  # sagittal
        ([1, 0, 0, 0, 0, -1], Edges("R", "L", "H", "F")),  # coronal
        ([-1, 0, 0, 0, -1, 0], Edges("L", "R", "P", "A")),  # prone
        ([0.8, 0.6, 0, 0, 0, -1], Edges("RA", "LP", "H", "F")),  # oblique
    ],
)
def test_image_orientation_patient(cosines: list[float], wanted: Edges) -> None:
    dataset = Dataset()
    dataset.ImageOrientationPatient = cosines
    assert edges(dataset) == wanted


def test_patient_orientation_of_a_radiograph() -> None:
    dataset = Dataset()
    dataset.PatientOrientation = ["L", "F"]
    assert edges(dataset) == Edges("R", "L", "H", "F")


def test_orientation_of_an_enhanced_object() -> None:
    dataset, groups, plane = Dataset(), Dataset(), Dataset()
    plane.ImageOrientationPatient = [1, 0, 0, 0, 1, 0]
    groups.PlaneOrientationSequence = [plane]
    dataset.SharedFunctionalGroupsSequence = [groups]
    assert edges(dataset) == Edges("R", "L", "A", "P")


@pytest.mark.parametrize("told", [None, [], ["L"], ["X", "Y"], "L", ["", ""]])
def test_what_is_not_known_is_not_shown(told: object) -> None:
    dataset = Dataset()
    if told is not None:
        dataset.PatientOrientation = told
    assert edges(dataset) is None
