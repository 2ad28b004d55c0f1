"""Which side of the patient each edge of an image shows, in the letters of PS3.3 C.7.6.1.1.1: R L A P H F."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydicom.dataset import Dataset

from anonymizer.pixels.greyscale import functional_group

_AXES = (
    ("L", "R"),
    ("P", "A"),
    ("H", "F"),
)  # towards larger and smaller values of x, y, z: PS3.3 C.7.6.2.1.1
_OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "H": "F", "F": "H"}
_COUNTS = 0.35  # a direction cosine from which an axis is named: about 20 degrees off the plane


@dataclass(frozen=True, slots=True)
class Edges:
    """The letters at the four edges of an image, such as "R", "L", "A", "P"."""

    left: str
    right: str
    top: str
    bottom: str


def edges(dataset: Dataset, frame: int = 0) -> Edges | None:
    """Return the letters at the edges, None where the file does not say how the patient lies in the image."""
    cosines = _numbers(
        functional_group(dataset, frame, "PlaneOrientationSequence").get("ImageOrientationPatient")
    )
    if len(cosines) == 6:  # noqa: PLR2004 - two directions in space
        right, bottom = _letters(cosines[:3]), _letters(cosines[3:])
    else:
        told = [str(value).strip() for value in _listed(dataset.get("PatientOrientation"))]
        right, bottom = told if len(told) == 2 else ("", "")  # noqa: PLR2004 - rows and columns
    if not (_valid(right) and _valid(bottom)):
        return None
    return Edges(_opposite(right), right, _opposite(bottom), bottom)


def _numbers(value: object) -> list[float]:
    try:
        return [float(str(number)) for number in _listed(value)]
    except ValueError:
        return []


def _listed(value: object) -> list[object]:
    if value is None or isinstance(value, str):
        return [value] if value else []
    return list(value) if isinstance(value, Sequence) or hasattr(value, "__iter__") else [value]


def _letters(direction: Sequence[float]) -> str:
    named = [
        (abs(value), letters[0] if value > 0 else letters[1])
        for value, letters in zip(direction, _AXES, strict=True)
        if abs(value) >= _COUNTS
    ]
    return "".join(letter for _, letter in sorted(named, reverse=True))


def _valid(letters: str) -> bool:
    return bool(letters) and set(letters) <= set(_OPPOSITE)


def _opposite(letters: str) -> str:
    return "".join(_OPPOSITE[letter] for letter in letters)
