"""Correcting by hand: masking what the search for burned-in text missed, showing what it took for text."""

import argparse
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from anonymizer import (
    KEPT,
    AnonymizerError,
    Device,
    Outcome,
    Region,
    device_of_file,
    is_masked,
    is_shown,
    lifted,
    mask_drawn,
    masked_again,
    place,
    polygon,
)
from app.counted import counted
from app.errors import ProjectError, UsageError
from app.progress import Progress
from app.project import Project
from app.workflows.device_rules import mask_always, mask_no_longer
from app.workflows.masking_again import mask_again, regions_of
from app.workflows.projects import unlock
from labeller import Catalogue, InstanceFilter


class Scope(StrEnum):
    """What a correction is for."""

    INSTANCE = "instance"
    SERIES = "series"  # its instances of the same size
    DEVICE = "device"  # same manufacturer, model, size and photometric interpretation


class Always(StrEnum):
    """What becomes of the rule for the device."""

    ADD = "add"  # the boxes that are masked here are masked at import from now on
    REMOVE = "remove"  # those that are shown here are no longer


@dataclass(frozen=True, slots=True)
class Correction:
    """What a reader wants changed in the pixels of an instance and of those like it."""

    sop: str
    mask: tuple[Region, ...] = ()
    show: tuple[Region, ...] = ()  # masked regions to be shown again, restored from the original
    scope: Scope = Scope.INSTANCE
    always: Always | None = None
    others: tuple[str, ...] = ()  # further instances in which the same is wanted


@dataclass(slots=True)
class Corrected:
    """How a correction ended."""

    done: list[str] = field(default_factory=list)  # SOP Instance UIDs
    same: int = 0  # instances in which there was nothing to do
    problems: list[tuple[str, str]] = field(default_factory=list)  # SOP Instance UID, why

    def as_json(self) -> dict[str, Any]:
        """The counts, for programs."""
        rows = [{"sop": sop, "reason": reason} for sop, reason in self.problems]
        return {"instances": len(self.done), "unchanged": self.same, "failed": rows}

    def as_text(self) -> str:
        """The counts, for people."""
        lines = [f"{counted(len(self.done), 'instance')} corrected."]
        if self.same:
            lines.append(f"{self.same} were so already.")
        return "\n".join([*lines, *(f"  {sop}: {reason}" for sop, reason in self.problems)])


def parse_region(text: str) -> Region:
    """The region that a text means, for argparse: `x,y,width,height`, with a fifth number for one frame alone.

    A polygon is its points, `x,y` each, with spaces between them; for one frame alone with `@frame` at its end.
    """
    try:
        return _polygon(text) if " " in text.strip() else _box(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            "a box such as 10,10,200,40 or a polygon such as 10,10 200,40 80,90, no number negative"
        ) from error


def region_text(region: Region) -> str:
    """The text that `parse_region` reads as this region."""
    if region.points:
        frame = "" if region.frame is None else f"@{region.frame}"
        return " ".join(f"{x},{y}" for x, y in region.points) + frame
    parts = [region.x, region.y, region.width, region.height]
    return ",".join(map(str, parts if region.frame is None else [*parts, region.frame]))


def _box(text: str) -> Region:
    x, y, width, height, *frame = (int(part) for part in text.split(","))
    if len(frame) > 1 or min(x, y, *frame) < 0 or min(width, height) < 1:
        raise ValueError(text)
    return Region(x, y, width, height, frame[0] if frame else None, kind="drawn", found_by="reader")


def _polygon(text: str) -> Region:
    corners, at, frame = text.strip().partition("@")
    numbers = [tuple(map(int, corner.split(","))) for corner in corners.split()]
    points = [(x, y) for x, y in numbers]
    if min(map(min, points)) < 0 or (at and int(frame) < 0):
        raise ValueError(text)
    return polygon(points, frame=int(frame) if at else None, kind="drawn", found_by="reader")


def correct(
    project: Project,
    correction: Correction,
    progress: Progress,
    *,
    passphrase: str | None = None,
    workers: int | None = None,
) -> Corrected:
    """Correct an instance and those like it; what was done when it is cancelled stays done.

    Only showing pixels again needs the vault and the originals. An instance that cannot be corrected is named and
    stays as it is; where it is the only one, its error is raised.
    """
    ended = Corrected()
    with project.catalogue() as catalogue:
        alike = like(project, catalogue, correction.sop, correction.scope)
        uids = list(dict.fromkeys((*alike, *correction.others)))
        if correction.always is not None:
            _change_rule(
                device_of_file(project.instances / catalogue.instance(correction.sop).file), correction
            )
        shown = _to_show(catalogue, uids, correction)
        if shown:
            _show_again(project, shown, (passphrase, workers), (progress, ended))
        if correction.mask:
            _mask(project, catalogue, (uids, correction), (progress, ended))
    project.record(
        "corrected by hand",
        sop=correction.sop,
        scope=correction.scope.value,
        masked=len(correction.mask),
        shown=len(correction.show),
        **ended.as_json(),
    )
    return ended


def _change_rule(device: Device, correction: Correction) -> None:
    adds = correction.always is Always.ADD
    (mask_always if adds else mask_no_longer)(device, correction.mask if adds else correction.show)


def mask_regions(project: Project, sop: str, regions: Sequence[Region], progress: Progress) -> None:
    """Mask `regions` of one instance in the project and note them in the catalogue."""
    correct(project, Correction(sop, mask=tuple(regions)), progress)


def like(project: Project, catalogue: Catalogue, sop: str, scope: Scope) -> list[str]:
    """The instance and those that are like it in the sense of `scope`, in the order of the catalogue.

    Raises UsageError where the instance does not say which device made it.
    """
    row = catalogue.instance(sop)
    if scope is Scope.INSTANCE:
        return [sop]
    if scope is Scope.SERIES:
        rows = catalogue.instances(InstanceFilter(patient=row.patient, series=row.series))
        return [e.sop_instance_uid for e in rows if (e.rows, e.columns) == (row.rows, row.columns)]
    device = device_of_file(project.instances / row.file)
    if not device.manufacturer:
        raise UsageError(
            "The masked instance does not say which device made it.",
            "Correct the series instead, or choose a profile that keeps the manufacturer.",
        )
    found = [e for e in catalogue.instances() if (e.rows, e.columns) == (row.rows, row.columns)]
    return [e.sop_instance_uid for e in found if _is_from(device, project, e.file)]


def _is_from(device: Device, project: Project, file: str) -> bool:
    try:
        return device_of_file(project.instances / file) == device
    except AnonymizerError:
        return False  # an instance that cannot be read is nobody's: masking it would fail too


def _to_show(catalogue: Catalogue, uids: Sequence[str], wanted: Correction) -> dict[str, list[Region]]:
    """What is masked and kept once the chosen regions are shown, in the instances in which one of them is masked.

    What is to be masked instead is among it, so that at no moment a file shows more than is wanted.
    """
    found = {}
    for uid in uids if wanted.show else ():
        regions = regions_of(catalogue, uid)
        if any(region.kind != KEPT and is_shown(region, wanted.show) for region in regions):
            left = lifted(regions, wanted.show)
            new = [_drawn(r) for r in wanted.mask if not any(is_masked(r, other) for other in left)]
            places = {place(region) for region in new}
            found[uid] = [*(region for region in left if place(region) not in places), *new]
    return found


def _drawn(region: Region) -> Region:
    return replace(region, kind="drawn")


def _show_again(
    project: Project,
    shown: Mapping[str, Sequence[Region]],
    how: tuple[str | None, int | None],
    ended: tuple[Progress, Corrected],
) -> None:
    (passphrase, workers), (progress, corrected) = how, ended
    with closing(unlock(project, passphrase)) as vault:
        listener = _Listener(progress)
        mask_again(project, vault, list(shown), listener, workers=workers, said=shown)
    corrected.done += listener.masked
    corrected.problems += listener.problems
    if corrected.problems and len(shown) == 1:
        raise ProjectError(corrected.problems[0][1])


class _Listener:
    """Passes progress on, and remembers how each instance ended."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self.masked: list[str] = []
        self.problems: list[tuple[str, str]] = []

    def stage(self, title: str, total: int | None = None) -> None:
        self._progress.stage(title, total)

    def step(self, done: int, message: str = "") -> None:
        self._progress.step(done, message)

    def item(self, kind: str, facts: Mapping[str, Any]) -> None:
        if kind == "file" and facts["outcome"] == Outcome.MASKED.value:
            self.masked.append(str(facts["facts"]["sop_instance_uid"]))
        elif kind == "file":
            self.problems.append(("an instance", str(facts["reason"])))

    def cancelled(self) -> bool:
        return self._progress.cancelled()


def _mask(
    project: Project,
    catalogue: Catalogue,
    what: tuple[Sequence[str], Correction],
    ended: tuple[Progress, Corrected],
) -> None:
    (uids, correction), (progress, corrected) = what, ended
    progress.stage("Masking", len(uids))
    for number, uid in enumerate(uids, start=1):
        if progress.cancelled():
            return
        try:
            changed = _mask_one(project, catalogue, uid, correction.mask)
        except AnonymizerError as error:
            if len(uids) == 1:
                raise
            corrected.problems.append((uid, f"{error} {error.remedy}".strip()))
        else:
            if changed and uid not in corrected.done:
                corrected.done.append(uid)
            corrected.same += not changed
        progress.step(number)


def _mask_one(project: Project, catalogue: Catalogue, uid: str, wanted: Sequence[Region]) -> bool:
    """Mask one instance and note it; False where all of it is masked already."""
    masking = catalogue.masking(uid)
    known = regions_of(catalogue, uid)
    new = [_drawn(region) for region in wanted if not any(is_masked(region, other) for other in known)]
    if not new:
        return False
    drawn = mask_drawn(project.instances / catalogue.instance(uid).file, new)
    left = [masked_again(region, drawn) for region in known]
    drawn = tuple(region for region in drawn if not any(is_masked(region, other) for other in left))
    places = {place(region) for region in drawn}  # of what is masked anew, so no longer kept
    left = [region for region in left if place(region) not in places]
    catalogue.set_masking(uid, {**masking, "regions": [asdict(region) for region in (*left, *drawn)]})
    return True
