"""The slices of each series that are searched for text, chosen while all headers are read."""

import heapq
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from anonymizer.files.source import Source
from anonymizer.masking.series import Member, Plans

FEWEST = 20  # slices: shorter series are searched whole
CHOSEN = 8  # slices besides the first and the last


@dataclass(slots=True)
class _Series:
    """The first, the last and some others of a series; the same ones in whatever order they come."""

    count: int = 0
    wanted: bool = False  # one of them is to be masked
    first: Member | None = None
    last: Member | None = None
    others: list[tuple[int, str, Member]] = field(default_factory=list)  # a heap: the lowest rank goes first

    def add(self, member: Member, rank: int) -> None:
        self.count += 1
        if self.first is None or _place(member) < _place(self.first):
            self.first = member
        if self.last is None or _place(member) > _place(self.last):
            self.last = member
        heapq.heappush(self.others, (rank, member.source.path, member))
        if len(self.others) > CHOSEN:
            heapq.heappop(self.others)

    def samples(self) -> list[Member]:
        ends = [member for member in (self.first, self.last) if member is not None]
        chosen = {member.source.path: member for member in (*ends, *(m for _, _, m in self.others))}
        return sorted(chosen.values(), key=_place)


def _place(member: Member) -> tuple[int, str, str]:
    return member.number, member.sop, member.source.path


class SeriesSamples:
    """Takes the members of all series; memory depends on the number of series, not of slices.

    `rank` gives hexadecimal digits for a UID: an order that has nothing to do with places, the same in every run.
    """

    def __init__(self, rank: Callable[[str], str], wanted: Callable[[Source], bool]) -> None:
        self._rank, self._wanted = rank, wanted
        self._series: dict[bytes, _Series] = {}

    def add(self, member: Member | None) -> None:
        """Take a member."""
        if member is not None:
            series = self._series.setdefault(member.key, _Series())
            series.add(member, int(self._rank(member.sop), 16))
            series.wanted |= self._wanted(member.source)

    def chosen(self) -> Iterator[tuple[bytes, Sequence[Member]]]:
        """Yield the series that are long enough, and their samples."""
        for key, series in self._series.items():
            if series.wanted and series.count >= FEWEST:
                yield key, series.samples()


def plans_of(chosen: Mapping[bytes, Sequence[Member]], found: Mapping[str, object]) -> Plans:
    """Return what the samples say of their series; `found` is the sample by path, None where there is none."""
    from anonymizer.pixels.series_plan import Sample, SeriesPlan, plan_of

    plans: dict[bytes, SeriesPlan] = {}
    for key, members in chosen.items():
        samples = [sample for one in members if isinstance(sample := found.get(one.source.path), Sample)]
        plan = plan_of(samples) if len(samples) == len(members) else None
        if plan is not None:
            plans[key] = replace(plan, searched=frozenset(one.sop for one in members))
    return plans
