"""The data card of a data set: what is in it, counted, for those who are to use it."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from labeller.manifest import ManifestRow
from labeller.splits import SPLITS

UNKNOWN = "not known"
_DECADE, _DECADES = 10, 9
_DAYS_OF = {"D": 1, "W": 7, "M": 30, "Y": 365}


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What the card says besides its counts."""

    name: str
    notice: str
    format_words: str
    rule: str  # how the values in the pictures come about
    layout: str
    label_rule: str
    seed: int
    splits: str
    profile: str
    tool: str  # name and version
    verification: str  # how what was written was checked
    left_out: Mapping[str, int]
    duplicates: str
    warnings: Sequence[str]
    licence: str = ""


def age_group(age: str) -> str:
    """Return the decade of an age in DICOM's form (PS3.5 6.2, AS), such as "60–69 years" for "064Y"."""
    number, unit = age[:-1], age[-1:].upper()
    if not number.isdigit() or unit not in _DAYS_OF:
        return UNKNOWN
    decade = int(number) * _DAYS_OF[unit] // 365 // _DECADE
    if decade >= _DECADES:
        return "90 years and over"
    return f"{decade * _DECADE}–{decade * _DECADE + _DECADE - 1} years"


_TOLD: Mapping[str, Callable[[ManifestRow], str]] = {
    "Sex": lambda row: row.patient_sex,
    "Age": lambda row: age_group(row.patient_age),
    "Modality": lambda row: row.modality,
    "Body part": lambda row: row.body_part,
    "Vendor": lambda row: row.manufacturer,
    "Verification": lambda row: {"pass": "passed", "review": "approved by a reader"}.get(row.grade, ""),
}


def counts(rows: Sequence[ManifestRow]) -> dict[str, dict[str, dict[str, int]]]:
    """Count images: what is counted -> value -> class -> images; values in order of their names."""
    found = {}
    for name, value_of in _TOLD.items():
        numbers = Counter((value_of(row) or UNKNOWN, row.class_name) for row in rows)
        values = sorted({value for value, _ in numbers})
        classes = sorted({row.class_name for row in rows})
        found[name] = {value: {one: numbers[value, one] for one in classes} for value in values}
    return found


def content_hash(checksums: Mapping[str, str]) -> str:
    """Return one SHA-256 over every file's path and SHA-256."""
    lines = (f"{sha256}  {path}\n" for path, sha256 in sorted(checksums.items()))
    return hashlib.sha256("".join(lines).encode()).hexdigest()


def data_card(rows: Sequence[ManifestRow], classes: Sequence[str], facts: CardFacts, sha256: str) -> str:
    """Write the card as Markdown."""
    patients = len({row.patient for row in rows})
    parts = [
        f"# {_plain(facts.name)}",
        f"**{facts.notice}.** {len(rows)} images of {patients} patients, de-identified by {facts.tool}.",
        "## Classes and splits",
        _table(("Split", *classes, "Images", "Patients"), _split_rows(rows, classes)),
        *(f"## {name}\n\n{_table((name, *classes), _value_rows(values, classes))}"
          for name, values in counts(rows).items()),
        "## How it was made",
        _list(_made(facts)),
        "## What is left out",
        _list([f"{number} because {why}" for why, number in facts.left_out.items()] or ["Nothing."]),
        "## What to mind",
        _list([*facts.warnings, facts.duplicates]),
        f"SHA-256 of all images and manifests: `{sha256}`. Every file's own stands in `checksums.txt`.",
    ]  # fmt: skip
    return "\n\n".join(parts) + "\n"


def _made(facts: CardFacts) -> list[str]:
    return [
        f"Images: {facts.format_words}. {facts.rule}.",
        f"Folders: {facts.layout}.",
        f"Labels: {facts.label_rule}.",
        f"Splits: {facts.splits} (seed {facts.seed}).",
        f"Masking profile and options: {facts.profile or UNKNOWN}.",
        f"Check of what was written: {facts.verification}.",
        f"Licence: {facts.licence or 'none stated; ask whoever gave you this data set'}.",
    ]


def _split_rows(rows: Sequence[ManifestRow], classes: Sequence[str]) -> list[list[str]]:
    found = []
    for split in (*(split for split in SPLITS if any(row.split == split for row in rows)), "all"):
        members = [row for row in rows if split in ("all", row.split)]
        numbers = Counter(row.class_name for row in members)
        patients = len({row.patient for row in members})
        found.append([split, *(str(numbers[name]) for name in classes), str(len(members)), str(patients)])
    return found


def _value_rows(values: Mapping[str, Mapping[str, int]], classes: Sequence[str]) -> list[list[str]]:
    return [[value, *(str(found.get(name, 0)) for name in classes)] for value, found in values.items()]


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---", *("---:" for _ in header[1:])], *rows]
    return "\n".join(f"| {' | '.join(_plain(cell) for cell in line)} |" for line in lines)


def _list(lines: Sequence[str]) -> str:
    return "\n".join(f"- {_plain(line)}" for line in lines)


def _plain(text: str) -> str:
    """Keep what the site wrote from being taken for Markdown."""
    for sign in "\\`*_[]<>|#":
        text = text.replace(sign, f"\\{sign}")
    return " ".join(text.split())
