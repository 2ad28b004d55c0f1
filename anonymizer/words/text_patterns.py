"""What identifies somebody by its form: dates, phone and other numbers, mail and postal addresses, titled names.

`certain` hardly ever means anything else and is taken out of every text; `likely` is what a description can do
without. English, German, French, Spanish, Italian, Portuguese and Dutch.
"""

import re
from collections.abc import Callable, Iterator

from anonymizer.words.national_ids import national_ids
from anonymizer.words.vocabulary import harmless_words, is_collocated, is_technical, may_be_name, normal

Span = tuple[int, int]
_MONTH = (  # English, German, French, Spanish, Italian, Portuguese, Dutch
    r"(?:jan(?:uar[yi]?|vier|eiro|v)?|jän(?:ner)?|feb(?:ruar[yi]?|r|brero|braio)?|f[ée]v(?:rier|ereiro)?|febrero|febbraio"
    r"|mar(?:ch|s|zo|ço|t)?|märz?|maerz|mrt|maart|apr(?:il|ile)?|avr(?:il)?|abr(?:il)?|ma[yijg]|mayo|maggio|maio|mei"
    r"|jun[ei]?|juin|junho|junio|giu(?:gno)?|jul[yi]?|juil(?:let)?|julho|julio|lug(?:lio)?"
    r"|aug(?:ust|ustus)?|ao[ûu]t|ago(?:sto)?|sept?(?:ember|embre)?|set(?:t?embro|tembre|iembre)?|septiembre"
    r"|o[ck]t(?:ober|obre)?|ott(?:obre)?|out(?:ubro)?|octubre|nov(?:ember|embre|embro|iembre)?"
    r"|de[czs](?:ember|embro)?|d[ée]c(?:embre)?|dic(?:embre|iembre)?|ene(?:ro)?|gen(?:naio)?)"
)
_DAY = r"(?<!\d)(?:0?[1-9]|[12]\d|3[01])\.?(?:st|nd|rd|th|er|º|ª|o|e)?[ -]?(?:of |de |da |di )?"
_YEAR = r"(?:de[l]? |')?(?:(?:1[89]|20)\d\d|\d\d)(?!\d)"
_ROMAN = r"(?:VI{0,3}|I[VX]|XI{0,2}|I{1,3})"
_STREET = r"(?:street|avenue|crescent|road|lane|boulevard|blvd|terrace|gardens|highway|parkway)"
_WEAK_STREET = r"(?:st|rd|ave|way|drive|close|court|square|place|mews|grove|row|hill)"
_NAMES = r"(?:[^\W\d_][\w'’.-]*,? +){1,4}"
_GERMAN_STREET = r"(?:stra(?:ß|ss)e|str\.|weg|platz|gasse|allee|ring|ufer|damm|chaussee)"
_DUTCH_STREET = r"(?:straat|laan|plein|gracht|kade|dijk|singel|steeg|hof)"
_ROMANCE_STREET = (
    r"(?:rue|avenue|av\.|boulevard|bd|chemin|all[ée]e|impasse|quai|place|route|via|viale|corso|piazza|vicolo|largo"
    r"|calle|c/|avenida|avda\.?|paseo|plaza|camino|carrer|rua|travessa|pra[çc]a|estrada|alameda)"
)
_LITTLE = r"(?:d[aeiuo]s?|del|della|dei|da|la|las|les?|los|l'|d')"
_ROMANCE_NAME = (
    rf"(?:{_LITTLE} *){{0,2}}(?:[A-ZÀ-Ý][\w'’-]*,? *)(?:{_LITTLE} *){{0,2}}(?:[A-ZÀ-Ý][\w'’-]*,? *){{0,3}}"
)
_AREAS = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G "
    "GL GU HA HD HG HP HR HS HU HX IG IP IV KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA "
    "PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR "
    "WS WV YO ZE"
).replace(" ", "|")
_UNITS = frozenset(
    {"MS", "HZ", "MM", "CM", "ML", "MG", "KV", "BQ", "MA", "HU", "GY", "SV", "KG", "GB", "MB", "IV", "CT", "MR", "US",
     "PA", "AP", "LL", "PD", "FS"}
)  # fmt: skip
_TEL = (
    r"(?:tel(?:[ée]?fon[eo]?|efoon|ephone|[ée]phone)?|t[ée]l|phone|fon|ph|mob(?:ile|iel)?|cell?(?:ulare)?|fax|handy|gsm|"
    r"call|movil|m[óo]vil|telem[óo]vel|rufnr|rufnummer|contact|pager|bleep)"
)
_LABEL = (
    r"(?:mrn|nhs|ssn|nir|nss|insee|bsn|cpf|cns|pid|ipp|nda|dni|nie|nif|nhc|cip|nus|sns|ahv|svnr|kvnr|c\.?f\.?|rg|utente|"
    r"medical record|hosp(?:ital)?|unit|case|file|acc(?:ession)?|order|ref|id|pat(?:i[ëe]nt)?|fall|akten|auftrags?|"
    r"versich\w*|dossier|historia|cartella|tessera|processo|prontu[áa]rio|exp(?:ediente)?)"
    r"[ .-]{0,2}(?:id|nr|no|num(?:m?er|ber|ero|éro|ero)?|n[°º]|code|kaart)?"
)


def _date(match: re.Match[str]) -> bool:
    """Whether three numbers can be day, month and year in any of the usual orders."""
    first, second, third = re.findall(r"\d+", match.group())[:3]
    if len(first) > 2:  # noqa: PLR2004 - year first
        return len(first) == 4 and _day_and_month(int(second), int(third))  # noqa: PLR2004
    return _day_and_month(int(first), int(second))


def _day_and_month(one: int, other: int) -> bool:
    low, high = sorted((one, other))
    return 1 <= low <= 12 and 1 <= high <= 31  # noqa: PLR2004 - months and days


def _phone(match: re.Match[str]) -> bool:
    """Whether groups of digits are a phone number rather than sizes: by its beginning, or American groups."""
    text = match.group()
    digits = re.sub(r"\D", "", text)
    if text[0] in "+(" or digits.startswith("0"):
        return len(digits) >= 7  # noqa: PLR2004 - the shortest
    return bool(re.match(r"(?:1[ .-])?[2-9]\d\d[ .-]\d{3}[ .-]\d{4}$|[2-9]\d\d-\d{4}$", text))


def _not_all_harmless(match: re.Match[str]) -> bool:
    words = re.findall(r"[^\W\d_]{2,}", match.group())
    return not all(normal(word) in harmless_words() for word in words)


def _no_unit(match: re.Match[str]) -> bool:
    return match.group()[-2:].upper() not in _UNITS


def _any(match: re.Match[str]) -> bool:  # noqa: ARG001 - the signature of a check
    return True


_Form = tuple[str, int, Callable[[re.Match[str]], bool]]
_CERTAIN_FORMS: tuple[_Form, ...] = (
    (
        r"(?<![\w.+-])[\w.+-]{1,64} ?(?:@|\(at\)|\[at\]) ?[\w-]+(?:(?:\.| ?(?:\(dot\)|\[dot\]) ?)[\w-]+)*",
        re.I,
        _any,
    ),
    (r"\b(?:https?|ftp|file|ldap|dicom|mailto|smb):/{0,2}\S+|\bwww\.\S+|\\\\[\w.-]+\\\S+", re.I, _any),
    (r"(?<![\w.])\d{1,4}([./-]) ?\d{1,2}\1 ?\d{2,4}(?!\d|[.]\d)", 0, _date),
    (r"(?<![\w.])\d{1,2} \d{1,2} (?:19|20)\d\d(?![\d.])", 0, _date),
    (r"(?<![\w.])(?:19|20)\d\d \d{2} \d{2}(?![\d.])", 0, _date),
    (r"\d{1,4} ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]?", 0, _any),
    (rf"(?<!\d)\d{{1,2}}[. /-]{{1,2}}{_ROMAN}[. /-]{{1,2}}(?:19|20)?\d\d(?!\d)", 0, _any),
    (rf"{_DAY}{_MONTH}\.?,?[ -]?{_YEAR}", re.I, _any),
    (rf"\b{_MONTH}[. -]{{0,2}}\d{{1,2}}(?:st|nd|rd|th)?,?[ -]+(?:19|20)\d\d\b", re.I, _any),
    (rf"(?<!\d)(?:19|20)\d\d[ -]?{_MONTH}[ -]?\d{{1,2}}(?!\d)", re.I, _any),
    (r"(?<![\d.])(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?!\d)", 0, _any),
    (r"(?<![\d.])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2}(?![\d.])", 0, _any),
    (r"(?<![\w.])\+?\(?\d{1,5}\)?(?:[ ./-]{1,2}\(?\d{2,5}\)?){1,6}(?![\d.]\d|\d)", 0, _phone),
    (r"(?<![\w.])\+\d{1,3}(?:[ ./-]{0,2}\(?\d{1,5}\)?){2,8}(?!\d)", 0, _phone),
    (r"(?<![\w.])(?:\+|00)\d{8,15}(?![\d.])", 0, _any),
    (rf"\b{_TEL}\b[ .:#-]{{0,3}}\+?\(?\d[\d ()./-]{{3,18}}\d", re.I, _any),
    (rf"(?<![\w.])\d{{1,5}}[a-z]?,? +{_NAMES}{_STREET}\b\.?", re.I, _any),
    (
        rf"(?<![\w.])\d{{1,5}}[a-z]?,? +(?:[^\W\d_]{{2,}}[\w'’-]*,? +){{1,3}}{_WEAK_STREET}\b\.?",
        re.I,
        _not_all_harmless,
    ),
    (rf"\b[A-ZÄÖÜ][\w-]{{0,40}}?[ -]?{_GERMAN_STREET} *\d{{1,4}} ?[a-z]?\b", re.I, _not_all_harmless),
    (rf"\b[A-Z][\w-]{{0,40}}{_DUTCH_STREET} *\d{{1,4}} ?[a-z]?\b", re.I, _not_all_harmless),
    (
        rf"\b(?:\d{{1,4}}(?: ?(?:bis|ter))?,? )?(?i:{_ROMANCE_STREET}) +{_ROMANCE_NAME}(?:n[°º.]? ?)?\d{{0,4}}\b",
        0,
        _not_all_harmless,
    ),
    (rf"\b(?:{_AREAS})\d[A-Z\d]? ?\d[ABD-HJLNP-UW-Z]{{2}}\b", 0, _no_unit),
    (rf"\b{_LABEL}[ .:#=-]{{0,3}}[A-Z]{{0,3}}[-/]?\d(?:[ ./-]?\d){{3,}}[A-Z]?\b", re.I, _any),
    (
        r"\b(?:9\d|1[0-3]\d) ?-?(?:y(?:ea)?rs?[ -]?old|y/?o|years?|jahre?|jährig\w*|ans|años|anni|anos|jaar)\b",
        re.I,
        _any,
    ),
    (r"\b(?:aged?|alter|âge|edad|età|idade|leeftijd)[ :]{1,2}(?:9\d|1[0-3]\d)\b", re.I, _any),
)
_LIKELY_FORMS: tuple[_Form, ...] = (
    (r"\b[1-9]\d{3} ?[A-Z]{2}\b", 0, _no_unit),  # Dutch postcode
    (r"(?<![\w.])\d{4}-\d{3}(?![\w.])|\b\d{5}-\d{3,4}\b", 0, _any),  # Portuguese, Brazilian, American
    (rf"\b{_MONTH}\.? ?(?:19|20)\d\d\b", re.I, _any),
    (r"(?<![\d.])\d{6,}(?![\d.])", 0, _any),  # record numbers
    (r"(?<![\w.])0\d{2,4}[ -]\d{4,8}(?![\d.])", 0, _any),
    # accession numbers and the like, no pseudonyms
    (r"\b(?!LG[A-Z2-7]{16}\b)(?=[A-Z\d]{0,40}\d)(?=[A-Z\d]{0,40}[A-Z])[A-Z\d]{8,40}\b", 0, _any),
)
_CERTAIN = tuple((re.compile(pattern, flags), check) for pattern, flags, check in _CERTAIN_FORMS)
_WITHOUT_NUMBERS = tuple(
    form for form in _CERTAIN if any(mark in form[0].pattern for mark in ("@", "https", "piazza"))
)
_FEWEST_DIGITS = 6  # of a national number that has letters too
_LIKELY = tuple((re.compile(pattern, flags), check) for pattern, flags, check in _LIKELY_FORMS)
# "MR", "MS", "PT" and "SR" in capitals are modalities; "DR" is both, and words that are harmless end a name
_AFTER_TITLE = re.compile(
    r"\b(?:[Dd]r|DR|[Dd]ra|DRA|[Mm]r|[Mm]rs|MRS|[Mm]s|Mx|Pt|pt|[Ss]ra|SRA|Sr|Sig|[Hh]r|Fr|Mw|mw|M(?=\.)|"
    r"(?i:sig|prof|professora?|doctora?|doutora?|docteur|dokter|arts|miss|mister|herr|frau|herrn|mme|mlle|monsieur|madame|dott"
    r"|dottor(?:e|essa)?|signora?|se[ñn]or(?:a|ita)?|senhora?|meneer|mevrouw|patient|patientin|paciente|paziente|pati[ëe]nte?"
    r"|dhr|mevr|physician|nurse|arzt|ärztin|mtra?|radiographer|technologist|technician|operator|sonographer"
    r"|(?:performed|reported|read|signed|ordered|referred|requested|drawn|approved|verified|contoured|reviewed) by"
    r"|surname|last ?name|first ?name|name|nachname|vorname|nom|pr[ée]nom|nombre|apellidos?|cognome|nome|naam))\b"
    r"(?:\.(?:ra|ssa|in|med|dr|prof|a)\b)*[.:ªº]{0,2}[ =]+((?:[^\W\d_][\w'’.-]*[ ,]*){1,4})"
)
_LABELS = ("patient", "pacient", "pazient", "perform", "report", "read", "sign", "order", "refer", "request", "draw",
           "approv", "verif", "contour", "review")  # fmt: skip
_NAME_WORD = re.compile(r"[\w'’-]+")
_LITTLE_WORDS = frozenset(
    {"van", "von", "der", "den", "de", "da", "di", "du", "del", "la", "le", "med", "dr", "prof"}
)


def certain(text: str) -> Iterator[Span]:
    """Where a text holds what identifies whatever the text is about."""
    digits = sum(letter.isdigit() for letter in text)
    yield from _forms(text, _CERTAIN if digits else _WITHOUT_NUMBERS)
    if digits >= _FEWEST_DIGITS:
        yield from national_ids(text)
    yield from _titled(text)


def likely(text: str) -> Iterator[Span]:
    """Where a description holds numbers and places that are probably somebody's."""
    yield from _forms(text, _LIKELY)


def _forms(
    text: str, forms: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], bool]], ...]
) -> Iterator[Span]:
    for pattern, check in forms:
        yield from (match.span() for match in pattern.finditer(text) if check(match))


def _titled(text: str) -> Iterator[Span]:
    """Where names stand behind titles and labels: up to the first word that is a harmless one."""
    for match in _AFTER_TITLE.finditer(text):
        start = match.start(1)
        radiograph = match.group().startswith("DR")  # a modality as well
        words = list(_NAME_WORD.finditer(match.group(1)))
        found = [
            i
            for i, _ in enumerate(words)
            if not any(_ends_name(words, k, radiograph=radiograph) for k in range(i + 1))
        ]
        if found:
            end = start + words[found[-1]].end()
            letter = len(words[found[-1]].group()) == 1 and text[end : end + 1] == "."
            kept = radiograph or normal(match.group()).startswith(_LABELS)
            yield start if kept else match.start(), end + letter


def _ends_name(words: list[re.Match[str]], index: int, *, radiograph: bool) -> bool:
    plain = normal(words[index].group())
    if plain in _LITTLE_WORDS and index + 1 < len(words) and not radiograph:
        return _ends_name(words, index + 1, radiograph=radiograph)
    if may_be_name(plain) and not radiograph:
        after = normal(words[index + 1].group()) if index + 1 < len(words) else ""
        return words[index].group().islower() and is_collocated(plain, after)
    return plain in harmless_words() or is_technical(plain)
