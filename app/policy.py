r"""What the site's IT has laid down for everybody on this computer, in one file that users cannot change.

    /etc/leadglass/leadglass.toml                    Linux
    leadglass.toml in the folder of the program      Windows, such as C:\\Program Files\\Leadglass

No variable, switch or setting of a user names another file. A file that cannot be understood as a whole is an error
that stops the work: a rule that is misspelt must not be a rule that nobody keeps. Where there is no file, users are
free. `installer/IT-GUIDE.md` tells IT the keys.
"""

import os
import sys
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.errors import PolicyError, SettingsError

NAME = "leadglass.toml"
SET_BY_IT = "Set by your hospital's IT"

# What can be switched off -> the commands that go with it.
FEATURES: Mapping[str, tuple[str, ...]] = {
    "masking of files": ("mask",),  # outside a project
    "training": ("train",),
    "tensorboard": ("tensorboard",),  # a server for the browser of this computer
    "prediction": ("predict", "heatmap"),
    "identity list": (),  # who is who, written to a file
    "forgetting": (),  # destroying the way back to patients
    "originals": (),  # readers label originals instead of masked images
    "own words": (),  # words that a user keeps readable, or masks, in all projects
    "own pixel settings": (),  # how a user's projects treat burned-in text
}


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules; an empty one leaves users free."""

    file: Path | None = None
    contact: str = ""  # whom a user asks, as it is shown to them
    profiles: tuple[
        str, ...
    ] = ()  # allowed profiles, names or files; the first is taken where none is chosen
    options: tuple[str, ...] | None = None  # options that may be added to them; None: any
    protections: tuple[str, ...] = ()  # allowed ways to lock a vault; the first is taken where none is chosen
    passphrase_length: int = 0  # characters, at least
    encryption: str = ""  # of catalogues: "required", "forbidden", or "" as users like
    lock_minutes: int = 0  # idle minutes after which a vault is locked, at most; 0: as users like
    project_folders: tuple[Path, ...] = ()  # projects are made under these only
    output_folders: tuple[Path, ...] = ()  # data sets and masked files are written under these only
    readers: tuple[str, ...] = ()  # names under which labels may be entered
    off: frozenset[str] = frozenset()  # of FEATURES

    @property
    def profile(self) -> str:
        """The profile where none is chosen."""
        return self.profiles[0] if self.profiles else "basic"

    @property
    def protection(self) -> str:
        """How a vault is locked where nothing is chosen."""
        return self.protections[0] if self.protections else "key file"

    def refuse(self, what: str) -> PolicyError:
        """The error for something that is against the rules."""
        return PolicyError(
            f"{what} {SET_BY_IT}.",
            self.contact or "Ask IT if you need it otherwise.",
        )

    def allows(self, feature: str) -> bool:
        """Whether a feature of FEATURES is on."""
        return feature not in self.off

    def require(self, feature: str) -> None:
        """Raise PolicyError where a feature is off."""
        if not self.allows(feature):
            raise self.refuse(f"This is switched off here: {feature}.")

    def require_command(self, name: str) -> None:
        """Raise PolicyError where a command of the program belongs to a feature that is off."""
        for feature in self.off:
            if name in FEATURES[feature]:
                self.require(feature)

    def check_masking(self, profile: str, options: Sequence[str]) -> None:
        """Raise PolicyError for a profile or an added option that is not allowed."""
        if not self.allows_profile(profile):
            raise self.refuse(f"The profile “{profile}” is not allowed here, only {_listed(self.profiles)}.")
        for option in options:
            if not self.allows_option(option):
                raise self.refuse(f"The option “{option.replace('_', '-')}” is not allowed here.")

    def allows_profile(self, name: str) -> bool:
        """Whether a profile, by name or file, is allowed."""
        return not self.profiles or name in self.profiles or str(Path(name).resolve()) in self.profiles

    def allows_option(self, name: str) -> bool:
        """Whether an option may be added to a profile."""
        return self.options is None or name.replace("-", "_") in self.options

    def check_protection(self, kind: str, passphrase: str | None) -> None:
        """Raise PolicyError for a way to lock a vault, or a passphrase, that is not allowed."""
        if self.protections and kind not in self.protections:
            raise self.refuse(f"A {kind} is not allowed here, only: {_listed(self.protections)}.")
        if kind == "passphrase" and passphrase is not None and len(passphrase) < self.passphrase_length:
            raise self.refuse(f"A passphrase has at least {self.passphrase_length} characters here.")

    @property
    def encrypts(self) -> bool:
        """Whether a catalogue is encrypted where nothing is chosen."""
        return self.encryption == "required"

    def check_encryption(self, *, encrypted: bool) -> None:
        """Raise PolicyError for a catalogue that is to be plain or encrypted where it must not be."""
        if self.encryption == ("forbidden" if encrypted else "required"):
            raise self.refuse(
                f"A project's catalogue is {'never' if encrypted else 'always'} encrypted here."
            )

    def check_project(self, folder: Path) -> None:
        """Raise PolicyError for a place where no project may be made."""
        self._check_place(folder, self.project_folders, "Projects are made")

    def check_output(self, folder: Path) -> None:
        """Raise PolicyError for a place where nothing may be written for others."""
        self._check_place(folder, self.output_folders, "Data sets and masked files are written")

    def _check_place(self, folder: Path, allowed: tuple[Path, ...], what: str) -> None:
        place = folder.resolve()
        if allowed and not any(place == each or each in place.parents for each in allowed):
            raise self.refuse(f"{what} under {_listed(map(str, allowed))} only.")

    def allows_reader(self, name: str) -> bool:
        """Whether labels may be entered under a name."""
        return not self.readers or name in self.readers

    def check_reader(self, name: str) -> None:
        """Raise PolicyError for a reader who is not listed."""
        if not self.allows_reader(name):
            raise self.refuse(f"“{name}” is not among the readers here.")

    def lock_after(self, wanted: int) -> int:
        """After how many idle minutes a vault is locked where the user wants `wanted` (0: never)."""
        if not self.lock_minutes:
            return wanted
        return min(wanted, self.lock_minutes) if wanted else self.lock_minutes

    def sentences(self) -> list[str]:
        """What is laid down, in words for users."""
        rows: tuple[tuple[str, Iterable[object]], ...] = (
            ("Profiles", self.profiles),
            ("Options that may be added", ("none",) if self.options == () else self.options or ()),
            ("A vault is locked by", self.protections),
            ("Projects are made under", self.project_folders),
            ("Data sets and masked files are written under", self.output_folders),
            ("Readers", self.readers),
            ("Switched off", sorted(self.off)),
        )
        lines = [f"{what}: {_listed(map(str, values))}" for what, values in rows if values]
        if self.passphrase_length:
            lines.append(f"A passphrase has at least {self.passphrase_length} characters")
        if self.encryption:
            lines.append(
                f"The catalogue with the labels is {'always' if self.encrypts else 'never'} encrypted"
            )
        if self.lock_minutes:
            lines.append(
                f"A vault with a passphrase is locked after {self.lock_minutes} idle minutes at most"
            )
        return lines


def policy_file() -> Path:
    """Where the policy stands, whether there is one or not."""
    if os.name == "nt":
        return Path(sys.prefix).parent / NAME
    return Path("/etc/leadglass") / NAME


def current() -> Policy:
    """The policy in force. Raises SettingsError where its file cannot be understood."""
    file = policy_file()
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Policy()
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(file, "it cannot be read") from error
    try:
        return _read(file, tomllib.loads(text))
    except (ValueError, TypeError) as error:  # TOMLDecodeError is a ValueError
        raise _broken(file, str(error)) from error


def _broken(file: Path, why: str) -> SettingsError:
    return SettingsError(
        f"The rules of your hospital's IT in {file} cannot be followed: {why}.",
        "Ask IT to mend the file. Until then Leadglass does not work here, so that no rule is passed over.",
    )


def _read(file: Path, tables: Mapping[str, Any]) -> Policy:
    found: dict[str, Any] = {"file": file}
    for place, value in _values(tables):
        if place not in _KEYS:
            raise ValueError(f"“{place}” is no key of a policy")
        name, convert = _KEYS[place]
        try:
            found[name] = convert(value)
        except (ValueError, TypeError) as error:
            raise ValueError(f"“{place}”: {error}") from error
    return Policy(**found)


def _values(tables: Mapping[str, Any]) -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, value in tables.items():
        if isinstance(value, Mapping):
            rows += [(f"{key}.{inner}", each) for inner, each in value.items()]
        else:
            rows.append((key, value))
    return rows


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("a text is expected")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) and each for each in value):
        raise TypeError("a list of texts is expected")
    return tuple(value)


def _some(value: object) -> tuple[str, ...]:
    texts = _texts(value)
    if not texts:
        raise ValueError("the list is empty, so that nothing would be allowed")
    return texts


def _options(value: object) -> tuple[str, ...]:
    return tuple(each.replace("-", "_") for each in _texts(value))


def _folders(value: object) -> tuple[Path, ...]:
    folders = tuple(map(Path, _some(value)))
    if not all(each.is_absolute() for each in folders):
        raise ValueError("a folder is given by its whole path")
    return tuple(each.resolve() for each in folders)


def _count(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("a whole number above 0 is expected")
    return value


def _one_of(known: Sequence[str]) -> Callable[[object], tuple[str, ...]]:
    def convert(value: object) -> tuple[str, ...]:
        texts = _some(value)
        for each in texts:
            if each not in known:
                raise ValueError(f"“{each}” is not known, only {_listed(known)}")
        return texts

    return convert


def _encryption(value: object) -> str:
    if value not in ("required", "forbidden"):
        raise ValueError("“required” or “forbidden” is expected")
    return str(value)


def _off(value: object) -> frozenset[str]:
    return frozenset(_one_of(tuple(FEATURES))(value)) if value else frozenset()


def _listed(texts: Iterable[str]) -> str:
    return ", ".join(texts)


_KEYS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "contact": ("contact", _text),
    "masking.profiles": ("profiles", _some),
    "masking.options": ("options", _options),
    "vault.protections": ("protections", _one_of(("key file", "keyring", "passphrase"))),
    "vault.passphrase_length": ("passphrase_length", _count),
    "catalogue.encryption": ("encryption", _encryption),
    "vault.lock_minutes": ("lock_minutes", _count),
    "folders.projects": ("project_folders", _folders),
    "folders.output": ("output_folders", _folders),
    "readers.names": ("readers", _some),
    "features.off": ("off", _off),
}
