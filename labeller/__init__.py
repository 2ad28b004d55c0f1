"""The labeller: a project's catalogue, label classes and their history, and data sets made of them.

The front door: what it offers is imported when it is first asked for, so that a command starts at once and nothing
heavy comes along.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeller.agreement import Agreement, Kappa, PairAgreement
    from labeller.catalogue import Catalogue
    from labeller.classes import JOIN
    from labeller.consensus import RULES
    from labeller.conversion import clear_away, convert, left_behind
    from labeller.disputes import CONSENSUS as CONSENSUS_MEANS
    from labeller.encryption import CatalogueKey
    from labeller.errors import (
        CatalogueDamagedError,
        CatalogueError,
        ExportError,
        LabelError,
        LabellerError,
        ManifestError,
    )
    from labeller.export import LAYOUTS, ExportRequest, export_dataset, preview
    from labeller.export_records import ExportSummary, LeftOut
    from labeller.given_splits import GivenSplits, read_given_splits
    from labeller.label_list import (
        ListedLabel,
        history_table,
        label_document,
        label_table,
        read_label_list,
        read_labels,
    )
    from labeller.listing import Listing
    from labeller.manifest import ManifestRow, read_manifest
    from labeller.merging import Merged
    from labeller.pictures import FORMATS, Picture, sixteen_bits, stored_bits
    from labeller.readings import AGAIN
    from labeller.records import (
        SORTS,
        Decision,
        InstanceFilter,
        InstanceRow,
        LabelClass,
        LabelEvent,
        LabelSet,
        NewInstance,
        PredictionRow,
        Reader,
        RunRow,
        SecondReading,
    )
    from labeller.release import HELD_BACK, what_lets_out, withheld_because
    from labeller.safekeeping import (
        back_up,
        is_sound,
        keep_latest,
        latest_sound_backup,
        restore,
        row_counts,
    )
    from labeller.selection import DUPLICATE_RULES, Choice, Chosen, Selection, select
    from labeller.splits import split_by_patient, split_warnings
    from labeller.storage import is_older

__all__ = [
    "AGAIN",
    "CONSENSUS_MEANS",
    "DUPLICATE_RULES",
    "FORMATS",
    "HELD_BACK",
    "JOIN",
    "LAYOUTS",
    "RULES",
    "SORTS",
    "Agreement",
    "Catalogue",
    "CatalogueDamagedError",
    "CatalogueError",
    "CatalogueKey",
    "Choice",
    "Chosen",
    "Decision",
    "ExportError",
    "ExportRequest",
    "ExportSummary",
    "GivenSplits",
    "InstanceFilter",
    "InstanceRow",
    "Kappa",
    "LabelClass",
    "LabelError",
    "LabelEvent",
    "LabelSet",
    "LabellerError",
    "LeftOut",
    "ListedLabel",
    "Listing",
    "ManifestError",
    "ManifestRow",
    "Merged",
    "NewInstance",
    "PairAgreement",
    "Picture",
    "PredictionRow",
    "Reader",
    "RunRow",
    "SecondReading",
    "Selection",
    "back_up",
    "clear_away",
    "convert",
    "export_dataset",
    "history_table",
    "is_older",
    "is_sound",
    "keep_latest",
    "label_document",
    "label_table",
    "latest_sound_backup",
    "left_behind",
    "preview",
    "read_given_splits",
    "read_label_list",
    "read_labels",
    "read_manifest",
    "restore",
    "row_counts",
    "select",
    "sixteen_bits",
    "split_by_patient",
    "split_warnings",
    "stored_bits",
    "what_lets_out",
    "withheld_because",
]

_HOMES = {
    "agreement": ("Agreement", "Kappa", "PairAgreement"),
    "catalogue": ("Catalogue",),
    "classes": ("JOIN",),
    "consensus": ("RULES",),
    "conversion": ("clear_away", "convert", "left_behind"),
    "encryption": ("CatalogueKey",),
    "errors": ("CatalogueDamagedError", "CatalogueError", "ExportError", "LabelError", "LabellerError",
               "ManifestError"),
    "export": ("LAYOUTS", "ExportRequest", "export_dataset", "preview"),
    "export_records": ("ExportSummary", "LeftOut"),
    "given_splits": ("GivenSplits", "read_given_splits"),
    "label_list": ("ListedLabel", "history_table", "label_document", "label_table", "read_label_list", "read_labels"),
    "listing": ("Listing",),
    "manifest": ("ManifestRow", "read_manifest"),
    "merging": ("Merged",),
    "pictures": ("FORMATS", "Picture", "sixteen_bits", "stored_bits"),
    "readings": ("AGAIN",),
    "records": ("SORTS", "Decision", "InstanceFilter", "InstanceRow", "LabelClass", "LabelEvent", "LabelSet",
                "NewInstance", "PredictionRow", "Reader", "RunRow", "SecondReading"),
    "release": ("HELD_BACK", "what_lets_out", "withheld_because"),
    "safekeeping": ("back_up", "is_sound", "keep_latest", "latest_sound_backup", "restore", "row_counts"),
    "selection": ("DUPLICATE_RULES", "Choice", "Chosen", "Selection", "select"),
    "splits": ("split_by_patient", "split_warnings"),
    "storage": ("is_older",),
}  # fmt: skip
_UNDER_ANOTHER_NAME = {
    "CONSENSUS_MEANS": ("disputes", "CONSENSUS"),
}
_HOME_OF = {name: (home, name) for home, names in _HOMES.items() for name in names} | _UNDER_ANOTHER_NAME


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        raise AttributeError(f"module 'labeller' has no attribute {name!r}")
    home, there = _HOME_OF[name]
    return getattr(import_module(f"labeller.{home}"), there)
