"""The labeller: a project's catalogue, label classes and their history, and data sets made of them."""

from labeller.agreement import Agreement, Kappa, PairAgreement
from labeller.catalogue import Catalogue
from labeller.classes import JOIN
from labeller.errors import (
    CatalogueDamagedError,
    CatalogueError,
    ExportError,
    LabelError,
    LabellerError,
    ManifestError,
)
from labeller.export import ExportSummary, LeftOut, export_dataset
from labeller.label_list import ListedLabel, read_label_list
from labeller.manifest import ManifestRow, read_manifest
from labeller.records import (
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
from labeller.splits import split_by_patient, split_warnings

__all__ = [
    "HELD_BACK",
    "JOIN",
    "Agreement",
    "Catalogue",
    "CatalogueDamagedError",
    "CatalogueError",
    "Decision",
    "ExportError",
    "ExportSummary",
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
    "ManifestError",
    "ManifestRow",
    "NewInstance",
    "PairAgreement",
    "PredictionRow",
    "Reader",
    "RunRow",
    "SecondReading",
    "back_up",
    "export_dataset",
    "is_sound",
    "latest_sound_backup",
    "read_label_list",
    "read_manifest",
    "restore",
    "split_by_patient",
    "split_warnings",
    "withheld_because",
]
