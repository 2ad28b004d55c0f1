"""Exporting the labelled instances as a data set folder that trains here and elsewhere as it is."""

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeller.catalogue import Catalogue
from labeller.errors import ExportError
from labeller.folder_names import folder_names
from labeller.manifest import ManifestRow, manifest_text
from labeller.records import InstanceFilter, InstanceRow
from labeller.release import withheld_because
from labeller.splits import FRACTIONS, SPLITS, split_by_patient, split_warnings
from labeller.staging import DESCRIPTION, FORMAT, MANIFEST, Staging, read_description, refuse_foreign

NOTICE = "Not for diagnostic use"
_MOST_NAMED = 5
_SUFFIXES = {"png": ".png", "dicom": ".dcm"}

ReadImage = Callable[[Path], NDArray[np.uint8]]
"""Reads an image as a viewer shows it: uint8, (rows, columns) or (rows, columns, 3), 0 to 255."""


Inspect = Callable[[Path], Sequence[str]]
"""Looks through a finished folder before it is put in place; returns what must not be in it, for the user."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A labelled instance that could not be exported, and why, for the user."""

    sop_instance_uid: str
    reason: str


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """What an export wrote; the same stands in its `dataset.json`."""

    folder: str
    image_format: str  # "png" or "dicom"
    images: int
    patients: int
    classes: tuple[str, ...]
    counts: Mapping[str, Mapping[str, int]]  # split -> class -> images
    unlabelled: int  # instances left out because nobody labelled them
    withheld: Mapping[str, int]  # why labelled instances must not leave the project -> how many
    other_classes: int  # labelled instances left out because their class was not asked for
    failed: tuple[LeftOut, ...]
    warnings: tuple[str, ...]
    seed: int
    profile: str
    sha256: str  # of manifest.csv
    cancelled: bool = False  # then nothing is in place yet; the same export goes on where it was
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class _Planned:
    """One image to be written."""

    row: InstanceRow
    entry: ManifestRow
    file: Path
    source: str  # size and time of the masked file: another correction of it is exported anew


@dataclass(frozen=True, slots=True)
class _Request:
    out: Path
    image_format: str
    seed: int
    fractions: tuple[float, float, float]
    profile: str
    classes: tuple[str, ...]
    read_image: ReadImage
    on_step: Callable[[int, int], None]
    cancelled: Callable[[], bool]
    inspect: Inspect


def export_dataset(
    catalogue: Catalogue,
    out: Path,
    *,
    read_image: ReadImage,
    file_of: Callable[[InstanceRow], Path],
    format: str = "png",  # noqa: A002 - the word of the command line
    seed: int = 0,
    fractions: tuple[float, float, float] = FRACTIONS,
    profile: str = "",
    classes: Sequence[str] | None = None,
    overwrite: bool = False,
    on_step: Callable[[int, int], None] = lambda _done, _total: None,
    cancelled: Callable[[], bool] = lambda: False,
    inspect: Inspect = lambda _folder: (),
) -> ExportSummary:
    """Write the labelled instances of `classes` (None: all) to `out`; docs/architecture.md has the format.

    `file_of` tells where an instance's masked file lies, `read_image` makes a picture of it; where that raises,
    the instance is left out with the exception's text. `format` is "png" (8 bits, as a viewer shows it) or
    "dicom" (the masked file). The folder appears whole or not at all; an export that was killed or cancelled
    goes on where it was; `inspect` may still keep it out.
    The same export once more changes nothing. `on_step` gets images done and in all.

    Raises ExportError where nothing is labelled, the folder cannot be written, or holds anything but an earlier
    export (which is replaced only with `overwrite`).
    """
    if format not in _SUFFIXES:
        raise ExportError(f"There is no export format “{format}”.", f"Choose {' or '.join(_SUFFIXES)}.")
    known = [known.name for known in catalogue.classes()]
    wanted = _wanted(known, classes)
    request = _Request(
        out.resolve(), format, seed, fractions, profile, wanted, read_image, on_step, cancelled, inspect
    )
    labelled = catalogue.instances(InstanceFilter(labelled=True))
    withheld = Counter(why for row in labelled if row.label in wanted and (why := withheld_because(row)))
    planned, missing = _plan([row for row in labelled if not withheld_because(row)], request, file_of)
    if not planned:
        raise _nothing_to_export(withheld)
    unlabelled = catalogue.count(InstanceFilter(labelled=False))
    other = len(labelled) - len(planned) - len(missing) - sum(withheld.values())
    base = _summary(request, unlabelled=unlabelled, withheld=withheld, other=other)
    staging = Staging(request.out)
    staging.recover()
    plan = _digest(request, planned, (missing, dict(withheld)))
    earlier = _same_export(request.out, plan)
    if earlier is not None and not overwrite:
        return earlier
    refuse_foreign(request.out, overwrite=overwrite)
    try:
        staging.begin()
        return _write(staging, request, planned, base=replace(base, failed=missing), plan=plan)
    finally:
        staging.close()


def _nothing_to_export(withheld: Mapping[str, int]) -> ExportError:
    if not withheld:
        return ExportError("There is no labelled instance to export.", "Label some instances first.")
    reasons = "; ".join(f"{count} because {why}" for why, count in withheld.items())
    return ExportError(
        f"None of the labelled instances may leave the project: {reasons}.",
        "Look at them on the page Mask or with `leadglass review`.",
    )


def _wanted(known: Sequence[str], classes: Sequence[str] | None) -> tuple[str, ...]:
    unknown = set(classes or ()) - set(known)
    if unknown:
        raise ExportError(f"There is no label class “{min(unknown)}”.", "Check the spelling.")
    return tuple(name for name in known if classes is None or name in classes)


def _plan(
    rows: Sequence[InstanceRow], request: _Request, file_of: Callable[[InstanceRow], Path]
) -> tuple[list[_Planned], tuple[LeftOut, ...]]:
    folders = folder_names(request.classes)
    rows = [row for row in rows if row.label in folders]
    pairs = [(row.patient, row.label or "") for row in rows]
    splits = split_by_patient(pairs, fractions=request.fractions, seed=request.seed)
    planned, missing = [], []
    for row, split in zip(rows, splits, strict=True):
        file = file_of(row)
        try:
            state = file.stat()
        except OSError:
            missing.append(LeftOut(row.sop_instance_uid, "Its masked file is missing."))
            continue
        name = f"images/{folders[row.label or '']}/{row.sop_instance_uid}{_SUFFIXES[request.image_format]}"
        source = f"{state.st_size} {state.st_mtime_ns}"
        planned.append(_Planned(row, _entry(row, name, split), file, source))
    return planned, tuple(missing)


def _entry(row: InstanceRow, path: str, split: str) -> ManifestRow:
    return ManifestRow(
        path=path,
        class_name=row.label or "",
        patient=row.patient,
        split=split,
        sop_instance_uid=row.sop_instance_uid,
        study=row.study,
        series=row.series,
        modality=row.modality,
        patient_sex=row.patient_sex,
        patient_age=row.patient_age,
        reader=row.reader or "",
    )


def _summary(request: _Request, *, unlabelled: int, withheld: Mapping[str, int], other: int) -> ExportSummary:
    return ExportSummary(
        folder=str(request.out),
        image_format=request.image_format,
        images=0,
        patients=0,
        classes=request.classes,
        counts={},
        unlabelled=unlabelled,
        withheld=dict(withheld),
        other_classes=other,
        failed=(),
        warnings=(),
        seed=request.seed,
        profile=request.profile,
        sha256="",
    )


def _digest(
    request: _Request, planned: Sequence[_Planned], left_out: tuple[Sequence[LeftOut], Mapping[str, int]]
) -> str:
    """One line for all that the export depends on: whether a finished one is the same."""
    missing, withheld = left_out
    facts = [request.image_format, request.seed, request.fractions, request.profile, request.classes]
    rows = [[*asdict(plan.entry).values(), plan.source] for plan in planned]
    return hashlib.sha256(
        json.dumps([facts, rows, [asdict(m) for m in missing], withheld]).encode()
    ).hexdigest()


def _same_export(out: Path, plan: str) -> ExportSummary | None:
    content = read_description(out)
    if content is None or content.get("plan") != plan or content.get("failed"):
        return None
    names = ExportSummary.__dataclass_fields__
    known: dict[str, Any] = {name: content[name] for name in names if name in content}
    known |= {name: tuple(known[name]) for name in ("classes", "failed", "warnings")}
    return ExportSummary(**known | {"folder": str(out)})


def _write(
    staging: Staging, request: _Request, planned: Sequence[_Planned], *, base: ExportSummary, plan: str
) -> ExportSummary:
    written: dict[str, str] = {}
    done: list[_Planned] = []
    failed = list(base.failed)
    for number, item in enumerate(planned, start=1):
        if request.cancelled():
            return replace(base, images=len(done), failed=tuple(failed), cancelled=True)
        try:
            written[item.entry.path] = _write_one(staging, request, item)
            done.append(item)
        except _UnreadableError as error:
            failed.append(LeftOut(item.row.sop_instance_uid, str(error)))
        request.on_step(number, len(planned))
    summary = _counted(replace(base, failed=tuple(failed)), done)
    if not done:
        raise ExportError("None of the labelled instances can be read.", failed[0].reason)
    text = manifest_text(item.entry for item in done)
    summary = replace(summary, sha256=staging.write(MANIFEST, text.encode(), "").sha256)
    written[MANIFEST] = summary.sha256
    written[DESCRIPTION] = staging.write(DESCRIPTION, _description(summary, plan), "").sha256
    if found := request.inspect(staging.content):
        raise ExportError(
            f"The data set was not put in place, as identity was found in it: {'; '.join(found[:_MOST_NAMED])}.",
            "Rename the class or mask the instances again, then export once more.",
        )
    staging.finish(written)
    return summary


class _UnreadableError(Exception):
    """An instance that cannot be made a picture; the text is for the user."""


def _write_one(staging: Staging, request: _Request, item: _Planned) -> str:
    kept = staging.kept(item.entry.path, item.source)
    if kept is not None:
        return kept.sha256
    try:
        content = item.file.read_bytes() if request.image_format == "dicom" else _png(request, item.file)
    except Exception as error:
        raise _UnreadableError(str(error)) from error
    return staging.write(item.entry.path, content, item.source).sha256


def _png(request: _Request, file: Path) -> bytes:
    from PIL import Image

    content = io.BytesIO()
    Image.fromarray(request.read_image(file)).save(content, format="PNG")
    return content.getvalue()


def _counted(summary: ExportSummary, done: Sequence[_Planned]) -> ExportSummary:
    numbers = Counter((item.entry.split, item.entry.class_name) for item in done)
    used = [split for split in SPLITS if any(item.entry.split == split for item in done)]
    pairs = [(item.entry.patient, item.entry.class_name) for item in done]
    warnings = split_warnings(pairs, [item.entry.split for item in done])
    return replace(
        summary,
        images=len(done),
        patients=len({item.entry.patient for item in done}),
        counts={split: {name: numbers[split, name] for name in summary.classes} for split in used},
        warnings=tuple(warnings),
    )


def _description(summary: ExportSummary, plan: str) -> bytes:
    facts = asdict(summary)
    del facts["folder"], facts["cancelled"]
    return (
        json.dumps({"format": FORMAT, **facts, "plan": plan}, indent=2, ensure_ascii=False) + "\n"
    ).encode()
