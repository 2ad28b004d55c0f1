"""The catalogue of an existing project is encrypted, or decrypted again.

`project.toml` says which of the two files is in force, and is replaced as a whole: whenever the program is killed, one
whole catalogue is, and the same command does the rest.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from anonymizer import Vault
from app import policy
from app.errors import UsageError
from app.project import Project
from app.project_lock import Holder, ProjectLock
from app.storage import sweep
from app.workflows.projects import catalogue_key_in
from labeller import CatalogueKey, clear_away, convert, left_behind

WITHOUT_VAULT = (
    "From now on no label can be seen without the vault: write a recovery sheet, and keep vault and catalogue "
    "together in backups."
)
ELSEWHERE = (
    "Copies of the project made before, exported label files and data sets hold labels in clear, and so may parts of "
    "the disk that are free now."
)
CONSEQUENCES = (WITHOUT_VAULT, ELSEWHERE)


@dataclass(frozen=True, slots=True)
class Converted:
    """The project as it is now, and damaged catalogues that still lie in it as it was before."""

    project: Project
    damaged: Sequence[Path]


def encrypt(project: Project, vault: Vault) -> Converted:
    """Encrypt the project's catalogue and its copies, under a key that the vault keeps.

    Raises UsageError while a window works in it or where it is done already, PolicyError where the site's IT forbids
    it, and CatalogueError where it cannot be done; then the catalogue stands as it was.
    """
    policy.current().check_encryption(encrypted=True)
    with _alone_in(project):
        if project.encrypted:
            return _finished(project, catalogue_key_in(vault), "The catalogue is encrypted already.")
        key = CatalogueKey(vault.catalogue_secret.make())
        return _converted(project, replace(project, encrypted=True, catalogue_key=key), key)


def decrypt(project: Project, vault: Vault) -> Converted:
    """Keep the project's catalogue and its copies in clear again. Raises as `encrypt` does."""
    policy.current().check_encryption(encrypted=False)
    with _alone_in(project):
        if not project.encrypted:
            secret = vault.catalogue_secret.get()
            if secret is None:
                raise UsageError("The catalogue is not encrypted.", "Nothing is to be done.")
            done = _finished(project, CatalogueKey(secret))
        else:
            key = catalogue_key_in(vault)
            done = _converted(project, replace(project, encrypted=False, catalogue_key=None), key)
        vault.catalogue_secret.drop()
        return done


def finish(project: Project) -> None:
    """Do what an `encrypt` that was killed left to do. Raises CatalogueError."""
    if project.catalogue_key is not None and left_behind(project.catalogue_file, project.backups):
        _finished(project, project.catalogue_key)


def _converted(before: Project, after: Project, key: CatalogueKey) -> Converted:
    convert(before.catalogue_file, after.catalogue_file, key, after.save)
    after.record("catalogue encrypted" if after.encrypted else "catalogue decrypted")
    return _finished(after, key)


def _finished(project: Project, key: CatalogueKey, nothing_left: str = "") -> Converted:
    if nothing_left and not left_behind(project.catalogue_file, project.backups):
        raise UsageError(nothing_left, "Nothing is to be done.")
    for folder in (project.folder, project.backups):
        sweep(folder)
    before = replace(project, encrypted=not project.encrypted).catalogue_file
    return Converted(project, clear_away(before, project.catalogue_file, project.backups, key))


@contextmanager
def _alone_in(project: Project) -> Iterator[None]:
    held = ProjectLock.take(project.lock_file)
    if isinstance(held, Holder):
        raise UsageError(f"{held} is working in this project.", "Close that window first.")
    try:
        yield
    finally:
        held.release()
