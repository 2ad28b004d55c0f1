"""Where a text holds a harvested identity: exactly, in other punctuation, joined, cut, misspelt, in another script.

A word that is harmless in descriptions is no identity by being like a name. If it is a harvested name itself
("Baker", "White", "Li"), it goes unless it reads as a clinical word: "Baker cyst", "white matter", "Knie li".
"""

import html
import quopri
import re
import urllib.parse
from collections.abc import Iterator, Sequence
from enum import Enum
from functools import lru_cache

from anonymizer.identities.byte_search import decoded
from anonymizer.words.likeness import is_like, is_shortened
from anonymizer.words.transliteration import is_foreign, leaves_vowels_out, romanised, skeleton, sound_key
from anonymizer.words.vocabulary import (
    LETTER,
    harmless_words,
    is_collocated,
    is_technical,
    may_be_name,
    normal,
)

Span = tuple[int, int]
_PART = re.compile(rf"{LETTER}+(?:['’`´]{LETTER}+)?")
_NOT_ALNUM = re.compile(r"[\W_]+")
_GAP = re.compile(r"[ ,.;:^_=/'’\-\\]{0,3}$")
_INITIAL_BEFORE = re.compile(r"(?<![^\W_])((?:[^\W\d_](?:\.[ -]?|[ -])){1,3})$")
_INITIAL_AFTER = re.compile(r"[ ,^]{1,2}((?:[^\W\d_](?:\.|(?![^\W_]))[ -]?){1,2})")
_ESCAPED = re.compile(
    r"\S{0,80}(?:%[0-9A-Fa-f]{2}|&#?\w{2,8};|=[0-9A-F]{2}|\\u[0-9A-Fa-f]{4}|\\[x'][0-9A-Fa-f]{2})\S{0,80}"
)
_DUMP = re.compile(
    r"(?<![^\W_])(?:[0-9A-Fa-f]{2}[ :,_-]){4,}[0-9A-Fa-f]{2}(?![^\W_])"
)  # hexadecimal digits in pairs
_ROUNDS = 3  # what was escaped may have been escaped again
_RUN = re.compile(r"[A-Za-z0-9+/_-]{8,}={0,2}")
_UNICODE_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|[x']([0-9A-Fa-f]{2}))")
_SHORTEST_CUT, _SHORTEST_END, _SHORTEST_SPACED, _LONGEST_SHORT = 4, 5, 4, 3
_SHORTEST_LOOSE_CODE = 6  # shorter numbers must stand alone: "b1000" holds no patient ID 1000
_IN_ID = r"(?:(?<![^\W_])|(?<=id)|(?<=pid)|(?<=mrn)|(?<=nr)|(?<=no)|(?<=pat)|(?<=acc))"
_LEVEL = re.compile(r"(?:[ctls]|th|lw|bw|hw)k?\d{1,2}$|[bt]\d{1,4}$|\d[dt]$|\d{1,3}$")
_LABEL_BEFORE = r"(?:\b(?:id|pid|mrn|pat|patient|no|nr|nummer|number|acc)\b|#)[ .:#=-]{0,3}"
_CACHED = 50_000


class _Verdict(Enum):
    NO = 0
    PERHAPS = 1
    CERTAIN = 2


@lru_cache(64)
def matcher(
    words: frozenset[str], inside: frozenset[str], codes: frozenset[str], short: frozenset[str]
) -> "Matcher":
    """Return the matcher of a harvest, prepared once for all instances that tell the same identities."""
    return Matcher(words, inside, codes, short)


class Matcher:
    """Finds what was harvested in texts. See `Harvest` for what the four sets hold."""

    def __init__(
        self, words: frozenset[str], inside: frozenset[str], codes: frozenset[str], short: frozenset[str]
    ) -> None:
        self._words, self._inside, self._codes, self._short = words, inside, sorted(codes), sorted(short)
        self._sorted_inside = sorted(inside)
        self._backwards = frozenset(name[::-1] for name in inside if len(name) >= _SHORTEST_END)
        self._spaced = sorted(word for word in words if len(word) >= _SHORTEST_SPACED)
        self._long = sorted(name for name in inside if len(name) >= _SHORTEST_END)
        self._long_codes = sorted(code for code in codes if len(code) >= _SHORTEST_LOOSE_CODE)
        self._initials = frozenset(word[0] for word in words)
        keys = _keys(words)
        self._foreign_keys = {key: name for key, name in keys.items() if is_foreign(name)}
        self._all_keys = keys
        self._known: dict[str, _Verdict] = {}

    # -- words --------------------------------------------------------------------------------------------

    def is_identity(self, word: str) -> bool:
        """Whether a word alone is, holds or is like a harvested name; a harmless word is none."""
        return self._verdict(word) is _Verdict.CERTAIN

    def _verdict(self, word: str) -> _Verdict:
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= _CACHED:
                self._known.clear()
            found = self._known[word] = self._judge(word)
        return found

    def _judge(self, word: str) -> _Verdict:
        plain = _NOT_ALNUM.sub("", normal(word))
        harmless = plain in harmless_words()
        if plain in self._words:
            return _Verdict.PERHAPS if harmless else _Verdict.CERTAIN
        if harmless or is_technical(plain):
            return _Verdict.NO
        held = any(name in plain for name in self._sorted_inside)
        if held or self._is_cut(plain) or self._is_misspelt(plain) or self._sounds_like(word, plain):
            return _Verdict.CERTAIN
        return _Verdict.NO

    def _is_cut(self, plain: str) -> bool:
        if plain in self._backwards:
            return True
        if len(plain) < _SHORTEST_CUT:
            return False
        ends = len(plain) >= _SHORTEST_END
        return any(name.startswith(plain) or (ends and name.endswith(plain)) for name in self._sorted_inside)

    def _is_misspelt(self, plain: str) -> bool:
        for name in self._sorted_inside:
            if is_like(plain, name) or is_shortened(plain, name):
                return True
            if len(plain) > len(name) + 2 and len(name) >= _SHORTEST_LOOSE_CODE:  # joined to something
                start, end = plain[: len(name)], plain[-len(name) :]
                if is_like(start, name) or is_like(end, name):
                    return True
        return False

    def _sounds_like(self, word: str, plain: str) -> bool:
        foreign = is_foreign(word)
        keys = self._all_keys if foreign else self._foreign_keys
        if not keys:
            return False
        spellings = romanised(word) if foreign else (plain,)
        return any(
            _same_sound(sound_key(spelling), key, bones=leaves_vowels_out(word) or leaves_vowels_out(name))
            for spelling in spellings
            for key, name in keys.items()
        )

    # -- texts --------------------------------------------------------------------------------------------

    def spans(self, text: str) -> list[Span]:
        """Where a text holds an identity: (start, end) pairs, perhaps overlapping."""
        found = self._plain_spans(text)
        for chunk in _ESCAPED.finditer(text):
            found += [chunk.span() for reading in _unescaped(chunk.group()) if self._plain_spans(reading)]
        found += [run.span() for run in _RUN.finditer(text) if self._is_held_in_code(run.group())]
        found += [m.span() for m in _DUMP.finditer(text) if self.is_held_by(_undumped(m.group()))]
        return found

    def _is_held_in_code(self, run: str) -> bool:
        if normal(run) in harmless_words():
            return False
        return any(self.is_held_by(reading) for reading in decoded(run.encode("ascii")))

    def is_held_by(self, raw: bytes) -> bool:
        """Whether decoded bytes hold a name of some length or an identifier, letter by letter."""
        plain = normal(raw.decode("utf-8", "replace"))
        return any(name in plain for name in self._long) or any(code in plain for code in self._long_codes)

    def _plain_spans(self, text: str) -> list[Span]:
        found = self._name_spans(text)
        folded, where = _folded(text)
        compact = _NOT_ALNUM.sub("", folded)
        places = [
            m.span() for name in self._spaced if name in compact for m in _spaced(name).finditer(folded)
        ]
        found += [(where[a], where[b - 1] + 1) for a, b in places if _NOT_ALNUM.search(folded[a:b])]
        places = [m.span() for code in self._codes if code in compact for m in _loose(code).finditer(folded)]
        places += [
            m.span(1) for code in self._short if code in compact for m in _alone(code).finditer(folded)
        ]
        return found + [(where[a], where[b - 1] + 1) for a, b in places]

    def _name_spans(self, text: str) -> list[Span]:
        parts = list(_PART.finditer(text))
        verdicts = [self._verdict(part.group()) for part in parts]
        found = []
        for index, verdict in enumerate(verdicts):
            if verdict is _Verdict.NO:
                continue
            if verdict is _Verdict.CERTAIN or self._is_name_here(text, parts, verdicts, index):
                found.append(self._with_initials(text, parts[index].span()))
        return found

    def _is_name_here(
        self, text: str, parts: list[re.Match[str]], verdicts: list[_Verdict], index: int
    ) -> bool:
        """Whether a harmless word that is a harvested name too is used as a name."""
        word = parts[index].group()
        plain = normal(word)
        ambiguous = may_be_name(plain) or (len(plain) <= _LONGEST_SHORT and word.istitle())
        for other in (index - 1, index + 1):
            if not 0 <= other < len(parts) or verdicts[other] is _Verdict.NO:
                continue
            between = text[
                min(parts[index].end(), parts[other].end()) : max(parts[index].start(), parts[other].start())
            ]
            certain = verdicts[other] is _Verdict.CERTAIN or may_be_name(normal(parts[other].group()))
            short = len(plain) <= _LONGEST_SHORT and parts[other].group().isupper() == word.isupper()
            if (
                (certain or ambiguous or short)
                and _GAP.match(between)
                and normal(parts[other].group()) != plain
            ):
                return True
        if not ambiguous:
            return False
        before = normal(parts[index - 1].group()) if index else ""
        after = normal(parts[index + 1].group()) if index + 1 < len(parts) else ""
        return not is_collocated(plain, before, after)

    def _with_initials(self, text: str, span: Span) -> Span:
        """Take the initials beside a name with it: "J. Doe", "Doe JP", if they can be those of a harvested name."""
        start, end = span
        before = _INITIAL_BEFORE.search(text[max(0, start - 8) : start])
        if before and self._are_initials(before.group(1)):
            start -= len(before.group(1))
        after = _INITIAL_AFTER.match(text, end)
        if after and self._are_initials(after.group(1)):
            end = after.end(1)
        return start, end

    def _are_initials(self, text: str) -> bool:
        return "." in text or all(normal(letter) in self._initials for letter in re.findall(r"\w", text))


@lru_cache(64)
def _keys(words: frozenset[str]) -> dict[str, str]:
    found = {}
    for word in sorted(words):
        for spelling in romanised(word) if is_foreign(word) else {word}:
            key = sound_key(spelling)
            if len(key) >= _SHORTEST_CUT or is_foreign(word):
                found[key] = word
    return found


def _same_sound(key: str, other: str, *, bones: bool) -> bool:
    if len(key) < 2:  # noqa: PLR2004 - a lone letter
        return False
    if key == other or (len(key) >= _SHORTEST_CUT and is_like(key, other)):
        return True
    return bones and bool(skeleton(key)) and skeleton(key) == skeleton(other)


def _unescaped(chunk: str) -> Iterator[str]:
    """What a chunk of text says where it is URL-encoded, escaped or quoted-printable, perhaps several times."""
    known, last = {chunk}, {chunk}
    for _ in range(_ROUNDS):
        last = {reading for text in last for reading in _readings(text)} - known
        yield from sorted(last)
        known |= last


def _readings(text: str) -> Iterator[str]:
    yield from (urllib.parse.unquote(text), urllib.parse.unquote(text, "latin-1"), html.unescape(text))
    yield _UNICODE_ESCAPE.sub(lambda m: chr(int(m.group(1) or m.group(2), 16)), text)
    raw = quopri.decodestring(text.encode("utf-8", "replace"))
    yield from (raw.decode("utf-8", "replace"), raw.decode("latin-1"))


def _undumped(digits: str) -> bytes:
    return bytes.fromhex(re.sub(r"[^0-9A-Fa-f]", "", digits)).replace(b"\0", b"")


def _folded(text: str) -> tuple[str, Sequence[int]]:
    """Return a text letter by letter in normal form, and for each letter where it stands in the original."""
    if text.isascii():
        return text.lower(), range(len(text))
    letters, where = [], []
    for index, letter in enumerate(text):
        plain = normal(letter)
        letters.append(plain)
        where.extend([index] * len(plain))
    return "".join(letters), where


@lru_cache(1024)
def _loose(code: str) -> re.Pattern[str]:
    """Return a pattern for an identifier in any punctuation, with zeros before it, not inside a longer number."""
    if len(code) < _SHORTEST_LOOSE_CODE and code.isdigit():
        return re.compile(rf"{_IN_ID}0*{code}(?![^\W_]|[.,]\d)", re.IGNORECASE)
    body = r"[\W_]{0,2}".join(re.escape(letter) for letter in code)
    left = r"(?<!\d)(?<!\d\.)0*" if code[0].isdigit() else ""
    right = r"(?!\d|\.\d)" if code[-1].isdigit() else ""
    return re.compile(left + body + right, re.IGNORECASE)


@lru_cache(1024)
def _alone(code: str) -> re.Pattern[str]:
    """Return a pattern for a short identifier as a word; what can be a vertebra or a number needs a label."""
    label = _LABEL_BEFORE if _LEVEL.match(code) else r"(?<![^\W_])"
    return re.compile(rf"{label}(0*{re.escape(code)})(?![^\W_]|[.,]\d)", re.IGNORECASE)


@lru_cache(1024)
def _spaced(name: str) -> re.Pattern[str]:
    """Return a pattern for a name whose letters or parts stand apart."""
    body = r"[\W_]{0,2}".join(re.escape(letter) for letter in name)
    return re.compile(rf"(?<![^\W_]){body}(?![^\W_])", re.IGNORECASE)
