"""Free text: what of it identifies a person is taken out, what is known to be harmless stays.

`hunt` takes out harvested identities and what looks like one (phone numbers, dates, …); `clean` moreover
keeps only words of the radiological vocabulary: the option "clean descriptors" (PS3.15 E.3.5).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from anonymizer.identities.harvest import Harvest
from anonymizer.words.text_patterns import certain, likely
from anonymizer.words.vocabulary import (
    LETTER,
    NO_WORDS,
    OwnWords,
    is_collocated,
    is_harmless,
    is_strictly_name,
    normal,
)

_TOKEN = re.compile(rf"{LETTER}+(?:[.,]\d+)?[*%°]?")
_INVISIBLE = re.compile(  # all but tab, line feed, form feed, carriage return, escape (PS3.5 6.1.3)
    "[\\x00-\\x08\\x0b\\x0e-\\x1a\\x1c-\\x1f\\x7f-\\x9f\\xad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]"
)
_NOTHING_LEFT = re.compile(r"[\W_]*$")
_ABBREVIATED = re.compile(r"(?:I\.V|A\.P|P\.A|L\.L|D\.V|R\.O|V\.A|Z\.N|S\.P|N\.A)\b", re.IGNORECASE)
_UNDECODED = re.compile("\\S*\ufffd\\S*")  # bytes of another character set: nobody can tell what they say
_ABBREVIATION = re.compile(r"(?:^|[\W_])[^\W\d_]{1,8}\.$")
Span = tuple[int, int]


def hunt(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> str:
    """Return the text without harvested identities, names behind titles, addresses, dates, phone numbers."""
    text = legible(text)
    spans = [*harvest.spans(text), *certain(text), *_phrase_spans(text, own.mask)]
    return without(text, [*spans, *_undecoded_spans(text)])


def clean(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> str:
    """Return the text's harmless words, punctuation between them kept."""
    text = legible(text)
    return without(text, unsafe_spans(text, harvest, own))


def legible(text: str) -> str:
    """Return a text up to the first NUL, as whoever wrote one meant it, without invisible and control characters.

    Such characters can stand between the letters of a name; behind a NUL stands what was in memory.
    """
    return _INVISIBLE.sub("", text.split("\0", 1)[0])


def unsafe_spans(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> list[Span]:
    """Tell what `clean` takes out of a text: (start, end) pairs, perhaps overlapping."""
    return [*_certain_spans(text, harvest, own), *_unknown_spans(text, own), *_undecoded_spans(text)]


def unknown_words(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> list[str]:
    """Return the words that `clean` takes out for no other reason than that no vocabulary has them.

    They are the ones about which a person can decide: whatever else marks a word as an identity, nobody may
    keep it.
    """
    text = legible(text)
    unknown = _unknown_spans(text, own)
    if not unknown:
        return []
    spans = _certain_spans(text, harvest, own)
    return [text[start:end] for start, end in unknown if not any(_overlap((start, end), s) for s in spans)]


def masked_phrases(text: str, own: OwnWords) -> list[str]:
    """Return the words and phrases of a text that go because the site or project says so."""
    return [text[start:end] for start, end in _phrase_spans(text, own.mask)]


def has_pattern(text: str) -> bool:
    """Whether a text holds a phone number, an e-mail address, a URL, a date or another identifier's form."""
    return any(True for _ in certain(text)) or any(True for _ in likely(text))


def _certain_spans(text: str, harvest: Harvest, own: OwnWords) -> list[Span]:
    return [*harvest.spans(text), *certain(text), *likely(text), *_phrase_spans(text, own.mask)]


def _undecoded_spans(text: str) -> Iterator[Span]:
    return (word.span() for word in _UNDECODED.finditer(text))


def _unknown_spans(text: str, own: OwnWords) -> list[Span]:
    """Where words stand that no vocabulary has, and capital letters that can be the initials of a name."""
    tokens = list(_TOKEN.finditer(text))
    unknown = [not is_harmless(token.group(), own.keep) for token in tokens]
    for index, token in enumerate(tokens):
        beside = tokens[max(0, index - 1) : index] + tokens[index + 1 : index + 2]
        if is_strictly_name(plain := normal(token.group())) and plain not in own.keep:
            unknown[index] = not is_collocated(plain, *(normal(other.group()) for other in beside))
    found = []
    for index, token in enumerate(tokens):
        if unknown[index] or (_is_capital(token.group()) and _is_initial(text, tokens, unknown, index)):
            found.append(token.span())
    return found


def _is_capital(token: str) -> bool:
    return len(token) == 1 and token.isupper()


def _is_initial(text: str, tokens: list[re.Match[str]], unknown: list[bool], index: int) -> bool:
    """Whether a capital letter stands beside an unknown word or before a full stop, as initials do."""
    if any(0 <= other < len(tokens) and unknown[other] for other in (index - 1, index + 1)):
        return True
    start, end = tokens[index].span()
    if text[end : end + 1] != ".":
        return False
    return not any(_ABBREVIATED.match(text, place) for place in (start, max(0, start - 2)))


def _overlap(one: Span, other: Span) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _phrase_spans(text: str, phrases: frozenset[str]) -> Iterator[Span]:
    """Where the words of a phrase stand one behind the other, whatever stands between them."""
    if not phrases:
        return
    tokens = [(normal(m.group()), m.span()) for m in _TOKEN.finditer(text)]
    words = [word for word, _ in tokens]
    for phrase in _tokenised(phrases):
        for place in range(len(words) - len(phrase) + 1):
            if tuple(words[place : place + len(phrase)]) == phrase:
                yield tokens[place][1][0], tokens[place + len(phrase) - 1][1][1]


@lru_cache(8)
def _tokenised(phrases: frozenset[str]) -> tuple[tuple[str, ...], ...]:
    split = (tuple(m.group() for m in _TOKEN.finditer(phrase)) for phrase in sorted(phrases))
    return tuple(words for words in split if words)


def without(text: str, spans: Iterable[Span]) -> str:
    """Return the text with the spans cut out and tidied: no empty brackets, no double spaces."""
    cut = sorted(spans)
    if not cut:
        return text
    kept, position = [], 0
    for start, end in cut:
        if start >= position:
            kept.append(text[position:start])
        position = max(position, end + bool(_ABBREVIATION.search(text[start : end + 1])))
    kept.append(text[position:])
    left = re.sub(r"[(\[{]\s*[)\]}]", "", "".join(kept))
    left = re.sub(r"[ \t]+(?=[,.;:!?)\]])|(?<=[(\[])[ \t]+", "", left)
    left = re.sub(r"([,.;:/&+-])(?:[ \t]*[,.;:/&+-])+", r"\1", left)
    left = re.sub(r"[ \t]{2,}", " ", left).strip(" \t,;:/&+-^=_#'\"")
    return "" if _NOTHING_LEFT.match(left) else left
