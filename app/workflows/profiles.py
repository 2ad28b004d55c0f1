"""A site's own profiles: which there are, what contradicts itself in a choice of options, and writing one."""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from anonymizer import OPTIONS, Profile, ProfileError, load_profile, profile_names
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
    """Pairs of chosen options that contradict each other, each pair once."""
    chosen = set(options)
    return [
        (option.name, other)
        for option in OPTIONS
        for other in option.excludes
        if {option.name, other} <= chosen and option.name < other
    ]


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


def save_profile(file: Path, title: str, base: Profile, options: frozenset[str]) -> None:
    """Write an own profile with these options; what `base` says beyond its options is taken over.

    Raises SettingsError where the file cannot be written.
    """
    described = f"Own profile, made from “{base.title}”."
    rows: dict[str, object] = {
        "title": title,
        "description": described,
        "options": [option.name for option in OPTIONS if option.name in options],
        "keep_words": sorted(base.keep_words),
        "mask_words": sorted(base.mask_words),
        "documents": base.documents,
        "shift_times": base.shift_times,
    }
    if base.allow is not None:
        rows["allow"] = [_tag(tag) for tag in sorted(base.allow)]
    # A JSON string or array of strings is the same in TOML.
    text = "".join(f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows.items())
    text += "\n[attributes]\n" + "".join(f'"{_tag(tag)}" = "{action}"\n' for tag, action in base.attributes)
    text += "".join(
        f'{json.dumps(f"({group:04X},[{creator}]{last:02X})", ensure_ascii=False)} = "{action}"\n'
        for creator, group, last, action in base.private
    )
    try:
        write_text(file, text)
    except OSError as error:
        raise SettingsError(f"{file} cannot be written.", "Choose another folder.") from error


def _tag(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
