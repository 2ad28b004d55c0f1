"""The vault in the hands of the site: who is who, the list for those who may have it, locking and forgetting.

Everything done here stands in the audit trail, without an identity.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from anonymizer import (
    Contents,
    Field,
    KnownPatient,
    PatientRules,
    Unlisted,
    Vault,
    read_list,
)
from app import policy
from app.errors import UsageError
from app.places import lies_in
from app.project import Project
from app.workflows.identity_list import write_list
from app.workflows.projects import check_passphrase, protection_for, protection_now

FORGETTING = (
    "The images and labels stay; nobody can be found behind them any more.",
    "The masked image cannot be compared with its original, nor masked again from it.",
    (
        "Labels cannot be entered by the original path or UID, and the originals are passed over when they are "
        "imported again."
    ),
    (
        "Lists that were exported and copies of the project made before, such as backups, still tell who it was: "
        "destroy them too."
    ),
    "It cannot be undone.",
)
ONE_PATIENT = (
    "The project's key stays: whoever has it and knows the patient's ID can still compute the pseudonym. "
    "Only forgetting everyone destroys the key."
)
EVERYONE = (
    "The project's key is destroyed with it: the pseudonyms can be computed by nobody, and the same patients, "
    "imported into this project later, get new ones. A key of the site that was used with other projects stays "
    "where it is."
)
LIST_WARNING = (
    "This list says who each patient is. It is readable by your account alone: keep it apart from the masked "
    "images, and delete it when it is not needed any more."
)


def find_patients(
    project: Project, vault: Vault, text: str = "", by: Field = Field.ANY
) -> list[KnownPatient]:
    """The patients that match a text; that somebody looked is recorded, not for what."""
    found = vault.patients.find(text, by)
    project.record("vault searched", by=by.value, patients=len(found))
    return found


def contents(vault: Vault) -> Contents:
    """What the vault holds, in numbers."""
    return vault.patients.contents()


def export_list(project: Project, vault: Vault, file: Path) -> int:
    """Write who is who to a CSV file or an Excel workbook; returns how many patients stand in it.

    Raises UsageError where the file lies inside the project, which may be handed on, or exists already, and
    PolicyError where the site's IT does not allow lists.
    """
    policy.current().require("identity list")
    if lies_in(file, project.folder):
        raise UsageError(
            "The list must not lie in the project's folder, which may be handed on.", "Choose another folder."
        )
    patients = vault.patients.find()
    project.record("vault exported", patients=len(patients), format=file.suffix.lower().lstrip("."))
    write_list(file, patients)
    return len(patients)


def read_pseudonyms(
    project: Project,
    vault: Vault,
    file: Path | None,
    *,
    unlisted: Unlisted | None = None,
    separate_issuers: bool | None = None,
) -> PatientRules:
    """Take a list of pseudonyms into the vault and set how patients are told apart. Raises PseudonymListError."""
    if file is not None and not file.is_file():
        raise UsageError(f"Not found: {file}.", "Check the spelling of the path.")
    rows = read_list(file) if file is not None else []
    rules = vault.patients.extend(rows, unlisted=unlisted, separate_issuers=separate_issuers)
    project.record(
        "pseudonym list read",
        rows=len(rows),
        listed=len(rules.listed),
        unlisted=rules.unlisted.value,
        separate_issuers=rules.separate_issuers,
    )
    return rules


def protect(project: Project, vault: Vault, kind: str, passphrase: str | None = None) -> Project:
    """Lock the vault by another passphrase, the system's keyring or a key file; returns the project with it.

    What opened it before is destroyed. Raises UsageError for a weak passphrase or where nothing would change.
    """
    policy.current().check_protection(kind, passphrase)
    before = protection_now(project)
    if kind == before and kind != "passphrase":
        raise UsageError(f"The vault is locked by a {kind} already.", "Choose another protection.")
    if kind == "passphrase":
        check_passphrase(passphrase)
    vault.change_protection(protection_for(project, kind, passphrase))
    changed = replace(project, protection=kind)
    changed.save()
    project.record("vault protection changed", protection=kind, before=before)
    if before not in (kind, "passphrase"):
        protection_for(project, before, None).discard()
    return changed


def forget_patients(project: Project, vault: Vault, pseudonyms: Sequence[str]) -> int:
    """Destroy the way back to these patients; returns how many instances are anonymous now.

    Raises VaultError for a pseudonym that the vault does not know; those before it are forgotten then.
    """
    policy.current().require("forgetting")
    instances = 0
    for pseudonym in pseudonyms:
        concerned = vault.forget(pseudonym)
        project.record("patient forgotten", pseudonym=pseudonym, instances=concerned)
        instances += concerned
    return instances


def forget_everyone(project: Project, vault: Vault) -> int:
    """Destroy every identity and the key; returns how many instances are anonymous now."""
    policy.current().require("forgetting")
    held = vault.patients.contents()
    vault.forget_everyone()
    project.record("everyone forgotten", patients=held.patients, instances=held.instances)
    return held.instances
