"""What was written is looked at once more by somebody else: Tesseract where it is installed, else another detector.

Tesseract shares nothing with the search, the other detector has its own net and its own view. What they still read
is for a person to look at; they mask nothing, so what is written does not depend on which of them is there.
"""

from collections.abc import Iterable, Sequence

from pydicom.dataset import Dataset

from anonymizer.pixels import other_detector, tesseract
from anonymizer.pixels.decoding import Array, Matrix
from anonymizer.pixels.regions import area, overlap
from anonymizer.pixels.rendering import DicomImage
from anonymizer.report import Region

DISAGREES = "A second reader still reads text in the image."
FAILED = "The second reader (Tesseract) could not look at the image."


def second_look(dataset: Dataset, matrix: Matrix, kept: Sequence[Region]) -> tuple[str, ...]:
    """Read the first and last frame as they are written now; the reasons for a look, () where there is none.

    `kept` are regions in which text may stand. Raises PixelError, TextFinderError.
    """
    image = DicomImage(dataset, allow_gdcm=True)
    for index in sorted({0, matrix.frames - 1}):
        picture = image.frame(index) if image.is_colour else image.stored(index)
        try:
            found = list(_words(picture))
        except tesseract.FAILURES:
            return (FAILED,)
        if any(not _may_stay(each, [k for k in kept if k.is_in(index)]) for each in found):
            return (DISAGREES,)
    return ()


def _may_stay(found: Region, kept: Sequence[Region]) -> bool:
    """Whether a line lies in kept regions, of which it may unite several: half of it at least."""
    return 2 * sum(overlap(found, each) for each in kept) >= area(found)


def _words(picture: Array) -> Iterable[Region]:
    program = tesseract.program()
    return other_detector.words(picture) if program is None else tesseract.words(program, picture)
