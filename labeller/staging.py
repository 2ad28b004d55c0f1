"""The folder in which an export grows beside its place, goes on after a kill, and is put in place at once."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any, TextIO

from labeller.durable import sync
from labeller.errors import ExportError

FORMAT = "leadglass-dataset-1"
DESCRIPTION = "dataset.json"
MANIFEST = "manifest.csv"
TABLE = "manifest.parquet"
CHECKSUMS = "checksums.txt"
_JOURNAL = "journal.jsonl"


@dataclass(frozen=True, slots=True)
class Written:
    """An image that was written, and the state of the masked file that it shows."""

    path: str
    size: int
    sha256: str
    source: str
    facts: Mapping[str, str] = field(default_factory=dict)  # what the manifest says of it besides
    fingerprint: str | None = None  # its perceptual hash in hexadecimal digits


def read_description(out: Path) -> Mapping[str, Any] | None:
    """Return the `dataset.json` of an earlier export of ours in `out`; None if `out` is none."""
    try:
        content = json.loads((out / DESCRIPTION).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return content if isinstance(content, dict) and content.get("format") == FORMAT else None


class Staging:
    """A half-made export, `.<name>.leadglass-export` beside the folder that it will become."""

    def __init__(self, out: Path) -> None:
        self._out = out
        self._old = out.with_name(f".{out.name}.leadglass-old")
        self.folder = out.with_name(f".{out.name}.leadglass-export")
        self.content = self.folder / "content"
        self._done: dict[str, Written] = {}
        self._journal: TextIO | None = None

    def recover(self) -> None:
        """Put an earlier export back that a killed replacement had moved aside."""
        if not self._old.exists():
            return
        with _plainly():
            if self._out.exists():
                shutil.rmtree(self._old)
            else:
                self._old.replace(self._out)

    def begin(self) -> None:
        """Make the folder, or take up what an earlier run left there."""
        with _plainly():
            self.content.mkdir(parents=True, exist_ok=True)
            journal = self.folder / _JOURNAL
            if journal.exists():
                self._done = dict(_entries(journal))
            self._journal = journal.open("a", encoding="utf-8")
            self._journal.write("\n")  # a killed run may have left half a line

    def close(self) -> None:
        """Let go of the journal; what was written stays for the next run."""
        if self._journal is not None:
            self._journal.close()

    def kept(self, path: str, source: str) -> Written | None:
        """Return what an earlier run wrote at `path` from the same source, if it is whole."""
        entry = self._done.get(path)
        if entry is None or entry.source != source:
            return None
        try:
            content = (self.content / path).read_bytes()
        except OSError:
            return None
        whole = len(content) == entry.size and hashlib.sha256(content).hexdigest() == entry.sha256
        return entry if whole else None

    def write(
        self,
        path: str,
        content: bytes,
        source: str = "",
        *,
        facts: Mapping[str, str] | None = None,
        fingerprint: str | None = None,
    ) -> Written:
        """Write a file of the export and note it in the journal."""
        sha256 = hashlib.sha256(content).hexdigest()
        entry = Written(path, len(content), sha256, source, facts or {}, fingerprint)
        target = self.content / path
        with _plainly():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
            if self._journal is None:
                raise ValueError("The export has not begun.")
            self._journal.write(json.dumps(list(astuple(entry))) + "\n")
            self._journal.flush()
        return entry

    def finish(self, written: Mapping[str, str]) -> None:
        """Put the export in place: `written` holds the SHA-256 of every file by its path.

        What earlier runs left and is no longer wanted is removed; everything is on the disk before the rename.
        """
        with _plainly():
            wanted = {*written, CHECKSUMS}
            lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(written.items()))
            (self.content / CHECKSUMS).write_text(lines, encoding="utf-8", newline="\n")
            for file in [file for file in self.content.rglob("*") if file.is_file()]:
                if file.relative_to(self.content).as_posix() in wanted:
                    sync(file)
                else:
                    file.unlink()
            self._sync_folders()
            self._put_in_place()

    def _sync_folders(self) -> None:
        folders = sorted((f for f in self.content.rglob("*") if f.is_dir()), reverse=True)
        for folder in folders:
            if any(folder.iterdir()):
                sync(folder)
            else:
                folder.rmdir()
        sync(self.content)

    def _put_in_place(self) -> None:
        if self._out.exists():
            self._out.replace(self._old)
        self.content.replace(self._out)
        sync(self._out.parent)
        self.close()
        shutil.rmtree(self.folder)
        if self._old.exists():
            shutil.rmtree(self._old)


@contextmanager
def _plainly() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExportError(
            f"The data set cannot be written: {error.strerror}.",
            "Check that there is room on the disk and that you may write there.",
        ) from error


def refuse_foreign(out: Path, *, overwrite: bool) -> None:
    """Refuse to replace anything but an empty folder or, where wanted, an earlier export as it was written."""
    if not out.exists():
        return
    if not out.is_dir():
        raise ExportError("There is a file of this name.", "Choose another folder.")
    inside = {file.relative_to(out).as_posix() for file in out.rglob("*") if not file.is_dir()}
    if not inside:
        return
    if read_description(out) is None:
        raise ExportError(
            "The folder holds something other than an exported data set.", "Choose a new or empty folder."
        )
    foreign = inside - _listed(out) - {CHECKSUMS}
    if foreign:
        raise ExportError(
            f"The folder holds {len(foreign)} files that the export did not write.",
            "Move them elsewhere, or choose another folder.",
        )
    if not overwrite:
        raise ExportError(
            "There is already a data set in this folder.",
            "Choose another folder, or replace it (--overwrite).",
        )


def _listed(out: Path) -> set[str]:
    try:
        lines = (out / CHECKSUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return set()
    return {line.partition("  ")[2] for line in lines}


def _entries(journal: Path) -> Iterator[tuple[str, Written]]:
    for line in journal.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            path, size, sha256, source, facts, fingerprint = json.loads(line)
        except (ValueError, TypeError):
            continue  # the line that a kill cut off: its image is written again
        yield path, Written(path, size, sha256, source, facts, fingerprint)
