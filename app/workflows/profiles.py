"""A site's own profiles: which there are, what contradicts itself in a choice of options, and writing one."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from anonymizer import (
    OPTIONS,
    Conflict,
    Profile,
    ProfileError,
    conflicts,
    load_profile,
    profile_names,
)
from app.errors import SettingsError
from app.settings import config_folder
from app.storage import write_text


def profiles_folder() -> Path:
    """Where own profiles are kept: each as a TOML file."""
    folder = config_folder() / "profiles"
    folder.mkdir(exist_ok=True)
    return folder


def known_profiles() -> list[tuple[str, Profile]]:
    """The presets, basic first, then the site's own profiles that can be read: what to call them, and each."""
    own = sorted(profiles_folder().glob("*.toml"), key=lambda file: file.stem.casefold())
    found = []
    for name in (*profile_names(), *map(str, own)):
        try:
            found.append((name, load_profile(name)))
        except ProfileError:
            if name in profile_names():
                raise
            continue  # a damaged file of the site is told about when it is chosen by name
    return found


def contradictions(options: Iterable[str]) -> list[tuple[str, str]]:
    """Pairs of chosen options that cannot both be followed."""
    chosen = set(options)
    return [
        (option.name, other)
        for option in OPTIONS
        for other in option.excludes
        if {option.name, other} <= chosen and option.name < other
    ]


def warnings(profile: Profile, options: frozenset[str]) -> tuple[Conflict, ...]:
    """What a user should know of a choice of options on top of a profile, before the first import."""
    return conflicts(replace(profile, options=options))


def as_project_settings(
    name: str, profile: Profile, options: frozenset[str]
) -> tuple[str, tuple[str, ...]] | None:
    """Return profile and added options of a project that masks by `options` on top of `profile`.

    None where options that the profile chooses are left out and it says more than which options are chosen:
    then only an own profile can say so.
    """
    order = [option.name for option in OPTIONS]
    if profile.options <= options:
        return name, tuple(sorted(options - profile.options, key=order.index))
    plain = replace(profile, name="", title="", description="", options=frozenset())
    return ("basic", tuple(sorted(options, key=order.index))) if plain == Profile("", "") else None


def save_profile(file: Path, title: str, base: str, options: frozenset[str]) -> None:
    """Write an own profile that extends the profile `base` (name or file) but chooses these options.

    Raises SettingsError where the file exists or cannot be written.
    """
    if file.exists():
        raise SettingsError("There is an own profile of this name already.", "Choose another name.")
    profile = load_profile(base)
    rows: dict[str, object] = {
        "title": title,
        "description": f"Own profile, made from “{profile.title}”.",
        "extends": base,
        "options": [option.name for option in OPTIONS if option.name in options - profile.options],
        "without_options": [option.name for option in OPTIONS if option.name in profile.options - options],
    }
    # A JSON string or array of strings is the same in TOML.
    text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows.items())
    try:
        write_text(file, text)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written.", "Choose another folder.") from error
