"""What is searched for: the identities of a run, laid out so that thousands are looked for at once.

Bytes are looked up by their first four bytes, words in a set, parts of words by their first four letters: the
time depends on what is searched, hardly on how much is searched for.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import AnyStr

import numpy as np
import numpy.typing as npt

from anonymizer.identities.harvest import Harvest
from anonymizer.words.vocabulary import harmless_words, is_technical, normal

_FIRST = 4  # bytes or letters by which needles are looked up
_SHORTEST_BEGINNING, _SHORTEST_CUT, _MOST_CUT = 5, 8, 3  # letters
_SHORTEST_BYTES, _SHORTEST_CODE_BYTES = 5, 6
LONG_IN_BULK = 7  # shorter texts occur in noise
_ENCODINGS = (
    "utf-8", "utf-16-le", "utf-16-be", "latin-1", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5",
    "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "iso8859_15", "iso2022_jp", "shift_jis", "euc_jp",
    "iso2022_kr", "euc_kr", "gb18030", "tis_620",
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+")
_LATIN_WORD = re.compile(rb"(?<![A-Za-z\x80-\xff])[A-Za-z]{5,}(?![A-Za-z\x80-\xff])")
Words = npt.NDArray[np.uint32]
_AT_ONCE = 2**15  # words: so many stay in the processor's cache
_HIGH_BITS, _TOP_BITS = np.uint32(0xE0E0E0E0), np.uint32(0x80808080)


@dataclass(frozen=True, slots=True)
class Needles:
    """The identities of one patient or of a whole run. Make them with `of`."""

    words: frozenset[str] = field(repr=False)
    inside: dict[str, tuple[str, ...]] = field(repr=False)  # by their first letters
    codes: dict[str, tuple[str, ...]] = field(repr=False)
    encoded: dict[bytes, tuple[bytes, ...]] = field(repr=False)  # by their first bytes

    @classmethod
    def of(cls, harvest: Harvest) -> "Needles":
        """Lay out what was harvested."""
        vocabulary = harmless_words()
        words = frozenset(
            word
            for word in harvest.words | harvest.inside
            if word not in vocabulary and not is_technical(word)
        )
        return cls(
            words=words,
            inside=_by_beginning(word for word in harvest.inside if word not in vocabulary),
            codes=_by_beginning(code for code in harvest.codes if len(code) >= _FIRST),
            encoded=_by_beginning(_encoded(harvest)),
        )

    def in_bytes(self, raw: bytes) -> bool:
        """Tell whether bytes hold an identity in any of the usual encodings."""
        if len(raw) < _SHORTEST_BYTES:
            return False
        lowered = raw.lower()
        known = self.encoded
        for at in range(len(lowered) - _FIRST):
            for needle in known.get(lowered[at : at + _FIRST], ()):
                if lowered.startswith(needle, at) and _stands_alone(lowered, at, at + len(needle)):
                    return True
        return False

    def in_text_bytes(self, raw: bytes) -> bool:
        """Like `in_bytes`, for bytes that are a text: harmless words may hold a name, as "thorax" does "Thora"."""
        return self.in_bytes(raw) and self.in_bytes(_LATIN_WORD.sub(_blank_harmless, raw))

    def in_bulk(self, raw: bytes | memoryview) -> bool:
        """Tell whether pixels or other bulk data hold an identity of seven bytes or more.

        Words of the data are looked up all at once; where they fit a needle's beginning, the bytes are compared.
        """
        if not may_hold_text(raw):
            return False
        lowered = bytes(raw).lower()
        beginnings = [
            first
            for first, needles in self.encoded.items()
            if b"\0" not in first and any(len(needle) >= LONG_IN_BULK for needle in needles)
        ]
        return any(
            lowered.startswith(needle, at) and _stands_alone(lowered, at, at + len(needle))
            for at in _places(lowered, beginnings)
            for needle in self.encoded.get(lowered[at : at + _FIRST], ())
            if len(needle) >= LONG_IN_BULK and b"\0" not in needle
        )

    def in_text(self, text: str) -> bool:
        """Tell whether a text holds a name, a part of one in a longer word, or a code in any punctuation."""
        plain, vocabulary = normal(text), harmless_words()
        for match in _WORD.finditer(plain):
            word = match.group()
            if word in self.words or (word not in vocabulary and _holds(word, self.inside)):
                return True
        return self._code_in(plain)

    def _code_in(self, plain: str) -> bool:
        places = [at for at, letter in enumerate(plain) if letter.isalnum()]
        compact = "".join(plain[at] for at in places)
        for at in range(len(compact) - _FIRST + 1):
            for code in self.codes.get(compact[at : at + _FIRST], ()):
                if compact.startswith(code, at):
                    first, last = places[at], places[at + len(code) - 1]
                    if _whole(plain, first, last + 1) and last - first < 3 * len(code):
                        return True
        return False


def _by_beginning(needles: Iterable[AnyStr]) -> dict[AnyStr, tuple[AnyStr, ...]]:
    found: dict[AnyStr, list[AnyStr]] = {}
    for needle in sorted(needles):
        found.setdefault(needle[:_FIRST], []).append(needle)
    return {first: tuple(group) for first, group in found.items()}


def _holds(word: str, known: dict[str, tuple[str, ...]]) -> bool:
    """Tell whether a word holds a name, begins one, or holds most of a long one that was cut off."""
    sizes = (
        (_FIRST,) if word.isascii() else (_FIRST, 3, 2)
    )  # names of two signs exist in scripts without spaces
    return any(
        _is_name(word[at:], name, whole=not at)
        for at in range(len(word) - 1)
        for size in sizes
        for name in known.get(word[at : at + size], ())
    )


def _is_name(rest: str, name: str, *, whole: bool) -> bool:
    if rest.startswith(name):
        return True
    if whole and len(rest) >= _SHORTEST_BEGINNING and name.startswith(rest):
        return True
    most = max(_SHORTEST_CUT, len(name) - _MOST_CUT)
    return len(name) > most and rest.startswith(name[:most])


def _blank_harmless(match: re.Match[bytes]) -> bytes:
    word = match.group()
    return b" " * len(word) if word.decode("ascii").lower() in harmless_words() else word


def _encoded(harvest: Harvest) -> set[bytes]:
    texts = harvest.originals | {code for code in harvest.codes if len(code) >= _SHORTEST_CODE_BYTES}
    return {n for text in texts for n in _in_every_encoding(text) if len(n) >= _SHORTEST_BYTES}


def _in_every_encoding(text: str) -> Iterator[bytes]:
    if text.isascii():
        lowered = text.lower()
        yield from (lowered.encode("ascii"), lowered.encode("utf-16-le"), lowered.encode("utf-16-be"))
        return
    for spelling in {text, text.lower(), text.upper()}:
        for encoding in _ENCODINGS:
            try:
                yield spelling.encode(encoding).lower()
            except UnicodeEncodeError:
                continue


def _stands_alone(raw: bytes, start: int, end: int) -> bool:
    """Digits count only where no further digit or UID component stands beside them."""
    if not (raw[start : start + 1].isdigit() and raw[end - 1 : end].isdigit()):
        return True
    before, after = raw[max(0, start - 1) : start], raw[end : end + 1]
    return not (before.isdigit() or after.isdigit() or before == b"." or after == b".")


def _whole(text: str, start: int, end: int) -> bool:
    """Tell whether what stands there is no part of a longer number or UID."""
    if text[start].isdigit() and start and (text[start - 1].isdigit() or _dotted(text[start - 2 : start])):
        return False
    return not (text[end - 1].isdigit() and end < len(text) and _dotted_after(text[end : end + 2]))


def _dotted(before: str) -> bool:
    return len(before) == 2 and before[0].isdigit() and before[1] == "."  # noqa: PLR2004 - a digit and a point


def _dotted_after(after: str) -> bool:
    return after[0].isdigit() or (len(after) == 2 and after[0] == "." and after[1].isdigit())  # noqa: PLR2004


def may_hold_text(raw: bytes | memoryview) -> bool:
    """Tell by a cheap look whether seven printable bytes can stand in a row: then one aligned word is printable."""
    words = np.frombuffer(raw, "<u4", len(raw) // 4)
    if not words.size:
        return any(byte >= 0x20 for byte in raw)  # noqa: PLR2004 - where printable ASCII begins
    if not _is_printable(int(np.bitwise_or.reduce(words))):
        return False  # one of the four places never holds a printable byte
    return any(_has_printable_word(words[at : at + _AT_ONCE]) for at in range(0, words.size, _AT_ONCE))


def _is_printable(word: int) -> bool:
    return all(byte >= 0x20 for byte in word.to_bytes(4, "little"))  # noqa: PLR2004 - see above


def _has_printable_word(words: Words) -> bool:
    high = words & _HIGH_BITS
    high |= high << np.uint32(1)
    high |= high << np.uint32(2)
    high &= _TOP_BITS
    return bool((high == _TOP_BITS).any())


def _places(raw: bytes, beginnings: list[bytes]) -> Iterator[int]:
    """Yield where one of the four-byte beginnings may stand, in order."""
    if not beginnings:
        return
    bits = max(16, min(24, (len(beginnings) * 64).bit_length()))
    table = np.zeros(1 << bits, np.bool_)
    table[_hashed(np.frombuffer(b"".join(beginnings), "<u4"), bits)] = True
    for shift in range(4):
        count = (len(raw) - shift) // 4
        if count > 0:
            words = np.frombuffer(raw, "<u4", count, shift)
            yield from (int(at) * 4 + shift for at in np.flatnonzero(table[_hashed(words, bits)]))


def _hashed(words: Words, bits: int) -> Words:
    return (words * np.uint32(2654435761)) >> np.uint32(32 - bits)
