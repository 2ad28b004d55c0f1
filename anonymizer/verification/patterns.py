"""Forms that identify somebody whoever it is: phone numbers, e-mail, addresses, dates, record numbers, titles."""

import re

from anonymizer.words.vocabulary import harmless_words, is_technical, normal

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december"
    r"|januar|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août"
    r"|septembre|octobre|novembre|décembre|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre"
    r"|octubre|noviembre|diciembre|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|okt|dez)"
)
_FORMS = tuple(
    re.compile(form, flags)
    for form, flags in (
        (r"[\w.+-]+@[\w-]+\.[a-z]{2,}", re.I),
        (r"\b(?:https?|ftp|file|ldap)://\S|\bwww\.\w+\.\w", re.I),
        (r"(?<![\w.])\d{1,2}([./-])\d{1,2}\1(?:19|20)?\d\d(?![\w]|[.]\d)", 0),
        (r"(?<![\w.])(?:19|20)\d\d([./-])\d{1,2}\1\d{1,2}(?!\w|[.]\d)", 0),
        (rf"(?<!\w)\d{{1,2}}(?:st|nd|rd|th|\.)?[ -](?:of |de )?{_MONTH}\.?,?[ -](?:19|20)?\d\d(?!\d)", re.I),
        (rf"\b{_MONTH}\.? \d{{1,2}},? (?:19|20)\d\d\b", re.I),
        (r"(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?![\d.])", 0),
        (r"(?<![\w.])\+\d{1,3}[ ./-]?\(?\d{1,5}\)?(?:[ ./-]?\d{2,5}){1,4}(?!\w)", 0),
        (r"(?<![\w.])\(?0\d{2,4}\)?[ ./-]\d{3,4}[ ./-]?\d{3,5}(?!\w)", 0),
        (r"(?<![\w.-])\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}(?![\w-])", 0),
        (r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])", 0),
        (r"\b\d{1,5}[a-z]?,? +(?:[A-Z][\w'-]+ +){1,3}(?:street|road|avenue|crescent|lane|drive|close|square)\b", re.I),
        (r"\b[A-ZÄÖÜ]\w+(?:stra(?:ß|ss)e|str\.|weg|gasse|allee) +\d{1,4}[a-z]?\b", 0),
        (r"\b(?:mrn|nhs|ssn|pid)\b[ .:#]*(?:no\.?)?[ .:#]*\d[\d -]{4,}", re.I),
    )
)  # fmt: skip
_TITLED = re.compile(
    r"\b(?:Dr|Prof|Mrs|Herr|Frau|Mme|Mlle|Dott|Doctor|Professor|Patient)\.?:? +([A-ZÄÖÜ][^\W\d_]{2,})"
)


def identifying_form(text: str) -> bool:
    """Tell whether a text looks as if it held a phone number, an address, a date, a number or a titled name."""
    if text.isalpha():
        return False
    return any(form.search(text) for form in _FORMS) or any(map(_is_name, _TITLED.finditer(text)))


def _is_name(match: re.Match[str]) -> bool:
    word = normal(match.group(1))
    return word not in harmless_words() and not is_technical(word) and match.group(1) != "REMOVED"
