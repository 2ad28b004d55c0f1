"""What was written is looked at once more by somebody else: by another detector, and by Tesseract where it is installed.

Tesseract shares nothing with the search, the other detector has its own net and its own view. What the other detector
reads is masked too. What Tesseract reads is for a person to look at: it masks nothing, so what is written does not
depend on whether it is there.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from pydicom.dataset import Dataset

from anonymizer.pixels import other_detector, tesseract
from anonymizer.pixels.decoding import Array, Matrix
from anonymizer.pixels.regions import area, overlap
from anonymizer.pixels.rendering import DicomImage
from anonymizer.report import Region

DISAGREES = "A second reader still reads text in the image."
MASKED_LATE = "Text that only a second reader found was masked."
FAILED = "The second reader (Tesseract) could not look at the image."

Reader = Callable[[Array], Iterable[Region]]


def left_over(dataset: Dataset, matrix: Matrix, kept: Sequence[Region]) -> tuple[Region, ...]:
    """Return the lines that the other detector reads in the first and last frame as they are written now.

    `kept` are regions in which text may stand. Raises PixelError, TextFinderError.
    """
    return tuple(_unexpected(other_detector.words, dataset, matrix, kept))


def second_look(dataset: Dataset, matrix: Matrix, kept: Sequence[Region]) -> tuple[str, ...]:
    """Have Tesseract read the same frames where it is installed; the reasons for a look, () where there is none.

    `kept` are regions in which text may stand. Raises PixelError.
    """
    program = tesseract.program()
    if program is None:
        return ()
    try:
        found = any(True for _ in _unexpected(partial(tesseract.words, program), dataset, matrix, kept))
    except tesseract.FAILURES:
        return (FAILED,)
    return (DISAGREES,) if found else ()


def _unexpected(reader: Reader, dataset: Dataset, matrix: Matrix, kept: Sequence[Region]) -> Iterator[Region]:
    image = DicomImage(dataset, allow_gdcm=True)
    for index in sorted({0, matrix.frames - 1}):
        picture = image.frame(index) if image.is_colour else image.stored(index)
        here = [region for region in kept if region.is_in(index)]
        yield from (found for found in reader(picture) if not _may_stay(found, here))


def _may_stay(found: Region, kept: Sequence[Region]) -> bool:
    """Whether a line lies in kept regions, of which it may unite several: half of it at least."""
    return 2 * sum(overlap(found, each) for each in kept) >= area(found)
