"""What a reader wants changed in the pixels of instances and has not applied yet, each step of which can be undone."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from anonymizer import Region

Rect = tuple[int, int, int, int]  # x, y, width, height in pixels of the image


@dataclass(frozen=True, slots=True)
class Draft:
    """Boxes that are drawn but not masked yet, and masked ones that are to be shown again."""

    drawn: tuple[Region, ...] = ()
    shown: tuple[Region, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.drawn or self.shown)


@dataclass(slots=True)
class _History:
    now: Draft = field(default_factory=Draft)
    past: list[Draft] = field(default_factory=list)
    future: list[Draft] = field(default_factory=list)
    last: object = None  # what the last step was about: steps of one kind at one box are undone together


class RegionEdits:
    """A draft for each instance, kept while one looks at others."""

    def __init__(self) -> None:
        self._of: dict[str, _History] = {}

    def draft(self, sop: str) -> Draft:
        """What is wanted of an instance now."""
        return self._history(sop).now

    def add(self, sop: str, region: Region) -> None:
        """Draw one more box."""
        self._change(sop, replace(self.draft(sop), drawn=(*self.draft(sop).drawn, region)))

    def place(self, sop: str, number: int, rect: Rect) -> None:
        """Move or resize the drawn box `number`; several in a row are one step."""
        x, y, width, height = rect
        box = replace(self.draft(sop).drawn[number], x=x, y=y, width=width, height=height)
        self.put(sop, number, box, about=("place", number))

    def put(self, sop: str, number: int, region: Region, *, about: object = None) -> None:
        """Make something else of the drawn box `number`; steps about the same in a row are one step."""
        drawn = list(self.draft(sop).drawn)
        drawn[number] = region
        self._change(sop, replace(self.draft(sop), drawn=tuple(drawn)), about=about)

    def delete(self, sop: str, number: int) -> None:
        """Take the drawn box `number` away."""
        drawn = self.draft(sop).drawn
        self._change(sop, replace(self.draft(sop), drawn=drawn[:number] + drawn[number + 1 :]))

    def toggle_shown(self, sop: str, region: Region, others: Sequence[Region] = ()) -> None:
        """A masked region (and others with it) is to be shown again, or is to stay masked after all."""
        shown = self.draft(sop).shown
        all_of_it = (region, *others)
        left = tuple(each for each in shown if each not in all_of_it)
        self._change(sop, replace(self.draft(sop), shown=left if region in shown else (*left, *all_of_it)))

    def adjust(self, sop: str, region: Region, box: Region) -> None:
        """A masked region is to be shown again and another box to be masked in its place, in one step."""
        draft = self.draft(sop)
        self._change(sop, Draft((*draft.drawn, box), (*draft.shown, region)))

    def undo(self, sop: str) -> bool:
        """Take the last step back; False if there is none."""
        history = self._history(sop)
        return self._step(history, history.past, history.future)

    def redo(self, sop: str) -> bool:
        """Take again what was taken back; False if there is nothing."""
        history = self._history(sop)
        return self._step(history, history.future, history.past)

    def can_undo(self, sop: str) -> bool:
        """Whether there is a step to take back."""
        return bool(self._history(sop).past)

    def can_redo(self, sop: str) -> bool:
        """Whether something was taken back."""
        return bool(self._history(sop).future)

    def forget(self, sop: str, applied: Draft) -> None:
        """What was applied is no draft any more, and nothing before it can be undone here."""
        now = self.draft(sop)
        left = Draft(_without(now.drawn, applied.drawn), _without(now.shown, applied.shown))
        self._of[sop] = _History(left)

    def _history(self, sop: str) -> _History:
        return self._of.setdefault(sop, _History())

    def _change(self, sop: str, draft: Draft, *, about: object = None) -> None:
        history = self._history(sop)
        if about is None or about != history.last:
            history.past.append(history.now)
        history.now, history.last = draft, about
        history.future.clear()

    def _step(self, history: _History, source: list[Draft], other: list[Draft]) -> bool:
        if not source:
            return False
        other.append(history.now)
        history.now, history.last = source.pop(), None
        return True


def _without(regions: Sequence[Region], gone: Sequence[Region]) -> tuple[Region, ...]:
    return tuple(region for region in regions if region not in gone)
