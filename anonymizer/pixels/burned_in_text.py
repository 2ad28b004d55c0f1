"""Mask burned-in text: find it, fill it, look once more, and say what a human should look at.

Meant for worker processes: every decoder is allowed, so a damaged file may end the process.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset

from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array, Matrix, matrix_of, pixel_keyword
from anonymizer.pixels.jpeg_comments import blank_comments
from anonymizer.pixels.pixel_store import aligned, black_of, fill, fill_regions, is_subsampled
from anonymizer.pixels.regions import declared_regions, distinct, inside, without
from anonymizer.pixels.rendering import DicomImage
from anonymizer.report import Region

SAMPLED = 2  # frames of a cine that are looked at one by one; all others are looked at through projections
SHORT = 4  # up to so many frames each is looked at
ROUNDS = 2  # how often text that is left over is masked and looked for again
MUCH = 0.4  # share of an image

NOT_EXAMINED = "Pixels were not examined for burned-in text."
STILL_LEGIBLE = "Text may still be legible in the image."
MUCH_MASKED = "Over 40 % of the image was masked."
ANNOUNCED = "The file says that text is burned in, but none was found."
NONE_FOUND = "No text was found in an image of a kind that mostly carries some."
NOT_AN_IMAGE = "The values are not a plain image; they were examined as if they were."

USUALLY_TEXT = frozenset({"US", "IVUS", "OT", "SC", "DOC"})


@dataclass(frozen=True, slots=True)
class PixelResult:
    """What was masked in an instance, and why a human should look at it."""

    regions: tuple[Region, ...] = ()
    review: tuple[str, ...] = ()
    changed: bool = False  # the pixel data was rewritten
    examined: bool = False  # text was looked for in it


def mask_burned_in_text(
    dataset: Dataset, *, find: bool = True, drawn: Sequence[Region] = (), keep: Sequence[Region] = ()
) -> PixelResult:
    """Find burned-in text and fill it with black in the data set itself (PS3.15 E.3.1).

    Pixels outside the regions keep their values to the bit, and where there are no regions the pixel data
    stays untouched. `drawn` are regions that a reader added, `keep` ones that a reader said are no text.
    With `find=False` only `drawn` regions are masked. An object without pixel data is left as it is.

    The SOP Instance UID stays. BurnedInAnnotation becomes NO after an examination that left nothing legible.
    Raises PixelError where a frame cannot be decoded, TextFinderError where the detector is missing.
    """
    if pixel_keyword(dataset) is None:
        return PixelResult()
    matrix = matrix_of(dataset)
    wanted = [region for r in drawn if (region := inside(r, matrix)) is not None]
    search = _Search(dataset, matrix) if find else None
    if search is not None:
        wanted += without([*declared_regions(dataset, matrix), *search.found()], keep)
    regions = _final(dataset, matrix, wanted)
    residue = False
    if search is not None:
        regions, residue = _cleared(search, regions, keep)
    if regions:
        fill_regions(dataset, regions)
        blank_comments(dataset)  # the JPEG 2000 encoder leaves its name in each frame
    review = _review(dataset, matrix, regions, residue=residue, examined=find)
    if find:
        dataset.add_new("BurnedInAnnotation", "CS", "YES" if residue else "NO")
    return PixelResult(regions, review, changed=bool(regions), examined=find)


def _final(dataset: Dataset, matrix: Matrix, regions: Sequence[Region]) -> tuple[Region, ...]:
    if is_subsampled(dataset):
        regions = [r for region in regions if (r := inside(aligned(region), matrix)) is not None]
    return distinct(regions)


class _Search:
    """The frames of one instance that are looked at."""

    def __init__(self, dataset: Dataset, matrix: Matrix) -> None:
        self.dataset = dataset
        self.matrix = matrix
        self.image = DicomImage(dataset, allow_gdcm=True)
        self.views = list(self._views())

    def _picture(self, index: int) -> Array:
        """Return stored values of a grey frame (no window of the file may hide text), or RGB."""
        return self.image.frame(index) if self.image.is_colour else self.image.stored(index)

    def _views(self) -> Iterator[Array]:
        count = self.matrix.frames
        if count <= SHORT:
            yield from (self._picture(index) for index in range(count))
            return
        sampled = {round(i * (count - 1) / (SAMPLED - 1)) for i in range(SAMPLED)}
        # Overlays stand still over what moves, so the least and the greatest value that each pixel ever has
        # show them, and late captions and running clocks too. It also proves that each frame decodes.
        least: Array | None = None
        greatest: Array | None = None
        for index in range(count):
            picture = self._picture(index)
            if index in sampled:
                yield picture
            least = picture.copy() if least is None else np.minimum(least, picture, out=least)
            greatest = picture.copy() if greatest is None else np.maximum(greatest, picture, out=greatest)
        yield from (view for view in (least, greatest) if view is not None)

    def found(self) -> list[Region]:
        """Return all text in the views, as regions of every frame."""
        boxes = [box for view in self.views for box in text_finder.find_text(view)]
        return [Region(b.x, b.y, b.width, b.height, score=round(b.score, 3)) for b in boxes]

    def residue(self, regions: Sequence[Region]) -> list[Region]:
        """Return text that can still be read once the regions are filled."""
        left: list[text_finder.TextBox] = []
        for view in self.views[-2:] if self.matrix.frames > SHORT else self.views:
            filled = view.copy()
            black = (0, 0, 0) if self.image.is_colour else black_of(self.dataset, view, self.matrix)
            fill(filled, [r for r in regions if r.frame is None], black)
            left += text_finder.find_residue(filled)
        return [Region(b.x, b.y, b.width, b.height, found_by="reader", score=round(b.score, 3)) for b in left]


def _cleared(
    search: _Search, regions: tuple[Region, ...], keep: Sequence[Region]
) -> tuple[tuple[Region, ...], bool]:
    """Return the regions with what could still be read, and whether text is legible even then."""
    for _ in range(ROUNDS):
        left = without(search.residue(regions), keep)
        if not left:
            return regions, False
        regions = _final(search.dataset, search.matrix, [*regions, *left])
    return regions, bool(without(search.residue(regions), keep))


def _review(
    dataset: Dataset, matrix: Matrix, regions: Sequence[Region], *, residue: bool, examined: bool
) -> tuple[str, ...]:
    if not examined:
        return (NOT_EXAMINED,)
    announced = str(dataset.get("BurnedInAnnotation") or "").upper() == "YES"
    usual = str(dataset.get("Modality") or "").upper() in USUALLY_TEXT
    odd = matrix.bits_allocated not in (8, 16)
    reasons = (
        (residue, STILL_LEGIBLE),
        (_share(matrix, regions) > MUCH, MUCH_MASKED),
        (announced and not regions, ANNOUNCED),
        (usual and not announced and not regions, NONE_FOUND),
        (odd, NOT_AN_IMAGE),
    )
    return tuple(reason for holds, reason in reasons if holds)


def _share(matrix: Matrix, regions: Sequence[Region]) -> float:
    masked = np.zeros((matrix.rows, matrix.columns), dtype=bool)
    fill(masked, regions, black=True)
    return float(masked.mean())
