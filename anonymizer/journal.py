"""The journal of an unfinished run: a run that was killed goes on where it was and still reports everything.

It lies in the output folder while a run is unfinished, one JSON object a line. Inputs are named by keyed
digests of path, size, time and profile only, and records are written without path and identity.
"""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from anonymizer.deidentify import Layout, Settings
from anonymizer.errors import WriteError
from anonymizer.pseudonyms import Pseudonyms
from anonymizer.report import Change, Facts, FileRecord, Finding, Grade, Outcome, Region
from anonymizer.source import Source

FILE_NAME = ".leadglass-journal.jsonl"


class Journal:
    """What a run has finished. Use as a context manager; call `complete()` when the run is through."""

    def __init__(self, path: Path, pseudonyms: Pseudonyms, setting: str) -> None:
        self._path, self._pseudonyms, self._setting = path, pseudonyms, setting
        self._done = self._read()
        self._pending: dict[str, str] = {}
        self._file: IO[str] = path.open("a", encoding="utf-8")

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
            raise WriteError(
                "The output folder cannot be written.", "Check space and permissions."
            ) from error

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
        if not self._path.exists():
            return done
        good = 0
        with self._path.open("rb") as file:
            for line in file:
                try:
                    digest = json.loads(line)["source"]
                except (ValueError, KeyError, TypeError):
                    break
                if not line.endswith(b"\n"):
                    break
                done[digest], good = good, good + len(line)
        os.truncate(self._path, good)
        return done

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
                    file.seek(place)
                    yield record_from_json(json.loads(file.readline())["record"], source.path)

    def add(self, record: FileRecord) -> None:
        """Note that an input is finished, safely on disk. Failures are tried again next time."""
        digest = self._pending.pop(record.path, None)
        if digest is None or record.outcome is Outcome.FAILED:
            return
        row = record.as_json()
        del row["path"]
        self._file.write(json.dumps({"source": digest, "record": row}, ensure_ascii=True) + "\n")
        self._file.flush()
        os.fsync(self._file.fileno())

    def complete(self) -> None:
        """Return the run is through: the journal is deleted."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def record_from_json(row: dict[str, Any], path: str) -> FileRecord:
    """Return a record as `FileRecord.as_json` wrote it, without its identity."""
    record = FileRecord(path, Outcome(row["outcome"]), row["reason"], row["new_path"])
    return replace(
        record,
        review=tuple(row["review"]),
        changes=tuple(Change(**change) for change in row["changes"]),
        regions=tuple(Region(**region) for region in row["regions"]),
        findings=tuple(Finding(**finding) for finding in row["findings"]),
        grade=Grade(row["grade"]) if row.get("grade") else None,
        facts=Facts(**row["facts"]) if row["facts"] else None,
    )
