"""Opening a project for a command, and asking for its passphrase where there is somebody to ask."""

import getpass
import os
import sys
from pathlib import Path

from app.errors import UsageError
from app.project import Project
from app.settings import PASSPHRASE_VARIABLE
from app.workflows import projects


def ask_passphrase(*, twice: bool = False) -> str | None:
    """The passphrase from the environment or, on a terminal, from the user; None where nobody can be asked."""
    given = os.environ.get(PASSPHRASE_VARIABLE)
    if given or not sys.stdin.isatty():
        return given or None
    text = getpass.getpass("Passphrase of the project: ")
    if twice and getpass.getpass("Once more: ") != text:
        raise UsageError("The two passphrases differ.", "Try again.")
    return text


def open_project(folder: Path) -> Project:
    """The project in `folder` with what opens its catalogue: the vault is opened where that is encrypted.

    Raises ProjectError, and VaultLockedError where the passphrase is missing or wrong.
    """
    project = Project.open(folder)
    if projects.needs_passphrase_for_labels(project) and (text := ask_passphrase()):
        os.environ[PASSPHRASE_VARIABLE] = text  # asked once: whatever else this command opens finds it there
    return projects.with_catalogue_key(project)


def passphrase_for(project: Project) -> str | None:
    """The passphrase where the project's vault needs one."""
    return ask_passphrase() if projects.needs_passphrase(project) else None
