"""Whether a trail is whole: each line fits the one before, is sealed, and none is missing."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from app.audit.lines import START, Head, hash_of
from app.audit.seal import TrailKey

_MOST = 20  # problems that are told one by one


@dataclass(slots=True)
class Verdict:
    """What was found in a trail: `problems` are signs that it was changed, `notes` are not."""

    lines: int = 0
    sealed: int = 0  # lines whose seal was checked
    broken: int | None = None  # the first line (from 1) that does not fit
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _counted: int = 0

    @property
    def whole(self) -> bool:
        """Whether nothing tells of a change."""
        return not self.problems

    def fault(self, line: int, sentence: str) -> None:
        """Add a problem; after the first few only their number counts."""
        self.broken = line if self.broken is None else min(line, self.broken)
        self._counted += 1
        if self._counted <= _MOST:
            self.problems.append(sentence)
        elif self._counted == _MOST + 1:
            self.problems.append("There are more problems of these kinds.")


def judge(file: Path, keys: Sequence[TrailKey] | None = None, heads: Mapping[str, Head] = {}) -> Verdict:
    """Check a trail from its first line to its last; reads it once, in any length.

    `keys` are those that the vault holds, one for each time the sealing began; None: the vault is locked, so that
    seals cannot be checked. `heads` are what data sets say of the trail at their time, by the data sets' names.
    """
    verdict = Verdict()
    wanted = {each.line: "" for each in heads.values()}
    check = _Check(verdict, keys)
    for number, entry in _entries(file):
        check.line(number, entry)
        if number in wanted and entry is not None:
            wanted[number] = str(entry.get("hash"))
    verdict.lines = check.last
    check.end(TrailKey.beside(file))
    for name, each in heads.items():
        if each.line and wanted[each.line] != each.hash:
            verdict.fault(
                min(each.line, check.last + 1),
                f"The data set “{name}” knows another line {each.line} than the trail has: the trail was cut or changed.",
            )
    return verdict


def broken_at(file: Path) -> int | None:
    """The number of the first line (from 1) that does not fit the chain, or None; without the vault."""
    return judge(file).broken


def _entries(file: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    with file.open("rb") as stream:
        for number, raw in enumerate(stream, start=1):
            try:
                entry = json.loads(raw)
            except (ValueError, RecursionError):
                entry = None
            yield number, entry if isinstance(entry, dict) else None


class _Check:
    """Goes along the lines with the hash and the key that belong to the next one."""

    def __init__(self, verdict: Verdict, keys: Sequence[TrailKey] | None) -> None:
        self._verdict = verdict
        self._keys = sorted(keys or (), key=lambda key: key.line)
        self._can = keys is not None
        self._key: TrailKey | None = None
        self._previous = START
        self._begun = False  # whether a sealed line was met
        self._unsealed: list[int] = []
        self.last = 0
        if self._keys and self._keys[0].line > 1:
            verdict.notes.append(
                f"Lines 1 to {self._keys[0].line - 1} are of a version that did not seal them yet; what stands in them "
                "is vouched for from then on."
            )
        for _before, after in pairwise(self._keys):
            verdict.fault(after.line, f"The seal was lost before line {after.line} and begun anew there.")

    def line(self, number: int, entry: dict[str, Any] | None) -> None:
        """Check the next line."""
        verdict = self._verdict
        if entry is None:
            verdict.fault(number, f"Line {number} is damaged.")
            self.last = max(self.last + 1, number)
            return
        said = entry.get("line", number)
        if said != self.last + 1:
            verdict.fault(self.last + 1, f"Lines are missing or inserted between {self.last} and {said}.")
        if entry.get("previous") != self._previous or hash_of(entry) != entry.get("hash"):
            verdict.fault(number, f"Line {said} does not follow from the line before, or was changed.")
        self._previous = str(entry.get("hash"))
        self.last = said if isinstance(said, int) else self.last + 1
        self._seal(entry)

    def _seal(self, entry: dict[str, Any]) -> None:
        while self._keys and self._keys[0].line <= self.last:
            self._key = self._keys.pop(0)
        if "mac" not in entry:
            if self._begun or self._key is not None:
                self._verdict.fault(self.last, f"Line {self.last} carries no seal.")
            return
        self._begun = True
        if not self._can:
            return
        if self._key is None:
            self._verdict.fault(
                self.last, f"Line {self.last} is sealed by a key that the vault does not hold."
            )
            return
        self._key = self._key.at(self.last)
        if self._key.fits(entry):
            self._verdict.sealed += 1
        else:
            self._verdict.fault(self.last, f"The seal of line {self.last} is wrong.")

    def end(self, beside: TrailKey | None) -> None:
        """Check that the trail ends where its key says."""
        if beside is None and (self._begun or self._keys):
            self._verdict.fault(
                self.last + 1, "The key of the next line is missing: lines may have been cut."
            )
        elif beside is not None and beside.line > self.last + 1:
            self._verdict.fault(
                self.last + 1, f"The last {beside.line - 1 - self.last} lines are missing: the trail was cut."
            )
        elif self._keys:
            self._verdict.fault(self.last + 1, "The trail ends before its sealing began: it was cut.")
        if not self._can and self._begun:
            self._verdict.notes.append("The vault is locked, so the seals were not checked: only the chain.")
