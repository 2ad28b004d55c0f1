"""`leadglass vault`: who is who in a project, for those who may know."""

import argparse
import getpass
import os
import sys
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

from anonymizer import Field, KnownPatient, Unlisted, Vault
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.opening import passphrase_for
from app.cli.commands.projects import add_project_argument
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows import encryption, projects, vaults, ways_in

NEW_PASSPHRASE = "LEADGLASS_NEW_PASSPHRASE"  # noqa: S105 - the name of a variable
RECOVERY_CODE = "LEADGLASS_RECOVERY_CODE"
_RECOVER = "recover"
_FORGET = "forget"  # what a person types to say that it is meant
Action = Callable[[Project, Vault, argparse.Namespace], Result]


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("action", choices=(*_ACTIONS, _RECOVER), metavar="ACTION", help="; ".join(_HELP))
    parser.add_argument("values", nargs="*", metavar="VALUE", help="what the action is about")
    parser.add_argument(
        "--by",
        choices=tuple(Field),
        default=Field.ANY.value,
        help="find: by this alone, where a text fits several (any)",
    )
    parser.add_argument(
        "--unlisted",
        choices=tuple(Unlisted),
        default=None,
        help="pseudonyms: patients that the list does not name get a pseudonym from the key, or are not written",
    )
    parser.add_argument(
        "--separate-issuers",
        action=argparse.BooleanOptionalAction,
        default=None,
        help="pseudonyms: the same patient ID of two issuers is two patients; only before the first import",
    )
    parser.add_argument("--everyone", action="store_true", help="forget: all patients, and the key with them")
    parser.add_argument("--yes", action="store_true", help="forget: do not ask; it cannot be undone")


def _run(given: argparse.Namespace, progress: Progress) -> Result:
    project = Project.open(given.project)
    progress.stage("Opening the vault")
    if given.action == _RECOVER:
        return _recover(project, given)
    with closing(projects.unlock(project, passphrase_for(project))) as vault:
        return _ACTIONS[given.action](project, vault, given)


def _info(project: Project, vault: Vault, _given: argparse.Namespace) -> Result:
    held = vaults.contents(vault)
    protection = projects.protection_now(project)
    when = f", entered from {held.first[:10]} to {held.last[:10]}" if held.first else ""
    lines = [
        f"Patients: {held.patients}, with {held.instances} masked instances{when}.",
        f"Inputs that were quarantined or failed: {held.rejected}. Patients forgotten: {held.forgotten}.",
        f"Patients on the list of pseudonyms: {held.listed}; others: {_OTHERS[held.unlisted]}.",
        f"The same patient ID of two issuers: {'two patients' if held.separate_issuers else 'one patient'}.",
        f"Locked by a {protection}. Key {vault.key.fingerprint}.",
    ]
    facts = {**asdict(held), "protection": protection, "key": vault.key.fingerprint}
    return Result("\n".join(lines), facts)


_OTHERS = {"keyed": "a pseudonym from the key", "quarantine": "not written"}


def _find(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    if not given.values:
        raise UsageError(
            "Nothing to look for.", "Give a name, an ID, a date, a number, a UID or a pseudonym."
        )
    found = vaults.find_patients(project, vault, " ".join(given.values), Field(given.by))
    lines = [line for patient in found for line in _lines(patient)]
    text = "\n".join(lines) if lines else "The vault knows no such patient."
    return Result(
        text, {"patients": [patient.as_json() for patient in found]}, DONE if found else SOME_FAILED
    )


def _lines(patient: KnownPatient) -> list[str]:
    counts = f"instances {patient.instances}, studies {len(patient.studies)}"
    people = [
        "  " + ", ".join(filter(None, (p.patient_id, p.issuer, p.name, p.birth_date))) for p in patient.people
    ]
    accessions = f"  accession numbers: {', '.join(patient.accessions)}" if patient.accessions else ""
    return [f"{patient.pseudonym}: {counts}", *people, *filter(None, [accessions])]


def _export(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    file = Path(_one(given, "Name the file, such as patients.csv or patients.xlsx."))
    count = vaults.export_list(project, vault, file)
    return Result(
        f"Patients written to {file}: {count}.\n{vaults.LIST_WARNING}", {"patients": count, "file": str(file)}
    )


def _pseudonyms(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    if not given.values and given.unlisted is None and given.separate_issuers is None:
        raise UsageError("Nothing to change.", "Name a list (CSV or .xlsx), or give an option.")
    rules = vaults.read_pseudonyms(
        project,
        vault,
        Path(_one(given, "Name one list.")) if given.values else None,
        unlisted=Unlisted(given.unlisted) if given.unlisted else None,
        separate_issuers=given.separate_issuers,
    )
    text = f"Patients on the list: {len(rules.listed)}; others: {_OTHERS[rules.unlisted.value]}."
    facts = {
        "listed": len(rules.listed),
        "unlisted": rules.unlisted.value,
        "separate_issuers": rules.separate_issuers,
    }
    return Result(text, facts)


def _protect(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    kind = _protection(given)
    vaults.protect(project, vault, kind, _new_passphrase() if kind == "passphrase" else None)
    return Result(f"The vault is locked by a {kind} now.", {"protection": kind})


def _renew(project: Project, vault: Vault, _given: argparse.Namespace) -> Result:
    ways_in.renew_key(project, vault, passphrase_for(project))
    return Result("\n".join(("The vault is sealed under a new key.", *ways_in.RENEWED)))


def _recovery_sheet(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    file = Path(_one(given, "Name the file, such as recovery.txt."))
    ways_in.write_recovery_sheet(project, vault, file)
    text = f"Written to {file}. Print it, lock the paper away, and delete the file."
    return Result(text, {"file": str(file)})


def _encrypt(project: Project, vault: Vault, _given: argparse.Namespace) -> Result:
    done = encryption.encrypt(project, vault)
    return _converted(done, "The catalogue and its copies are encrypted.", *encryption.CONSEQUENCES)


def _decrypt(project: Project, vault: Vault, _given: argparse.Namespace) -> Result:
    return _converted(encryption.decrypt(project, vault), "The catalogue and its copies are in clear again.")


def _converted(done: encryption.Converted, *words: str) -> Result:
    lines = list(words)
    if done.damaged:
        names = ", ".join(file.name for file in done.damaged)
        lines.append(
            f"Damaged catalogues lie in the project as they were: {names}. Delete what nobody needs."
        )
    facts = {"encrypted": done.project.encrypted, "damaged": [file.name for file in done.damaged]}
    return Result("\n".join(lines), facts)


def _recover(project: Project, given: argparse.Namespace) -> Result:
    kind = _protection(given)
    code = os.environ.get(RECOVERY_CODE) or (getpass.getpass("Recovery code: ") if sys.stdin.isatty() else "")
    ways_in.recover(project, code, kind, _new_passphrase() if kind == "passphrase" else None)
    return Result(f"The vault is open again and locked by a {kind} now.", {"protection": kind})


def _protection(given: argparse.Namespace) -> str:
    kind = " ".join(given.values)
    if kind not in projects.PROTECTIONS:
        raise UsageError("By what shall the vault be locked?", f"One of: {', '.join(projects.PROTECTIONS)}.")
    return kind


def _new_passphrase() -> str:
    given = os.environ.get(NEW_PASSPHRASE)
    if given or not sys.stdin.isatty():
        return given or ""
    text = getpass.getpass("New passphrase: ")
    if getpass.getpass("Once more: ") != text:
        raise UsageError("The two passphrases differ.", "Try again.")
    return text


def _forget(project: Project, vault: Vault, given: argparse.Namespace) -> Result:
    if bool(given.values) == given.everyone:
        raise UsageError("Who shall be forgotten?", "Name pseudonyms, or give --everyone.")
    consequences = (*vaults.FORGETTING, vaults.EVERYONE if given.everyone else vaults.ONE_PATIENT)
    whom = "everyone" if given.everyone else ", ".join(given.values)
    if not given.yes:
        _ask_twice(whom, consequences)
    if given.everyone:
        instances = vaults.forget_everyone(project, vault)
    else:
        instances = vaults.forget_patients(project, vault, given.values)
    text = f"Forgotten: {whom}. Masked instances that are anonymous now: {instances}.\n" + "\n".join(
        consequences
    )
    return Result(text, {"forgotten": whom, "instances": instances})


def _ask_twice(whom: str, consequences: tuple[str, ...]) -> None:
    if not sys.stdin.isatty():
        raise UsageError(
            "Forgetting cannot be undone, and nobody can be asked here.", "Add --yes if it is meant."
        )
    sys.stderr.write("\n".join((f"To be forgotten: {whom}.", *consequences)) + "\n")
    for question, wanted in (("Go on? (yes/no) ", "yes"), (f"Type “{_FORGET}” to forget: ", _FORGET)):
        sys.stderr.write(question)
        sys.stderr.flush()
        if sys.stdin.readline().strip().lower() != wanted:
            raise UsageError("Nothing was forgotten.", "")


def _one(given: argparse.Namespace, remedy: str) -> str:
    if len(given.values) != 1:
        raise UsageError("One file is needed.", remedy)
    return str(given.values[0])


_ACTIONS: Mapping[str, Action] = {
    "info": _info,
    "find": _find,
    "export": _export,
    "pseudonyms": _pseudonyms,
    "protect": _protect,
    "renew": _renew,
    "recovery-sheet": _recovery_sheet,
    "encrypt": _encrypt,
    "decrypt": _decrypt,
    "forget": _forget,
}
_HELP = (
    "info: what the vault holds",
    "find TEXT: patients by name, ID, birth date, accession number, UID or pseudonym",
    "export FILE: who is who, as .csv or .xlsx",
    "pseudonyms FILE: take your own list of pseudonyms",
    "protect KIND: lock it by a passphrase, the keyring or a key file",
    "renew: seal it under a new key",
    "recovery-sheet FILE: a page to print that opens it when passphrase or key file are lost",
    "recover KIND: open it by that sheet, and lock it anew",
    "encrypt: the catalogue with all labels and its copies, under a key that the vault holds",
    "decrypt: keep the catalogue in clear again",
    "forget PSEUDONYM...: destroy the way back to patients",
)
VAULT = Command(
    "vault",
    "who is who in a project: find, export, lock, forget",
    """The vault keeps, encrypted, whose the masked images are. What is done with it is written to the project's audit
trail, without identities.

  leadglass vault knees.leadglass info
  leadglass vault knees.leadglass find "meier anna"          any order, part and accent; also 1961-02, an ID, a UID
  leadglass vault knees.leadglass export /safe/patients.xlsx
  leadglass vault knees.leadglass pseudonyms study-ids.csv --unlisted quarantine
  leadglass vault knees.leadglass protect passphrase         asked for, or taken from LEADGLASS_NEW_PASSPHRASE
  leadglass vault knees.leadglass renew                      after somebody learnt the passphrase or copied the key
  leadglass vault knees.leadglass recovery-sheet sheet.txt
  leadglass vault knees.leadglass recover passphrase         by the sheet's code, asked for or LEADGLASS_RECOVERY_CODE
  leadglass vault knees.leadglass encrypt                    labels can be seen with the vault alone then
  leadglass vault knees.leadglass forget LGABCDEFGHIJKLMNOP

Forgetting destroys what tells who a patient is; the masked images stay and become anonymous. It cannot be undone.""",
    _arguments,
    _run,
)
