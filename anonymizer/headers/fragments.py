"""Pieces of free text of one instance, collected while it is masked, so that a person can decide about them."""

import re
from collections.abc import Iterable, Iterator

from anonymizer.headers.free_text import masked_phrases, unknown_words
from anonymizer.identities.harvest import Harvest
from anonymizer.report import Change, Fragment
from anonymizer.words.vocabulary import OwnWords, is_technical, normal

_SENTENCES = re.compile(r"[\r\n\f]+|(?<=[.;!?])\s+")
_WORD = re.compile(r"[^\W_]+")


class Fragments:
    """What was taken out and what was kept, each once."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bool, bool], Fragment] = {}

    def removed(self, words: Iterable[str], path: str, name: str, *, word_by_word: bool) -> None:
        """Note what was taken out: because no vocabulary has it (`word_by_word`), or because people say so."""
        for word in words:
            self.add(Fragment(word, path, name, kept=False, word_by_word=word_by_word))

    def kept(self, text: str, path: str, name: str, *, word_by_word: bool) -> None:
        """Note a text that stays; its sentences one by one, numbers and measures alone not at all."""
        for sentence in _SENTENCES.split(text):
            said = " ".join(sentence.split())
            if any(not is_technical(normal(word)) for word in _WORD.findall(said)):
                self.add(Fragment(said, path, name, kept=True, word_by_word=word_by_word))

    def __iter__(self) -> Iterator[Fragment]:
        return iter(self._found.values())

    def add(self, fragment: Fragment) -> None:
        """Note a piece that was noted elsewhere."""
        self._found.setdefault((fragment.text, fragment.kept, fragment.word_by_word), fragment)

    def without(self, removed: Iterable[Change]) -> tuple[Fragment, ...]:
        """Return what was noted, but nothing as kept that was removed in the end with its attribute."""
        gone = {change.path for change in removed}
        return tuple(each for each in self._found.values() if not each.kept or each.path not in gone)


def masks_otherwise(text: str, own: OwnWords, *, kept: bool, word_by_word: bool) -> bool:
    """Tell whether masking under these words would decide otherwise about a fragment than it did."""
    goes = bool(masked_phrases(text, own)) or (word_by_word and bool(unknown_words(text, Harvest(), own)))
    return goes if kept else not goes
