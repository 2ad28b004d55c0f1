"""Many instances at once: worker processes look for identities in all, then each is masked in one of them."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from pathlib import Path

from anonymizer.batches.pool import Limits, Pool
from anonymizer.batches.series_samples import SeriesSamples, plans_of
from anonymizer.batches.survey import NOTHING, Identities, Surveyor, Told
from anonymizer.batches.turns import Turns
from anonymizer.files.source import Source
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.masking.run import Told as ByPatient
from anonymizer.masking.series import Plans, searched
from anonymizer.report import FileRecord, Outcome


@dataclass(frozen=True, slots=True)
class _Masking:
    """The work on one source, as workers do it."""

    out: Path
    settings: Settings
    layout: Layout
    told: ByPatient = field(repr=False)
    plans: Plans = field(repr=False)

    def work(self, source: Source) -> FileRecord:
        """Mask it."""
        return deidentify(source, self.out, self.settings, self.layout, told=self.told, plans=self.plans)

    def failure(self, source: Source, reason: str, *, crashed: bool) -> FileRecord:
        """Keep it out of the output: an error of the program failed, anything else is the file's fault."""
        return FileRecord(source.path, Outcome.FAILED if crashed else Outcome.QUARANTINED, reason)


@dataclass(frozen=True, slots=True)
class _Surveying:
    """The work on one source before any is masked."""

    settings: Settings

    def work(self, source: Source) -> Told:
        """Look for identities in it."""
        return _surveyor(self.settings).survey(source)

    def failure(self, _source: Source, _reason: str, *, crashed: bool) -> Told:  # noqa: ARG002 - see Task
        """Tell nothing: what is wrong with the source is told when it is masked."""
        return NOTHING


@dataclass(frozen=True, slots=True)
class _Found:
    """A slice that stands for others, and what was found in it."""

    path: str
    sample: object  # a Sample, None where the slice could not be searched


@dataclass(frozen=True, slots=True)
class _Searching:
    """The work on slices that stand for their series."""

    def work(self, source: Source) -> _Found:
        """Look for text in it."""
        return _Found(source.path, searched(source))

    def failure(self, source: Source, _reason: str, *, crashed: bool) -> _Found:  # noqa: ARG002 - see Task
        """Find nothing, so that all slices of its series are searched."""
        return _Found(source.path, None)


@lru_cache(1)
def _surveyor(settings: Settings) -> Surveyor:
    return Surveyor(settings)


def mask_batch(
    sources: Iterable[Source],
    out: Path,
    settings: Settings,
    *,
    layout: Layout = Layout.TREE,
    workers: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limits: Limits | None = None,
    survey: Iterable[Source] | None = None,
    surveyed: Callable[[int], None] = lambda _: None,
) -> Iterator[FileRecord]:
    """Mask every source and yield its record as soon as it is finished, in the order of finishing.

    Before, identities are looked for in `survey`, so that what one instance of a patient tells is hunted in all;
    `surveyed` is called with the number of inputs done. `survey` are all inputs of the run where `sources` are
    only those that an earlier run has left; otherwise they are the same.
    Of several inputs with one SOP Instance UID the first in the order of sources is masked first, the others
    after everything else, so that it does not depend on the workers' speed which of them is written.
    `cancelled` is asked several times a second; when it says yes, the iteration ends at once, and files that
    were under way are not written. Raises WriteError if the output folder cannot be written or, outside a
    project, holds the same instances masked with other settings.
    """
    if survey is None:
        survey = sources = sources if isinstance(sources, Collection) else tuple(sources)
    waiting = iter(sources)
    first = next(waiting, None)
    if first is None:
        return
    turns, identities = Turns(), Identities()
    series = SeriesSamples(Pseudonyms(settings.key).digest, _among(sources))
    with Pool(_Surveying(settings), workers=workers, limits=limits) as surveying:
        for count, told in enumerate(surveying.run(iter(survey), cancelled), 1):
            identities.add(told)
            series.add(told.member)
            surveyed(count)
        with surveying.turn_to(_Searching()) as searching:
            plans = _plans(series, searching, cancelled)
            if cancelled():
                return
            task = _Masking(Path(out), settings, layout, identities.by_patient(), plans)
            with searching.turn_to(task) as pool:
                yield from pool.run(turns.first(chain((first,), waiting)), cancelled)
                while turns.later and not cancelled():
                    yield from pool.run(turns.again(), cancelled)


def _among(sources: Iterable[Source]) -> Callable[[Source], bool]:
    """Return what tells whether a source is to be masked; where they come one by one, all may be."""
    if not isinstance(sources, Collection):
        return lambda _: True
    paths = {source.path for source in sources}
    return lambda source: source.path in paths


def _plans(series: SeriesSamples, searching: Pool[_Found], cancelled: Callable[[], bool]) -> Plans:
    """Search the slices that stand for their series."""
    chosen = {} if cancelled() else dict(series.chosen())
    slices = {one.source.path: one.source for each in chosen.values() for one in each}
    found = {one.path: one.sample for one in searching.run(iter(slices.values()), cancelled)}
    return plans_of(chosen, found)
