"""Free text: what of it identifies a person is taken out, what is known to be harmless stays.

`hunt` takes out harvested identities and what looks like one (phone numbers, dates, …); `clean` moreover
keeps only words of the radiological vocabulary: the option "clean descriptors" (PS3.15 E.3.5).
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from anonymizer.harvest import Harvest, is_ideographic
from anonymizer.vocabulary import NO_WORDS, OwnWords, eponyms, harmless_words, is_technical, normal

_MONTH = (  # English, German, French, Spanish, Italian, Portuguese, Dutch
    r"(?:jan(?:uar[yi]?|vier|eiro)?|feb(?:ruar[yi]?|r|brero|braio)?|f[ée]v(?:rier|ereiro)?"
    r"|mar(?:ch|s|zo|ço)?|märz?|mrt|maart|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|ma[yij]|mayo|maggio|maio|mei"
    r"|jun[ei]?|juin|junho|junio|giugno|jul[yi]?|juillet|julho|julio|luglio"
    r"|aug(?:ust|ustus)?|ao[ûu]t|agosto|sept?(?:ember|embre)?|set(?:embro|tembre|iembre)|septiembre"
    r"|o[ck]t(?:ober|obre)?|ottobre|outubro|octubre|nov(?:ember|embre|embro|iembre)?"
    r"|de[cz](?:ember|embro)?|d[ée]cembre|dicembre|diciembre|enero|gennaio)"
)
_DAY = r"(?<!\d)\d{1,2}\.?(?:st|nd|rd|th|er|º)?[ -]?(?:of |de )?"
_STREETS = r"(?:street|st|road|rd|avenue|ave|crescent|way|lane|drive|close|court|square|place|blvd)\b\.?"
_PATTERNS = tuple(
    re.compile(pattern, flags)
    for pattern, flags in (
        (r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*", 0),  # e-mail
        (r"\b(?:https?|ftp|file|ldap)://\S+|\bwww\.\S+", re.I),
        (r"(?<![\w.])\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?!\d|[.]\d)", 0),  # dates
        (rf"{_DAY}{_MONTH}\.?[ -]?(?:de |del )?(?:19|20)?\d\d(?!\d)", re.I),
        (rf"\b{_MONTH}\.? \d{{1,2}},? (?:19|20)\d\d\b", re.I),
        (r"(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)", 0),
        (r"(?<![\w.])\+?\(?\d{2,5}\)?(?:[ ./-]\(?\d{2,5}\)?){2,5}(?![\d.])", 0),  # phone numbers
        (r"\b\d{3}-\d{2}-\d{4}\b", 0),  # United States' social security number
        (r"\b\d{1,5}[a-z]?,? +(?:[A-Z][\w'-]+ +){1,3}" + _STREETS, re.I),
        (r"\b[A-ZÄÖÜ][\w-]*(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee) *\d{1,4}[a-z]?\b", re.I),
        (r"\b(?:rue|avenue|via|calle|rua|plaza|piazza) +(?:[\w']+ +){0,3}\d{1,4}\b", re.I),
        (r"\b[A-CEGHJ-PR-TW-Z]{2}\d{6}[A-D]\b", re.I),  # British national insurance number
        (r"\b[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}\b", 0),  # British postcode
        (r"(?<![\w.])(?:\+\d{6,15}|\d{3,4}[ -]\d{4,8})(?![\d.])", 0),
        (r"(?<![\d.])\d{6,}(?![\d.])", 0),  # record numbers
        (r"\b(?:mrn|nhs|ssn|nir|bsn|cpf|pid|pat\.? ?(?:id|nr|no))\b[ .:#]*\d[\d ./-]*\d", re.I),
    )
)  # fmt: skip
# "MR", "MS", "PT" and "SR" in capitals are modalities; "DR" is both, and words that are harmless end a name
_AFTER_TITLE = re.compile(
    r"\b(?:[Dd]r|DR|[Mm]r|[Mm]rs|MRS|[Mm]s|Pt|pt|Sr|Sra|Sig|"
    r"(?i:prof|professor|doctor|miss|herr|frau|herrn|mme|mlle|dott|patient|patientin|dhr|mevr|physician|nurse))\b"
    r"\.?:? +((?:[^\W\d_][\w'’.-]*[ ,]*){1,3})"
)
_CERTAIN = 11  # so many patterns, from the first, hardly ever mean anything else
_TOKEN = re.compile(r"[^\W_]+(?:[.,]\d+)?[*%°]?")
_CAMEL = re.compile(r"[A-ZÄÖÜ]?[a-zäöüßéèàñç]+|[A-ZÄÖÜ]+(?![a-zäöü])|\d+")
_NOTHING_LEFT = re.compile(r"[\W_]*$")
_CONJUNCTIONS = frozenset("EYO")  # of Romance languages, in lower case; capitals are initials
Span = tuple[int, int]


def hunt(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> str:
    """Return the text without harvested identities, names behind titles, addresses, dates, phone numbers."""
    found = [*harvest.spans(text), *_pattern_spans(text, _PATTERNS[:_CERTAIN])]
    return _without(text, [*found, *_phrase_spans(text, own.mask)])


def clean(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> str:
    """Return the text's harmless words, punctuation between them kept."""
    return _without(text, unsafe_spans(text, harvest, own))


def unsafe_spans(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> list[Span]:
    """Tell what `clean` takes out of a text: (start, end) pairs, perhaps overlapping."""
    return [*_certain_spans(text, harvest, own), *_unknown_spans(text, own)]


def unknown_words(text: str, harvest: Harvest, own: OwnWords = NO_WORDS) -> list[str]:
    """Return the words that `clean` takes out for no other reason than that no vocabulary has them.

    They are the ones about which a person can decide: whatever else marks a word as an identity, nobody may
    keep it.
    """
    certain = _certain_spans(text, harvest, own)
    unknown = [
        span for span in _unknown_spans(text, own) if not any(_overlap(span, other) for other in certain)
    ]
    return [text[start:end] for start, end in unknown]


def masked_phrases(text: str, own: OwnWords) -> list[str]:
    """Return the words and phrases of a text that go because the site or project says so."""
    return [text[start:end] for start, end in _phrase_spans(text, own.mask)]


def _certain_spans(text: str, harvest: Harvest, own: OwnWords) -> list[Span]:
    return [*harvest.spans(text), *_pattern_spans(text), *_phrase_spans(text, own.mask)]


def _unknown_spans(text: str, own: OwnWords) -> list[Span]:
    return [m.span() for m in _TOKEN.finditer(text) if not _harmless(m.group(), own.keep)]


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


def has_pattern(text: str) -> bool:
    """Whether a text holds a phone number, an e-mail address, a URL, a date or another identifier's form."""
    return any(pattern.search(text) for pattern in _PATTERNS)


def _pattern_spans(text: str, patterns: Sequence[re.Pattern[str]] = _PATTERNS) -> Iterable[Span]:
    for pattern in patterns:
        yield from (match.span() for match in pattern.finditer(text))
    for match in _AFTER_TITLE.finditer(text):
        start = match.start(1)
        for word in re.finditer(r"[\w'’-]+", match.group(1)):
            plain = normal(word.group())
            named = plain in eponyms() and not match.group().startswith("DR")  # DR is a modality as well
            if not named and (plain in harmless_words() or is_technical(plain)):
                break
            yield start + word.start(), start + word.end()


def _harmless(token: str, keep_words: frozenset[str]) -> bool:
    plain = normal(token).rstrip("*%°")
    if token in _CONJUNCTIONS:
        return False
    if plain in harmless_words() or plain in keep_words or is_technical(plain):
        return True
    if is_ideographic(token) or len(plain) < 2:  # noqa: PLR2004 - a lone letter is an initial
        return False
    parts = _CAMEL.findall(token)
    return len(parts) > 1 and all(len(part) > 1 and normal(part) in harmless_words() for part in parts)


def _without(text: str, spans: Iterable[Span]) -> str:
    """Return the text with the spans cut out and tidied: no empty brackets, no double spaces."""
    cut = sorted(spans)
    if not cut:
        return text
    kept, position = [], 0
    for start, end in cut:
        if start >= position:
            kept.append(text[position:start])
        position = max(position, end)
    kept.append(text[position:])
    left = re.sub(r"[(\[{]\s*[)\]}]", "", "".join(kept))
    left = re.sub(r"[ \t]+(?=[,.;:!?)\]])|(?<=[(\[])[ \t]+", "", left)
    left = re.sub(r"([,.;:/&+-])(?:[ \t]*[,.;:/&+-])+", r"\1", left)
    left = re.sub(r"[ \t]{2,}", " ", left).strip(" \t,;:/&+-^=_#'\"")
    return "" if _NOTHING_LEFT.match(left) else left
