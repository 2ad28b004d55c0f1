"""Masking instances of a project again from their originals, after words were answered; labels stay."""

import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path

from anonymizer import (
    BY_READER,
    KEPT,
    Change,
    FileRecord,
    Layout,
    Outcome,
    Region,
    Source,
    SourceError,
    Vault,
    find_sources,
    mask_as_said,
    mask_batch,
    mask_drawn,
)
from app.errors import ProjectError
from app.progress import Progress
from app.project import Project
from app.storage import sync_folder
from app.workflows.masking import Tally, begin_masking, project_settings
from labeller import Catalogue, InstanceFilter, NewInstance

GONE = "The original is no longer where it was imported from. Connect its medium or restore its folder."
CHANGED = "The original was changed since the import; the masked instance was left as it is."
INCOMPLETE = (
    "Another original of this patient is gone, so that what it told of the patient could not be hunted; the masked "
    "instance was left as it is. Connect its medium or restore its folder."
)
OTHER = "The original is another instance by now; the masked instance was left as it is."


Said = Mapping[str, Sequence[Region]]  # by SOP Instance UID: what is masked in its pixels, and what is kept


def mask_again(
    project: Project,
    vault: Vault,
    uids: Sequence[str],
    progress: Progress,
    *,
    workers: int | None = None,
    said: Said | None = None,
) -> Tally:
    """Mask these instances again with the project's present words; pseudonyms, UIDs and labels stay.

    An instance whose original is gone or was changed keeps the masked file that it has and is reported. What
    readers masked by hand is masked again. Where `said` names an instance, its pixels are not searched but masked
    as it says; so are those of which a reader said that something found is no text. A run that was killed goes on
    when it is called again.
    """
    tally = Tally()
    staging = project.folder / ".masked-again"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        with project.catalogue() as catalogue:
            again = _Again(project, vault, catalogue, staging)
            for record in again.all_records(uids, said or {}, progress, workers):
                tally.add(record)
                progress.item("file", record.as_json())
                progress.step(tally.total)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    project.record("masked again", **tally.as_json())
    return tally


def all_instances(project: Project) -> list[str]:
    """SOP Instance UIDs of all masked instances, for masking everything again."""
    with project.catalogue() as catalogue:
        return catalogue.uids()


_BURNED_IN = "(0028,0301)"
_OF_PIXELS = frozenset({"(0008,0008)"})  # the type of an image says that its pixels were masked


class _Again:
    """Masks into a folder of its own, then puts each instance in place: file, vault, catalogue."""

    def __init__(self, project: Project, vault: Vault, catalogue: Catalogue, staging: Path) -> None:
        self._project, self._vault, self._catalogue, self._staging = project, vault, catalogue, staging
        self._said: dict[str, Sequence[Region]] = {}

    def all_records(
        self, uids: Sequence[str], said: Said, progress: Progress, workers: int | None
    ) -> Iterator[FileRecord]:
        """Mask those whose pixels somebody has decided about, then those whose pixels are searched."""
        regions = {uid: regions_of(self._catalogue, uid) for uid in uids}
        kept = {uid: boxes for uid, boxes in regions.items() if any(map(_is_said, boxes))}
        self._said = {**kept, **said}
        decided = [uid for uid in uids if uid in self._said]
        searched = [uid for uid in uids if uid not in self._said]
        for part, search in ((decided, False), (searched, True)):
            if part:
                yield from self._records(part, progress, workers, search=search)

    def _records(
        self, uids: Sequence[str], progress: Progress, workers: int | None, *, search: bool
    ) -> Iterator[FileRecord]:
        wanted = {path: uid for uid in uids if (path := self._vault.source_path(uid)) is not None}
        patients = self._originals_by_patient(uids)
        told_elsewhere = [record.path for record in self._vault.rejected()]
        survey = list(_sources({*told_elsewhere, *(path for paths in patients.values() for path in paths)}))
        found = {source.path: source for source in survey}
        ready: dict[str, Source] = {}
        for path, uid in wanted.items():
            companions = patients[self._catalogue.instance(uid).patient]
            if obstacle := self._obstacle(path, companions, found):
                yield FileRecord(path, Outcome.FAILED, obstacle)
            else:
                ready[path] = found[path]
        settings = project_settings(self._project, self._vault)
        if not search:  # what was said of the pixels counts, not what a rule would do to them
            settings = replace(settings, find_text=False, device_rules=())
        progress.stage("Looking for identities", len(survey))
        records = mask_batch(
            ready.values(),
            self._staging,
            settings,
            layout=Layout.FLAT,
            workers=workers,
            cancelled=progress.cancelled,
            survey=survey,
            surveyed=progress.step,
        )
        for record in begin_masking(records, progress, len(uids), "Masking again"):
            yield self._finished(record, ready[record.path], wanted[record.path])

    def _originals_by_patient(self, uids: Sequence[str]) -> dict[str, list[str]]:
        """Find the originals of all instances of the patients: what one tells is hunted in the others."""
        patients = dict.fromkeys(self._catalogue.instance(uid).patient for uid in uids)
        return {
            patient: [
                path
                for row in self._catalogue.instances(InstanceFilter(patient=patient))
                if (path := self._vault.source_path(row.sop_instance_uid)) is not None
            ]
            for patient in patients
        }

    def _obstacle(self, path: str, companions: Sequence[str], found: Mapping[str, Source]) -> str:
        """Why an instance is not masked again, "" where nothing speaks against it."""
        if path not in found:
            return GONE
        if not self._vault.is_done(found[path]):
            return CHANGED
        return "" if all(other in found for other in companions) else INCOMPLETE

    def _finished(self, record: FileRecord, source: Source, uid: str) -> FileRecord:
        if record.outcome is not Outcome.MASKED or record.facts is None:
            return replace(record, outcome=Outcome.FAILED)
        if record.facts.sop_instance_uid != uid:
            return FileRecord(record.path, Outcome.FAILED, OTHER)
        masked, place = self._staging / record.new_path, self._project.instances / record.new_path
        if uid in self._said:
            regions = mask_as_said(masked, place, self._said[uid])
            read = self._vault.readings(uid)  # what was read when the pixels were searched is known still
            changes = self._changes(record, regions)
            record = replace(record, regions=regions, changes=changes, readings=read)
        elif drawn := [region for region in regions_of(self._catalogue, uid) if region.kind == "drawn"]:
            mask_drawn(masked, drawn)
            record = replace(record, regions=(*record.regions, *drawn))
        self._put(masked, place)
        self._vault.remember(record, source)
        self._enter(record)
        return record

    def _changes(self, record: FileRecord, regions: Sequence[Region]) -> tuple[Change, ...]:
        """The changes of an instance whose pixels were not searched again: of these counts what was said before."""
        uid = record.facts.sop_instance_uid if record.facts is not None else ""
        of_pixels = _OF_PIXELS if any(region.kind != KEPT for region in regions) else frozenset()
        before = self._catalogue.masking(uid).get("changes")
        said = [Change(**each) for each in before] if isinstance(before, (list, tuple)) else []
        return (
            *(change for change in said if change.path in of_pixels),
            *(change for change in record.changes if change.path not in {*of_pixels, _BURNED_IN}),
        )

    def _put(self, masked: Path, place: Path) -> None:
        try:
            masked.replace(place)
            sync_folder(place.parent)
        except OSError as error:
            raise ProjectError(
                "A masked instance cannot be replaced.", "Check free space and permissions, then go on."
            ) from error

    def _enter(self, record: FileRecord) -> None:
        """Renew the facts. What a reader said of the pixels stands: they are masked as they were.

        What the verification finds in the new file wants a look unless it was approved before.
        """
        if record.facts is None:
            return
        row = record.as_json()
        masking = {part: row[part] for part in ("changes", "regions", "findings")}
        review = self._catalogue.instance(record.facts.sop_instance_uid).review
        grade = "" if record.grade is None else record.grade.value
        new = NewInstance(
            file=record.new_path, review=review, grade=grade, masking=masking, **asdict(record.facts)
        )
        self._catalogue.add_instances([new])
        found = dict.fromkeys(finding.sentence for finding in record.findings)
        self._catalogue.set_grade(new.sop_instance_uid, grade, list(found))


def regions_of(catalogue: Catalogue, uid: str) -> list[Region]:
    """The regions that the masking record of an instance names."""
    regions = catalogue.masking(uid).get("regions")
    return [Region.of(each) for each in regions] if isinstance(regions, (list, tuple)) else []


def _is_said(region: Region) -> bool:
    """Whether a reader said that something found is no text, at least in some frames."""
    return bool(region.spared) or (region.kind == KEPT and region.found_by == BY_READER)


def _sources(wanted: Collection[str]) -> Iterator[Source]:
    """Find the originals again; an archive is opened once for all of its members."""
    containers = dict.fromkeys(
        Path(path) if Path(path).is_file() else Path(path.partition("!/")[0]) for path in wanted
    )
    for container in containers:
        try:
            found = list(find_sources([container]))
        except SourceError:
            continue  # it is gone: that is said of each of its instances
        yield from (source for source in found if source.path in wanted)
