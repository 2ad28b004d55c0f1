"""What opens a project's vault besides its daily protection: a renewed key, and the recovery sheet."""

from datetime import date
from pathlib import Path

from anonymizer import RecoveryCode, Vault
from app import NAME, policy
from app.errors import UsageError
from app.places import lies_in
from app.project import Project
from app.project_lock import Holder, ProjectLock
from app.workflows.identity_list import write_private
from app.workflows.projects import check_passphrase, protection_for, protection_now

RENEWED = (
    "What opened earlier copies of the vault still opens those: destroy copies that others may have.",
    "The recovery sheet opens this vault no more: write a new one.",
)


def renew_key(project: Project, vault: Vault, passphrase: str | None = None) -> None:
    """Seal the vault's entries under a new key. Raises UsageError while a window works in the project."""
    held = ProjectLock.take(project.lock_file)
    if isinstance(held, Holder):
        raise UsageError(f"{held} is working in this project.", "Close that window first.")
    try:
        vault.renew_key(protection_for(project, protection_now(project), passphrase))
        project.record("vault key renewed")
    finally:
        held.release()


def write_recovery_sheet(project: Project, vault: Vault, file: Path) -> None:
    """Write a page to print that opens the vault when passphrase or key file are lost; an earlier one does no more.

    Raises UsageError where the file exists, or lies in the project's folder.
    """
    if lies_in(file, project.folder):
        raise UsageError(
            "The recovery sheet must not lie in the project's folder, which it opens.",
            "Choose another folder.",
        )
    if file.exists():
        raise UsageError(f"{file} exists already.", "Choose another name.")
    code = vault.write_recovery()
    write_private(file, _sheet(project, code).encode())
    project.record("recovery sheet written")


def _sheet(project: Project, code: RecoveryCode) -> str:
    groups = code.text.split("-")
    rows = "\n".join("      " + "   ".join(groups[at : at + 3]) for at in range(0, len(groups), 3))
    return f"""{NAME}: recovery sheet of the project “{project.name}”
Written on {date.today().isoformat()}. Project {project.identifier}.

Who has this sheet and the project's folder can find out who the patients are.
Print it, lock it away (a safe, apart from the project), and delete this file.

{rows}

When the passphrase or the key file is lost:

  leadglass vault {project.folder.name} recover "passphrase"

asks for this code and for a new passphrase ("key file" makes a new key file instead).
It is used up by nothing; a newer sheet and a renewed key make it worthless.
"""  # noqa: DTZ011 - the day that the reader's calendar shows


def recover(project: Project, code: str, kind: str, passphrase: str | None = None) -> None:
    """Open the vault by the code on its recovery sheet and lock it anew. Raises VaultLockedError for a wrong one."""
    policy.current().check_protection(kind, passphrase)
    if kind == "passphrase":
        check_passphrase(passphrase)
    with Vault.open(project.vault_file, RecoveryCode(code)) as vault:
        vault.change_protection(protection_for(project, kind, passphrase))
    project.record("vault recovered", protection=kind)
