"""The frames of one instance that are looked at for burned-in text, and what is found in them."""

from collections.abc import Iterator, Sequence

from pydicom.dataset import Dataset

from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array, Matrix
from anonymizer.pixels.filling import fill
from anonymizer.pixels.pixel_store import black_of
from anonymizer.pixels.projections import Projection
from anonymizer.pixels.rendering import DicomImage
from anonymizer.pixels.series_plan import SeriesPlan
from anonymizer.pixels.verdicts import BY_DOUBT, KEPT, TOO_FAINT, Judge, united
from anonymizer.report import Reading, Region

SAMPLED = 2  # frames of a cine that are looked at one by one; all others are looked at through projections
SHORT = 4  # up to so many frames each is looked at


class FrameSearch:
    """Looks for text in an instance; decoding all frames proves that each of them decodes.

    Raises PixelError where a frame cannot be decoded, TextFinderError where the detector is missing.
    """

    def __init__(
        self, dataset: Dataset, matrix: Matrix, judge: Judge, plan: SeriesPlan | None = None
    ) -> None:
        self.dataset, self.matrix, self._judge = dataset, matrix, judge
        self.image = DicomImage(dataset, allow_gdcm=True)
        self._projections: tuple[Projection, ...] = ()  # least and greatest values of a cine
        self.views = list(self._views())
        self.readings: list[Reading] = []
        self.unsure: list[Region] = []  # what may be a faint line in views without any other
        self._plan = plan if plan is not None and self._is_like(plan) else None

    def _picture(self, index: int) -> Array:
        """Return stored values of a grey frame (no window of the file may hide text), or RGB."""
        return self.image.frame(index) if self.image.is_colour else self.image.stored(index)

    def _views(self) -> Iterator[Array]:
        count = self.matrix.frames
        if count <= SHORT:
            yield from (self._picture(index) for index in range(count))
            return
        sampled = {round(i * (count - 1) / (SAMPLED - 1)) for i in range(SAMPLED)}
        # Looking at each frame for the projections also proves that each of them decodes.
        for index in range(count):
            picture = self._picture(index)
            if index in sampled:
                yield picture
            if not self._projections:
                self._projections = (Projection(picture, -1), Projection(picture, 1))
                continue
            for projection in self._projections:
                projection.add(picture, index)
        yield from (projection.values for projection in self._projections)

    def _boxes(self, number: int) -> Sequence[text_finder.TextBox]:
        """Return the text in a view; what no frame of a projection shows is none."""
        if self._plan is not None:
            return [line.box for line in self._plan.lines]
        seen = text_finder.look_for_text(self.views[number])
        boxes = seen.lines
        self.unsure += map(_left_unsure, seen.unsure)
        place = number - len(self.views) + len(self._projections)
        if place < 0 or not self._projections:
            return boxes
        made = self._projections[place]
        return [box for box in boxes if made.shows(box, self._picture(made.frame_of(box)))]

    def _is_like(self, plan: SeriesPlan) -> bool:
        """Whether this is a slice that need not be searched, as others of its series were."""
        if len(self.views) != 1 or self.image.is_colour:
            return False
        return str(self.dataset.get("SOPInstanceUID")) not in plan.searched and plan.fits(self.views[0])

    @property
    def is_planned(self) -> bool:
        """Whether what holds for the series was taken over instead of a search."""
        return self._plan is not None

    def found(self) -> list[Region]:
        """Return all text in the views, as regions of every frame; kept ones are among them."""
        regions: list[Region] = []
        known = self._judge.settled(self._plan.lines) if self._plan is not None else {}
        for number, view in enumerate(self.views):
            boxes = self._boxes(number)
            masked = [region for region in regions if region.kind != KEPT]
            there, read = self._judge.sorted(view, boxes, masked, known=known)
            regions += there
            self.readings += read
        return united(regions)

    def residue(self, regions: Sequence[Region]) -> list[Region]:
        """Return text that can still be read once the regions are filled."""
        if self._plan is not None:
            return []  # nothing stands where the samples of the series have nothing
        left: list[text_finder.TextBox] = []
        for view in self.views[-2:] if self.matrix.frames > SHORT else self.views:
            filled = view.copy()
            black = (0, 0, 0) if self.image.is_colour else black_of(self.dataset, view, self.matrix)
            fill(filled, [r for r in regions if r.frame is None and not r.spared], black)
            left += text_finder.find_residue(filled)
        return [Region(b.x, b.y, b.width, b.height, found_by="reader", score=round(b.score, 3)) for b in left]


def _left_unsure(box: text_finder.TextBox) -> Region:
    where = box.x, box.y, box.width, box.height
    return Region(*where, kind=KEPT, found_by=BY_DOUBT, score=round(box.score, 3), why=TOO_FAINT)
