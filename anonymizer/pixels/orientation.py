"""Which side of the patient each edge of an image shows, in the letters of PS3.3 C.7.6.1.1.1: R L A P H F."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from anonymizer.pixels.greyscale import functional_group

_AXES = (
    ("L", "R"),
    ("P", "A"),
    ("H", "F"),
)  # towards larger and smaller values of x, y, z: PS3.3 C.7.6.2.1.1
_OPPOSITE = {"L": "R", "R": "L", "P": "A", "A": "P", "H": "F", "F": "H"}
_ALIKE = 0.966  # cosine of 15 degrees
_GEOMETRY = (
    "FrameOfReferenceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PerFrameFunctionalGroupsSequence",
    "SharedFunctionalGroupsSequence",
)
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


@dataclass(frozen=True, slots=True)
class Plane:
    """Where a slice lies in space (PS3.3 C.7.6.2.1.1): where its first pixel is, in mm, and what it is upright on."""

    position: tuple[float, float, float]
    normal: tuple[float, float, float]
    frame_of_reference: str

    def along(self, normal: tuple[float, float, float]) -> float:
        """Return how far it lies in a direction, in mm."""
        return sum(a * b for a, b in zip(self.position, normal, strict=True))

    def is_parallel(self, other: "Plane") -> bool:
        """Whether two slices are cut alike, to within some 15 degrees."""
        cosine = sum(a * b for a, b in zip(self.normal, other.normal, strict=True))
        return cosine > _ALIKE


def plane(dataset: Dataset, frame: int = 0) -> Plane | None:
    """Return where a frame lies in space, None where the file does not say."""
    position = _numbers(functional_group(dataset, frame, "PlanePositionSequence").get("ImagePositionPatient"))
    cosines = _numbers(
        functional_group(dataset, frame, "PlaneOrientationSequence").get("ImageOrientationPatient")
    )
    if len(position) != 3 or len(cosines) != 6:  # noqa: PLR2004 - a point and two directions in space
        return None
    (a, b, c), (d, e, f) = cosines[:3], cosines[3:]
    normal = (b * f - c * e, c * d - a * f, a * e - b * d)
    x, y, z = position
    return Plane((x, y, z), normal, str(dataset.get("FrameOfReferenceUID", "")))


def planes_of(path: Path, frames: int = 1) -> tuple[Plane | None, ...]:
    """Read where the frames of a file lie in space; None for each where the file does not say or cannot be read."""
    try:
        dataset = dcmread(path, stop_before_pixels=True, specific_tags=list(_GEOMETRY))
        return tuple(plane(dataset, frame) for frame in range(frames))
    except Exception:  # noqa: BLE001 - whatever a damaged file makes the library raise: it has no place then
        return (None,) * frames


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
