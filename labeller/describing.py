"""What describes a data set beside its images: manifests, data card, Croissant and `dataset.json`."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from labeller.consensus import RULES
from labeller.croissant import CROISSANT, croissant
from labeller.data_card import CardFacts, content_hash, counts, data_card
from labeller.export_records import ExportSummary
from labeller.manifest import ManifestRow, manifest_table, manifest_text
from labeller.pictures import Format
from labeller.selection import DUPLICATE_RULES
from labeller.staging import DESCRIPTION, FORMAT, MANIFEST, TABLE

CARD = "DATACARD.md"


@dataclass(frozen=True, slots=True)
class Told:
    """What the descriptions say besides what is counted."""

    name: str
    image_format: Format
    layout: str  # in words
    tool: str
    licence: str
    splits: str  # in words
    audit: Mapping[str, Any]  # the head of the audit trail


def described(
    summary: ExportSummary, rows: Sequence[ManifestRow], written: Mapping[str, str], *, told: Told, plan: str
) -> tuple[ExportSummary, dict[str, bytes]]:
    """Return the summary with its hashes, and the files by path; `written` are the images' SHA-256."""
    files = {MANIFEST: manifest_text(rows).encode(), TABLE: manifest_table(rows)}
    sums = {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}
    summary = replace(summary, sha256=sums[MANIFEST], content_sha256=content_hash({**written, **sums}))
    sizes = {path: (sums[path], len(content)) for path, content in files.items()}
    files[CARD] = data_card(rows, summary.classes, _facts(summary, told), summary.content_sha256).encode()
    files[CROISSANT] = _croissant(summary, rows, sizes, told).encode()
    files[DESCRIPTION] = _description(summary, rows, told, plan)
    return summary, files


def _facts(summary: ExportSummary, told: Told) -> CardFacts:
    left_out = {"nobody labelled them": summary.unlabelled} if summary.unlabelled else {}
    failed = {"they could not be read, or the check did not release them": len(summary.failed)}
    return CardFacts(
        name=told.name,
        notice=summary.notice,
        format_words=told.image_format.words,
        rule=_rule(summary, told),
        layout=told.layout,
        label_rule=RULES[summary.label_rule],
        seed=summary.seed,
        splits=told.splits,
        profile=summary.profile,
        tool=told.tool,
        verification=summary.checked,
        left_out={**left_out, **summary.withheld, **summary.left_out, **(failed if summary.failed else {})},
        duplicates=_duplicates(summary),
        warnings=summary.warnings,
        licence=told.licence,
    )


def _rule(summary: ExportSummary, told: Told) -> str:
    return told.image_format.rule + (f"; window: {summary.rendering}" if summary.rendering else "")


def _duplicates(summary: ExportSummary) -> str:
    found = (
        f"{len(summary.duplicates)} groups stand in several splits" if summary.duplicates else "none found"
    )
    return (
        f"Near-duplicates across splits (by a perceptual hash): {found}; those of different patients are "
        f"{DUPLICATE_RULES[summary.duplicate_rule]}"
    )


def _croissant(
    summary: ExportSummary, rows: Sequence[ManifestRow], sizes: Mapping[str, tuple[str, int]], told: Told
) -> str:
    tops = sorted({PurePosixPath(row.path).parts[0] for row in rows})
    top = tops[0] if len(tops) == 1 else "*"
    return croissant(
        told.name,
        f"{summary.images} de-identified images of {summary.patients} patients. {summary.notice}. See DATACARD.md.",
        files=sizes,
        images=(f"{top}/*/*{told.image_format.suffix}", told.image_format.media_type),
        licence=told.licence,
        keywords=sorted({row.modality for row in rows if row.modality}),
    )


def _description(summary: ExportSummary, rows: Sequence[ManifestRow], told: Told, plan: str) -> bytes:
    facts = asdict(summary)
    del facts["folder"], facts["cancelled"]
    more = {
        "pictures": _rule(summary, told),
        "tool": told.tool,
        "licence": told.licence,
        "splits": told.splits,
        "audit": told.audit,
    }
    content = {"format": FORMAT, **facts, **more, "characteristics": counts(rows), "plan": plan}
    return (json.dumps(content, indent=2, ensure_ascii=False) + "\n").encode()
