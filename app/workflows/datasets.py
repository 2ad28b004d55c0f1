"""Writing a project's labelled instances as a data set that a partner can use as it is."""

from pathlib import Path

from anonymizer import read_image
from app.progress import Progress
from app.project import Project
from labeller import ExportSummary, export_dataset


def export_project(
    project: Project,
    out: Path,
    progress: Progress,
    *,
    format: str = "png",  # noqa: A002 - the word of the command line and of the data set's own description
    seed: int = 0,
    fractions: tuple[float, float, float] = (0.7, 0.15, 0.15),
    overwrite: bool = False,
) -> ExportSummary:
    """Write the labelled instances to `out`; an export that was killed goes on where it was."""
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
        )
    withheld = sum(summary.withheld.values())
    project.record("exported", folder=out.name, format=format, images=summary.images, withheld=withheld)
    return summary


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
