"""The labeller: a project's catalogue, label classes and their history, and data sets made of them."""

from labeller.catalogue import Catalogue
from labeller.errors import CatalogueError, ExportError, LabelError, LabellerError, ManifestError
from labeller.records import (
    InstanceFilter,
    InstanceRow,
    LabelClass,
    LabelEvent,
    NewInstance,
    PredictionRow,
    Reader,
    RunRow,
)

__all__ = [
    "Catalogue",
    "CatalogueError",
    "ExportError",
    "InstanceFilter",
    "InstanceRow",
    "LabelClass",
    "LabelError",
    "LabelEvent",
    "LabellerError",
    "ManifestError",
    "NewInstance",
    "PredictionRow",
    "Reader",
    "RunRow",
]
