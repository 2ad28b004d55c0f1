"""Writing a project's labelled instances as a data set that a partner can use as it is."""

from collections.abc import Sequence
from pathlib import Path

from anonymizer import Identity, Vault, read_image, verify_data_set
from app.progress import Progress
from app.project import Project
from labeller import ExportSummary, export_dataset, read_manifest


def export_project(
    project: Project,
    out: Path,
    progress: Progress,
    *,
    vault: Vault | None = None,
    format: str = "png",  # noqa: A002 - the word of the command line and of the data set's own description
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    overwrite: bool = False,
) -> ExportSummary:
    """Write the labelled instances to `out`; an export that was killed goes on where it was.

    Before it is put in place the data set is searched: for whatever has no place in one, and with the vault for
    the identities of its patients.
    """
    with project.catalogue() as catalogue:
        progress.stage("Exporting")
        summary = export_dataset(
            catalogue,
            out,
            read_image=read_image,
            file_of=lambda row: project.instances / row.file,
            format=format,
            seed=seed,
            fractions=fractions,
            profile=", ".join((project.profile, *project.options)),
            overwrite=overwrite,
            on_step=lambda done, total: _step(progress, done, total),
            cancelled=progress.cancelled,
            inspect=lambda folder: _left_in(folder, vault, progress),
        )
    withheld = sum(summary.withheld.values())
    project.record("exported", folder=out.name, format=format, images=summary.images, withheld=withheld)
    return summary


def _left_in(folder: Path, vault: Vault | None, progress: Progress) -> list[str]:
    """Say in which files of a data set identity is left, and where; never what it is."""
    progress.stage("Checking the data set")
    patients = sorted({row.patient for row in read_manifest(folder / "manifest.csv")})
    known: Sequence[Identity] = [
        identity
        for patient in patients
        if vault is not None and (identity := vault.identity(patient)) is not None
    ]
    found = verify_data_set(folder, known)
    # The path of an image holds the name of its class, which may be what was found.
    places = ("an image" if "/" in record.path else record.path for record in found)
    return list(
        dict.fromkeys(
            f"{place}: {record.findings[0].sentence}" for place, record in zip(places, found, strict=True)
        )
    )


def summary_text(summary: ExportSummary) -> str:
    """What was written and what was left out, for people."""
    lines = [f"{summary.images} images of {summary.patients} patients written to {summary.folder}."]
    for split, counts in summary.counts.items():
        lines.append(f"  {split:<11} " + ", ".join(f"{name} {count}" for name, count in counts.items()))
    if summary.unlabelled:
        lines.append(f"{summary.unlabelled} instances without a label were left out.")
    lines += [
        f"{count} labelled instances were left out because {why}." for why, count in summary.withheld.items()
    ]
    lines += [f"  left out: {row.sop_instance_uid}: {row.reason}" for row in summary.failed]
    lines += [f"  Note: {warning}" for warning in summary.warnings]
    return "\n".join([*lines, f"{summary.notice}."])


def _step(progress: Progress, done: int, total: int) -> None:
    if done <= 1:
        progress.stage("Exporting", total)
    progress.step(done)
