"""The labeller: a project's catalogue, label classes and their history, and data sets made of them."""

from labeller.agreement import Agreement, Kappa, PairAgreement
from labeller.catalogue import Catalogue
from labeller.classes import JOIN
from labeller.consensus import RULES
from labeller.disputes import CONSENSUS as CONSENSUS_MEANS
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
from labeller.release import HELD_BACK, withheld_because
from labeller.safekeeping import back_up, is_sound, latest_sound_backup, restore
from labeller.selection import DUPLICATE_RULES, Choice, Chosen, Selection, select
from labeller.splits import split_by_patient, split_warnings

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
    "export_dataset",
    "history_table",
    "is_sound",
    "label_document",
    "label_table",
    "latest_sound_backup",
    "preview",
    "read_given_splits",
    "read_label_list",
    "read_labels",
    "read_manifest",
    "restore",
    "select",
    "sixteen_bits",
    "split_by_patient",
    "split_warnings",
    "stored_bits",
    "withheld_because",
]
