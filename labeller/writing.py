"""Writing the images of a data set one after the other, and what describes them at the end."""

import os
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from labeller.describing import Told, described
from labeller.duplicates import FingerprintCache, fingerprint, near_duplicates
from labeller.errors import ExportError
from labeller.export_records import ExportSummary, Inspect, LeftOut
from labeller.manifest import ManifestRow
from labeller.pictures import Format, Picture, ReadPicture, encoded
from labeller.records import InstanceRow
from labeller.splits import SPLITS, split_warnings
from labeller.staging import Staging, Written

_MOST_NAMED = 5
_MOST_WORKERS = 4  # pictures made at once; more would only wait for the disk


@dataclass(frozen=True, slots=True)
class Planned:
    """One image to be written."""

    row: InstanceRow
    entry: ManifestRow
    file: Path
    source: str  # size and time of the masked file: another correction of it is exported anew


@dataclass(frozen=True, slots=True)
class Source:
    """Where pictures and their hashes come from."""

    read_picture: ReadPicture
    image_format: Format
    rendering: str
    cache: FingerprintCache

    def state(self, item: Planned) -> str:
        """Return what a file's pictures depend on."""
        return f"{item.source} {self.image_format.name} {self.rendering}".strip()

    def known_print(self, item: Planned) -> bytes | None:
        """Return an image's hash if it was computed before."""
        return self.cache.get(item.row.sop_instance_uid, self.state(item))

    def remember(self, item: Planned, known: bytes) -> None:
        """Keep an image's hash for the next time."""
        self.cache.put(item.row.sop_instance_uid, self.state(item), known)

    def picture(self, item: Planned, *, needed: bool) -> tuple[Picture | None, bytes | None]:
        """Read a picture and compute its hash; where it is not `needed`, one that cannot be read is none."""
        try:
            picture = self.read_picture(item.file)
        except Exception:
            if needed:
                raise
            return None, None  # it is copied unread: the format holds no picture of ours
        return picture, fingerprint(picture.pixels)


@dataclass(frozen=True, slots=True)
class _Made:
    """One image, ready to be written or written before."""

    content: bytes | None = None  # None: what an earlier run wrote is whole
    sha256: str = ""
    facts: Mapping[str, str] = field(default_factory=dict)
    print: bytes | None = None  # None: it cannot be compared


@dataclass(frozen=True, slots=True)
class Writing:
    """An export under way."""

    staging: Staging
    source: Source
    inspect: Inspect
    told: Told
    on_stage: Callable[[str, int], None]
    on_step: Callable[[int], None]
    cancelled: Callable[[], bool]

    def write(self, planned: Sequence[Planned], base: ExportSummary, plan: str) -> ExportSummary:
        """Write all, have it checked, describe it and put it in place."""
        self.on_stage("Exporting", len(planned))
        written: dict[str, str] = {}
        rows: list[ManifestRow] = []
        prints: dict[str, bytes] = {}
        failed = list(base.failed)
        for number, (item, made) in enumerate(_in_order(self._make, planned, self.cancelled), start=1):
            if isinstance(made, str):
                failed.append(LeftOut(item.row.sop_instance_uid, made))
            else:
                rows.append(replace(item.entry, **made.facts))
                written[item.entry.path] = self._keep(item, made)
                self._compare(item, made, prints)
            self.on_step(number)
        if self.cancelled():
            return replace(base, images=len(rows), failed=tuple(failed), cancelled=True)
        if not rows:
            raise ExportError("None of the labelled instances can be exported.", failed[0].reason)
        summary = _counted(replace(base, failed=tuple(failed)), rows, _across(rows, prints))
        summary, files = described(summary, rows, written, told=self.told, plan=plan)
        for path, content in files.items():
            written[path] = self.staging.write(path, content).sha256
        self._refuse_found()
        self.staging.finish(written)
        return summary

    def _make(self, item: Planned) -> _Made | str:
        """Make the picture, in a thread of its own; a text says why there is none."""
        kept = self.staging.kept(item.entry.path, self.source.state(item))
        known = self.source.known_print(item)
        if known is None and kept is not None and kept.fingerprint is not None:
            known = bytes.fromhex(kept.fingerprint)
        copies = self.source.image_format.copies
        try:
            content = item.file.read_bytes() if copies and kept is None else None
            if known is not None and (kept is not None or copies):
                return _made(kept, content, known)
            picture, known = self.source.picture(item, needed=not copies)
            if picture is not None and kept is None and not copies:
                facts = picture.facts
                return _Made(encoded(picture, self.source.image_format.name), "", facts, known)
        except Exception as error:  # noqa: BLE001 - whatever a damaged file raises costs this file alone
            return str(error)
        return _made(kept, content, known)

    def _keep(self, item: Planned, made: _Made) -> str:
        if made.content is None:
            return made.sha256
        known = None if made.print is None else made.print.hex()
        state = self.source.state(item)
        written = self.staging.write(
            item.entry.path, made.content, state, facts=made.facts, fingerprint=known
        )
        return written.sha256

    def _compare(self, item: Planned, made: _Made, prints: dict[str, bytes]) -> None:
        if made.print is not None:
            prints[item.row.sop_instance_uid] = made.print
            self.source.remember(item, made.print)

    def _refuse_found(self) -> None:
        """Raise where the finished folder holds what must not leave the project."""
        found = self.inspect(self.staging.content)
        if found:
            raise ExportError(
                f"The data set was not put in place, as identity was found in it: {'; '.join(found[:_MOST_NAMED])}.",
                "Rename the class or mask the instances again, then export once more. Only a reader's decision, which is "
                "recorded, puts it in place as it is (leadglass export --reader NAME --release-findings REASON).",
            )


def _made(kept: Written | None, content: bytes | None, known: bytes | None) -> _Made:
    return _Made(content, print=known) if kept is None else _Made(None, kept.sha256, kept.facts, known)


def _in_order(
    make: Callable[[Planned], _Made | str], items: Iterable[Planned], cancelled: Callable[[], bool]
) -> Iterator[tuple[Planned, _Made | str]]:
    """Make pictures some ahead of the one that is written, and yield them in the order of the items."""
    workers = min(_MOST_WORKERS, os.cpu_count() or 1)
    waiting: deque[tuple[Planned, Future[_Made | str]]] = deque()
    with ThreadPoolExecutor(workers, thread_name_prefix="export") as pool:
        for item in items:
            if cancelled():
                break
            waiting.append((item, pool.submit(make, item)))
            if len(waiting) > 2 * workers:
                first, future = waiting.popleft()
                yield first, future.result()
        for first, future in waiting:
            yield first, future.result()


def fingerprints_of(
    planned: Sequence[Planned],
    source: Source,
    on_step: Callable[[int], None],
    cancelled: Callable[[], bool],
) -> dict[str, bytes]:
    """Return the hash of every image that can be read, by SOP Instance UID."""

    def make(item: Planned) -> _Made | str:
        known = source.known_print(item)
        return _Made(print=source.picture(item, needed=False)[1] if known is None else known)

    prints = {}
    for number, (item, made) in enumerate(_in_order(make, planned, cancelled), start=1):
        if isinstance(made, _Made) and made.print is not None:
            prints[item.row.sop_instance_uid] = made.print
            source.remember(item, made.print)
        on_step(number)
    return prints


def _across(rows: Sequence[ManifestRow], prints: Mapping[str, bytes]) -> tuple[tuple[str, ...], ...]:
    """List the groups of near-duplicates that stand in more than one split."""
    split = {row.sop_instance_uid: row.split for row in rows}
    present = {uid: prints[uid] for uid in split if uid in prints}
    return tuple(group for group in near_duplicates(present) if len({split[uid] for uid in group}) > 1)


def _counted(
    summary: ExportSummary, rows: Sequence[ManifestRow], across: tuple[tuple[str, ...], ...]
) -> ExportSummary:
    numbers = Counter((row.split, row.class_name) for row in rows)
    used = [split for split in SPLITS if any(row.split == split for row in rows)]
    pairs = [(row.patient, row.class_name) for row in rows]
    warnings = split_warnings(pairs, [row.split for row in rows])
    if across:
        warnings.append(
            f"{sum(map(len, across))} images in {len(across)} groups look nearly the same and stand in several splits."
        )
    return replace(
        summary,
        images=len(rows),
        patients=len({row.patient for row in rows}),
        counts={split: {name: numbers[split, name] for name in summary.classes} for split in used},
        duplicates=across,
        warnings=tuple(warnings),
    )
