"""The identities of one instance, collected from itself, and the hunt for them in texts and bytes.

Kinds of term: words (parts of names and addresses), codes (numbers and identifiers, found in any punctuation),
short codes (found as words of their own only) and spellings, which are searched in bytes.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from anonymizer.identities.byte_search import SHORTEST_NEEDLE, decoded_runs, encoded, found, printed_runs
from anonymizer.identities.matching import Matcher, matcher
from anonymizer.words.transliteration import romanised
from anonymizer.words.vocabulary import LETTER, harmless_words, is_technical, normal

_WORD = re.compile(rf"{LETTER}+")
_LONGEST_READ = 2**20  # bytes: more are tables and pictures
_NOT_ALNUM = re.compile(r"[\W_]+")
_SHORTEST_WORD, _SHORTEST_INSIDE, _SHORTEST_CODE, _SHORTEST_SHORT_CODE = 2, 4, 5, 3
_SHORTEST_JOINED, _SHORTEST_PHONE, _LONGEST_COUNTRY_CODE, _SHORTEST_PART = 4, 7, 3, 6
_LONGEST_FAMILY_NAME = 2
_SHORTEST_DATE = 8  # a day with all its digits
_SHORTEST_UID, _SHORTEST_CODE_IN_BYTES = 12, 6
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


Terms = tuple[frozenset[str], frozenset[str], frozenset[str], frozenset[str]]


@dataclass(slots=True)
class Harvest:
    """What was collected: ask it whether a text holds any of it, and where."""

    words: set[str] = field(default_factory=set)  # hunted as whole words
    inside: set[str] = field(default_factory=set)  # distinctive: hunted inside words too, and misspelt
    codes: set[str] = field(default_factory=set)  # identifiers without punctuation, normal form
    short_codes: set[str] = field(default_factory=set)  # identifiers that count as whole words only
    originals: set[str] = field(default_factory=set)  # spellings as found, for the search in bytes
    uids: set[str] = field(default_factory=set)  # UIDs that were replaced
    dates: set[str] = field(default_factory=set)  # YYYYMMDD: never hunted, but compared by the verification
    _matcher: tuple[tuple[int, ...], Matcher] | None = field(default=None, repr=False, compare=False)
    _needles: tuple[tuple[int, ...], tuple[bytes, ...]] | None = field(
        default=None, repr=False, compare=False
    )
    _terms: tuple[tuple[int, ...], Terms] | None = field(default=None, repr=False, compare=False)

    # -- collecting ---------------------------------------------------------------------------------------

    def add_name(self, value: str) -> None:
        """Take a person's name in DICOM form: components and component groups."""
        for group in re.split(r"[=\\]", value):
            parts = [part.strip() for part in re.split(r"[\^,;]", group)]
            for part in parts:
                self.add_words(part, name=True)
            if len(parts) == 1 and is_ideographic(group) and len(group.strip()) > _LONGEST_FAMILY_NAME:
                for part in (group.strip()[:1], group.strip()[1:]):  # a family name of one syllable
                    self._add_word(part, name=True)
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
        if name and re.search(r"[\w][-'’` ]\w", text):
            self._add_word(_NOT_ALNUM.sub("", text), name=True)

    def _add_word(self, word: str, *, name: bool) -> None:
        plain = normal(word)
        shortest = 1 if is_ideographic(word) else _SHORTEST_WORD if name else _SHORTEST_INSIDE
        if len(plain) < shortest or plain in _TITLES or is_technical(plain):
            return
        if plain.isdigit():
            self.add_code(plain)
            return
        common = plain in harmless_words()
        if common and not name:
            return
        self.words.add(plain)
        if not common and (len(plain) >= _SHORTEST_INSIDE or (is_ideographic(word) and len(plain) > 1)):
            self.inside.add(plain)
            self.originals.add(word)
            if not word.isascii():
                self.originals |= {
                    spelling for spelling in romanised(word) if len(spelling) > _SHORTEST_INSIDE
                }

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
        """Take an identifier: a number, an accession, a serial number; without its padding with zeros, too."""
        plain = _NOT_ALNUM.sub("", normal(value))
        if len(plain) < min(shortest, _SHORTEST_CODE) or plain in harmless_words() or len(set(plain)) == 1:
            return
        if not any(letter.isdigit() for letter in plain):
            self.add_words(value)
            return
        if len(plain) < _SHORTEST_CODE:
            self.short_codes.add(plain)
            return
        self.codes |= {plain} | {part for part in _main_parts(value) if len(part) >= _SHORTEST_PART}
        unpadded = plain.lstrip("0")
        if len(unpadded) >= _SHORTEST_CODE:
            self.codes.add(unpadded)
        elif len(unpadded) >= _SHORTEST_SHORT_CODE:
            self.short_codes.add(unpadded)
        self.originals.add(value.strip())

    def add_spellings(self, texts: Iterable[str]) -> None:
        """Whole texts that must not stand anywhere, such as the ways to write a date of birth."""
        for text in texts:
            plain = _NOT_ALNUM.sub("", normal(text))
            if len(plain) >= _SHORTEST_DATE or not plain.isdigit():
                self.codes.add(plain)
            elif text == plain:
                self.short_codes.add(plain)
            if len(text) >= _SHORTEST_DATE:  # shorter ones are found by pattern, not in bytes
                self.originals.add(text)

    def merge(self, other: "Harvest") -> None:
        """Take over what another harvest holds."""
        self.words |= other.words
        self.inside |= other.inside
        self.codes |= other.codes
        self.short_codes |= other.short_codes
        self.originals |= other.originals
        self.uids |= other.uids
        self.dates |= other.dates

    # -- hunting ------------------------------------------------------------------------------------------

    def terms(self) -> Terms:
        """Return words, distinctive words, codes and spellings as they are now, to be compared and remembered."""
        state = (len(self.words), len(self.inside), len(self.codes), len(self.originals))
        if self._terms is None or self._terms[0] != state:
            kinds = (self.words, self.inside, self.codes, self.originals)
            words, inside, codes, originals = map(frozenset, kinds)
            self._terms = (state, (words, inside, codes, originals))
        return self._terms[1]

    def matcher(self) -> Matcher:
        """Return what finds the names and identifiers in texts, shared by harvests that hold the same."""
        state = (len(self.words), len(self.inside), len(self.codes), len(self.short_codes))
        if self._matcher is None or self._matcher[0] != state:
            terms = (self.words, self.inside, self.codes, self.short_codes)
            self._matcher = (state, matcher(*(frozenset(kind) for kind in terms)))
        return self._matcher[1]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where a text holds an identity: (start, end) pairs, perhaps overlapping."""
        return self.matcher().spans(text)

    def is_identity(self, word: str) -> bool:
        """Whether a word alone is, holds or is like a harvested name."""
        return self.matcher().is_identity(word)

    def spread_over(self, texts: Sequence[str]) -> set[int]:
        """Tell which of an attribute's values make up a name together with the one beside them."""
        plain = [normal(text.strip()) for text in texts]
        pairs = [n for n in range(len(plain) - 1) if plain[n] and plain[n] + plain[n + 1] in self.words]
        return {place for n in pairs if plain[n + 1] for place in (n, n + 1)}

    def distinctive_in(self, text: str) -> bool:
        """Tell whether a text holds a distinctive name or identifier; common words do not count."""
        plain = normal(text)
        if any(name in plain for name in self.inside) and self.touches(text):
            return True
        compact = _NOT_ALNUM.sub("", plain)
        return any(code in compact for code in self.codes) and self.touches(text)

    def touches(self, text: str) -> bool:
        """Whether a text holds any identity."""
        return bool(self.spans(text))

    def found_in_bytes(self, raw: bytes, *, shortest: int = SHORTEST_NEEDLE) -> Iterator[tuple[int, int]]:
        """Where bytes hold an identity of so many bytes in any of the usual encodings: (start, end)."""
        return found(self.needles(), raw, shortest)

    def held_in_bytes(self, raw: bytes) -> bool:
        """Whether the bytes of an attribute hold an identity: as text in any encoding, misspelt, or in digits."""
        if next(self.found_in_bytes(raw), None):
            return True
        if len(raw) > _LONGEST_READ:
            return False
        finder = self.matcher()
        if any(finder.is_held_by(reading) for reading in decoded_runs(raw)):
            return True
        return any(finder.spans(run) for run in printed_runs(raw))

    def needles(self) -> tuple[bytes, ...]:
        """Tell what is searched in bytes: every distinctive spelling in every encoding, in lower case."""
        state = (len(self.uids), len(self.originals), len(self.codes))
        if self._needles is None or self._needles[0] != state:
            self._needles = (state, tuple(sorted(self._encoded())))
        return self._needles[1]

    def _encoded(self) -> set[bytes]:
        codes = {code for code in self.codes if len(code) >= _SHORTEST_CODE_IN_BYTES}
        uids = {uid.encode("ascii", "ignore") for uid in self.uids if len(uid) >= _SHORTEST_UID}
        return uids | encoded(self.originals | codes)


def _main_parts(value: str) -> list[str]:
    """Return the long numbers in an identifier, as it may be written without prefix or suffix."""
    return [form for part in re.findall(r"\d+", normal(value)) for form in (part, part.lstrip("0"))]


def _spellings(word: str) -> set[str]:
    """Return a word as it is and with its umlauts written out or taken back."""
    if not word.isascii():
        return {word, word.casefold().translate(_UMLAUTS)}
    plain = word.lower()
    for written, letter in _WRITTEN_UMLAUTS:
        plain = plain.replace(written, letter)
    return {word, plain} if plain != word.lower() and len(plain) >= _SHORTEST_INSIDE else {word}
