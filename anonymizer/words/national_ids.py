"""Numbers by which states and insurers know people, told from other numbers by their check digits.

United Kingdom, United States, Germany, Austria, Switzerland, France, Belgium, Spain, Italy, Portugal, Brazil,
Netherlands: the countries of the languages that descriptions are cleaned in.
"""

import re
from collections.abc import Callable, Iterator, Sequence

_GAP = r"[ .\-/]?"
_DNI_LETTERS = "TRWAGMYFPDXBNJZSQVHLCKE"
_NIE_FIRST = str.maketrans("XYZ", "012")
_ODD_VALUES = dict(
    zip(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12,
         14, 16, 10, 22, 25, 24, 23),
        strict=True,
    )
)  # fmt: skip


def _digits(text: str) -> list[int]:
    return [int(letter) for letter in text if letter.isdigit()]


def _weighted(digits: Sequence[int], weights: Sequence[int]) -> int:
    return sum(digit * weight for digit, weight in zip(digits, weights, strict=False))


def _nhs(text: str) -> bool:
    """United Kingdom, National Health Service: modulo 11."""
    digits = _digits(text)
    return (11 - _weighted(digits, range(10, 1, -1)) % 11) % 11 == digits[9]


def _cpf(text: str) -> bool:
    """Brazil, Cadastro de Pessoas Físicas: two digits modulo 11."""
    digits = _digits(text)
    first = _weighted(digits[:9], range(10, 1, -1)) * 10 % 11 % 10
    second = _weighted(digits[:10], range(11, 1, -1)) * 10 % 11 % 10
    return digits[9:] == [first, second]


def _cns(text: str) -> bool:
    """Brazil, Cartão Nacional de Saúde: modulo 11."""
    return text.strip()[0] in "12789" and _weighted(_digits(text), range(15, 0, -1)) % 11 == 0


def _is_measurement(text: str) -> bool:
    """Whether groups of digits are sizes, such as "512 512 300": one in eleven has a valid check digit."""
    groups = [int(group) for group in re.findall(r"\d+", text)]
    return " " in text and len(groups) > 1 and any(group % 10 == 0 or group % 8 == 0 for group in groups)


def _bsn(text: str) -> bool:
    """Netherlands, burgerservicenummer: the "eleven test"."""
    return not _is_measurement(text) and _weighted(_digits(text), (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0


def _nif(text: str) -> bool:
    """Portugal, número de identificação fiscal and número de utente: modulo 11."""
    digits = _digits(text)
    check = 11 - _weighted(digits[:8], range(9, 1, -1)) % 11
    return not _is_measurement(text) and digits[8] == (0 if check >= 10 else check)  # noqa: PLR2004 - one digit only


def _nir(text: str) -> bool:
    """France, numéro d'inscription au répertoire: 97 minus the number modulo 97."""
    plain = re.sub(r"[\W_]", "", text.upper()).replace("2A", "19").replace("2B", "18")
    return 97 - int(plain[:13]) % 97 == int(plain[13:])


def _rijksregister(text: str) -> bool:
    """Belgium, national number: 97 minus the number modulo 97, with a 2 before it for births since 2000."""
    digits = "".join(map(str, _digits(text)))
    return any(97 - int(before + digits[:9]) % 97 == int(digits[9:]) for before in ("", "2"))


def _dni(text: str) -> bool:
    """Spain, documento nacional de identidad and número de identidad de extranjero: a check letter."""
    plain = re.sub(r"[\W_]", "", text.upper())
    return _DNI_LETTERS[int(plain[:-1].translate(_NIE_FIRST)) % 23] == plain[-1]


def _codice_fiscale(text: str) -> bool:
    """Italy, codice fiscale: a check letter modulo 26."""
    plain = text.upper()
    even = sum(int(c) if c.isdigit() else ord(c) - ord("A") for c in plain[1:15:2])
    return chr(ord("A") + (sum(_ODD_VALUES[c] for c in plain[0:15:2]) + even) % 26) == plain[15]


def _steuer_id(text: str) -> bool:
    """Germany, tax identification number: ISO 7064 modulo 11, 10."""
    digits = _digits(text)
    product = 10
    for digit in digits[:10]:
        product = ((digit + product) % 10 or 10) * 2 % 11
    return (11 - product) % 10 == digits[10]


def _kvnr(text: str) -> bool:
    """Germany, number of the insured: the letter as two digits, products summed digit by digit."""
    letter = f"{ord(text[0].upper()) - ord('A') + 1:02d}"
    digits = [*_digits(letter), *_digits(text[1:])]
    total = sum(sum(_digits(str(digit * (1 + i % 2)))) for i, digit in enumerate(digits[:10]))
    return total % 10 == digits[10]


def _svnr(text: str) -> bool:
    """Austria, social insurance number: modulo 11 in the fourth place, then a date of birth."""
    digits = _digits(text)
    weights = (3, 7, 9, 0, 5, 8, 4, 2, 1, 6)
    return _weighted(digits, weights) % 11 == digits[3] and 1 <= int("".join(map(str, digits[4:6]))) <= 31  # noqa: PLR2004


def _ahv(text: str) -> bool:
    """Switzerland, AHV number: EAN-13."""
    digits = _digits(text)
    return (10 - _weighted(digits[:12], (1, 3) * 6) % 10) % 10 == digits[12]


def _grouped(*lengths: int) -> str:
    return _GAP.join(rf"\d{{{length}}}" for length in lengths)


def _number(body: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.]){body}(?![^\W_]|[.,]\d)", re.IGNORECASE)


_FORMS: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_number(_grouped(3, 3, 4)), _nhs),
    (_number(_grouped(3, 3, 3, 2)), _cpf),
    (_number(_grouped(3, 4, 4, 4)), _cns),
    (_number(_grouped(3, 3, 3)), _bsn),
    (_number(_grouped(4, 2, 3)), _bsn),
    (_number(_grouped(3, 3, 3)), _nif),
    (_number(rf"[12]{_GAP}\d\d{_GAP}\d\d{_GAP}\d[\dAB]{_GAP}" + _grouped(3, 3, 2)), _nir),
    (_number(_grouped(2, 2, 2, 3, 2)), _rijksregister),
    (_number(rf"(?:\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}}|[XYZ]{_GAP}\d{{7}}){_GAP}[A-Z]"), _dni),
    (_number(r"[A-Z]{6}\d\d[A-EHLMPRST]\d\d[A-Z]\d{3}[A-Z]"), _codice_fiscale),
    (_number(_grouped(2, 3, 3, 3)), _steuer_id),
    (_number(r"[A-Z] ?\d{3} ?\d{3} ?\d{3}"), _kvnr),
    (_number(_grouped(4, 2, 2, 2)), _svnr),
    (_number("756" + _GAP + _grouped(4, 4, 2)), _ahv),
    (_number(r"\d{3}[ -]\d\d[ -]\d{4}"), lambda _: True),  # United States, social security number: no check digit
    (_number(r"[A-CEGHJ-PR-TW-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]"), lambda _: True),  # British national insurance
)  # fmt: skip


def national_ids(text: str) -> Iterator[tuple[int, int]]:
    """Where a text holds a national or insurance number: (start, end)."""
    for pattern, is_valid in _FORMS:
        yield from (match.span() for match in pattern.finditer(text) if is_valid(match.group()))
