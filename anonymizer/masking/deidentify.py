"""One instance from start to finish: read, collect, mask pixels and header, check the bytes, write."""

from dataclasses import replace
from pathlib import Path

from anonymizer.errors import AnonymizerError, PatientError, TextFinderError, WriteError
from anonymizer.files.file_format import NotDicomError, lenient, looks_like_dicom, parse
from anonymizer.files.file_kinds import PictureKind, describe, picture_kind
from anonymizer.files.slices import IrregularError
from anonymizer.files.source import Source
from anonymizer.files.truncation import end_of
from anonymizer.identities.collect import identity_of
from anonymizer.masking.quick import mask_quickly
from anonymizer.masking.run import NOTHING, Layout, Masked, Run, Settings, Told, tools_of
from anonymizer.masking.series import NO_PLANS, Plans
from anonymizer.masking.thorough import mask_thoroughly
from anonymizer.output.facts import safe_part
from anonymizer.output.gate import judged
from anonymizer.output.media_directory import file_id
from anonymizer.output.writing import masked_with_other_settings, write_new
from anonymizer.report import Facts, FileRecord, Identity, Outcome

_LARGE, _HEAD = 2**26, 4096  # bytes

__all__ = ["Layout", "Settings", "deidentify"]


def deidentify(
    source: Source,
    out: Path,
    settings: Settings,
    layout: Layout = Layout.TREE,
    *,
    told: Told = NOTHING,
    plans: Plans = NO_PLANS,
) -> FileRecord:
    """Mask one input and write it below `out`. Every input gets a record, whatever happens to it.

    `told` are the identities that other instances of the patients tell; the instance's own are added. `plans`
    say where text stands in series of slices of which some were searched. Raises
    WriteError where the output folder cannot be written or holds this instance masked with other settings, and
    TextFinderError where the text detector cannot be loaded, as then every input would fail.
    """
    if source.refused:
        return FileRecord(source.path, Outcome.SKIPPED, source.refused)
    run = Run(out, settings, layout, told, plans)
    with lenient():
        try:
            raw = _read(source)
            kind = picture_kind(raw)
            return _mask_instance(source, raw, run) if kind is None else _mask_picture(source, raw, kind, run)
        except NotDicomError as error:
            return FileRecord(source.path, Outcome.SKIPPED, str(error))
        except (WriteError, TextFinderError):
            raise
        except AnonymizerError as error:
            return FileRecord(source.path, Outcome.QUARANTINED, _sentence(error))
        except RecursionError:
            return _too_deep(source)


def _read(source: Source) -> bytes:
    """Read an input; of a large one first the beginning, so that no film of many gigabytes is read for nothing."""
    if source.size > _LARGE:
        head = source.read_head(_HEAD)
        if picture_kind(head) is None and not looks_like_dicom(head):
            raise NotDicomError(describe(head))
    return source.read()


def _mask_instance(source: Source, raw: bytes, run: Run) -> FileRecord:
    try:
        return _written(source, mask_quickly(raw, run), run)
    except (IrregularError, PatientError):  # the other way tells whose it is, for the vault
        return _mask_with_pydicom(source, raw, run)


def _mask_with_pydicom(source: Source, raw: bytes, run: Run) -> FileRecord:
    dataset = parse(raw)
    end = end_of(dataset, raw)
    identity: Identity | None = identity_of(dataset)
    try:
        return _written(source, mask_thoroughly(raw, dataset, end, run), run)
    except (NotDicomError, WriteError, TextFinderError):
        raise
    except AnonymizerError as error:
        return FileRecord(source.path, Outcome.QUARANTINED, _sentence(error), identity=identity)
    except RecursionError:
        return replace(_too_deep(source), identity=identity)


def _too_deep(source: Source) -> FileRecord:
    return FileRecord(source.path, Outcome.QUARANTINED, "The file nests sequences too deeply.")


def _sentence(error: AnonymizerError) -> str:
    return f"{error} {error.remedy}".strip()


def _mask_picture(source: Source, raw: bytes, kind: PictureKind, run: Run) -> FileRecord:
    if run.layout is Layout.FLAT:
        reason = f"This is a {kind} picture; a project holds DICOM instances only."
        return FileRecord(source.path, Outcome.SKIPPED, reason)
    from anonymizer.pictures.masking import PictureRun, mask_picture

    settings = run.settings
    return mask_picture(
        source, raw, kind, PictureRun(run.out, tools_of(settings).patients.pseudonyms, settings.find_text)
    )


def _written(source: Source, masked: Masked, run: Run) -> FileRecord:
    """Write a masked instance, unless the verification blocks it or something else stands in its place."""
    record = FileRecord(
        source.path,
        Outcome.MASKED,
        new_path=_where(masked.facts, run).as_posix(),
        review=masked.review,
        changes=masked.changes,
        regions=masked.regions,
        facts=masked.facts,
        identity=masked.identity,
        fragments=masked.fragments,
        readings=masked.readings,
    )
    if run.settings.verify:
        record = judged(record, b"".join(masked.parts), masked.originals)
    if record.outcome is not Outcome.MASKED or write_new(run.out / record.new_path, *masked.parts):
        return record
    reason = _taken(masked, run, run.out / record.new_path)
    return FileRecord(source.path, Outcome.QUARANTINED, reason, identity=masked.identity)


def _where(facts: Facts, run: Run) -> Path:
    """Return where in the output folder an instance goes."""
    above, uid = (facts.patient, facts.study, facts.series), facts.sop_instance_uid
    if run.layout is Layout.MEDIA:
        return Path(file_id((*above, uid), tools_of(run.settings).patients.pseudonyms))
    parts = above if run.layout is Layout.TREE else ()
    return Path(*(safe_part(part) for part in parts), f"{safe_part(uid)}.dcm")


def _taken(masked: Masked, run: Run, path: Path) -> str:
    """Say why an instance cannot be written where another file stands. May raise WriteError."""
    differs = masked_with_other_settings(path, masked.digest)
    if differs and run.layout is Layout.FLAT:  # a project lives on through new versions and settings
        return "It is in the project already, masked with other settings; that copy was left as it is."
    if differs:
        raise WriteError(
            "The output folder holds instances that were masked before with other settings: another profile, option, "
            "key, list of pseudonyms, device rules, words or version of the program.",
            "Choose another output folder that is empty (--out); then all instances are masked alike. To go on "
            "with the folder instead, mask with the settings of before. What stands there was left as it is.",
        )
    return (
        "Another instance with the same SOP Instance UID but different content was written before. "
        "Find out which of the two is right."
    )
