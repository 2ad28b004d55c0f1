"""Invented people whose names are written in many scripts, and the ways in which texts write them."""

import base64
import datetime as dt
import random
import unicodedata
import urllib.parse
from dataclasses import dataclass, field

ONSETS = (
    "bl",
    "dv",
    "fr",
    "gl",
    "gn",
    "h",
    "j",
    "kl",
    "kn",
    "l",
    "n",
    "p",
    "pr",
    "r",
    "s",
    "schl",
    "st",
    "t",
    "tw",
    "zw",
)
VOWELS = ("a", "e", "i", "o", "u", "au", "ei", "oe", "ua")
ENDINGS = ("bbix", "dzel", "ffro", "gnax", "lkum", "mprat", "nzig", "pfol", "rxen", "ttub")
FOREIGN = {  # script: surnames, given names, Specific Character Set
    "cyrillic": (("Щеглодубов", "Жмыхаренко"), ("Ярополк", "Фёкла"), "ISO_IR 144"),
    "greek": (("Ζαχαροπλακίδης", "Ξυλομανδράκος"), ("Χαρίδημος", "Ευρυδίκη"), "ISO_IR 126"),
    "arabic": (("الزغبوري", "القطمطاني"), ("خليفان", "نوروان"), "ISO_IR 127"),
    "hebrew": (("גרוספילדמן", "צוקרבלטמן"), ("אבינדבר", "יוכבדה"), "ISO_IR 138"),
    "japanese": (("鷲尾崎", "犬養谷"), ("銀之助", "八重乃"), ["", "ISO 2022 IR 87"]),
    "kana": (("わしおざき", "いぬかいだに"), ("ぎんのすけ", "やえのこ"), ["", "ISO 2022 IR 87"]),
    "korean": (("남궁", "독고"), ("봉식", "말순"), ["", "ISO 2022 IR 149"]),
    "chinese": (("欧阳", "司徒"), ("铁柱", "翠兰"), "GB18030"),
    "turkish": (("Çağlıyüzen", "Öğütveren"), ("Şükrübey", "Gülçiçek"), "ISO_IR 148"),
    "polish": (("Wątłuszczak", "Żółtopięt"), ("Świętobor", "Grzymisława"), "ISO_IR 101"),
    "german": (("Büßelhöfer", "Plörrendörfl"), ("Götzpeter", "Käthelinde"), "ISO_IR 100"),
    "thai": (("แก้วกาญจนาลัย",), ("สมหมายดี",), "ISO_IR 166"),
}


def invented(rnd: random.Random, syllables: int = 2) -> str:
    """An unmistakable name that no vocabulary has."""
    return "".join(
        rnd.choice(ONSETS) + rnd.choice(VOWELS) for _ in range(syllables)
    ).capitalize() + rnd.choice(ENDINGS)


@dataclass(frozen=True)
class Person:
    """One invented patient."""

    surname: str
    given: str
    patient_id: str
    accession: str
    birth: dt.date
    phone: str
    script: str = ""
    foreign: tuple[str, str] = ("", "")
    charset: str | list[str] = "ISO_IR 192"
    others: tuple[str, ...] = field(default=())  # physicians, institution, town

    @classmethod
    def make(cls, rnd: random.Random) -> "Person":
        script = rnd.choice([*FOREIGN, "", "", "", ""])
        foreign, charset = ("", ""), "ISO_IR 192"
        if script:
            surnames, givens, charset = FOREIGN[script]
            foreign = (rnd.choice(surnames), rnd.choice(givens))
        digits = "".join(rnd.choice("123456789") for _ in range(rnd.choice((6, 7, 8, 10))))
        birth = dt.date(1931 + rnd.randrange(60), 1 + rnd.randrange(12), 13 + rnd.randrange(15))
        surname = rnd.choice(("", "", "", "O'", "Mc", "van der ", "D'")) + invented(rnd)
        if rnd.random() < 0.2:
            surname += "-" + invented(rnd, 1)
        return cls(
            surname, invented(rnd, 1), rnd.choice(("", "", "P", "00", "AB-")) + digits,
            "ACN" + "".join(rnd.choice("0123456789") for _ in range(7)), birth,
            f"+49 {rnd.randrange(200, 900)} {rnd.randrange(1000, 9999)} {rnd.randrange(100, 999)}",
            script, foreign, charset, tuple(invented(rnd) for _ in range(4)),
        )  # fmt: skip

    @property
    def dicom_name(self) -> str:
        """The name in DICOM form: alphabetic, ideographic and phonetic group where the script has them."""
        if self.script in ("turkish", "polish", "german", "cyrillic", "greek", "arabic", "hebrew", "thai"):
            return "^".join(self.foreign)
        latin = f"{self.surname}^{self.given}"
        return f"{latin}={'^'.join(self.foreign)}" if self.script else latin

    @property
    def has_latin_name(self) -> bool:
        return self.dicom_name.startswith(self.surname)

    @property
    def names(self) -> tuple[str, str]:
        return (self.surname, self.given) if self.has_latin_name else self.foreign


def misspelt(rnd: random.Random, word: str, edits: int) -> str:
    """A word with letters left out, doubled, swapped or wrong: never the same word."""
    letters = list(word)
    for _ in range(edits):
        place = rnd.randrange(1, len(letters) - 1)
        match rnd.randrange(4):
            case 0:
                del letters[place]
            case 1:
                letters.insert(place, letters[place])
            case 2:
                letters[place], letters[place - 1] = letters[place - 1], letters[place]
            case _:
                letters[place] = rnd.choice("aeioubdgkmprst")
    return "".join(letters)


def bare(word: str) -> str:
    """A word without accents."""
    plain = "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))
    return plain.translate(str.maketrans({"ß": "ss", "ł": "l", "ı": "i", "Ł": "L", "ø": "o"}))


def written(rnd: random.Random, who: Person) -> tuple[str, str]:
    """One way to write something that identifies a person, and what of it must not be found."""
    surname, given = who.names
    ways = NAME_WAYS if rnd.random() < 0.65 else NUMBER_WAYS
    way = rnd.choice(ways)
    return way(rnd, who, surname, given)


def _two(text: str, gone: str = "") -> tuple[str, str]:
    return text, gone or text


def _main(name: str) -> str:
    """The longest part of a surname: "van der" alone identifies nobody."""
    return max(name.replace("'", " ").replace("-", " ").split(), key=len)


def _truncated(rnd, who, surname, given):
    main = _main(surname)
    return _two(main[: max(5, len(main) - 3)])


def _misspelt_once(rnd, who, surname, given):
    main = _main(surname)
    wrong = misspelt(rnd, main, 1) if len(main) > 6 else main
    return _two(wrong)


def _misspelt_twice(rnd, who, surname, given):
    main = _main(surname)
    wrong = misspelt(rnd, main, 2) if len(main) > 8 else main
    return _two(wrong)


NAME_WAYS = (
    lambda r, p, s, g: _two(f"{g} {s}", _main(s)),
    lambda r, p, s, g: _two(f"{s}, {g}", _main(s)),
    lambda r, p, s, g: _two(f"{s}^{g}", _main(s)),
    lambda r, p, s, g: _two(f"{s},{g}".upper(), _main(s)),
    lambda r, p, s, g: _two(f"{g} {s}".lower(), _main(s)),
    lambda r, p, s, g: _two(f"{g[0]}. {s}", _main(s)),
    lambda r, p, s, g: _two(f"{s} {g[0]}", _main(s)),
    lambda r, p, s, g: _two(f"{g[0]}.{s}", _main(s)),
    lambda r, p, s, g: _two(g + s, g + s),
    lambda r, p, s, g: _two(s + g, s + g),
    lambda r, p, s, g: _two(f"{s}_{g}", _main(s)),
    lambda r, p, s, g: _two(f"{_main(s)}'s", _main(s)),
    lambda r, p, s, g: _two(f"Mrs {s}", _main(s)),
    lambda r, p, s, g: _two(f"pt {g}", g),
    lambda r, p, s, g: _two(bare(s), bare(_main(s))),
    lambda r, p, s, g: _two(bare(s).upper(), bare(_main(s))),
    lambda r, p, s, g: _two(" ".join(_main(s)), " ".join(_main(s))),
    lambda r, p, s, g: _two("-".join(_main(s)), "-".join(_main(s))),
    lambda r, p, s, g: _two(_main(s)[::-1]),
    lambda r, p, s, g: _two(urllib.parse.quote(f"{s}^{g}"), urllib.parse.quote(_main(s))),
    lambda r, p, s, g: _two("".join(f"&#{ord(c)};" for c in _main(s))),
    lambda r, p, s, g: _two(base64.b64encode(f"{_main(s)}^{g}".encode()).decode()),
    lambda r, p, s, g: _two(_main(s).encode().hex()),
    lambda r, p, s, g: _two(r.choice(p.others)),
    lambda r, p, s, g: _two(f"Dr {p.others[0]}", p.others[0]),
    _truncated, _misspelt_once, _misspelt_twice,
)  # fmt: skip
MONTHS = (  # English, German, French, Spanish, Italian, Portuguese, Dutch
    "january januar janvier enero gennaio janeiro januari",
    "february februar février febrero febbraio fevereiro februari",
    "march märz mars marzo marzo março maart",
    "april april avril abril aprile abril april",
    "may mai mai mayo maggio maio mei",
    "june juni juin junio giugno junho juni",
    "july juli juillet julio luglio julho juli",
    "august august août agosto agosto agosto augustus",
    "september september septembre septiembre settembre setembro september",
    "october oktober octobre octubre ottobre outubro oktober",
    "november november novembre noviembre novembre novembro november",
    "december dezember décembre diciembre dicembre dezembro december",
)


def _date_in_words(rnd, who, surname, given):
    month = rnd.choice(MONTHS[who.birth.month - 1].split())
    day, year = who.birth.day, who.birth.year
    return _two(
        rnd.choice(
            (
                f"{day} {month} {year}",
                f"{day}. {month.capitalize()} {year}",
                f"{day} de {month} de {year}",
                f"{month} {day}, {year}",
            )
        )
    )


NUMBER_WAYS = (
    lambda r, p, s, g: _two(p.patient_id),
    lambda r, p, s, g: _two(f"MRN {p.patient_id}", p.patient_id),
    lambda r, p, s, g: _two(f"ID#{p.patient_id}", p.patient_id),
    lambda r, p, s, g: _two("-".join((p.patient_id[:4], p.patient_id[4:]))),
    lambda r, p, s, g: _two(" ".join((p.patient_id[:3], p.patient_id[3:]))),
    lambda r, p, s, g: _two(f"000{p.patient_id}" if p.patient_id.isdigit() else p.patient_id.lower()),
    lambda r, p, s, g: _two(p.accession),
    lambda r, p, s, g: _two(p.accession[3:]),
    lambda r, p, s, g: _two(p.phone),
    lambda r, p, s, g: _two(p.phone.replace("+49 ", "0").replace(" ", "")),
    lambda r, p, s, g: _two(p.phone.replace("+49 ", "0049")),
    lambda r, p, s, g: _two(f"{p.birth:%Y%m%d}"),
    lambda r, p, s, g: _two(f"{p.birth:%d.%m.%Y}"),
    lambda r, p, s, g: _two(f"{p.birth:%m/%d/%Y}"),
    lambda r, p, s, g: _two(f"{p.birth:%Y-%m-%d}"),
    lambda r, p, s, g: _two(f"{p.birth:%d%b%Y}".upper()),
    lambda r, p, s, g: _two(f"{p.birth:%d%m%Y}"),
    lambda r, p, s, g: _two(f"*{p.birth:%d.%m.%y}", f"{p.birth:%d.%m.%y}"),
    lambda r, p, s, g: _two(f"{p.birth.year}年{p.birth.month}月{p.birth.day}日"),
    _date_in_words,
)  # fmt: skip
