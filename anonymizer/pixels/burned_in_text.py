"""Mask burned-in text: find it, fill it, look once more, and say what a human should look at.

Meant for worker processes: every decoder is allowed, so a damaged file may end the process.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from pydicom.dataset import Dataset

from anonymizer.errors import PixelError
from anonymizer.headers.marks import mark_masked_pixels
from anonymizer.pixels.decoding import Matrix, decode_frame, matrix_of, pixel_keyword, transfer_syntax
from anonymizer.pixels.filling import fill, of_frame
from anonymizer.pixels.frame_search import FrameSearch
from anonymizer.pixels.jpeg_comments import blank_comments
from anonymizer.pixels.jpeg_frames import LOSSY_BLOCKS
from anonymizer.pixels.pixel_store import aligned, fill_regions, grain
from anonymizer.pixels.regions import declared_regions, distinct, inside, unexpected, without
from anonymizer.pixels.second_reader import DISAGREES, MASKED_LATE, left_over, second_look
from anonymizer.pixels.series_plan import SeriesPlan
from anonymizer.pixels.shapes import covered
from anonymizer.pixels.stated_size import check_stated
from anonymizer.pixels.verdicts import BY_POLICY, KEPT, Judge
from anonymizer.profiles.pixel_policy import EVERY_SERIES, MaskText, PixelPolicy
from anonymizer.report import BY_SEARCH, Reading, Region

CLEARING = (MaskText.ALL, MaskText.IDENTITIES)  # policies by which text that is left over is masked
SLACK = 3  # pixels: a found box is wider than its letters, so a block that it only just reaches holds nothing of them
ROUNDS = 2  # how often text that is left over is masked and looked for again

NOT_EXAMINED = "Pixels were not examined for burned-in text."
STILL_LEGIBLE = "Text may still be legible in the image."
MUCH_MASKED = "Over {share:.0f} % of the image was masked."
ANNOUNCED = "The file says that text is burned in, but none was found."
NONE_FOUND = "No text was found in an image of a kind that mostly carries some."
NOT_AN_IMAGE = "The values are not a plain image; they were examined as if they were."
FAINT_LINE = "A faint line that may be text was left; nothing else was found in the image."
LEFT = "Text was found in the image and left there, as this project wants it."

USUALLY_TEXT = frozenset({"US", "IVUS", "OT", "SC", "DOC"})


@dataclass(frozen=True, slots=True)
class PixelResult:
    """What was masked in an instance, and why a human should look at it."""

    regions: tuple[Region, ...] = ()  # kept ones, which are not masked, come last
    review: tuple[str, ...] = ()
    changed: bool = False  # the pixel data was rewritten
    examined: bool = False  # text was looked for in it
    readings: tuple[Reading, ...] = field(default=(), repr=False)
    cleaned: bool = False  # nothing that was found is left legible


def mask_burned_in_text(
    dataset: Dataset,
    *,
    find: bool = True,
    drawn: Sequence[Region] = (),
    keep: Sequence[Region] = (),
    judge: Judge | None = None,
    plan: SeriesPlan | None = None,
) -> PixelResult:
    """Find burned-in text and fill it with black in the data set itself (PS3.15 E.3.1).

    Pixels outside the regions keep their values to the bit, and where there are no regions the pixel data
    stays untouched. `drawn` are regions that a reader or a rule added, `keep` ones that a reader said are no text;
    `judge` decides which text is masked, without one all but what the keep-list allows. With `find=False` only
    `drawn` regions are masked. `plan` says where text stands in the series of a slice. An object
    without pixel data is left as it is.

    The SOP Instance UID stays. BurnedInAnnotation becomes NO after an examination that left nothing legible.
    Raises PixelError where a frame cannot be decoded, TextFinderError where the detector is missing.
    """
    if pixel_keyword(dataset) is None:
        return PixelResult()
    matrix = matrix_of(dataset)
    judge = replace(judge or Judge(), modality=str(dataset.get("Modality") or ""))
    wanted = [region for r in drawn if (region := inside(r, matrix)) is not None]
    if not find:
        return _finished(dataset, _final(dataset, matrix, wanted), PixelResult(review=(NOT_EXAMINED,)))
    check_stated(dataset, matrix)
    search = FrameSearch(dataset, matrix, judge, plan)
    wanted += without([*declared_regions(dataset, matrix), *search.found()], keep)
    if judge.policy.mask is MaskText.FLAG:
        wanted = [region for region in wanted if region.kind == KEPT]
    kept = _kept(wanted)
    regions = _final(dataset, matrix, [region for region in wanted if region.kind != KEPT])
    residue = False
    if judge.policy.mask in CLEARING:
        regions, residue = _cleared(search, regions, [*keep, *kept])
    left = residue or any(region.found_by == BY_POLICY for region in kept)
    review = _Reasons(dataset, matrix, judge.policy).of((*regions, *kept), residue=residue)
    dataset.add_new("BurnedInAnnotation", "CS", "YES" if left else "NO")
    found = PixelResult(kept, review, examined=True, readings=tuple(search.readings), cleaned=not left)
    finished = _finished(dataset, regions, found)
    if judge.policy.second_reader and not left and not search.is_planned:
        finished = _read_again(dataset, finished, [*keep, *kept], masks=judge.policy.mask in CLEARING)
    return finished if finished.regions else _with_doubts(finished, without(search.unsure, keep))


def _read_again(
    dataset: Dataset, written: PixelResult, keep: Sequence[Region], *, masks: bool
) -> PixelResult:
    """Have others read what was written: what is read for sure is masked, and what even then can be read is told."""
    matrix = matrix_of(dataset)
    left = left_over(dataset, matrix, keep)
    if left and masks:
        late = _finished(dataset, _final(dataset, matrix, left), PixelResult())
        regions = (*late.regions, *written.regions)
        written = replace(written, regions=regions, changed=True, review=(*written.review, MASKED_LATE))
        left = left_over(dataset, matrix, keep)
    reasons = (DISAGREES,) if left else second_look(dataset, matrix, keep)
    return replace(written, review=(*written.review, *reasons))


def _with_doubts(result: PixelResult, unsure: Sequence[Region]) -> PixelResult:
    """Name what was left in an image in which nothing was found."""
    if not unsure:
        return result
    return replace(result, regions=distinct(unsure), review=(*result.review, FAINT_LINE))


def _finished(dataset: Dataset, regions: tuple[Region, ...], found: PixelResult) -> PixelResult:
    """Fill the regions, if any."""
    if regions:
        fill_regions(dataset, regions)
        blank_comments(dataset)  # the JPEG 2000 encoder leaves its name in each frame
        _check_written(dataset, regions)
        mark_masked_pixels(dataset)
    every = (*regions, *found.regions)
    return replace(found, regions=every, changed=bool(regions))


def _check_written(dataset: Dataset, regions: Sequence[Region]) -> None:
    """Decode a masked frame as it is written now. Raises PixelError where a region is not of one value.

    Frames of lossy JPEG were decoded when their blocks were blanked.
    """
    if transfer_syntax(dataset) in LOSSY_BLOCKS:
        return
    index = min(next((n for n in range(matrix_of(dataset).frames) if r.is_in(n)), 0) for r in regions)
    values = decode_frame(dataset, index, raw=True)
    for region in of_frame(regions, index):
        part = values[region.y : region.y + region.height, region.x : region.x + region.width]
        masked = part[covered(region, part.shape)]
        if masked.size and (masked != masked[0]).any():
            raise PixelError("The image could not be masked: what was written shows what it showed before.")


def _kept(regions: Sequence[Region]) -> tuple[Region, ...]:
    """Return the kept regions but those on which something is masked all the same."""
    masked = [region for region in regions if region.kind != KEPT]
    kept = distinct(region for region in regions if region.kind == KEPT)
    return without(kept, masked)


def _final(dataset: Dataset, matrix: Matrix, regions: Sequence[Region]) -> tuple[Region, ...]:
    piece = grain(dataset) if regions else (1, 1)
    if piece != (1, 1):
        whole = (aligned(r, piece, SLACK if _is_of_search(r) else 0) for r in regions)
        regions = [r for region in whole if (r := inside(region, matrix)) is not None]
    return distinct(regions)


def _is_of_search(region: Region) -> bool:
    return region.found_by == BY_SEARCH and region.kind in ("text", "identity")


def _cleared(
    search: FrameSearch, regions: tuple[Region, ...], keep: Sequence[Region]
) -> tuple[tuple[Region, ...], bool]:
    """Return the regions with what could still be read, and whether text is legible even then."""
    for _ in range(ROUNDS):
        left = unexpected(search.residue(regions), keep, regions)
        if not left:
            return regions, False
        regions = _final(search.dataset, search.matrix, [*regions, *left])
    return regions, bool(unexpected(search.residue(regions), keep, regions))


@dataclass(frozen=True, slots=True)
class _Reasons:
    """Why a human should look at an instance that was searched."""

    dataset: Dataset
    matrix: Matrix
    policy: PixelPolicy

    def of(self, regions: Sequence[Region], *, residue: bool) -> tuple[str, ...]:
        """Return the reasons, none where nothing speaks for a look."""
        masked = [region for region in regions if region.kind != KEPT]
        announced = str(self.dataset.get("BurnedInAnnotation") or "").upper() == "YES"
        usual = str(self.dataset.get("Modality") or "").upper() in USUALLY_TEXT
        odd = self.matrix.bits_allocated not in (8, 16)
        reasons = (
            (residue, STILL_LEGIBLE),
            (
                self._share(masked) > self.policy.review_over,
                MUCH_MASKED.format(share=100 * self.policy.review_over),
            ),
            (any(region.found_by == BY_POLICY for region in regions), LEFT),
            (announced and not regions, ANNOUNCED),
            (usual and not announced and not regions, NONE_FOUND),
            (odd, NOT_AN_IMAGE),
            (self.policy.review_all, EVERY_SERIES),
        )
        return tuple(reason for holds, reason in reasons if holds)

    def _share(self, regions: Sequence[Region]) -> float:
        masked = np.zeros((self.matrix.rows, self.matrix.columns), dtype=bool)
        fill(masked, regions, black=True)
        return float(masked.mean())
