"""The identities of one instance, collected from itself, and the hunt for them in texts and bytes.

Three kinds of term: words (parts of names and addresses), codes (numbers and identifiers, found in any
punctuation) and phrases that are too short or too common to be hunted inside other words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from anonymizer.vocabulary import harmless_words, is_technical, normal

_WORD = re.compile(r"[^\W_]+")
_PART = re.compile(r"[^\W_]+(?:['’][^\W\d_]+)?")
_NOT_ALNUM = re.compile(r"[\W_]+")
_SHORTEST_WORD, _SHORTEST_INSIDE, _SHORTEST_CODE, _SHORTEST_PREFIX = 2, 4, 5, 5
_SHORTEST_IN_BYTES = 5
_SHORTEST_JOINED, _SHORTEST_ID, _SHORTEST_PHONE, _LONGEST_COUNTRY_CODE = 4, 4, 7, 3
_CODECS = (
    "utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "shift_jis", "euc_jp", "euc_kr", "iso2022_kr",
    "gb18030", "iso8859_2", "iso8859_3", "iso8859_4", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8",
    "iso8859_9", "iso8859_15", "tis_620",
)  # fmt: skip
_WORTH_A_LOOK = 2**16  # bytes: more are pixels, where comparing forms first pays
_FORM = bytes(  # printable (or ESC), anything else
    1 if byte >= 0x20 or byte == 0x1B else 0  # noqa: PLR2004 - where ASCII begins
    for byte in range(256)
)
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_WRITTEN_UMLAUTS = (("ae", "a"), ("oe", "o"), ("ue", "u"))
_TITLES = frozenset(
    {
        "dr", "prof", "mr", "mrs", "ms", "miss", "md", "phd", "jr", "sr", "ii", "iii", "iv", "von",
        "van", "de", "der", "den", "la", "le", "el", "bin", "al", "anonymous", "anonymized", "anon",
    }
)  # fmt: skip


def is_ideographic(text: str) -> bool:
    """Whether a text holds letters of a script that writes without spaces."""
    return any("\u3040" <= letter <= "\u9fff" or "\uac00" <= letter <= "\ud7af" for letter in text)


@dataclass(slots=True)
class Harvest:
    """What was collected: ask it whether a text holds any of it, and where."""

    words: set[str] = field(default_factory=set)  # hunted as whole words
    inside: set[str] = field(default_factory=set)  # distinctive: hunted inside words too
    codes: set[str] = field(default_factory=set)  # identifiers without punctuation, normal form
    originals: set[str] = field(default_factory=set)  # spellings as found, for the search in bytes
    uids: set[str] = field(default_factory=set)  # UIDs that were replaced
    _needles: tuple[tuple[int, ...], tuple[bytes, ...]] | None = field(default=None, repr=False)

    def add_name(self, value: str) -> None:
        """Take a person's name in DICOM form: components and component groups."""
        for group in re.split(r"[=\\]", value):
            parts = [part.strip() for part in re.split(r"[\^,;]", group)]
            for part in parts:
                self.add_words(part, name=True)
            if len(parts) > 1 and parts[0] and parts[1]:
                self._add_joined(parts[0], parts[1])

    def _add_joined(self, surname: str, given: str) -> None:
        """Take both parts of a name written together: short parts are distinctive only so."""
        for first, second in ((surname, given), (given, surname)):
            joined = _NOT_ALNUM.sub("", normal(first + second))
            if len(joined) < _SHORTEST_JOINED or joined in harmless_words() or is_technical(joined):
                continue
            self.words.add(joined)
            if len(joined) > _SHORTEST_JOINED:
                self.originals |= {f"{first}^{second}", f"{first}, {second}", first + second}

    def add_words(self, text: str, *, name: bool = False) -> None:
        """Take the words of an address, an institution, an occupation or (name=True) a person's name."""
        for match in _WORD.finditer(text):
            for word in _spellings(match.group()):
                self._add_word(word, name=name)
        if name and "-" in text:
            self._add_word(_NOT_ALNUM.sub("", text), name=True)

    def _add_word(self, word: str, *, name: bool) -> None:
        plain = normal(word)
        shortest = 1 if is_ideographic(word) else _SHORTEST_WORD if name else _SHORTEST_INSIDE
        if len(plain) < shortest or plain in _TITLES or is_technical(plain):
            return
        common = plain in harmless_words()
        if common and not name:
            return
        self.words.add(plain)
        if not common and (len(plain) >= _SHORTEST_INSIDE or (is_ideographic(word) and len(plain) > 1)):
            self.inside.add(plain)
            self.originals.add(word)

    def add_phone(self, value: str) -> None:
        """Take a phone number, also as it is written without country or area code."""
        digits = re.sub(r"\D", "", value)
        if len(digits) < _SHORTEST_PHONE:
            return
        self.add_code(value)
        rest = digits.lstrip("0")
        self.codes.update(f"0{rest[n:]}" for n in range(_LONGEST_COUNTRY_CODE + 1))
        self.codes.update(rest[n:] for n in range(len(rest) - _SHORTEST_PHONE + 1))

    def add_code(self, value: str, *, shortest: int = _SHORTEST_CODE) -> None:
        """Take an identifier: a number, an accession, a serial number."""
        plain = _NOT_ALNUM.sub("", normal(value))
        if len(plain) < shortest or plain in harmless_words() or len(set(plain)) == 1:
            return
        if not any(letter.isdigit() for letter in plain):
            self.add_words(value)
            return
        self.codes.add(plain)
        self.originals.add(value.strip())

    def add_spellings(self, texts: Iterable[str]) -> None:
        """Whole texts that must not stand anywhere, such as the ways to write a date of birth."""
        for text in texts:
            plain = _NOT_ALNUM.sub("", normal(text))
            if len(plain) >= 8 or not plain.isdigit():  # noqa: PLR2004 - a day with all its digits
                self.codes.add(plain)
            if len(text) >= 8:  # noqa: PLR2004 - shorter ones are found by pattern, not in bytes
                self.originals.add(text)

    def merge(self, other: "Harvest") -> None:
        """Take over what another harvest holds."""
        self.words |= other.words
        self.inside |= other.inside
        self.codes |= other.codes
        self.originals |= other.originals
        self.uids |= other.uids

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where a text holds an identity: (start, end) pairs, perhaps overlapping."""
        found = [match.span() for match in _PART.finditer(text) if self.is_identity(match.group())]
        compact = _NOT_ALNUM.sub("", normal(text))
        for code in self.codes:
            if code in compact:
                found.extend(match.span() for match in _loose(code).finditer(text))
        return found

    def is_identity(self, word: str) -> bool:
        """Whether a word is, holds or is the beginning of a harvested name."""
        plain = normal(word)
        if plain in self.words or any(name in plain for name in self.inside):
            return True
        return len(plain) >= _SHORTEST_PREFIX and any(
            name.startswith(plain) for name in self.inside if plain not in harmless_words()
        )

    def distinctive_in(self, text: str) -> bool:
        """Tell whether a text holds a distinctive name or identifier; common words do not count."""
        plain = normal(text)
        compact = _NOT_ALNUM.sub("", plain)
        return any(name in plain for name in self.inside) or any(code in compact for code in self.codes)

    def touches(self, text: str) -> bool:
        """Whether a text holds any identity."""
        return bool(self.spans(text))

    def found_in_bytes(self, raw: bytes, *, shortest: int = _SHORTEST_IN_BYTES) -> Iterator[tuple[int, int]]:
        """Where bytes hold an identity of so many bytes in any of the usual encodings: (start, end)."""
        lowered = raw.lower()
        for needle in _possible(self.needles(), lowered, shortest):
            start = lowered.find(needle)
            while start >= 0:
                end = start + len(needle)
                if _stands_alone(lowered, start, end):
                    yield start, end
                start = lowered.find(needle, start + 1)

    def needles(self) -> tuple[bytes, ...]:
        """Tell what is searched in bytes: every distinctive spelling in every encoding, in lower case."""
        state = (len(self.uids), len(self.originals), len(self.codes))
        if self._needles is None or self._needles[0] != state:
            self._needles = (state, tuple(sorted(self._encoded())))
        return self._needles[1]

    def _encoded(self) -> set[bytes]:
        needles = {uid.encode("ascii", "ignore") for uid in self.uids if len(uid) >= 12}  # noqa: PLR2004
        for text in self.originals | {code for code in self.codes if len(code) >= 6}:  # noqa: PLR2004
            for spelling in {text, text.lower(), text.upper()}:
                needles.update(n for n in _in_every_encoding(spelling) if len(n) >= _SHORTEST_IN_BYTES)
        return needles


def _possible(needles: tuple[bytes, ...], raw: bytes, shortest: int) -> Iterator[bytes]:
    """Return the needles that bytes can hold by their form: most pixels hold no run of printable bytes."""
    if len(raw) < _WORTH_A_LOOK:
        yield from (needle for needle in needles if len(needle) >= shortest)
        return
    alike: dict[bytes, list[bytes]] = {}
    for needle in needles:
        if len(needle) >= shortest and b"\0" not in needle:  # pixels spell UTF-16 all the time
            alike.setdefault(needle.translate(_FORM), []).append(needle)
    outline = raw.translate(_FORM)
    for form, group in alike.items():
        if form in outline:
            yield from group


def _stands_alone(raw: bytes, start: int, end: int) -> bool:
    """Digits count only where no further digit or UID component stands beside them."""
    if not raw[start : start + 1].isdigit() or not raw[end - 1 : end].isdigit():
        return True
    before, after = raw[max(0, start - 1) : start], raw[end : end + 1]
    return not (before.isdigit() or after.isdigit() or before == b"." or after == b".")


@lru_cache(256)
def _in_every_encoding(text: str) -> frozenset[bytes]:
    if text.isascii():
        return frozenset(text.lower().encode(codec) for codec in ("ascii", "utf-16-le", "utf-16-be"))
    found = set()
    for codec in _CODECS:
        try:
            found.add(text.encode(codec).lower())
        except UnicodeEncodeError:
            continue
    return frozenset(found)


def _spellings(word: str) -> set[str]:
    """Return a word as it is and with its umlauts written out or taken back."""
    if not word.isascii():
        return {word, word.casefold().translate(_UMLAUTS)}
    plain = word.lower()
    for written, letter in _WRITTEN_UMLAUTS:
        plain = plain.replace(written, letter)
    return {word, plain} if plain != word.lower() and len(plain) >= _SHORTEST_INSIDE else {word}


@lru_cache(512)
def _loose(code: str) -> re.Pattern[str]:
    """Return a pattern for an identifier in any punctuation, not inside a longer number."""
    body = r"[\W_]{0,2}".join(re.escape(letter) for letter in code)
    left = r"(?<!\d)(?<!\d\.)" if code[0].isdigit() else ""
    right = r"(?!\d|\.\d)" if code[-1].isdigit() else ""
    return re.compile(left + body + right, re.IGNORECASE)
