"""The words that are known to be harmless in descriptions, and how words are compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache

from resources import find

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
_TECHNICAL = re.compile(
    r"(?:[a-z]{1,2}\d{1,2}[a-z]{0,2}\*?"  # T1w, B30f, C5, Br36
    r"|\d{1,4}(?:[.,]\d{1,3})?(?:mm|cm|m|s|ms|sec|min|h|kv|kvp|ma|mas|t|ml|mg|mgy|mhz|hz|x|d|w|mo|y|b|k|kev|ch|st|nd|rd|th|g|°|%)?"
    r"|\d{1,4}x\d{1,4}(?:x\d{1,4})?|b\d{1,4})$"
)  # fmt: skip
_YEAR = re.compile(r"(?:19|20)\d\d$")


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What a site or project says of words, in normal form, beyond the vocabulary that the program carries."""

    keep: frozenset[str] = frozenset()  # single words that are harmless
    mask: frozenset[str] = frozenset()  # words and phrases that must go; they win


NO_WORDS = OwnWords()


def normal(text: str) -> str:
    """Text as it is compared: case folded, without accents, compatibility forms resolved."""
    if text.isascii():
        return text.lower()
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


@cache
def harmless_words() -> frozenset[str]:
    """Return the carried vocabulary in normal form."""
    return _words("radiology.txt", "languages.txt", "concepts.txt") | eponyms()


@cache
def eponyms() -> frozenset[str]:
    """Return the names that stand for diseases and structures: harmless unless a title stands before them."""
    return _words("eponyms.txt")


@cache
def _names() -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Return the words that are names as well with what makes them clinical, and what does so for all."""
    names: dict[str, frozenset[str]] = {}
    general: set[str] = set()
    for line in find("vocabulary", "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("*"):
            general.update(normal(line[1:]).split())
        elif ":" in line and not line.startswith("#"):
            word, partners = normal(line).split(":", 1)
            names[word] = frozenset(partners.split())
    return names, frozenset(general)


def may_be_name(word: str) -> bool:
    """Tell whether a harmless word (normal form) is a name of people as well, such as "baker" or "white"."""
    return word in _names()[0] or word in eponyms()


def is_collocated(word: str, *beside: str) -> bool:
    """Tell whether a word that may be a name reads as a clinical one beside these words: "Baker cyst"."""
    names, general = _names()
    partners = names.get(word, frozenset()) | general
    return any(other in partners for other in beside)


def _words(*files: str) -> frozenset[str]:
    words: set[str] = set()
    for name in files:
        for line in find("vocabulary", name).read_text(encoding="utf-8").splitlines():
            if not line.startswith("#"):
                words.update(normal(line).split())
    return frozenset(words)


def is_technical(word: str) -> bool:
    """Tell whether a word (normal form) is a number, a measure or a short form such as "b30f" or "t2w"."""
    return bool(_TECHNICAL.match(word)) and not _YEAR.match(word)


_CAMEL = re.compile(r"[A-ZÄÖÜ]?[a-zäöüßéèàñç]+|[A-ZÄÖÜ]+(?![a-zäöü])|\d+")
_CONJUNCTIONS = frozenset("EYO")  # of Romance languages, in lower case; capitals are initials


def is_harmless(token: str, keep_words: frozenset[str] = frozenset()) -> bool:
    """Tell whether a word of a description says nothing about anybody, by itself or by its parts."""
    plain = normal(token).rstrip("*%°")
    if token in _CONJUNCTIONS:
        return False
    if plain in harmless_words() or plain in keep_words or is_technical(plain):
        return True
    if len(plain) < 2:  # noqa: PLR2004 - a lone letter is an initial
        return False
    parts = _CAMEL.findall(token)
    return len(parts) > 1 and all(len(part) > 1 and normal(part) in harmless_words() for part in parts)
