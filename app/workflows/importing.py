"""Bringing instances into a project: masked on the way in, the originals left as they are."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from anonymizer import EVERY_SERIES, FileRecord, Layout, Outcome, Source, Vault, load_profile, mask_batch
from app.progress import Progress
from app.project import Project
from app.storage import sweep
from app.workflows.masking import Tally, begin_masking, list_sources, project_settings
from app.workflows.patients import Namesakes
from app.workflows.pixel_policy import project_policy
from labeller import Catalogue, NewInstance


def import_instances(
    project: Project, vault: Vault, paths: Sequence[Path], progress: Progress, *, workers: int | None = None
) -> Tally:
    """Mask what lies under `paths` into the project.

    What an earlier, perhaps killed, import finished is skipped. An instance is reported only when its file, its
    row in the vault and its row in the catalogue are on the disk, in this order.
    """
    sweep(project.instances)
    sources = list_sources(paths, progress)
    tally = Tally()
    policy = project_policy(project, load_profile(project.profile, project.options))
    asked = (EVERY_SERIES,) if policy.review_all else ()
    with project.catalogue() as catalogue:
        known = frozenset(catalogue.uids())
        for record in _records(project, vault, sources, known, progress=progress, workers=workers):
            _enter(catalogue, record, asked=asked)
            tally.add(record)
            progress.item("file", record.as_json())
            progress.step(tally.total)
        catalogue.keep_order()
    project.record("imported", pixels=policy.mask.value, **tally.as_json())
    return tally


def _records(
    project: Project,
    vault: Vault,
    sources: Collection[Source],
    known: frozenset[str],
    *,
    progress: Progress,
    workers: int | None,
) -> Iterator[FileRecord]:
    todo: list[Source] = []
    for source in sources:
        # A run killed between the two rows left one in the vault only: such an instance is masked again.
        if vault.is_done(source) and vault.sop_uid_of_path(source.path) in known:
            yield FileRecord(source.path, Outcome.SKIPPED, "It is in the project already.")
        elif vault.is_forgotten(source):
            yield FileRecord(source.path, Outcome.SKIPPED, "Its patient was forgotten in this project.")
        else:
            todo.append(source)
    by_path = {source.path: source for source in todo}
    settings = project_settings(project, vault)
    namesakes = Namesakes(vault.identity)
    progress.stage("Looking for identities", len(sources))
    records = mask_batch(
        todo,
        project.instances,
        settings,
        layout=Layout.FLAT,
        workers=workers,
        cancelled=progress.cancelled,
        survey=sources,
        surveyed=progress.step,
    )
    for record in begin_masking(records, progress, len(sources)):
        noticed = namesakes.look(record)
        yield (
            noticed if noticed.outcome is Outcome.SKIPPED else _remember(vault, noticed, by_path[record.path])
        )


def _remember(vault: Vault, record: FileRecord, source: Source) -> FileRecord:
    if record.outcome is Outcome.MASKED:
        vault.remember(record, source)
    else:
        vault.reject(record, source)
    return record


def _enter(catalogue: Catalogue, record: FileRecord, *, asked: tuple[str, ...]) -> None:
    if record.outcome is not Outcome.MASKED or record.facts is None:
        return
    row = record.as_json()
    masking = {part: row[part] for part in ("changes", "regions", "findings")}
    grade = "" if record.grade is None else record.grade.value
    new = NewInstance(
        file=record.new_path,
        review=tuple(dict.fromkeys((*record.review, *asked))),
        grade=grade,
        masking=masking,
        **asdict(record.facts),
    )
    catalogue.add_instances([new])
