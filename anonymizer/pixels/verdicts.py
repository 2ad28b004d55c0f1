"""What found text is: an identity, text that may stay, or any other text; only what is surely harmless is un-masked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from anonymizer.identities.harvest import Harvest
from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array
from anonymizer.pixels.keep_list import KeepList, keep_list_of, plain
from anonymizer.pixels.line_cuts import around, inked, lines_in
from anonymizer.pixels.regions import overlap
from anonymizer.pixels.text_finder import TextBox
from anonymizer.pixels.text_views import grey_of, percentile
from anonymizer.profiles.pixel_policy import MaskText, PixelPolicy
from anonymizer.report import BY_SEARCH, Reading, Region
from anonymizer.words.text_patterns import certain, likely
from anonymizer.words.vocabulary import normal

if TYPE_CHECKING:
    from anonymizer.pixels.series_plan import StandingLine

Known = Mapping[TextBox, text_finder.Reading]
NOT_READ: Known = MappingProxyType({})

KEPT = "kept"
"""The kind of a region that was found and is not masked, because of a rule or because a reader said so."""
BY_READER, BY_LIST, BY_POLICY, BY_DOUBT = "reader", "keep-list", "policy", "doubt"
NO_IDENTITY, NOT_MASKED = "no identity was read", "this project masks no text by itself"
TOO_FAINT = "may be a line of text, too faint to be sure"

SURE = 0.9  # the least confidence of a reading by which text is un-masked
SURE_FIGURES = 0.8  # the same for what has a figure and `FIGURES` letters and digits: no name reads like it
FIGURES = 4
CLEAR = 0.5  # and of one that makes an identity known as such
MARGIN = 0.6  # of a line's height: a box this much wider must read the same
BESIDE = 1.5  # of a line's height: text so near stands beside it
MOST_READ = 200  # lines in a view that are read; further ones are masked unread
LEAST_READ = 3  # letters and digits
SQUARE = 2  # how much longer than thick the box around a letter and its pieces may be
SAME = 0.7  # share of a box that a region of another view covers: it is the same line


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides what is done with lines of text, by a policy and by what is known of the patient."""

    policy: PixelPolicy = field(default_factory=PixelPolicy)
    known: Harvest = field(default_factory=Harvest, repr=False)
    modality: str = ""  # of the image, (0008,0060)

    @property
    def keep_list(self) -> KeepList:
        """What the policy's keep-list allows in such an image."""
        return keep_list_of(self.policy, self.modality)

    def sorted(
        self, view: Array, boxes: Sequence[TextBox], masked: Sequence[Region] = (), *, known: Known = NOT_READ
    ) -> "tuple[list[Region], list[Reading]]":
        """Return the boxes of a view as regions, and what was read in those that are no kept ones.

        A box that holds several lines becomes a region for each. Boxes that `masked` regions of other views mostly
        cover are masked in any case, so they are not read again; those of `known` have been read in another image,
        where the same line stands.
        """
        fresh = _apart(view, [box for box in boxes if not _is_among(box, masked)], known)
        again = [box for box in boxes if _is_among(box, masked)]
        first = _read(view, dict(list(fresh.items())[:MOST_READ]), known)
        sure = self._twice_alike(view, first)
        first, sure = _with_pieces(view, first, sure)
        regions = [self._region(reading, sure=reading.box in sure) for reading in first]
        regions += [_plain_region(box) for box in (*list(fresh)[MOST_READ:], *again)]
        regions = list(_lonely(regions, self.keep_list))
        kept = {(r.x, r.y, r.width, r.height) for r in regions if r.kind == KEPT}
        readings = [_as_reading(r) for r in first if r.text and _place(r.box) not in kept]
        return regions, readings

    def settled(self, lines: Iterable["StandingLine"]) -> dict[TextBox, text_finder.Reading]:
        """Return what stands in the lines of a series that are masked whatever a single slice says there."""
        return {line.box: line.readings[0] for line in lines if not any(map(self._might_stay, line.readings))}

    def _might_stay(self, reading: text_finder.Reading) -> bool:
        """Whether the policy would un-mask this text if it were read for sure."""
        if not reading.text:
            return False
        return self.policy.mask is MaskText.IDENTITIES or bool(self.keep_list.reason(reading.text))

    def is_known(self, text: str) -> bool:
        """Whether a text holds an identity of the patient, or is one of the patient's words."""
        words = {normal(word) for word in plain(text).replace(",", " ").split()}
        return self.known.touches(text) or not self.known.words.isdisjoint(words)

    def _region(self, reading: text_finder.Reading, *, sure: bool) -> Region:
        region = _plain_region(reading.box)
        if reading.score >= CLEAR and self.is_known(reading.text):
            region = replace(region, kind="identity")
        elif sure and (why := self.keep_list.reason(reading.text)):
            region = replace(region, kind=KEPT, found_by=BY_LIST, why=why, read=plain(reading.text))
        return self._by_policy(region, reading, sure=sure)

    def _by_policy(self, region: Region, reading: text_finder.Reading, *, sure: bool) -> Region:
        if self.policy.mask in (MaskText.REGIONS, MaskText.FLAG) and region.kind != KEPT:
            return replace(region, kind=KEPT, found_by=BY_POLICY, why=NOT_MASKED)
        spares = self.policy.mask is MaskText.IDENTITIES and region.kind == "text"
        if spares and sure and not _may_identify(reading.text):
            return replace(region, kind=KEPT, found_by=BY_POLICY, why=NO_IDENTITY)
        return region

    def _is_sure(self, reading: text_finder.Reading) -> bool:
        figures = _has_figures(reading.text) and bool(self.keep_list.reason(reading.text))
        return reading.score >= (SURE_FIGURES if figures else SURE)

    def _twice_alike(self, view: Array, readings: Sequence[text_finder.Reading]) -> set[TextBox]:
        """Return the boxes that could be un-masked and read the same when a wider piece of the image is read."""
        maybe = [r for r in readings if self._is_sure(r) and self._might_stay(r)]
        if not maybe:
            return set()
        every = [reading.box for reading in readings]
        again = text_finder.read_lines(view, boxes=[_wider(r.box, view.shape, every) for r in maybe])
        pairs = zip(maybe, again, strict=True)
        return {one.box for one, two in pairs if two.score >= CLEAR and _letters(one) == _letters(two)}


def _with_pieces(
    view: Array, readings: Sequence[text_finder.Reading], sure: set[TextBox]
) -> tuple[list[text_finder.Reading], set[TextBox]]:
    """Return the readings and the sure boxes with what is a piece of a sure letter, which says what the letter says.

    Of a large marker the net finds parts of the outline too. They are pieces where the box around all of them reads
    as the letter alone does.
    """
    said: dict[TextBox, text_finder.Reading] = {}
    for letter in (r for r in readings if r.box in sure and len(_letters(r)) == 1):
        pieces = [r.box for r in readings if r.box not in sure and _is_piece(r.box, letter.box)]
        whole = around([letter.box, *pieces])
        if not pieces or max(whole.width, whole.height) > SQUARE * min(whole.width, whole.height):
            continue
        (again,) = text_finder.read_lines(view, boxes=[whole])
        if again.score >= CLEAR and _letters(again) == _letters(letter):
            said |= {box: replace(letter, box=box) for box in pieces}
    return [said.get(r.box, r) for r in readings], sure | said.keys()


def _is_piece(box: TextBox, letter: TextBox) -> bool:
    """Whether a box is smaller than that of a letter and touches it."""
    apart_x = max(box.x, letter.x) - min(box.x + box.width, letter.x + letter.width)
    apart_y = max(box.y, letter.y) - min(box.y + box.height, letter.y + letter.height)
    return max(apart_x, apart_y) <= 0 and box.width * box.height < letter.width * letter.height


def _has_figures(text: str) -> bool:
    """Whether a text of the keep-list is a value with its name or unit, as which no name is read."""
    return any(c.isdigit() for c in text) and sum(c.isalnum() for c in text) >= FIGURES


def _read(view: Array, lines: Mapping[TextBox, TextBox], known: Known) -> list[text_finder.Reading]:
    """Return what stands in lines; each comes with the part of it that is to be read."""
    fresh = iter(text_finder.read_lines(view, boxes=[lines[box] for box in lines if box not in known]))
    return [replace(known[box] if box in known else next(fresh), box=box) for box in lines]


def _apart(view: Array, boxes: Sequence[TextBox], known: Known) -> dict[TextBox, TextBox]:
    """Return the boxes, of those that hold several lines the lines; and what of each is to be read."""
    shown = percentile(grey_of(view)) if boxes else np.zeros((1, 1), np.uint8)
    apart: dict[TextBox, TextBox] = {}
    for box in boxes:
        lines = (box,) if box in known else lines_in(shown, box)
        apart |= {line: inked(shown, line) if len(lines) > 1 else line for line in lines}
    return apart


def _letters(reading: text_finder.Reading) -> str:
    """Return what was read without spaces: a reader is rarely sure of them, and they tell no texts apart."""
    return plain(reading.text).replace(" ", "")


def _may_identify(text: str) -> bool:
    """Whether a text has the form of something that identifies, or is too short to tell."""
    if sum(letter.isalnum() for letter in text) < LEAST_READ:
        return True
    return any(True for found in (certain(text), likely(text)) for _ in found)


def _plain_region(box: TextBox) -> Region:
    return Region(box.x, box.y, box.width, box.height, score=round(box.score, 3))


def _is_among(box: TextBox, masked: Sequence[Region]) -> bool:
    region = _plain_region(box)
    return any(overlap(region, other) >= SAME * box.width * box.height for other in masked)


def _place(box: TextBox) -> tuple[int, int, int, int]:
    return box.x, box.y, box.width, box.height


def _as_reading(reading: text_finder.Reading) -> Reading:
    return Reading(*_place(reading.box), reading.text, round(reading.score, 3))


def _wider(box: TextBox, shape: tuple[int, ...], others: Sequence[TextBox]) -> TextBox:
    """Return a box around a box; not beyond where it was cut off from the lines above and below."""
    more = max(2, round(MARGIN * min(box.width, box.height)))
    left, right = max(0, box.x - more), min(shape[1], box.x + box.width + more)
    above = any((other.x, other.y + other.height) == (box.x, box.y) for other in others)
    below = any((other.x, other.y) == (box.x, box.y + box.height) for other in others)
    top = box.y if above else max(0, box.y - more // 3)
    bottom = box.y + box.height + (0 if below else more // 3)
    return TextBox(left, top, right - left, min(shape[0], bottom) - top, box.score)


def _lonely(regions: Sequence[Region], keep_list: KeepList) -> Iterable[Region]:
    """Yield the regions; a text that a list allows stays masked where other text stands beside it.

    A single letter before a name is an initial, not a side. What is a surname too stays masked below or above other
    text as well: a name may take two lines.
    """
    masked = [region for region in regions if region.kind != KEPT]
    for region in regions:
        surname = region.found_by == BY_LIST and keep_list.is_a_surname_too(region.read)
        others = [other for other in regions if other is not region] if surname else []
        if region.found_by == BY_LIST and (
            any(_is_beside(region, other) for other in masked)
            or any(_is_beside(region, other) or _is_stacked(region, other) for other in others)
        ):
            yield replace(region, kind="text", found_by=BY_SEARCH, why="", read="")
        else:
            yield region


def _is_stacked(one: Region, other: Region) -> bool:
    shared = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
    gap = max(one.y, other.y) - min(one.y + one.height, other.y + other.height)
    return shared > 0 and gap <= BESIDE * min(one.height, other.height)


def _is_beside(one: Region, other: Region) -> bool:
    height = min(one.height, other.height)
    shared = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    gap = max(one.x, other.x) - min(one.x + one.width, other.x + other.width)
    return 2 * shared >= height and gap <= BESIDE * height


def united(regions: Iterable[Region]) -> list[Region]:
    """Return the regions of several views: what is masked in one, to half of it, is kept in none."""
    found = list(regions)
    masked = [region for region in found if region.kind != KEPT]
    return masked + [
        region
        for region in found
        if region.kind == KEPT
        and not any(overlap(region, other) * 2 > region.width * region.height for other in masked)
    ]
