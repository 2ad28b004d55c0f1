"""The labeller: a project's catalogue, label classes and their history, and data sets made of them."""

from labeller.agreement import Agreement, Kappa, PairAgreement
from labeller.catalogue import Catalogue
from labeller.errors import CatalogueError, ExportError, LabelError, LabellerError, ManifestError
from labeller.export import ExportSummary, LeftOut, export_dataset
from labeller.label_list import ListedLabel, read_label_list
from labeller.manifest import ManifestRow, read_manifest
from labeller.records import (
    InstanceFilter,
    InstanceRow,
    LabelClass,
    LabelEvent,
    NewInstance,
    PredictionRow,
    Reader,
    RunRow,
    SecondReading,
)
from labeller.splits import split_by_patient, split_warnings

__all__ = [
    "Agreement",
    "Catalogue",
    "CatalogueError",
    "ExportError",
    "ExportSummary",
    "InstanceFilter",
    "InstanceRow",
    "Kappa",
    "LabelClass",
    "LabelError",
    "LabelEvent",
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
    "export_dataset",
    "read_label_list",
    "read_manifest",
    "split_by_patient",
    "split_warnings",
]
