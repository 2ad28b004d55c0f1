"""What waits for a reader's look, and readers' decisions about it, from the command line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anonymizer import Vault, verify_tree
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows.approval import ask_as_the_site_wants
from app.workflows.masking import Collected, Verification
from labeller import Catalogue, InstanceRow, withheld_because

ACTIONS = {"approve": "approved", "reject": "held back", "withdraw": "verdict taken back"}


@dataclass(frozen=True, slots=True)
class Waiting:
    """The instances of a project that must not be exported now."""

    rows: tuple[InstanceRow, ...]
    total: int

    def by_reason(self) -> Mapping[str, list[str]]:
        """SOP Instance UIDs by reason; an instance with several reasons stands under each."""
        found: dict[str, list[str]] = {}
        for row in self.rows:
            for reason in row.review or (withheld_because(row),):
                found.setdefault(reason, []).append(row.sop_instance_uid)
        return dict(sorted(found.items(), key=lambda item: -len(item[1])))

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        rows = [
            {
                "sop_instance_uid": row.sop_instance_uid,
                "grade": row.grade,
                "decision": row.decision,
                "withheld_because": withheld_because(row),
                "reasons": list(row.review),
            }
            for row in self.rows
        ]
        return {"total": self.total, "withheld": len(rows), "instances": rows}

    def as_text(self) -> str:
        """For people: the reasons, most frequent first, and the instances under each."""
        if not self.rows:
            return f"Nothing waits: {counted(self.total, 'instance')}, and all may be exported."
        lines = [f"{len(self.rows):,} of {counted(self.total, 'instance')} must not be exported now."]
        for reason, uids in self.by_reason().items():
            lines.append(f"{len(uids)}: {reason}")
            lines += [f"  {uid}" for uid in uids]
        return "\n".join(lines)


def waiting(project: Project) -> Waiting:
    """List what must not be exported now, and why. Raises ProfileError, SettingsError."""
    ask_as_the_site_wants(project)
    with project.catalogue() as catalogue:
        rows = catalogue.instances()
        return Waiting(tuple(row for row in rows if withheld_because(row)), len(rows))


def verify_project(
    project: Project,
    vault: Vault | None,
    progress: Progress,
    *,
    pixels: bool = False,
    workers: int | None = None,
) -> Verification:
    """Verify every instance of a project and note its grade; with the vault, each against its own patient.

    What is found wants a look, or may not leave the project any more; what a reader approved stays approved.
    """
    with project.catalogue() as catalogue:
        rows = {row.file: row for row in catalogue.instances()}
        patients = {row.patient for row in rows.values()} if vault is not None else set()
        known = {
            patient: identity
            for patient in sorted(patients)
            if vault is not None and (identity := vault.identity(patient)) is not None
        }
        progress.stage("Checking the project", len(rows))
        collected = Collected()
        for record in verify_tree(
            project.instances, against=known, pixels=pixels, workers=workers, cancelled=progress.cancelled
        ):
            collected.add(record)
            if record.path in rows:
                reasons = list(dict.fromkeys(finding.sentence for finding in record.findings))
                catalogue.set_grade(rows[record.path].sop_instance_uid, record.grade.value, reasons)
            progress.step(collected.done)
    found = collected.result()
    project.record("verified", **found.grades)
    return found


def decide(
    project: Project, sop_uids: Sequence[str], verdict: str, *, reader: str, all_with: str = ""
) -> list[str]:
    """Enter a reader's decision about instances, or about all whose reasons hold `all_with`; returns their UIDs.

    Raises UsageError where nobody is named or nothing matches, LabelError where one cannot be decided so.
    """
    if not reader.strip():
        raise UsageError("A decision needs a reader.", "Say who decides (--reader NAME).")
    with project.catalogue() as catalogue:
        uids = [*sop_uids, *_with_reason(catalogue, all_with)] if all_with else list(sop_uids)
        if not uids:
            raise UsageError(
                "No instance is meant.", "Name instances, or a reason that they share (--all-with REASON)."
            )
        catalogue.decide(uids, verdict, reader=reader, means="command line")
    for uid in dict.fromkeys(uids):
        project.record(ACTIONS[verdict], sop=uid, reader=reader)
    return list(dict.fromkeys(uids))


def _with_reason(catalogue: Catalogue, text: str) -> list[str]:
    wanted = text.casefold()
    return [
        row.sop_instance_uid
        for row in catalogue.instances()
        if any(wanted in reason.casefold() for reason in row.review)
    ]
