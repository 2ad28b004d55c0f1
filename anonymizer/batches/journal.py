"""The journal of an unfinished run: a run that was killed goes on where it was and still reports everything.

It lies in the output folder while a run is unfinished, one JSON object a line. Inputs are named by keyed
digests of path, size, time and profile only, and records are written without path and identity. A list of changes,
the same for most files of a series, has a line of its own before the first record that names it by its number.
"""

import json
import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from anonymizer.errors import WriteError
from anonymizer.files.exclusive import hold
from anonymizer.files.source import Source
from anonymizer.headers.remembered import Recent
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.masking.deidentify import Layout, Settings
from anonymizer.output.writing import remove_unfinished
from anonymizer.report import Change, Facts, FileRecord, Finding, Grade, Outcome, Region, change_rows

FILE_NAME = ".leadglass-journal.jsonl"
_PAUSE, _MOST = 0.2, 64  # seconds, and records, after which those that wait are made durable
_LISTS = 256  # of changes that are known by their numbers


class Journal:
    """What a run has finished. Use as a context manager; call `complete()` when the run is through."""

    def __init__(self, path: Path, pseudonyms: Pseudonyms, setting: str) -> None:
        self._path, self._pseudonyms, self._setting = path, pseudonyms, setting
        self._file: IO[str] = path.open("a", encoding="utf-8")
        if not hold(self._file):
            self._file.close()
            raise WriteError(
                "Another run is masking into this folder at this moment.",
                "Wait for its end, or choose another folder.",
            )
        self._places: list[int] = []  # where the lists of changes stand
        self._done = self._read()
        self._numbers: Recent[tuple[Change, ...], int] = Recent(_LISTS)
        self._lists: Recent[int, tuple[Change, ...]] = Recent(_LISTS)
        self._pending: dict[str, str] = {}

    @classmethod
    def open(cls, out: Path, settings: Settings, layout: Layout = Layout.TREE) -> "Journal":
        """Return the journal of an output folder, made if there is none. Raises WriteError."""
        try:
            out.mkdir(parents=True, exist_ok=True)
            pseudonyms = Pseudonyms(settings.key)
            rules = settings.patients.fingerprint(pseudonyms)
            setting = f"{settings.profile.identity}|{settings.find_text}|{layout.value}|{rules}"
            return cls(out / FILE_NAME, pseudonyms, setting)
        except OSError as error:
            raise _unwritable() from error

    def __enter__(self) -> "Journal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def _digest(self, source: Source) -> str:
        parts = (source.path, source.size, source.modified_ns, self._setting)
        return self._pseudonyms.digest("\0".join(map(str, parts)))

    def _read(self) -> dict[str, int]:
        """Where the record of each finished input stands; an unfinished last line is cut off."""
        done: dict[str, int] = {}
        remove_unfinished(self._path.parent)
        good = 0
        with self._path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n") or not self._noticed(line, good, done):
                    break
                good += len(line)
        os.truncate(self._path, good)
        return done

    def _noticed(self, line: bytes, place: int, done: dict[str, int]) -> bool:
        """Remember where a line stands. False where it is none of a journal's."""
        try:
            row = json.loads(line)
            if "list" in row:
                self._places.append(place)
            else:
                done[row["source"]] = place
                return row["record"]["changes"] in range(len(self._places))
        except (ValueError, KeyError, TypeError):
            return False
        return True

    def pending(self, sources: Iterable[Source]) -> Iterator[Source]:
        """Return the sources that are not finished yet; finished ones are left for `finished`."""
        for source in sources:
            digest = self._digest(source)
            if digest not in self._done:
                self._pending[source.path] = digest
                yield source

    def finished(self, sources: Iterable[Source]) -> Iterator[FileRecord]:
        """Return the records of those of the sources that an earlier run finished."""
        with self._path.open("rb") as file:
            for source in sources:
                place = self._done.get(self._digest(source))
                if place is not None:
                    row = _row_at(file, place)["record"]
                    number = row["changes"]
                    changes = self._lists.get(number, partial(self._list_at, file, number))
                    yield replace(_record_from_json(row, source.path), changes=changes)

    def _list_at(self, file: IO[bytes], number: int) -> tuple[Change, ...]:
        return tuple(Change(*row) for row in _row_at(file, self._places[number])["list"])

    def add(self, record: FileRecord) -> None:
        """Note that an input is finished, safely on disk. Failures are tried again next time. Raises WriteError."""
        self._write((record,))

    def noted(self, records: Iterable[FileRecord]) -> Iterator[FileRecord]:
        """Yield records once they are safely on disk: together where they come fast, else each at once.

        Raises WriteError.
        """
        waiting: list[FileRecord] = []
        due = 0.0
        try:
            for record in records:
                waiting.append(record)
                if len(waiting) >= _MOST or time.monotonic() >= due:
                    safe, waiting = waiting, []
                    self._write(safe)
                    due = time.monotonic() + _PAUSE
                    yield from safe
        finally:
            self._write(waiting)
        yield from waiting

    def _write(self, records: Iterable[FileRecord]) -> None:
        lines = [line for record in records for line in self._lines(record)]
        if not lines:
            return
        try:
            self._file.write("".join(lines))
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise _unwritable() from error

    def _lines(self, record: FileRecord) -> Iterator[str]:
        digest = self._pending.pop(record.path, None)
        if digest is None or record.outcome is Outcome.FAILED:
            return
        before = len(self._places)
        number = self._numbers.get(record.changes, self._new_number)
        if number == before:
            yield json.dumps({"list": change_rows(record.changes)}) + "\n"
        row = {**record.without_changes(), "changes": number}
        del row["path"]
        yield json.dumps({"source": digest, "record": row}) + "\n"

    def _new_number(self) -> int:
        self._places.append(-1)  # only what an earlier run wrote is read again
        return len(self._places) - 1

    def complete(self) -> None:
        """Return the run is through: the journal is deleted."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _unwritable() -> WriteError:
    return WriteError("The output folder cannot be written.", "Check space and permissions.")


def _row_at(file: IO[bytes], place: int) -> Any:
    file.seek(place)
    return json.loads(file.readline())


def _record_from_json(row: dict[str, Any], path: str) -> FileRecord:
    """Return a record as `FileRecord.without_changes` gave it, without its identity."""
    record = FileRecord(path, Outcome(row["outcome"]), row["reason"], row["new_path"])
    return replace(
        record,
        review=tuple(row["review"]),
        regions=tuple(Region.of(region) for region in row["regions"]),
        findings=tuple(Finding(**finding) for finding in row["findings"]),
        grade=Grade(row["grade"]) if row.get("grade") else None,
        facts=Facts(**row["facts"]) if row["facts"] else None,
    )
