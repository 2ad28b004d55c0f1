"""Exporting the labelled instances as a data set folder that trains here and elsewhere as it is."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from labeller.catalogue import Catalogue
from labeller.describing import Told
from labeller.duplicates import FingerprintCache, near_duplicates
from labeller.errors import ExportError
from labeller.export_records import ExportSummary, Inspect, LeftOut
from labeller.folder_names import folder_names
from labeller.manifest import ManifestRow
from labeller.pictures import Format, ReadPicture, format_of
from labeller.records import InstanceRow
from labeller.selection import Choice, Chosen, Selection, select
from labeller.splits import SPLITS
from labeller.staging import Staging, read_description, refuse_foreign
from labeller.writing import Planned, Source, Writing, fingerprints_of

LAYOUTS: Mapping[str, str] = {
    "classes": "a folder for each class: images/<class>",
    "splits": "a folder for each split and class: <split>/<class>",
}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """How a data set is to be written."""

    read_picture: ReadPicture  # as the format wants it; for "dicom" as a viewer shows it
    file_of: Callable[[InstanceRow], Path]
    choice: Choice = field(default_factory=Choice)
    image_format: str = "png"  # one of pictures.FORMATS
    layout: str = "classes"  # one of LAYOUTS
    profile: str = ""
    rendering: str = ""  # what decides how pictures look besides the format: the window
    tool: str = ""  # name and version of the program
    licence: str = ""
    inspect: Inspect = lambda _folder: ()
    checked: str = "not repeated"  # in words, what `inspect` looks for
    audit: Mapping[str, Any] = field(
        default_factory=dict
    )  # the head of the audit trail, by which a cut one shows
    fingerprints: Path | None = None  # where hashes of images are kept from one export to the next
    overwrite: bool = False
    on_stage: Callable[[str, int], None] = lambda _title, _total: None
    on_step: Callable[[int], None] = lambda _done: None
    cancelled: Callable[[], bool] = lambda: False


def preview(catalogue: Catalogue, request: ExportRequest) -> Selection:
    """Choose what would be written and look for near-duplicates in it, without writing anything.

    Every image is read that was not read before. Raises ExportError as `export_dataset` does.
    """
    with FingerprintCache(request.fingerprints) as cache:
        return _chosen(catalogue, request, cache, look=True)


def export_dataset(catalogue: Catalogue, out: Path, request: ExportRequest) -> ExportSummary:
    """Write the labelled instances to `out`; docs/architecture.md has the format.

    Where `read_picture` raises, the instance is left out with the exception's text. The folder appears whole or
    not at all; an export that was killed or cancelled goes on where it was. The same export once more changes
    nothing. `inspect` may still keep the folder out.

    Raises ExportError where nothing is labelled, the folder cannot be written, or holds anything but an earlier
    export (which is replaced only with `overwrite`).
    """
    image_format = format_of(request.image_format)
    if request.layout not in LAYOUTS:
        raise ExportError(f"There is no layout “{request.layout}”.", f"Choose {' or '.join(LAYOUTS)}.")
    out = out.resolve()
    with FingerprintCache(request.fingerprints) as cache:
        selection = _chosen(catalogue, request, cache, look=request.choice.duplicates != "report")
        planned, missing = _plan(selection, request, image_format)
        if not planned:
            raise _nothing_to_export(selection, missing)
        base = _summary(out, request, selection, missing)
        return _put(out, request, base, (planned, cache))


def _put(
    out: Path, request: ExportRequest, base: ExportSummary, what: tuple[Sequence[Planned], FingerprintCache]
) -> ExportSummary:
    planned, cache = what
    staging = Staging(out)
    staging.recover()
    plan = _digest(request, planned, base)
    earlier = _same_export(out, plan)
    if earlier is not None and not request.overwrite:
        return earlier
    refuse_foreign(out, overwrite=request.overwrite)
    writing = Writing(
        staging=staging,
        source=Source(request.read_picture, format_of(request.image_format), request.rendering, cache),
        inspect=request.inspect,
        told=Told(
            out.name,
            format_of(request.image_format),
            LAYOUTS[request.layout],
            *_words(request),
            request.audit,
        ),
        on_stage=request.on_stage,
        on_step=request.on_step,
        cancelled=request.cancelled,
    )
    try:
        staging.begin()
        return writing.write(planned, base, plan)
    finally:
        staging.close()


def _words(request: ExportRequest) -> tuple[str, str, str]:
    """The program, the licence, and where the splits come from."""
    shares = ", ".join(
        f"{name} {100 * share:.0f} %" for name, share in zip(SPLITS, request.choice.fractions, strict=True)
    )
    given = "those given in a list are kept; the others " if request.choice.given else ""
    return request.tool, request.licence, f"{given}by patient, stratified by class: {shares}"


def _chosen(
    catalogue: Catalogue, request: ExportRequest, cache: FingerprintCache, *, look: bool
) -> Selection:
    """Choose; where near-duplicates matter before the split, all candidates are compared first."""
    if not look:
        return select(catalogue, request.choice)
    everything = select(catalogue, replace(request.choice, duplicates="report"))
    planned, _ = _plan(everything, request, format_of(request.image_format))
    request.on_stage("Comparing images", len(planned))
    source = Source(request.read_picture, format_of(request.image_format), request.rendering, cache)
    prints = fingerprints_of(planned, source, request.on_step, request.cancelled)
    return select(catalogue, request.choice, near_duplicates(prints))


def _nothing_to_export(selection: Selection, missing: Sequence[LeftOut]) -> ExportError:
    reasons = [
        f"{count} because {why}" for why, count in (*selection.withheld.items(), *selection.left_out.items())
    ]
    if missing:
        return ExportError("None of the labelled instances can be read.", missing[0].reason)
    if not reasons:
        return ExportError("There is no labelled instance to export.", "Label some instances first.")
    return ExportError(
        f"None of the labelled instances may leave the project: {'; '.join(reasons)}.",
        "Look at them on the page Mask (leadglass review), or choose other classes or another rule.",
    )


def _plan(
    selection: Selection, request: ExportRequest, image_format: Format
) -> tuple[list[Planned], tuple[LeftOut, ...]]:
    folders = folder_names(selection.classes)
    planned, missing = [], []
    for one in selection.chosen:
        file = request.file_of(one.row)
        try:
            state = file.stat()
        except OSError:
            missing.append(LeftOut(one.row.sop_instance_uid, "Its masked file is missing."))
            continue
        top = one.split if request.layout == "splits" else "images"
        path = f"{top}/{folders[one.row.label or '']}/{one.row.sop_instance_uid}{image_format.suffix}"
        planned.append(Planned(one.row, _entry(one, path), file, f"{state.st_size} {state.st_mtime_ns}"))
    return planned, tuple(missing)


def _entry(one: Chosen, path: str) -> ManifestRow:
    same = {f.name for f in fields(ManifestRow)} & {f.name for f in fields(InstanceRow)}
    facts = {name: getattr(one.row, name) or "" for name in same}
    return ManifestRow(**facts | {"path": path, "class_name": one.row.label or "", "split": one.split})


def _summary(
    out: Path, request: ExportRequest, selection: Selection, missing: tuple[LeftOut, ...]
) -> ExportSummary:
    return ExportSummary(
        folder=str(out),
        image_format=request.image_format,
        classes=selection.classes,
        unlabelled=selection.unlabelled,
        withheld=selection.withheld,
        left_out=selection.left_out,
        failed=missing,
        seed=request.choice.seed,
        profile=request.profile,
        layout=request.layout,
        label_rule=request.choice.rule,
        duplicate_rule=request.choice.duplicates,
        rendering=request.rendering,
        checked=request.checked,
    )


def _digest(request: ExportRequest, planned: Sequence[Planned], base: ExportSummary) -> str:
    """One line for all that the export depends on: whether a finished one is the same."""
    facts = [asdict(base) | {"folder": ""}, asdict(request.choice), request.tool, request.licence]
    rows = [[*asdict(plan.entry).values(), plan.source] for plan in planned]
    return hashlib.sha256(json.dumps([facts, rows]).encode()).hexdigest()


def _same_export(out: Path, plan: str) -> ExportSummary | None:
    content = read_description(out)
    if content is None or content.get("plan") != plan or content.get("failed"):
        return None
    names = ExportSummary.__dataclass_fields__
    known: dict[str, Any] = {name: content[name] for name in names if name in content}
    known |= {name: tuple(known[name]) for name in ("classes", "failed", "warnings")}
    known["duplicates"] = tuple(tuple(group) for group in known["duplicates"])
    return ExportSummary(**known | {"folder": str(out)})
