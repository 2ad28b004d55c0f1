"""Profile files (TOML): what a site writes, checked so that a mistake is said with file, line, key and remedy."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydicom.datadict import tag_for_keyword

from anonymizer.errors import ProfileError
from anonymizer.profiles.options import option_named
from anonymizer.profiles.pixel_policy import PixelPolicy, policy_from

ACTIONS = {
    "K": "keep it (identities are still taken out of its text)",
    "C": "clean it: only words that are known to be harmless stay",
    "M": "move its dates with the patient's other dates",
    "U": "replace its UIDs by new ones that still refer to each other",
    "D": "replace it by a dummy value",
    "Z": "empty it",
    "X": "remove it",
}
DOCUMENTS = ("clean", "remove", "quarantine")  # what may happen to encapsulated documents
_TAG = re.compile(r"\(?([0-9A-Fa-f]{4}),? ?([0-9A-Fa-f]{4})\)?")
_PRIVATE = re.compile(r"\(?([0-9A-Fa-f]{3}[13579BDFbdf]),? ?\[(.+)\](?:xx)?([0-9A-Fa-f]{2})\)?")
_NAMED = 'Write a keyword such as PatientName, a tag such as "(0010,0010)"'
_PRIVATE_FORM = '"(0019,[SIEMENS MR HEADER]0C)"'
PrivateTag = tuple[str, int, int]  # creator, group, last byte of the element


@dataclass(frozen=True, slots=True)
class ProfileFile:
    """One file as it stands, before it is put on top of the one that it extends."""

    path: Path
    title: str = ""
    description: str = ""
    extends: str = ""
    options: frozenset[str] = frozenset()
    without_options: frozenset[str] = frozenset()
    attributes: Mapping[int, str] = field(default_factory=dict)
    private: Mapping[PrivateTag, str] = field(default_factory=dict)
    allow: frozenset[int] | None = None
    keep_words: tuple[str, ...] = ()
    mask_words: tuple[str, ...] = ()
    documents: str = ""
    shift_times: bool | None = None
    pixels: Mapping[str, Any] = field(default_factory=dict)  # as it stands, checked


def read_profile_file(path: Path) -> ProfileFile:
    """Read and check a profile file. Raises ProfileError naming file, line and key."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ProfileError(f"{path.name} is no text in UTF-8.", "Save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ProfileError(f"{path.name} is no valid TOML file: {error}", "Mend that line.") from error
    except OSError as error:
        raise ProfileError(f"{path.name} cannot be read.", "Check its access rights.") from error
    return _Reader(path, text).read(data)


class _Reader:
    """Checks the keys of one file; knows where each stands."""

    def __init__(self, path: Path, text: str) -> None:
        self._path, self._lines = path, text.splitlines()

    def read(self, data: Mapping[str, Any]) -> ProfileFile:
        """Return the file's content."""
        readers: dict[str, Callable[[str, Any], Any]] = {
            "title": self._text, "description": self._text, "extends": self._text, "options": self._options,
            "without_options": self._options, "attributes": self._attributes, "allow": self._allow,
            "keep_words": self._texts, "mask_words": self._texts, "documents": self._documents,
            "shift_times": self._switch, "pixels": self._pixels,
        }  # fmt: skip
        for key in data:
            if key not in readers:
                raise self._error(key, "is no key of a profile", f"The keys are: {', '.join(readers)}.")
        values = {key: readers[key](key, value) for key, value in data.items()}
        values["attributes"], values["private"] = values.get("attributes", ({}, {}))
        return ProfileFile(self._path, **values)

    def _error(self, key: str, what: str, remedy: str) -> ProfileError:
        place = next((f", line {n}" for n, line in enumerate(self._lines, 1) if key in line), "")
        return ProfileError(f"{self._path.name}{place}: “{key}” {what}.", remedy)

    def _text(self, key: str, value: object) -> str:
        if not isinstance(value, str):
            raise self._error(key, "must be a text", f'Write it in quotation marks: {key} = "…".')
        return value

    def _switch(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self._error(key, "must be true or false", f"Write {key} = true, without quotation marks.")
        return value

    def _texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(text, str) for text in value):
            raise self._error(key, "must be a list of texts", f'Write {key} = ["…", "…"].')
        return tuple(value)

    def _options(self, key: str, value: object) -> frozenset[str]:
        names = set()
        for text in self._texts(key, value):
            try:
                names.add(option_named(text).name)
            except ProfileError as error:
                raise self._error(text, "is no option", error.remedy) from error
        return frozenset(names)

    def _documents(self, key: str, value: object) -> str:
        if value not in DOCUMENTS:
            what = "says what happens to PDF, CDA and mesh documents"
            raise self._error(key, what, f"Write one of: {', '.join(DOCUMENTS)}.")
        return str(value)

    def _pixels(self, key: str, value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, "must be a table", 'Write [pixels] and below it mask = "all".')
        try:
            policy_from(value, PixelPolicy())
        except ProfileError as error:
            wrong = next((each for each in value if f"“{each}”" in str(error)), key)
            what = str(error).partition("” ")[2].removesuffix(".") or "is wrong"
            raise self._error(wrong, what, error.remedy) from error
        return value

    def _attributes(self, key: str, value: object) -> tuple[dict[int, str], dict[PrivateTag, str]]:
        if not isinstance(value, dict):
            raise self._error(
                key, "must be a table of actions", f'Write [{key}] and below it ProtocolName = "K".'
            )
        public: dict[int, str] = {}
        private: dict[PrivateTag, str] = {}
        for where, action in value.items():
            match = _PRIVATE.fullmatch(where.strip())
            if match:
                allowed = "KX"
                group, creator, element = match.groups()
                private[creator.strip(), int(group, 16), int(element, 16)] = str(action)
            else:
                allowed = "".join(ACTIONS)
                public[self._tag(where)] = str(action)
            if not isinstance(action, str) or len(action) != 1 or action not in allowed:
                meanings = "; ".join(f"{letter}: {ACTIONS[letter]}" for letter in allowed)
                raise self._error(
                    where, f"has an action “{action}” that does not exist", f"Actions are {meanings}."
                )
        return public, private

    def _allow(self, key: str, value: object) -> frozenset[int]:
        return frozenset(self._tag(text) for text in self._texts(key, value))

    def _tag(self, text: str) -> int:
        match = _TAG.fullmatch(text.strip())
        if match:
            tag = int("".join(match.groups()), 16)
            if tag >> 16 & 1:
                raise self._error(
                    text,
                    "is a private tag without its creator",
                    f"Write it with its creator: {_PRIVATE_FORM}.",
                )
            return tag
        named = tag_for_keyword(text.strip())
        if named is None:
            raise self._error(text, "names no attribute", f"{_NAMED} or a private one as {_PRIVATE_FORM}.")
        return int(named)
