"""Model folders: written so that they are complete or not there, read as if a stranger had made them.

Nothing in a model folder is executed. `run.json` names one of the program's own networks; the weights file is
checked (hash, size, plain HDF5 without links to elsewhere) before it is loaded into that network.
"""

import hashlib
import json
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from trainer.architectures import build_network
from trainer.atomic import write_atomically, write_json
from trainer.classical.classifier import FILE as CLASSIFIER
from trainer.classical.classifier import Classifier
from trainer.device import import_keras
from trainer.errors import ModelFolderError, RecipeError
from trainer.parameters import Value
from trainer.preprocessing import Preprocessing
from trainer.recipes import NETWORK, Recipe
from trainer.records import NOTICE, RunSummary
from trainer.results import familiarity as known
from trainer.weights_file import check_weights

FORMAT = 1
ENSEMBLE = "ensemble"  # instead of a network's name: the folder holds several models
RUN, WEIGHTS, HISTORY = "run.json", "weights.weights.h5", "history.csv"
_LARGEST_RUN, _LARGEST_CLASSIFIER = 4 << 20, 1 << 30
_MOST_CLASSES = 1000
_AGAIN = "Train the model again, or choose the folder of a model that this program made."


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What run.json says of a model."""

    folder: Path
    classes: tuple[str, ...]
    architecture: str
    preprocessing: Preprocessing
    recipe: str
    settings: Mapping[str, Value]  # the recipe in full, with what it left open decided
    weights_sha256: str
    classifier_sha256: str  # "" where the network's own end tells the classes
    seed: int
    epochs: int
    best_epoch: int
    seconds: float
    device: str
    metrics: Mapping[str, float]
    counts: Mapping[str, Mapping[str, int]]
    warnings: tuple[str, ...]
    versions: Mapping[str, str]
    dataset_sha256: str
    identity: Mapping[
        str, Any
    ]  # data set listing, recipe as asked for, seed and epochs: the same training again?

    @classmethod
    def read(cls, folder: Path) -> "ModelInfo":
        """Read and check run.json; ModelFolderError if it is missing, foreign, damaged or of a newer version."""
        document = _document(folder)
        if document.get("format") != FORMAT:
            raise ModelFolderError(
                "The model was made by another version of this program.", "Use that version or train again."
            )
        try:
            info = _from_document(folder, document)
        except (KeyError, TypeError, ValueError, AttributeError):
            raise ModelFolderError("The model's run.json is damaged.", _AGAIN) from None
        if info.architecture != ENSEMBLE:
            info.used_recipe()
        if not _sound_classes(info.classes):
            raise ModelFolderError("The model's list of classes makes no sense.", _AGAIN)
        return info

    def used_recipe(self) -> Recipe:
        """The recipe that the model was trained with; ModelFolderError if this program knows no such."""
        try:
            found = Recipe().changed(self.settings)
        except RecipeError as error:
            raise ModelFolderError(
                f"The model names a network or setting that this program does not know. {error}", error.remedy
            ) from None
        if found.architecture != self.architecture:
            raise ModelFolderError("The model's run.json contradicts itself.", _AGAIN)
        return found

    def summary(self) -> RunSummary:
        """As `train` reports it."""
        return RunSummary(
            folder=self.folder,
            recipe=self.recipe,
            classes=self.classes,
            counts=self.counts,
            epochs=self.epochs,
            best_epoch=self.best_epoch,
            seconds=self.seconds,
            device=self.device,
            metrics=self.metrics,
            warnings=self.warnings,
        )


def is_complete(folder: Path) -> bool:
    """Whether a finished model lies there: run.json is written last."""
    return (folder / RUN).exists()


def write_run(info: ModelInfo) -> None:
    """Write run.json; it makes the folder complete, so everything else must be written before."""
    document = {"format": FORMAT, "notice": NOTICE, **asdict(info)}
    del document["folder"]
    write_json(info.folder / RUN, document)


def save_weights(model: Any, folder: Path) -> str:
    """Write the model's weights and give their SHA-256."""
    path = folder / WEIGHTS
    write_atomically(path, model.save_weights)
    return _sha256(path)


def save_classifier(classifier: Classifier, folder: Path) -> str:
    """Write the classifier upon the network and give its SHA-256."""
    classifier.save(folder)
    return _sha256(folder / CLASSIFIER)


def load_classifier(info: ModelInfo, features: int) -> Classifier | None:
    """The checked classifier upon the network's embeddings of that width; None where the recipe has none."""
    if info.used_recipe().classifier == NETWORK:
        return None
    path = info.folder / CLASSIFIER
    _regular_file(path, _LARGEST_CLASSIFIER)
    if _sha256(path) != info.classifier_sha256:
        raise ModelFolderError("The model's classifier is not the one that run.json names.", _AGAIN)
    try:
        return Classifier.load(info.folder, features=features, classes=len(info.classes))
    except (ValueError, OverflowError, MemoryError):
        raise ModelFolderError("The model's classifier is damaged.", _AGAIN) from None


def load_model(info: ModelInfo) -> Any:
    """Build the network that the model names and load the checked weights into it."""
    path = info.folder / WEIGHTS
    check_weights(path, info.weights_sha256)
    import_keras()
    shape = info.preprocessing
    try:
        model = build_network(info.used_recipe().design, shape.size, shape.channels, len(info.classes))
        with warnings.catch_warnings():
            warnings.simplefilter(
                "error", UserWarning
            )  # Keras only warns of layers that it finds no weights for
            model.load_weights(path)
    except (ValueError, KeyError, OSError, RecipeError, UserWarning) as error:
        raise ModelFolderError("The model's weights do not fit its network.", _AGAIN) from error
    return model


def read_familiarity(folder: Path) -> known.Familiarity | None:
    """What the model compares images with, None where it was never learned; ModelFolderError if damaged."""
    if not (folder / known.FILE).exists():
        return None
    try:
        return known.Familiarity.load(folder)
    except (ValueError, OverflowError, MemoryError):
        raise ModelFolderError(f"The model's {known.FILE} is damaged.", _AGAIN) from None


def fitting_familiarity(model: Any, folder: Path, limits: known.Limits | None) -> known.Familiarity | None:
    """What the loaded model's embeddings are compared with; None for a model that was never given limits."""
    found = read_familiarity(folder)
    if limits is None:
        return None
    if found is None or tuple(model.get_layer("embedding").output.shape[1:]) != found.references.shape[1:]:
        raise ModelFolderError(f"The model's {known.FILE} is missing or does not fit its network.", _AGAIN)
    return found


def _document(folder: Path) -> dict[str, Any]:
    path = folder / RUN
    if not path.exists():
        raise ModelFolderError(
            f"There is no finished model in {folder.name or folder}: run.json is missing.",
            "Choose a model folder, or finish the training by repeating its command.",
        )
    _regular_file(path, _LARGEST_RUN)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError):
        raise ModelFolderError("The model's run.json is damaged.", _AGAIN) from None
    if not isinstance(document, dict):
        raise ModelFolderError("The model's run.json is damaged.", _AGAIN)
    return document


def _from_document(folder: Path, document: Mapping[str, Any]) -> ModelInfo:
    return ModelInfo(
        folder=folder,
        classes=tuple(document["classes"]),
        preprocessing=Preprocessing.from_json(document["preprocessing"]),
        seed=int(document["seed"]),
        epochs=int(document["epochs"]),
        best_epoch=int(document["best_epoch"]),
        seconds=float(document["seconds"]),
        warnings=tuple(map(str, document["warnings"])),
        dataset_sha256=str(document["dataset_sha256"]),
        architecture=str(document["architecture"]),
        recipe=str(document["recipe"]),
        settings=dict(document.get("settings", {"architecture": document["architecture"]})),
        weights_sha256=str(document["weights_sha256"]),
        classifier_sha256=str(document.get("classifier_sha256", "")),
        device=str(document["device"]),
        metrics={str(name): float(value) for name, value in document["metrics"].items()},
        counts={split: dict(counts) for split, counts in document["counts"].items()},
        versions=dict(document["versions"]),
        identity=dict(document["identity"]),
    )


def _sound_classes(classes: tuple[Any, ...]) -> bool:
    named = all(isinstance(name, str) and name for name in classes)
    return named and 1 < len(classes) <= _MOST_CLASSES and len(set(classes)) == len(classes)


def _regular_file(path: Path, largest: int) -> None:
    if path.is_symlink() or not path.is_file():
        raise ModelFolderError(f"The model's {path.name} is missing or not a plain file.", _AGAIN)
    if path.stat().st_size > largest:
        raise ModelFolderError(f"The model's {path.name} is too large to be one of ours.", _AGAIN)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
