"""The free text of a project in its vault: what was taken out and kept, and what people said of it, encrypted.

A word that was taken out may be somebody's name, so it stands nowhere but here.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import astuple
from enum import StrEnum
from typing import Any

from anonymizer.report import Fragment
from anonymizer.vault.sealing import Sealer
from anonymizer.vault.vault_file import plainly, transaction
from anonymizer.words.vocabulary import OwnWords, normal

_TABLE = "CREATE TABLE IF NOT EXISTS word (text BLOB PRIMARY KEY, sealed BLOB NOT NULL) WITHOUT ROWID"
_EXISTS = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'word'"


class WordAnswer(StrEnum):
    """What a person says of a word or text."""

    KEEP = "keep"  # it is harmless
    MASK = "mask"  # it must always go


class WordStore:
    """A part of the open vault. Every method may raise VaultError where the file is damaged or locked."""

    def __init__(self, connection: sqlite3.Connection, sealer: Sealer) -> None:
        self._connection, self._sealer = connection, sealer

    def fragments(self) -> Iterator[tuple[str, tuple[Fragment, ...] | None]]:
        """Yield each masked instance's SOP Instance UID and free text; None: masked by an older version."""
        with plainly():
            rows = self._connection.execute("SELECT sop, sealed FROM instance ORDER BY sop")
            for row in rows:
                content = self._sealer.open("instance", row["sop"], row["sealed"])
                yield str(content["sop"]), unpacked(content)

    def answers(self) -> dict[str, WordAnswer]:
        """Return what was said of words and texts (normal form) for this project."""
        with plainly():
            if self._connection.execute(_EXISTS).fetchone() is None:
                return {}
            rows = self._connection.execute("SELECT text, sealed FROM word").fetchall()
        contents = (self._sealer.open("word", row["text"], row["sealed"]) for row in rows)
        return {str(content["text"]): WordAnswer(content["answer"]) for content in contents}

    def answer(self, text: str, said: WordAnswer | None) -> None:
        """Keep what is said of a word or text, None: nothing any more; durable on return."""
        plain = normal(text).strip()
        index = self._sealer.index("word", plain)
        with plainly(), transaction(self._connection):
            self._connection.execute(_TABLE)
            if said is None:
                self._connection.execute("DELETE FROM word WHERE text = ?", (index,))
            else:
                sealed = self._sealer.seal("word", index, {"text": plain, "answer": said.value})
                self._connection.execute("INSERT OR REPLACE INTO word VALUES (?, ?)", (index, sealed))

    def drop(self, test: Callable[[str, WordAnswer], bool]) -> None:
        """Forget the answers that pass a test, as part of the transaction under way."""
        gone = [text for text, said in self.answers().items() if test(text, said)]
        for text in gone:
            self._connection.execute("DELETE FROM word WHERE text = ?", (self._sealer.index("word", text),))

    def own_words(self) -> OwnWords:
        """Return the answers as masking wants them.

        To keep a text of several words says that it is right as it stands, not that each of its words is
        harmless everywhere.
        """
        answers = self.answers()
        keep = frozenset(text for text, said in answers.items() if said is WordAnswer.KEEP)
        single = frozenset(text for text in keep if len(text.split()) == 1)
        return OwnWords(single, frozenset(answers) - keep)


def packed(fragments: tuple[Fragment, ...]) -> dict[str, Any]:
    """Return fragments as they stand in an instance's sealed entry."""
    return {"fragments": [astuple(fragment) for fragment in fragments]}


def unpacked(content: Mapping[str, Any]) -> tuple[Fragment, ...] | None:
    """Return the fragments of a sealed entry; None where it was written by an older version."""
    found = content.get("fragments")
    return None if found is None else tuple(Fragment(*each) for each in found)
