"""Training, evaluating and applying models on data set folders and files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from anonymizer import read_image
from app import NOTICE
from app.components import require_training
from app.errors import UsageError
from app.progress import Progress
from app.project import Project
from app.settings import weights_folder
from app.workflows.masking import existing
from labeller import InstanceFilter, PredictionRow, RunRow
from trainer import (
    DEFAULT_RECIPE,
    DataSetError,
    Evaluation,
    ModelInfo,
    PointFigures,
    Prediction,
    Predictor,
    RunSummary,
    Wanted,
    evaluate,
    grad_cam,
    move_operating_point,
    recipe_from,
    train,
    write_report,
)

IMAGE_SUFFIXES = frozenset({".dcm", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ""})


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What `leadglass train` is asked to do."""

    dataset: Path
    out: Path
    recipe: str = DEFAULT_RECIPE  # a name, or a .toml or .json file
    seed: int = 0
    epochs: int | None = None
    settings: tuple[str, ...] = ()  # "key=value", on top of the recipe


def train_model(request: TrainRequest, progress: Progress) -> RunSummary:
    """Train a model; a training that was killed goes on from its last checkpoint."""
    require_training()
    existing([request.dataset])
    return train(
        request.dataset,
        request.out,
        recipe=recipe_from(request.recipe).with_texts(request.settings),
        read_image=read_image,
        on_event=lambda kind, facts: forward(progress, kind, facts),
        cancelled=progress.cancelled,
        seed=request.seed,
        epochs=request.epochs,
        imported=weights_folder(),
    )


def forward(progress: Progress, kind: str, facts: Mapping[str, Any]) -> None:
    """Tell what happens in a training to whoever shows it."""
    if kind == "stage":
        progress.stage(str(facts["title"]), facts.get("total"))
    elif kind == "step":
        progress.step(int(facts["done"]))
    else:
        progress.item(kind, facts)
        if kind == "epoch":
            progress.step(int(facts["epoch"]), epoch_words(facts))


def epoch_words(facts: Mapping[str, Any]) -> str:
    """The one figure of an epoch that tells how it goes."""
    for name, word in (("val_auc", "AUC"), ("val_loss", "loss"), ("loss", "loss")):
        value = facts.get(name)
        if value is not None:
            return f"{word} {value:.3f}"
    return ""


def evaluate_model(model: Path, dataset: Path, split: str | None, progress: Progress) -> Evaluation:
    """How a model does on a data set: on its test split, or on what else it has."""
    require_training()
    existing([model, dataset])
    progress.stage("Evaluating")
    if split is not None:
        return _evaluate(model, dataset, split, progress)
    try:
        return _evaluate(model, dataset, "test", progress)
    except DataSetError:
        progress.item("note", {"text": "The data set has no test split; the validation split is used."})
        return _evaluate(model, dataset, "validation", progress)


def _evaluate(model: Path, dataset: Path, split: str, progress: Progress) -> Evaluation:
    return evaluate(
        model,
        dataset,
        read_image=read_image,
        split=split,
        on_event=lambda kind, facts: forward(progress, kind, facts),
        cancelled=progress.cancelled,
    )


def choose_operating_point(model: Path, wanted: Wanted, progress: Progress) -> PointFigures:
    """Let a model work at another point of the validation split's ROC curve; its report follows."""
    existing([model])
    progress.stage("Computing every figure at the new operating point")
    return move_operating_point(model, wanted)


def report(model: Path, out: Path | None, progress: Progress) -> Path:
    """Write a model's report anew, into its folder or, beside that, to `out`; returns the page."""
    existing([model])
    progress.stage("Writing the report")
    page = write_report(ModelInfo.read(model))
    if out is None:
        return page
    temporary = out.with_name(f".{out.name}.tmp")
    try:
        temporary.write_bytes(page.read_bytes())
        temporary.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.", "Choose another --out.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return out


def files_under(paths: Sequence[Path]) -> list[Path]:
    """The image files named or lying in the folders named, in a fixed order."""
    found: list[Path] = []
    for path in existing(paths):
        if path.is_dir():
            inside = (p for p in sorted(path.rglob("*")) if p.is_file() and not p.name.startswith("."))
            found += [p for p in inside if p.suffix.lower() in IMAGE_SUFFIXES]
        else:
            found.append(path)
    return found


def predict_files(model: Path, paths: Sequence[Path], progress: Progress) -> list[Prediction]:
    """What the model says of each file; a file that cannot be read has an error instead."""
    require_training()
    files = files_under(paths)
    if not files:
        raise UsageError("There is no image to predict.", "Name DICOM or image files, or a folder with some.")
    return list(_predict(model, files, progress))


def unlabelled(project: Project) -> list[str]:
    """SOP Instance UIDs without a label; raises UsageError if there are none."""
    with project.catalogue() as catalogue:
        uids = catalogue.uids(InstanceFilter(labelled=False))
    if not uids:
        raise UsageError("Every instance of the project has a label.", "Predict all of them instead.")
    return uids


def predict_project(
    project: Project, model: Path, uids: Sequence[str], progress: Progress
) -> list[tuple[str, Prediction]]:
    """What the model says of the project's instances (all, or those named); kept in the catalogue."""
    require_training()
    with project.catalogue() as catalogue:
        wanted = frozenset(uids)
        rows = [row for row in catalogue.instances() if not wanted or row.sop_instance_uid in wanted]
        if not rows:
            raise UsageError("The project has no such instances.", "Import some first.")
        info = ModelInfo.read(model)
        at = datetime.now(UTC).isoformat(timespec="seconds")
        catalogue.add_run(RunRow(model.name, str(model), at, info.recipe, info.metrics))
        files = [project.instances / row.file for row in rows]
        told = list(
            zip((row.sop_instance_uid for row in rows), _predict(model, files, progress), strict=False)
        )
        catalogue.add_predictions(
            model.name,
            [
                PredictionRow(
                    u,
                    model.name,
                    p.predicted,
                    p.probabilities,
                    at,
                    unlike=p.unlike,
                    model_sha256=info.weights_sha256,
                )
                for u, p in told
                if not p.error
            ],
        )
    project.record("predicted", model=model.name, images=len(told))
    return told


def _predict(model: Path, files: Sequence[Path], progress: Progress) -> Iterator[Prediction]:
    existing([model])
    progress.stage("Loading the model")
    predictor = Predictor.load(model, read_image)
    progress.stage("Predicting", len(files))
    for done, prediction in enumerate(predictor.predict(files), start=1):
        progress.item("prediction", prediction_json(prediction))
        progress.step(done)
        yield prediction  # last: who takes as many as there are never comes back for what would follow
        if progress.cancelled():
            return


def prediction_json(prediction: Prediction) -> dict[str, Any]:
    """A prediction, for programs."""
    return {
        "path": str(prediction.path),
        "predicted": prediction.predicted,
        "probabilities": dict(prediction.probabilities),
        "error": prediction.error,
        "unlike": prediction.unlike,
        "remark": prediction.remark,
        "similar": list(prediction.similar),
        "notice": prediction.notice,
    }


def write_predictions(file: Path, predictions: Sequence[Prediction]) -> None:
    """A CSV file: `path`, `predicted`, a probability per class named after it, `unlike`, `remark`, `error`, `notice`.

    `unlike` is the distance to what was learned from; beyond 1 `predicted` is empty and `remark` says why.
    """
    classes = next((list(p.probabilities) for p in predictions if not p.error), [])
    temporary = file.with_name(f".{file.name}.tmp")
    try:
        with temporary.open("w", encoding="utf-8", newline="") as stream:
            table = csv.writer(stream)
            table.writerow(["path", "predicted", *classes, "unlike", "remark", "error", "notice"])
            for p in predictions:
                shares = [f"{p.probabilities[c]:.6f}" if not p.error else "" for c in classes]
                unlike = "" if p.unlike is None else f"{p.unlike:.4f}"
                table.writerow([p.path, p.predicted, *shares, unlike, p.remark, p.error, NOTICE])
        temporary.replace(file)
    except OSError as error:
        raise UsageError(f"{file} cannot be written: {error.strerror}.", "Choose another --csv.") from error
    finally:
        temporary.unlink(missing_ok=True)


def write_heat_map(model: Path, file: Path, out: Path, *, class_name: str | None, progress: Progress) -> str:
    """Where in an image the model looked, as a grey PNG in the image's own geometry; returns the class shown."""
    require_training()
    from PIL import Image

    existing([model, file])
    progress.stage("Drawing the heat map")
    heat = grad_cam(Predictor.load(model, read_image), file, class_name)
    temporary = out.with_name(f".{out.name}.tmp")
    Image.fromarray(np.round(heat.values * 255).astype(np.uint8)).save(temporary, format="PNG")
    temporary.replace(out)
    return heat.class_name
