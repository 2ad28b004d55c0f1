"""What opens a project for the window: its passphrase, asked for where one is needed, and the key of its catalogue."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from anonymizer import Vault
    from app.project import Project

Ask = Callable[[str], str | None]
"""Gets a hint ("" at first, then what was wrong) and returns the passphrase, or None to give up."""


@dataclass(frozen=True, slots=True)
class WayIn:
    """A project whose catalogue can be opened, and the passphrase where one was entered for that."""

    project: "Project"
    passphrase: str = field(default="", repr=False)


def way_into(folder: Path, ask: Ask, known: "Project | None" = None) -> WayIn | None:
    """Return what opens the project in `folder`; None where the user gave up. `known` may be the same one, open already.

    Only an encrypted catalogue asks for the vault. Raises ProjectError, and VaultError where no passphrase would help.
    """
    from app.project import Project
    from app.workflows.projects import catalogue_key_in

    project = Project.open(folder)
    if not project.encrypted:
        return WayIn(project)
    if known is not None and known.folder == project.folder and known.catalogue_key is not None:
        return WayIn(replace(project, catalogue_key=known.catalogue_key))
    opened = open_vault(project, "", ask)
    if opened is None:
        return None
    vault, passphrase = opened
    with closing(vault):
        return WayIn(replace(project, catalogue_key=catalogue_key_in(vault)), passphrase)


def open_vault(project: "Project", passphrase: str, ask: Ask) -> "tuple[Vault, str] | None":
    """Open a project's vault, asking until a passphrase fits; None where the user gave up.

    Raises VaultError where no passphrase would help.
    """
    from anonymizer import VaultLockedError
    from app.workflows.projects import unlock

    hint = ""
    while True:
        try:
            return unlock(project, passphrase or None), passphrase
        except VaultLockedError as error:
            hint = str(error) if passphrase else hint
            text = ask(hint)
            if not text:
                return None
            passphrase = text
