"""Making projects and opening their vaults."""

import os
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anonymizer import (
    KeyFile,
    Keyring,
    Passphrase,
    PatientRules,
    Protection,
    SecretKey,
    Vault,
    VaultError,
    VaultLockedError,
    VaultRefusedError,
    judge_passphrase,
    load_profile,
    policy_from,
)
from app import audit, long_paths, policy
from app.errors import ProjectError, UsageError
from app.project import Project
from app.settings import CATALOGUE_KEY_VARIABLE, PASSPHRASE_VARIABLE, vault_key_file
from app.storage import sweep

if TYPE_CHECKING:
    from labeller import CatalogueKey

PROTECTIONS = ("key file", "keyring", "passphrase")


def create_project(
    folder: Path,
    *,
    profile: str = "basic",
    options: tuple[str, ...] = (),
    protection: str = "key file",
    passphrase: str | None = None,
    key: SecretKey | None = None,
    patients: PatientRules | None = None,
    pixels: Mapping[str, Any] | None = None,
    encrypted: bool | None = None,
) -> Project:
    """Make a project in `folder`, which must be new or empty.

    `protection` says how the vault is locked: by a key file in the user's configuration folder, by the operating
    system's keyring, or by a passphrase. `key` makes pseudonyms agree with those of another project or of
    `leadglass mask`; without it the project gets a key of its own. `patients` are the site's own pseudonyms, `pixels`
    says how burned-in text is treated where that differs from the profile. `encrypted` encrypts its catalogue, under a
    key that the vault holds: without the vault nobody sees a label then (None: as the site's IT has laid down, else not).

    Raises ProjectError, ProfileError and VaultError, and PolicyError for what the site's IT does not allow.
    """
    rules = policy.current()
    rules.check_project(folder)
    long_paths.check(folder, long_paths.PROJECT)
    rules.check_masking(profile, options)
    if pixels:
        rules.require("own pixel settings")
    encrypted = rules.encrypts if encrypted is None else encrypted
    rules.check_encryption(encrypted=encrypted)
    rules.check_protection(protection, passphrase or os.environ.get(PASSPHRASE_VARIABLE))
    # A wrong profile or passphrase is said before anything is made.
    if protection == "passphrase" and passphrase:
        check_passphrase(passphrase)
    policy_from(pixels or {}, load_profile(profile, options).pixels)
    if Path(profile).is_file():
        profile = str(Path(profile).resolve())
    project = Project.create(
        folder, profile=profile, options=options, protection=protection, pixels=pixels, encrypted=encrypted
    )
    lock = protection_for(project, protection, passphrase)
    told_apart = patients or PatientRules()
    with Vault.create(project.vault_file, key or SecretKey.generate(), lock) as vault:
        vault.patients.extend(
            told_apart.listed.entries,
            unlisted=told_apart.unlisted,
            separate_issuers=told_apart.separate_issuers,
        )
        audit.begin_seal(project.audit_file, vault.trail_keys.begin, vault.trail_keys.confirm)
        if encrypted:
            project = replace(project, catalogue_key=_key(vault.catalogue_secret.make()))
    from labeller import Catalogue

    Catalogue.create(project.catalogue_file, project.catalogue_key).close()
    project.save()
    facts = {"encrypted": True} if encrypted else {}
    project.record(
        "project made",
        profile=profile,
        options=list(options),
        protection=protection,
        pixels=project.pixels,
        **facts,
    )
    return project


def with_catalogue_key(project: Project, passphrase: str | None = None) -> Project:
    """Return the project with what opens its catalogue: as it is, where that is not encrypted.

    The key is handed over by the window whose job this is, else it comes out of the vault, which `passphrase` opens
    as in `unlock`. Raises VaultLockedError as that does.
    """
    if not project.encrypted or project.catalogue_key is not None:
        return project
    known = _handed_over(project)
    if known is None:
        with closing(unlock(project, passphrase)) as vault:
            known = catalogue_key_in(vault)
    return replace(project, catalogue_key=known)


def needs_passphrase_for_labels(project: Project) -> bool:
    """Whether a person must be asked before the catalogue opens."""
    return project.encrypted and _handed_over(project) is None and needs_passphrase(project)


def catalogue_key_in(vault: Vault) -> "CatalogueKey":
    """Return the key of the catalogue that the vault holds. Raises VaultError where it holds none."""
    secret = vault.catalogue_secret.get()
    if secret is None:
        raise VaultError(
            "The vault does not hold the key of this project's encrypted catalogue.",
            "Restore the project's folder from a backup, catalogue and vault together.",
        )
    return _key(secret)


def hand_over(project: Project) -> dict[str, str]:
    """Return what a job of the window needs in its environment to open the catalogue; the vault stays shut to it."""
    if project.catalogue_key is None:
        return {}
    return {CATALOGUE_KEY_VARIABLE: f"{project.identifier}:{project.catalogue_key.secret.hex()}"}


def _handed_over(project: Project) -> "CatalogueKey | None":
    whose, _, key = os.environ.get(CATALOGUE_KEY_VARIABLE, "").partition(":")
    if whose != project.identifier:
        return None
    with suppress(ValueError):
        return _key(bytes.fromhex(key))
    return None


def _key(secret: bytes) -> "CatalogueKey":
    from labeller import CatalogueKey

    return CatalogueKey(secret)


def check_passphrase(text: str | None) -> None:
    """Raise UsageError for a passphrase that is too weak to lock a vault."""
    judgement = judge_passphrase(text or "")
    if not judgement.acceptable:
        raise UsageError(judgement.words, "Choose a longer passphrase, such as four random words.")


def unlock(project: Project, passphrase: str | None = None) -> Vault:
    """Open the project's vault; the caller closes it.

    The passphrase, where one is needed, is the given one or that in LEADGLASS_PASSPHRASE.
    Raises VaultLockedError if it is missing or wrong.
    """
    kind = protection_now(project)
    try:
        vault = Vault.open(project.vault_file, protection_for(project, kind, passphrase))
    except VaultRefusedError:
        with suppress(ProjectError):  # a project that may only be read
            project.record("vault refused", protection=kind)
        raise
    with suppress(OSError):
        sweep(project.folder)
        audit.begin_seal(project.audit_file, vault.trail_keys.begin, vault.trail_keys.confirm)
    return vault


def unlocked_if_possible(project: Project) -> Vault | None:
    """Return the project's vault if nobody need be asked and its key is at hand; else None."""
    try:
        return None if needs_passphrase(project) else unlock(project, None)
    except (VaultError, ProjectError):
        return None


def needs_passphrase(project: Project) -> bool:
    """Whether a person must be asked before the vault opens."""
    return protection_now(project) == "passphrase" and not os.environ.get(PASSPHRASE_VARIABLE)


def protection_now(project: Project) -> str:
    """How the vault is locked; the vault itself knows best. Raises VaultError if it is missing or damaged."""
    return Vault.protection_of(project.vault_file)


def protection_for(project: Project, kind: str, passphrase: str | None) -> Protection:
    """What locks the project's vault if it is of this kind. Raises VaultLockedError for a missing passphrase."""
    if kind == "key file":
        return KeyFile(vault_key_file(project.identifier))
    if kind == "keyring":
        return Keyring(project.identifier)
    if kind != "passphrase":
        raise ProjectError(f"The vault's protection “{kind}” is not known.", "Restore project.toml.")
    text = passphrase or os.environ.get(PASSPHRASE_VARIABLE)
    if not text:
        raise VaultLockedError(
            "This project's vault is locked by a passphrase.",
            f"Enter it in the window, or set {PASSPHRASE_VARIABLE} for the command.",
        )
    return Passphrase(text)
