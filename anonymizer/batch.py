"""Many instances at once, each masked in a worker process of the pool."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from anonymizer.deidentify import Layout, Settings, deidentify
from anonymizer.pool import Limits, Pool
from anonymizer.report import FileRecord, Outcome
from anonymizer.source import Source
from anonymizer.turns import Turns


@dataclass(frozen=True, slots=True)
class _Masking:
    """The work on one source, as workers do it."""

    out: Path
    settings: Settings
    layout: Layout

    def work(self, source: Source) -> FileRecord:
        """Mask it."""
        return deidentify(source, self.out, self.settings, self.layout)

    def failure(self, source: Source, reason: str, *, crashed: bool) -> FileRecord:
        """Keep it out of the output: an error of the program failed, anything else is the file's fault."""
        return FileRecord(source.path, Outcome.FAILED if crashed else Outcome.QUARANTINED, reason)


def mask_batch(
    sources: Iterable[Source],
    out: Path,
    settings: Settings,
    *,
    layout: Layout = Layout.TREE,
    workers: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limits: Limits | None = None,
) -> Iterator[FileRecord]:
    """Mask every source and yield its record as soon as it is finished, in the order of finishing.

    Of several inputs with one SOP Instance UID the first in the order of sources is masked first, the others
    after everything else, so that it does not depend on the workers' speed which of them is written.
    `cancelled` is asked several times a second; when it says yes, the iteration ends at once, and files that
    were under way are not written. Raises WriteError if the output folder cannot be written or, outside a
    project, holds the same instances masked with other settings.
    """
    turns = Turns()
    with Pool(_Masking(Path(out), settings, layout), workers=workers, limits=limits) as pool:
        yield from pool.run(turns.first(sources), cancelled)
        while turns.later and not cancelled():
            yield from pool.run(turns.again(), cancelled)
