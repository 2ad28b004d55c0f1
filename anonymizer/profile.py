"""Profiles: which options of PS3.15 Annex E a site chooses, and its own decisions per attribute."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

from anonymizer.errors import ProfileError
from anonymizer.vocabulary import OwnWords, normal
from resources import find

ACTIONS = frozenset("DZXKCU")
DOCUMENTS = ("clean", "remove", "quarantine")  # what may happen to encapsulated documents


@dataclass(frozen=True, slots=True)
class Option:
    """An option of PS3.15 E.3 in plain words."""

    name: str
    title: str
    keeps: str
    costs: str
    code: str  # CID 7050
    excludes: tuple[str, ...] = ()


OPTIONS: tuple[Option, ...] = (
    Option(
        "retain_safe_private",
        "Retain safe private",
        "Private attributes of vendors that are known to be harmless, such as diffusion values.",
        "Trust in the lists of the standard and of The Cancer Imaging Archive.",
        "113111",
    ),
    Option(
        "retain_uids",
        "Retain UIDs",
        "The original study, series and instance UIDs.",
        "Whoever has access to the archive can find the patient by a UID.",
        "113110",
    ),
    Option(
        "retain_device_identity",
        "Retain device identity",
        "Serial numbers, station names and calibration of the devices.",
        "A device can reveal the hospital, rare devices the patient.",
        "113109",
    ),
    Option(
        "retain_institution_identity",
        "Retain institution identity",
        "Name, address and department of the institution.",
        "Together with dates it narrows down who the patient is.",
        "113112",
    ),
    Option(
        "retain_patient_characteristics",
        "Retain patient characteristics",
        "Sex, age, size, weight and the like; ages over 89 become 90.",
        "Rare combinations can point to a person.",
        "113108",
    ),
    Option(
        "full_dates",
        "Retain full dates",
        "All dates and times as they are.",
        "Dates of examinations are identifying for anyone who knows when the patient was seen.",
        "113106",
        ("modified_dates",),
    ),
    Option(
        "modified_dates",
        "Modify dates",
        "The intervals between dates: all dates of a patient move by the same number of weeks.",
        "Season and true date are lost.",
        "113107",
        ("full_dates",),
    ),
    Option(
        "clean_descriptors",
        "Clean descriptors",
        "Harmless words of descriptions and comments.",
        "Words that are not in the radiological vocabulary are lost.",
        "113105",
    ),
    Option(
        "clean_structured_content",
        "Clean structured content",
        "Cleaned content of structured reports, acquisition context and specimen preparation.",
        "Reports may describe a rare case that somebody recognises.",
        "113104",
    ),
    Option(
        "clean_graphics",
        "Clean graphics",
        "Graphic annotations, with their text cleaned, and overlays.",
        "Drawings may hold handwriting; overlays with graphics want a look.",
        "113103",
    ),
)
_BY_NAME = {option.name: option for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class Profile:
    """What a de-identification keeps: options and the site's own decisions on top of the Basic Profile."""

    name: str
    title: str
    description: str = ""
    options: frozenset[str] = frozenset()
    attributes: tuple[tuple[int, str], ...] = ()  # (tag, action), a site's own decision
    keep_words: frozenset[str] = frozenset()  # single words in normal form that are harmless here
    mask_words: frozenset[str] = frozenset()  # words and phrases that must go; they win over keep_words
    documents: str = "clean"  # one of DOCUMENTS

    def has(self, option: str) -> bool:
        """Whether an option is chosen."""
        return option in self.options

    @property
    def identity(self) -> str:
        """A text that is equal for profiles that do the same."""
        own = ",".join(f"{tag:08x}={action}" for tag, action in self.attributes)
        masked = f"|{'+'.join(sorted(self.mask_words))}" if self.mask_words else ""
        kept = "+".join(sorted(self.keep_words))
        return f"{'+'.join(sorted(self.options))}|{own}|{kept}{masked}|{self.documents}"

    @property
    def own_words(self) -> OwnWords:
        """What this profile says of words."""
        return OwnWords(self.keep_words, self.mask_words)

    def with_words(self, keep: Iterable[str] = (), mask: Iterable[str] = ()) -> "Profile":
        """Return the profile with further words that are harmless, or must go, here."""
        return replace(
            self,
            keep_words=self.keep_words | frozenset(word for text in keep for word in normal(text).split()),
            mask_words=self.mask_words
            | frozenset(" ".join(normal(text).split()) for text in mask if text.strip()),
        )


def profile_names() -> tuple[str, ...]:
    """Return the presets that the program carries, basic first."""
    names = sorted(path.stem for path in find("profiles").glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name != "basic", name)))


def load_profile(name_or_file: str = "basic", options: Sequence[str] = ()) -> Profile:
    """Return a preset by name or a site's TOML file, with further options added.

    Raises ProfileError for an unknown name, an unreadable file, an unknown option or action, or options that
    contradict each other.
    """
    name, data = _read(name_or_file)
    chosen = [_option(text) for text in [*_texts(data, "options"), *options]]
    _check_conflicts(chosen)
    profile = Profile(
        name=name,
        title=str(data.get("title", name)),
        description=str(data.get("description", "")),
        options=frozenset(option.name for option in chosen),
        attributes=_attributes(data.get("attributes", {})),
        documents=_documents(data.get("documents", DOCUMENTS[0])),
    )
    return profile.with_words(_texts(data, "keep_words"), _texts(data, "mask_words"))


def _read(name_or_file: str) -> tuple[str, Mapping[str, Any]]:
    preset = name_or_file in profile_names()
    path = find("profiles", f"{name_or_file}.toml") if preset else Path(name_or_file)
    if not path.is_file():
        raise ProfileError(
            f"There is no profile “{name_or_file}”.",
            f"Name a profile file or one of: {', '.join(profile_names())}.",
        )
    try:
        return path.stem, tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProfileError(f"The profile {path.name} is no valid TOML file.", str(error)) from error


def _texts(data: Mapping[str, Any], key: str) -> list[str]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
        raise ProfileError(f"In the profile, “{key}” must be a list of texts.")
    return value


def _option(text: str) -> Option:
    wanted = text.strip().lower().replace("-", "_").replace("longitudinal_", "")
    for name in (wanted, f"retain_{wanted}", wanted.removeprefix("retain_")):
        if name in _BY_NAME:
            return _BY_NAME[name]
    raise ProfileError(f"There is no option “{text}”.", f"The options are: {', '.join(_BY_NAME)}.")


def _check_conflicts(chosen: Sequence[Option]) -> None:
    names = {option.name for option in chosen}
    for option in chosen:
        for other in option.excludes:
            if other in names:
                raise ProfileError(
                    f"The options “{option.name}” and “{other}” contradict each other.", "Choose one of them."
                )


def _attributes(table: object) -> tuple[tuple[int, str], ...]:
    if not isinstance(table, dict):
        raise ProfileError("In the profile, “attributes” must be a table of actions.")
    return tuple(sorted((_tag(str(where)), _action(action)) for where, action in table.items()))


def _tag(text: str) -> int:
    compact = re.sub(r"[(), ]", "", text)
    if re.fullmatch(r"[0-9A-Fa-f]{8}", compact):
        return int(compact, 16)
    tag = tag_for_keyword(text)
    if tag is None:
        raise ProfileError(
            f"The profile names an attribute “{text}” that does not exist.",
            'Write a tag such as "(0010,0010)" or a keyword such as "PatientName".',
        )
    return int(tag)


def _action(action: object) -> str:
    if action not in ACTIONS:
        raise ProfileError(f"The profile names an action “{action}”.", "Actions are D, Z, X, K, C and U.")
    return str(action)


def _documents(treatment: object) -> str:
    if treatment not in DOCUMENTS:
        raise ProfileError(
            "In the profile, “documents” says what happens to PDF, CDA and mesh documents.",
            f"Write one of: {', '.join(DOCUMENTS)}.",
        )
    return str(treatment)
