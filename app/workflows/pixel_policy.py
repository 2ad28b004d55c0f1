"""How burned-in text is treated: what the profile says, then the site, then the project or the command."""

import json
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from anonymizer import PixelPolicy, Profile, ProfileError, load_profile, policy_from
from app import policy as laid_down
from app.errors import SettingsError
from app.project import Project
from app.settings import config_folder
from app.storage import write_text

_HEAD = "# How this site treats burned-in text; the keys are those of [pixels] in a profile.\n"


def site_file() -> Path:
    """Where the site's own settings and its part of the keep-list stand."""
    return config_folder() / "pixels.toml"


def with_policies(profile: Profile, *rows: Mapping[str, Any]) -> Profile:
    """Return the profile with the site's settings and further ones on top.

    Raises ProfileError, SettingsError, and PolicyError where there are any and the site's IT allows none.
    """
    policy = profile.pixels
    if any(rows := (_site_rows(), *rows)):
        laid_down.current().require("own pixel settings")
    for row in rows:
        policy = policy_from(row, policy)
    return replace(profile, pixels=policy)


def project_policy(project: Project, profile: Profile) -> PixelPolicy:
    """How a project treats burned-in text. Raises ProfileError, SettingsError."""
    return with_policies(profile, project.pixels).pixels


def required_policy(project: Project) -> PixelPolicy:
    """What profile and site say of burned-in text, without the project. Raises ProfileError, SettingsError."""
    return with_policies(load_profile(project.profile, project.options)).pixels


def wants_every_series(project: Project) -> bool:
    """Whether a reader is to approve every series, as profile, site or project say."""
    return bool(project.pixels.get("review_all")) or required_policy(project).review_all


def change_project(project: Project, **changes: object) -> Project:
    """Change keys of a project's settings, None for the profile's own; what is masked already stays as it is.

    Raises ProfileError for what is no setting.
    """
    laid_down.current().require("own pixel settings")
    rows = {key: value for key, value in {**project.pixels, **changes}.items() if value is not None}
    policy_from(rows, PixelPolicy())
    changed = replace(project, pixels=rows)
    changed.save()
    told = {key: value for key, value in changes.items() if not key.startswith("keep")}
    project.record("treatment of burned-in text changed", settings=told, keys=sorted(changes))
    return changed


def keep_texts(texts: Sequence[str], project: Project | None = None) -> Project | None:
    """Add texts to the keep-list of the project, or of the site; the project as it is then.

    Raises SettingsError where the site's file cannot be written.
    """
    return _change_list(project, lambda before: tuple(dict.fromkeys((*before, *texts))))


def keep_no_longer(texts: Sequence[str], project: Project | None = None) -> Project | None:
    """Take texts out of the keep-list that `keep_texts` put there. Raises SettingsError."""
    return _change_list(project, lambda before: tuple(text for text in before if text not in texts))


def site_keep_list() -> tuple[str, ...]:
    """The texts that this site added to the keep-list. Raises SettingsError."""
    return tuple(_site_rows().get("keep", ()))


def _change_list(
    project: Project | None, change: Callable[[tuple[str, ...]], tuple[str, ...]]
) -> Project | None:
    if project is not None:
        return change_project(project, keep=list(change(tuple(project.pixels.get("keep", ())))))
    laid_down.current().require("own pixel settings")
    rows = {**_site_rows(), "keep": list(change(site_keep_list()))}
    text = _HEAD + "".join(
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n" for key, value in rows.items()
    )
    try:
        write_text(site_file(), text)
    except OSError as error:
        raise SettingsError(
            f"{site_file()} cannot be written.", "Check that you may write in its folder."
        ) from error
    return None


def _site_rows() -> Mapping[str, Any]:
    file = site_file()
    if not file.exists():
        return {}
    try:
        rows = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        policy_from(rows, PixelPolicy())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{file} cannot be read.", "Mend the file.") from error
    except ProfileError as error:
        raise SettingsError(f"{file}: {error}", error.remedy) from error
    return rows
