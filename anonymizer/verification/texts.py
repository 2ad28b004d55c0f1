"""Texts and tables beside images: searched for identities line by line and cell by cell."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from anonymizer.report import Finding
from anonymizer.verification.judgement import Judge, finding

_READERS = frozenset({"reader"})  # columns that name who labelled: no patient
_UID = re.compile(r"(?<![\d.])[0-2](?:\.\d+){3,}(?![\d]|\.\d)")


@dataclass(frozen=True, slots=True)
class TextSearch:
    """Who judges texts that are no attributes, and the UIDs of the originals that must not stand in them."""

    judge: Judge
    uids: frozenset[str] = field(repr=False)

    def holds_uid(self, text: str) -> bool:
        """Tell whether a text holds a UID of the originals."""
        return not self.uids.isdisjoint(_UID.findall(text))

    def of_text(self, text: str, place: str) -> Iterator[Finding]:
        """Search a text; findings hold the place and the kind, never a value."""
        words = (word for line in text.splitlines() for word in line.split(","))
        if any(self.judge.names_somebody(word.strip()) for word in words):
            yield finding("known identity", place)
        elif self.holds_uid(text):
            yield finding("original UID", place)

    def of_rows(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Finding]:
        """Search the cells of a table, but for who labelled."""
        for number, row in enumerate(rows, start=2):
            for column, text in row.items():
                if column not in _READERS and isinstance(text, str):
                    yield from self.of_text(text, f"line {number}, {column}")
