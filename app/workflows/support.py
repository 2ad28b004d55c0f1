"""What support needs to know of an installation and a project, as one text without identities.

It is made to be read by the user before it is given to anybody.
"""

import json
import os
import platform
from collections.abc import Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from anonymizer import profile_names
from app import NAME, VERSION, audit, logs, sealed
from app.account import account
from app.components import training_installed
from app.project import Project
from app.settings import config_folder
from app.workflows.pixel_policy import wants_every_series
from labeller import CatalogueError, is_sound, row_counts

PROMISE = (
    "This report holds versions, settings, counts, timings and the program's own log. It holds no image, no "
    "identity, no path and no label. Read it before you give it to anybody."
)
_PARTS = ("pydicom", "numpy", "pillow", "onnxruntime", "rapidocr-onnxruntime", "sqlalchemy", "cryptography", "keyring",
          "pyside6-essentials", "keras", "tensorboard", "tensorflow-cpu", "python-gdcm", "pylibjpeg-openjpeg",
          "pyjpegls", "sqlcipher3")  # fmt: skip
_SETTINGS = ("theme", "scale", "lock_minutes")  # of the window; others name readers and projects
_LOG_LINES = 200
_SHORTEST = 3  # an account or computer of two letters would take letters out of words


def support_report(project: Project | None = None) -> str:
    """The report, of an open project too where one is given."""
    parts = [f"{NAME} {VERSION}: report for support", PROMISE, _section("Computer", _computer())]
    parts.append(_section("Parts", _parts()))
    parts.append(_section("Settings of the window", _settings()))
    if project is not None:
        parts.append(_section("Project", _project(project)))
    parts.append("\n".join(["Log", *(f"  {line}" for line in logs.newest(_LOG_LINES))]))
    return _without_names("\n\n".join(parts), project) + "\n"


def _section(title: str, facts: Mapping[str, Any]) -> str:
    return "\n".join([title, *(f"  {name}: {value}" for name, value in facts.items())])


def _computer() -> dict[str, Any]:
    return {
        "system": platform.platform(),
        "processor": platform.machine(),
        "cores": os.cpu_count(),
        "Python": platform.python_version(),
        "training installed": training_installed(),
        "network cut off": sealed.is_sealed(),
    }


def _parts() -> dict[str, str]:
    known = {each.name.lower(): each.version for each in distributions() if each.name}
    return {name: known.get(name, "not installed") for name in _PARTS}


def _settings() -> dict[str, str]:
    file = config_folder() / "window.ini"
    lines = file.read_text(encoding="utf-8", errors="replace").splitlines() if file.exists() else []
    pairs = [line.partition("=") for line in lines]
    return {name: value for name, _mark, value in pairs if name in _SETTINGS}


def _project(project: Project) -> dict[str, Any]:
    own = project.profile not in profile_names()
    facts: dict[str, Any] = {
        "profile": "one of the site's own" if own else project.profile,
        "options": ", ".join(project.options) or "none",
        "protection of the vault": project.protection,
        "labelled on originals": project.label_originals,
        "every series approved": wants_every_series(project),
    }
    facts |= {f"size of {file.name}": _size(file) for file in (project.catalogue_file, project.vault_file)}
    facts |= dict(_catalogue(project))
    if project.audit_file.exists():
        verdict = audit.judge(project.audit_file)
        facts["audit trail"] = f"{verdict.lines} lines, " + (
            "whole" if verdict.whole else "changed or damaged"
        )
    return facts


def _size(file: Path) -> str:
    return f"{file.stat().st_size:,} bytes" if file.exists() else "missing"


def _catalogue(project: Project) -> Iterator[tuple[str, Any]]:
    """Yield how many rows each table has; never what stands in them."""
    if not project.catalogue_file.exists():
        return
    if project.encrypted:
        yield "catalogue encrypted", True
        if project.catalogue_key is None:
            yield "catalogue", "not opened: the vault is locked"
            return
    yield "catalogue sound", _soundness(project)
    try:
        for name, rows in row_counts(project.catalogue_file, project.catalogue_key).items():
            yield f"rows of {name}", rows
    except CatalogueError as error:
        yield "catalogue", str(error)


def _without_names(text: str, project: Project | None) -> str:
    """Take out what names the user, the computer and the project, wherever a library may have put it."""
    names = {str(Path.home()): "<home>", account(): "<account>", platform.node(): "<computer>"}
    if project is not None:
        names |= {str(project.folder): "<project>", project.name: "<project>"}
    for name in sorted(names, key=len, reverse=True):
        if len(name) >= _SHORTEST:
            text = text.replace(name, names[name]).replace(json.dumps(name)[1:-1], names[name])
    return text


def _soundness(project: Project) -> bool | str:
    try:
        return is_sound(project.catalogue_file, project.catalogue_key)
    except CatalogueError as error:
        return str(error)
