"""Writing a project's labelled instances as a data set that a partner can use as it is."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from anonymizer import Identity, Vault, tells_of, verify_data_set
from app import NAME, VERSION, long_paths, policy
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.workflows.approval import ask_as_the_site_wants
from app.workflows.pictures import FILE_WINDOW, picture_reader
from labeller import (
    Catalogue,
    Choice,
    ExportRequest,
    ExportSummary,
    Selection,
    export_dataset,
    preview,
    read_given_splits,
    read_manifest,
)

_RELEASED = "; a reader's recorded decision releases what was found"
_WINDOWED = ("png", "jpeg")


@dataclass(frozen=True, slots=True)
class Release:
    """A reader's decision to put a data set in place whatever the search of it finds."""

    reader: str
    reason: str  # in the reader's words, without anybody's name


@dataclass(frozen=True, slots=True)
class Wish:
    """How a user wants a data set."""

    choice: Choice = field(default_factory=Choice)
    image_format: str = "png"
    window: str = FILE_WINDOW  # or "CENTER,WIDTH"; for pictures of 8 bits
    layout: str = "classes"
    licence: str = ""
    label_set: str = ""  # "": the first
    overwrite: bool = False
    release: Release | None = None  # None: what the search finds keeps the data set out


def export_project(
    project: Project, out: Path, progress: Progress, wish: Wish = Wish(), *, vault: Vault | None = None
) -> ExportSummary:
    """Write the labelled instances to `out`; an export that was killed goes on where it was.

    Before it is put in place the data set is searched: for whatever has no place in one, and with the vault for
    the identities of its patients. What is found keeps it out, unless `wish.release` is a reader's decision, which
    the audit trail then holds with reader, reason, time and places. Raises UsageError for a decision without them,
    and PolicyError where the site's IT does not allow the place.
    """
    policy.current().check_output(out)
    long_paths.check(out, long_paths.DATASET)
    ask_as_the_site_wants(project)
    with project.catalogue() as catalogue:
        if wish.release is not None:
            _check_release(wish.release, _known({row.patient for row in catalogue.instances()}, vault))
        progress.stage("Exporting")
        request = _request(project, wish, progress, vault)
        summary = export_dataset(_in_set(catalogue, wish), out, request)
    withheld = sum(summary.withheld.values())
    project.record(
        "exported",
        folder=out.name,
        format=wish.image_format,
        images=summary.images,
        withheld=withheld,
        checked=summary.checked,
        content=summary.content_sha256,
    )
    return summary


def preview_project(project: Project, progress: Progress, wish: Wish = Wish()) -> Selection:
    """Tell what an export would hold, near-duplicates included, without writing anything."""
    with project.catalogue() as catalogue:
        return preview(_in_set(catalogue, wish), _request(project, wish, progress, None))


def preview_text(found: Selection) -> str:
    """What would be written and what not, for people."""
    patients = len({one.row.patient for one in found.chosen})
    lines = [f"{counted(len(found.chosen))} of {counted(patients, 'patient')} would be written."]
    if found.unlabelled:
        lines.append(f"Without a label, and so left out: {counted(found.unlabelled, 'instance')}.")
    reasons = (*found.withheld.items(), *found.left_out.items())
    lines += [
        f"Labelled, and left out because {why}: {counted(count, 'instance')}." for why, count in reasons
    ]
    lines += [f"  Note: {warning}" for warning in found.warnings()]
    across = found.across()
    lines.append(
        f"{len(found.duplicates)} groups of images look nearly the same; {len(across)} stand in several splits."
    )
    return "\n".join([*lines, *(f"  {' '.join(group)}" for group in across)])


def preview_facts(found: Selection) -> dict[str, Any]:
    """What would be written and what not, for programs."""
    counts = Counter((one.split, one.row.label) for one in found.chosen)
    return {
        "images": len(found.chosen),
        "patients": len({one.row.patient for one in found.chosen}),
        "classes": list(found.classes),
        "counts": {
            split: {name: counts[split, name] for name in found.classes}
            for split in dict.fromkeys(one.split for one in found.chosen)
        },
        "unlabelled": found.unlabelled,
        "withheld": dict(found.withheld),
        "left_out": dict(found.left_out),
        "duplicates": [list(group) for group in found.duplicates],
        "across_splits": [list(group) for group in found.across()],
        "warnings": found.warnings(),
    }


def given_splits(project: Project, vault: Vault | None, file: Path) -> dict[str, str]:
    """Read the splits that a CSV file gives, by original or masked UID, or by pseudonym.

    Raises UsageError where rows mean nobody in the project: a split that is only half kept would mislead.
    """
    with project.catalogue() as catalogue:
        rows = catalogue.instances()
    uids, patients = {row.sop_instance_uid for row in rows}, {row.patient for row in rows}

    def find(uid: str, patient: str) -> str | None:
        if uid in uids or vault is None or not uid:
            return uid if uid in uids else patient if patient in patients and not uid else None
        return vault.sop_uid_of_original(uid)

    found = read_given_splits(file, find)
    if found.problems:
        raise UsageError(
            f"{len(found.problems)} rows of the list of splits cannot be matched: {'; '.join(found.problems[:5])}.",
            "Correct or remove them; original UIDs are only known while the vault can be opened.",
        )
    return found.splits


def _in_set(catalogue: Catalogue, wish: Wish) -> Catalogue:
    return catalogue.in_set(wish.label_set) if wish.label_set else catalogue


def _request(project: Project, wish: Wish, progress: Progress, vault: Vault | None) -> ExportRequest:
    released = wish.release is not None
    searched = (
        "for the identities of its patients" if vault is not None else "the vault being locked, without names"
    )
    return ExportRequest(
        read_picture=picture_reader(wish.image_format, wish.window),
        file_of=lambda row: project.instances / row.file,
        choice=wish.choice,
        image_format=wish.image_format,
        layout=wish.layout,
        profile=", ".join((project.profile, *project.options)),
        rendering=wish.window if wish.image_format in _WINDOWED else "",
        tool=f"{NAME} {VERSION}",
        licence=wish.licence,
        inspect=lambda folder: _not_released(
            project, wish, _told(_left_in(folder, vault, progress), progress)
        ),
        checked=f"every file was searched before the data set was put in place, {searched}{_RELEASED * released}",
        fingerprints=project.folder / "fingerprints.sqlite",
        overwrite=wish.overwrite,
        audit=asdict(project.audit_head()),
        on_stage=progress.stage,
        on_step=progress.step,
        cancelled=progress.cancelled,
    )


def _check_release(release: Release, known: Sequence[Identity]) -> None:
    if not release.reader.strip() or not release.reason.strip():
        raise UsageError(
            "A data set with findings is released only with a reader and a reason.",
            "Say who decides and why (--reader NAME --release-findings REASON).",
        )
    if tells_of(release.reason, known):
        raise UsageError(
            "The reason tells of a patient, and the audit trail keeps it.",
            "Say it without names and numbers.",
        )


def _not_released(project: Project, wish: Wish, found: list[str]) -> list[str]:
    """Return what keeps a data set out: nothing where a reader releases it, which is recorded before."""
    if not found or wish.release is None:
        return found
    project.record(
        "released with findings", reader=wish.release.reader, reason=wish.release.reason, findings=found
    )
    return []


def _told(found: list[str], progress: Progress) -> list[str]:
    """Tell each place as an item, so that the window can list them beside the decision."""
    for place in found:
        progress.item("finding", {"text": place})
    return found


def _left_in(folder: Path, vault: Vault | None, progress: Progress) -> list[str]:
    """Say in which files of a data set identity is left, and where; never what it is."""
    progress.stage("Checking the data set")
    patients = {row.patient for row in read_manifest(folder / "manifest.csv")}
    found = verify_data_set(folder, _known(patients, vault))
    # The path of an image holds the name of its class, which may be what was found.
    places = ("an image" if "/" in record.path else record.path for record in found)
    return list(
        dict.fromkeys(
            f"{place}: {record.findings[0].sentence}" for place, record in zip(places, found, strict=True)
        )
    )


def _known(patients: Iterable[str], vault: Vault | None) -> list[Identity]:
    """Return who patients are; nobody while the vault is locked."""
    if vault is None:
        return []
    return [identity for patient in sorted(patients) if (identity := vault.identity(patient)) is not None]


def summary_text(summary: ExportSummary) -> str:
    """What was written and what was left out, for people."""
    lines = [
        f"{counted(summary.images)} of {counted(summary.patients, 'patient')} written to {summary.folder}."
    ]
    for split, counts in summary.counts.items():
        lines.append(f"  {split:<11} " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if summary.unlabelled:
        lines.append(f"Without a label, and so left out: {counted(summary.unlabelled, 'instance')}.")
    lines += [
        f"Labelled, and left out because {why}: {counted(count, 'instance')}."
        for why, count in (*summary.withheld.items(), *summary.left_out.items())
    ]
    lines += [f"  left out: {row.sop_instance_uid}: {row.reason}" for row in summary.failed]
    lines += [f"  Note: {warning}" for warning in summary.warnings]
    return "\n".join([*lines, f"{summary.notice}."])
