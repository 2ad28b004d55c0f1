"""Words among bytes that are no text: runs of letters that pixels or other numbers would not make by chance."""

import re
from collections.abc import Iterator
from itertools import pairwise

from anonymizer.words.vocabulary import harmless_words

_WORD = re.compile(rb"[A-Z]?[a-z]{5,}|[A-Z]{6,}")
_CAPITAL, _SMALL = re.compile(rb"[A-Z]"), re.compile(rb"[a-z]")
_AROUND = 1024  # bytes on either side that tell how often such values occur
_EXPECTED = 0.1  # runs of that length in all the bytes: fewer are no chance
_FEWEST = 16  # bytes: of fewer neighbours nothing can be concluded
_LONGEST = 64  # letters: more are an area of such values
_LETTERS = 3  # different ones: two alternate in patterns of pixels
_OF_COLOUR_PROFILES = frozenset({"generic", "profile", "copyright", "reserved"})  # inside of JPEG 2000 images
_TURNS = 2  # a ramp of values climbs through the alphabet, a word goes up and down


def spells_words(raw: bytes) -> bool:
    """Tell whether bytes spell words: letters of one case where the values around make that most unlikely."""
    return any(_is_unlikely(raw, run) for run in _runs(raw))


def _runs(raw: bytes) -> Iterator[re.Match[bytes]]:
    return (run for run in _WORD.finditer(raw) if len(run.group()) <= _LONGEST and _may_name(run.group()))


def _may_name(word: bytes) -> bool:
    plain = word.decode("ascii").lower()
    if len(set(plain)) < _LETTERS or plain in harmless_words() | _OF_COLOUR_PROFILES:
        return False
    return _turns(word) >= _TURNS


def _turns(word: bytes) -> int:
    steps = [after > before for before, after in pairwise(word) if after != before]
    return sum(one != other for one, other in pairwise(steps))


def _is_unlikely(raw: bytes, run: re.Match[bytes]) -> bool:
    start, end = run.span()
    around = raw[max(0, start - _AROUND) : start] + raw[end : end + _AROUND]
    letter = _CAPITAL if run.group().isupper() else _SMALL
    share = (len(letter.findall(around)) + 1) / (len(around) + _FEWEST)
    return len(raw) * share ** (end - start) < _EXPECTED
