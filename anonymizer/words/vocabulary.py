"""The words that are known to be harmless in descriptions, and how words are compared."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache

from resources import find

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th", "ð": "d"}
)
_NUMBER = r"\d{1,4}(?:[.,]\d{1,3})?"
_UNIT = (
    r"(?:mm[23]?|cm[23]?|m|s|ms|sec|secs|min|h|kv|kvp|ma|mas|t|ml|cc|mg|gy|cgy|mgy|mv|mev|mhz|khz|hz|x|d|w|wk|wks|mo|y|yr|b|k|kev"
    r"|ch|st|nd|rd|th|g|fps|fx|fff|fr|hu|bpm|deg|er|eme|i|p|c|a|e|r|l|f|°|%)?"
)
_TECHNICAL = re.compile(
    r"(?:[a-z]{1,2}\d{1,2}[a-z]{0,2}\*?"  # T1w, B30f, C5, Br36
    rf"|{_NUMBER}{_UNIT}|b\d{{1,4}}|\d{{1,3}}[dp]\d?"
    rf"|{_NUMBER}(?:x{_NUMBER}){{1,3}}{_UNIT})$"
)
_CAMEL = re.compile(r"[A-ZÄÖÜ]?[a-zäöüßéèàñç]+|[A-ZÄÖÜ]+(?![a-zäöü])|\d+")
_MEDICAL = re.compile(  # endings that names of people do not have; normal form
    r"[a-z]{3,}(?:itis|itides|ectom(?:y|ie|ia|ies)|ektomie|ograph(?:y|ie|ies|ien|ic)|ografi[aeës]s?|ografias|ogra(?:m|ms|mm|mme|mmes|ma|mas|mmi|mma)"
    r"|o[sk][ck]op(?:y|ie|ia|ic)|otom(?:y|ie|ia)|ostom(?:y|ie|ia)|plast(?:y|ik|ie|ia)|opath(?:y|ie)|opati[ae]|algi[ae]s?|art(?:h)?ros(?:is|e|i)"
    r"|karzinome?s?|karzinomen|carcinom[ae]s?|carcinoom|sarkome?|sarcomas?|frakture?n?|fractu(?:ur|res?)|rupture?n?|ruptuur|lasion(?:en)?"
    r"|schmerz(?:en)?|gelenke?s?|knochen|entzundung(?:en)?|untersuchung|aufnahmen?|kontrollen?|verletzung(?:en)?|zysten?|metastasen?|tumore?n?"
    r"|mala[cz]i[ae]|megal(?:y|ie|ia)|l[iy]sthes(?:is|e|i)|l[iy]s(?:is|en|e|i)|[eé]ctasi(?:s|e|a|es)|ektasien?|plasi[ae]s?|plasti[ck]|troph(?:y|ie|ic)|trofi[ae]"
    r"|ocele[ns]?|(?:in|at|br|sc|ph|gi|rdi|pr|ngi|li|cyt|blast)om(?:as?|es?|ata|i)|salpinx|hydramnios|schisis|(?:en)?cephaly|zephalus|orchidism(?:us)?"
    r"|ne[ck]ros(?:is|es?|i|en)|luxation(?:en)?|distorsion(?:en)?|thelial|thorax|mediastinum|peritoneum|kardium|blastoma?s?|cytoma?s?|zytome?|gliom[ae]?s?|adenom[ae]?s?|angiom[ae]?s?|sclerosis|sclerose|sklerose"
    r"|cephalus|genesis|dynia|phragm|metry|metrie|metria|[ck]ystitis|lithiasis|lithiase|litiasis|litiase|litiasi|[ck]inesi[ae]|osis|osen"
    r"|embolien?|thrombosen?|stenosen?|blutung(?:en)?|krebs|iliac|iliaque|iliaca|foto|venster|onderzoek|ontsteking|letsel|carcinomen)$"
)
_ADJECTIVE = re.compile(  # endings of adjectives in the languages of the vocabulary, normal form
    r"(?:ali?s?|ale[smnr]?|aux|ais|ai[sr]e?s?|ar|are[smnr]?|aris?|arien|ari[oa]s?|ians?|ien(?:ne)?s?|ian[oaie]s?|e[oa]s?|ei|eal|eals|eaux|eus|"
    r"i[ck]s?|iques?|ic[oiae]s?|iche|isch(?:e[smnr]?)?|ous|oid|oides?|oidal|os[oaie]s?|euse?s?|eux|ate[ds]?|at[oaie]s?|ati[ck]|atique|atic[oa]|"
    r"in[oaie]s?|ant[eio]?s?|ent[eio]?s?|ating|ation)$"
)
_ENDINGS = ("s", "es", "e", "n", "en", "er", "em", "al", "ally", "ly", "i")
_SHORTEST_INFLECTED = 5
_ANY_BEGINNING = "xxx"
_SHORTEST_BUILT, _SHORTEST_BEGINNING = 7, 3
MARKS = (  # accents, vowel signs and tones that follow their letter
    "\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0900-\u0903\u093a-\u094f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u3099\u309a"
)
LETTER = rf"(?:[^\W_]|[{MARKS}])"
_SHORTEST_STEM, _SHORTEST_PART, _LONGEST_NUMBER = 3, 2, 4
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
    return "".join(letter for letter in folded if unicodedata.category(letter) != "Mn")


@cache
def harmless_words() -> frozenset[str]:
    """Return the carried vocabulary in normal form."""
    return (
        _words("radiology.txt", "protocols.txt", "vendors.txt", "languages.txt", "concepts.txt")
        | eponyms()
        | frozenset(_names()[0])
    )


@cache
def eponyms() -> frozenset[str]:
    """Return the names that stand for diseases and structures: harmless unless a title stands before them."""
    return _words("eponyms.txt")


@cache
def _names() -> tuple[dict[str, frozenset[str]], frozenset[str], frozenset[str]]:
    """Return the words that are names as well with what makes them clinical, what does so for all, the strict."""
    names: dict[str, frozenset[str]] = {}
    general: set[str] = set()
    strict: set[str] = set()
    for line in find("vocabulary", "names.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("*"):
            general.update(normal(line[1:]).split())
        elif ":" in line and not line.startswith("#"):
            word, partners = normal(line).split(":", 1)
            names[word.lstrip("!")] = frozenset(partners.split())
            if word.startswith("!"):
                strict.add(word[1:])
    return names, frozenset(general), frozenset(strict)


def may_be_name(word: str) -> bool:
    """Tell whether a harmless word (normal form) is a name of people as well, such as "baker" or "white"."""
    return word in _names()[0] or word in eponyms()


def is_collocated(word: str, *beside: str) -> bool:
    """Tell whether a word that may be a name reads as a clinical one beside these words: "Baker cyst"."""
    names, general, _ = _names()
    partners = names.get(word, frozenset()) | general
    return any(other in partners for other in beside)


@cache
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


@cache
def _compound_parts() -> frozenset[str]:
    return _words("compounds.txt")


def is_strictly_name(word: str) -> bool:
    """Tell whether a word (normal form) is harmless only beside the words that make it a clinical one."""
    return word in _names()[2]


def is_harmless(token: str, keep_words: frozenset[str] = frozenset()) -> bool:
    """Tell whether a word of a description says nothing about anybody, by itself or by its parts."""
    plain = normal(token).rstrip("*%°")
    if plain in harmless_words() or plain in keep_words or is_technical(plain):
        return True
    if len(plain) < 2:  # noqa: PLR2004 - a lone letter: free_text asks what stands beside it
        return True
    return any(
        (_MEDICAL.match(plain), _is_inflected(plain), _is_camel(token), _is_compound(plain), _is_built(plain))
    )


@lru_cache(20_000)
def _is_built(plain: str) -> bool:
    """Whether a word is built of a beginning of medical words and a harmless one, or of a stem and its ending."""
    if len(plain) < _SHORTEST_BUILT or may_be_name(plain):
        return False
    stems = _words("stems.txt")
    cuts = range(_SHORTEST_STEM, len(plain))
    if any(plain[:cut] in stems and _ADJECTIVE.match(plain, cut) for cut in cuts):
        return True
    return any(
        plain[:size] in _words("beginnings.txt") and _may_end(plain[size:])
        for size in range(_SHORTEST_BEGINNING, len(plain) - _SHORTEST_INFLECTED + 1)
    )


def _may_end(rest: str) -> bool:
    """Whether what stands behind the beginning of a medical word is itself one."""
    if may_be_name(rest):
        return False
    return (
        rest in harmless_words()
        or _is_built(rest)
        or _is_inflected(rest)
        or bool(_MEDICAL.match(_ANY_BEGINNING + rest))
    )


def _is_inflected(plain: str) -> bool:
    """Whether a word is the plural or another ending of a harmless word of some length that is no name."""
    for ending in _ENDINGS:
        stem = plain.removesuffix(ending)
        if stem != plain and len(stem) >= _SHORTEST_INFLECTED and stem in harmless_words():
            return not may_be_name(stem)
    return False


def _is_camel(token: str) -> bool:
    """Whether words are written together in capitals and digits: "ChestRoutine", "dADC", "T2star", "Plan1"."""
    parts = _CAMEL.findall(token)
    if len(parts) < 2 or sum(map(len, parts)) != len(token):  # noqa: PLR2004 - one word is no compound
        return False
    if len(parts[0]) == 1 and parts[0].islower():
        del parts[0]  # as vendors mark what was calculated
    return all(_is_part(part) for part in parts) and any(part.isalpha() for part in parts)


def _is_part(part: str) -> bool:
    if part.isdigit():
        return len(part) <= _LONGEST_NUMBER
    plain = normal(part)
    return len(part) >= _SHORTEST_PART and plain in harmless_words() and not is_strictly_name(plain)


@lru_cache(20_000)
def _is_compound(plain: str) -> bool:
    """Whether German or Dutch made one word of harmless ones: two or three of them."""
    if len(plain) < 2 * _SHORTEST_STEM:
        return False
    stems = _compound_parts()
    for cut in range(_SHORTEST_STEM, len(plain) - _SHORTEST_STEM + 1):
        if plain[:cut] in stems:
            rest = plain[cut:]
            if rest in stems or _is_compound(rest):
                return True
    return False
