"""The judgement of single values by what may stand there after masking, not by what masking did."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from anonymizer.profiles.actions import DUMMY_DATE, DUMMY_TEXT
from anonymizer.profiles.table import safe_private
from anonymizer.report import Finding, Grade
from anonymizer.verification.expectation import Expectation, text_of
from anonymizer.verification.needles import Needles
from anonymizer.verification.passages import Passage
from anonymizer.verification.patterns import identifying_form
from anonymizer.verification.values import Value

KINDS: dict[str, tuple[Grade, str]] = {
    "known identity": (Grade.BLOCKED, "An identity of the originals is left."),
    "original UID": (Grade.BLOCKED, "A UID of the originals is left."),
    "person name": (Grade.BLOCKED, "A person's name that is no pseudonym."),
    "date": (Grade.BLOCKED, "A date of the original is left although dates were to be changed."),
    "age": (Grade.BLOCKED, "An age over 89 is left."),
    "private attribute": (Grade.BLOCKED, "A private attribute that is not known to be safe."),
    "hidden bytes": (Grade.BLOCKED, "Bytes stand where none belong."),
    "image comment": (Grade.BLOCKED, "Text stands inside the compressed image, beside its pixels."),
    "picture metadata": (Grade.BLOCKED, "The picture holds more than its pixels need."),
    "file meta": (Grade.BLOCKED, "The file meta information holds more than it must."),
    "unmarked": (Grade.BLOCKED, "The file does not say that it was de-identified."),
    "text in numbers": (Grade.BLOCKED, "A text stands where numbers belong."),
    "unreadable": (Grade.BLOCKED, "It cannot be read, so not be searched."),
    "pattern": (Grade.REVIEW, "The text looks like a phone number, an address, a date or a name."),
    "no such value": (Grade.REVIEW, "The value is none of its kind, so it may be a text."),
    "future date": (Grade.REVIEW, "The date lies in the future, or the clock of this computer is wrong."),
    "patient ID": (Grade.REVIEW, "The patient's ID is no pseudonym and differs from the name."),
    "unknown attribute": (Grade.BLOCKED, "The standard does not know this attribute."),
    "group length": (Grade.REVIEW, "A group length is left, which masking removes."),
    "pixel tail": (Grade.REVIEW, "The pixel data are longer than the image."),
    "legible text": (Grade.REVIEW, "Text can be read in the image."),
    "other file": (Grade.REVIEW, "This is no DICOM file; it was not searched."),
}
"""What can be found, how grave it is, and a sentence for the radiologist."""


def finding(kind: str, where: str, detail: str = "") -> Finding:
    """Return a finding of a known kind with its sentence."""
    return Finding(where, kind, detail or KINDS[kind][1])


_PSEUDONYM = re.compile(r"(?:LG[A-Z2-7]{16})?$")
_TEXTS = frozenset((b"LO", b"SH", b"ST", b"LT", b"UT", b"UC", b"UR", b"UN"))
_NUMBERS = frozenset(
    (b"US", b"SS", b"UL", b"SL", b"FL", b"FD", b"AT", b"SV", b"UV", b"OF", b"OD", b"OL", b"OV")
)
_FORMS = {
    b"DA": re.compile(rb"[\d. \\-]*\0?$"), b"TM": re.compile(rb"[\d.: \\-]*\0?$"),
    b"DT": re.compile(rb"[\d.+ \\-]*\0?$"), b"AS": re.compile(rb"(?:\d{3}[DWMY](?:\\|$))*[ \0]*$"),
    b"DS": re.compile(rb"[\d+.eE \\-]*\0?$"), b"IS": re.compile(rb"[\d+ \\-]*\0?$"),
    b"UI": re.compile(rb"[\d.\\ ]*\0*$"),
}  # fmt: skip
_PIXEL_VRS = frozenset((b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN", b"SQ"))
_IMAGE = 0x0028  # the group of look-up tables, which can spell the alphabet
_LETTERS = re.compile(rb"[A-Za-z^ ]{8,}")
_UID = re.compile(rb"(?<![\d.])[0-2](?:\.\d+){3,}(?![\d.])")
_LONG = 4096  # bytes: longer values are not remembered
_OLDEST = {b"Y": 90, b"M": 90 * 12 + 11, b"W": 4800, b"D": 33300}
_PIXELS = 0x7FE0
_PRIVATE = 0x10000
_PADDING = 0xFFFCFFFC
_OWN_TEXTS = frozenset(
    {
        0x00080100,
        0x00080102,
        0x00080103,
        0x00080105,
        0x00080115,
        0x00080119,
        0x00080201,
        0x00081090,
        0x00120063,
        0x00181020,
    }
)  # codes and versions: digits with points and dashes are what they are made of
_REMEMBERED = 4_000


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a value is guilty of, and what must still be compared with the originals of this very instance."""

    kinds: tuple[str, ...] = ()
    uids: tuple[str, ...] = ()
    date: str = ""  # YYYYMMDD


CLEAN = Judgement()
"""Nothing to say, nothing to compare."""


Compared = tuple[tuple[Value, Judgement], ...]
PassageKey = tuple[Passage, frozenset[tuple[str, int, int]], bool]


class Judge:
    """Judges values under the same identities and the same expectation; remembers what it has seen."""

    def __init__(self, needles: Needles, expected: Expectation) -> None:
        self.needles, self._expected = needles, expected
        self._seen: dict[tuple[int, bytes, bytes, bool], Judgement] = {}
        self._names: dict[str, bool] = {}
        self._of_passages: dict[PassageKey, Compared | None] = {}

    def of_passage(self, key: PassageKey, make: Callable[[], Compared | None]) -> Compared | None:
        """Return what was made of a passage before, under the same conditions, or make it."""
        if key not in self._of_passages:
            if len(self._of_passages) >= _REMEMBERED:
                self._of_passages.clear()
            self._of_passages[key] = make()
        return self._of_passages[key]

    def judge(self, value: Value) -> Judgement:
        """Judge a value by its tag, its VR and its bytes."""
        own = value.prefix.startswith("(0012,0064)")  # names of options, written by the program itself
        key = (value.tag, value.vr, value.value, own)
        found = self._seen.get(key)
        if found is None:
            if len(self._seen) >= _REMEMBERED:
                self._seen.clear()
            found = self._fresh(value, own=own)
            if len(value.value) <= _LONG:
                self._seen[key] = found
        return found

    def names_somebody(self, name: str) -> bool:
        """Tell whether a part of a path holds an identity."""
        if name not in self._names:
            if len(self._names) >= _REMEMBERED:
                self._names.clear()
            raw = name.encode("utf-8", "surrogateescape")
            self._names[name] = self.needles.in_text(name) or self.needles.in_bytes(raw)
        return self._names[name]

    def _fresh(self, value: Value, *, own: bool) -> Judgement:
        tag, vr, raw = value.tag, value.vr, value.value
        if tag >> 16 == _PIXELS and tag & 0xFFFF and vr not in _PIXEL_VRS:
            return Judgement(("hidden bytes",))
        if tag >> 16 == _PIXELS or (vr in _NUMBERS and len(raw) > _LONG):
            return Judgement(("known identity",)) if self.needles.in_bulk(raw) else CLEAN
        holds = self.needles.in_text_bytes if vr in _TEXTS or vr == b"CS" else self.needles.in_bytes
        kinds = ["known identity"] if holds(raw) else []
        uids = tuple(uid.decode("ascii") for uid in _UID.findall(raw))
        if vr in _NUMBERS and tag >> 16 != _IMAGE and _LETTERS.search(raw):
            kinds.append("text in numbers")
        if vr in _NUMBERS or not raw:
            return Judgement(tuple(kinds), uids) if kinds or uids else CLEAN
        if vr in _TEXTS or vr == b"CS":
            kinds += self._text(tag, vr, raw, own=own)
        else:
            kinds += self._other(tag, vr, raw)
        date = raw[:8].decode("latin-1") if vr in (b"DA", b"DT") else ""
        return Judgement(tuple(dict.fromkeys(kinds)), uids, date) if kinds or uids or date else CLEAN

    def _text(self, tag: int, vr: bytes, raw: bytes, *, own: bool) -> list[str]:
        text = text_of(raw)
        if tag & _PRIVATE and (text, tag >> 16) in safe_creators():
            return []  # a vendor's name for a block of its own
        if text == DUMMY_TEXT or (text == self._expected.patient and _PSEUDONYM.match(text)):
            return []
        if not own and (vr != b"CS" or not text.isascii()) and self.needles.in_text(text):
            return ["known identity"]
        if vr == b"CS" or tag in _OWN_TEXTS or self._expected.keeps(tag):
            return []
        return ["pattern"] if identifying_form(text) else []

    def _other(self, tag: int, vr: bytes, raw: bytes) -> list[str]:
        form = _FORMS.get(vr)
        if form is not None and not form.match(raw):
            return ["no such value"]
        if vr == b"PN":
            return [] if self._is_pseudonym(text_of(raw)) else ["person name"]
        if vr == b"AS":
            return (
                ["age"]
                if any(int(a[:3]) > _OLDEST[a[3:4]] for a in raw.split(b"\\") if a.strip(b" \0"))
                else []
            )
        if vr in (b"DA", b"DT") and self._expected.dates == "REMOVED":
            dates = (date.strip(" \0") for date in raw.decode("latin-1").split("\\"))
            return ["date"] if any(date and not date.startswith(DUMMY_DATE) for date in dates) else []
        return ["hidden bytes"] if tag == _PADDING and raw.strip(b"\0") else []

    def _is_pseudonym(self, text: str) -> bool:
        return all(
            name in (DUMMY_TEXT, self._expected.patient) or bool(_PSEUDONYM.match(name))
            for name in text.split("\\")
        )


@lru_cache
def safe_creators() -> frozenset[tuple[str, int]]:
    """(creator, group) of the private blocks of which something is known to be safe."""
    return frozenset((creator, group) for creator, group, _ in safe_private())
