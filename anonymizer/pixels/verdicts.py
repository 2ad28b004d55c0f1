"""What found text is: an identity, text that may stay, or any other text; only what is surely harmless is un-masked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from anonymizer.identities.harvest import Harvest
from anonymizer.pixels import text_finder
from anonymizer.pixels.decoding import Array
from anonymizer.pixels.keep_list import KeepList, keep_list_of, plain
from anonymizer.pixels.regions import overlap
from anonymizer.pixels.text_finder import TextBox
from anonymizer.profiles.pixel_policy import MaskText, PixelPolicy
from anonymizer.report import Reading, Region
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
SAME = 0.7  # share of a box that a region of another view covers: it is the same line


@dataclass(frozen=True, slots=True)
class Judge:
    """Decides what is done with lines of text, by a policy and by what is known of the patient."""

    policy: PixelPolicy = field(default_factory=PixelPolicy)
    known: Harvest = field(default_factory=Harvest, repr=False)

    @property
    def keep_list(self) -> KeepList:
        """What the policy's keep-list allows."""
        return keep_list_of(self.policy)

    def sorted(
        self, view: Array, boxes: Sequence[TextBox], masked: Sequence[Region] = (), *, known: Known = NOT_READ
    ) -> "tuple[list[Region], list[Reading]]":
        """Return the boxes of a view as regions, and what was read in those that are no kept ones.

        Boxes that `masked` regions of other views mostly cover are masked in any case, so they are not read again;
        those of `known` have been read in another image, where the same line stands.
        """
        fresh = [box for box in boxes if not _is_among(box, masked)]
        again = [box for box in boxes if _is_among(box, masked)]
        first = _read(view, fresh[:MOST_READ], known)
        sure = self._twice_alike(view, first)
        regions = [self._region(reading, sure=reading.box in sure) for reading in first]
        regions += [_plain_region(box) for box in (*fresh[MOST_READ:], *again)]
        regions = list(_lonely(regions))
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
        again = text_finder.read_lines(view, boxes=[_wider(r.box, view.shape) for r in maybe])
        pairs = zip(maybe, again, strict=True)
        return {one.box for one, two in pairs if two.score >= CLEAR and _letters(one) == _letters(two)}


def _has_figures(text: str) -> bool:
    """Whether a text of the keep-list is a value with its name or unit, as which no name is read."""
    return any(c.isdigit() for c in text) and sum(c.isalnum() for c in text) >= FIGURES


def _read(view: Array, boxes: Sequence[TextBox], known: Known) -> list[text_finder.Reading]:
    fresh = iter(text_finder.read_lines(view, boxes=[box for box in boxes if box not in known]))
    return [replace(known[box], box=box) if box in known else next(fresh) for box in boxes]


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


def _wider(box: TextBox, shape: tuple[int, ...]) -> TextBox:
    more = max(2, round(MARGIN * min(box.width, box.height)))
    left, top = max(0, box.x - more), max(0, box.y - more // 3)
    right = min(shape[1], box.x + box.width + more)
    bottom = min(shape[0], box.y + box.height + more // 3)
    return TextBox(left, top, right - left, bottom - top, box.score)


def _lonely(regions: Sequence[Region]) -> Iterable[Region]:
    """Yield the regions; a text that a list allows stays masked where other text stands beside it.

    A single letter before a name is an initial, not a side.
    """
    masked = [region for region in regions if region.kind != KEPT]
    for region in regions:
        if region.found_by == BY_LIST and any(_is_beside(region, other) for other in masked):
            yield replace(region, kind="text", found_by="detector", why="", read="")
        else:
            yield region


def _is_beside(one: Region, other: Region) -> bool:
    height = min(one.height, other.height)
    shared = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
    gap = max(one.x, other.x) - min(one.x + one.width, other.x + other.width)
    return 2 * shared >= height and gap <= BESIDE * height


def united(regions: Iterable[Region]) -> list[Region]:
    """Return the regions of several views: what is masked in one is kept in none."""
    found = list(regions)
    masked = [region for region in found if region.kind != KEPT]
    return masked + [
        region
        for region in found
        if region.kind == KEPT
        and not any(overlap(region, other) * 4 > region.width * region.height for other in masked)
    ]
