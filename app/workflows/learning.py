"""Training, evaluating and applying models on data set folders and files."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from anonymizer import read_image
from app import NOTICE, sealed
from app.components import require_training
from app.errors import AppError, UsageError
from app.progress import Progress
from app.project import Project
from app.settings import weights_folder
from app.workflows.masking import existing
from labeller import InstanceFilter, InstanceRow, PredictionRow, RunRow
from trainer import (
    DEFAULT_RECIPE,
    DataSetError,
    EnsembleRequest,
    Evaluation,
    Hearing,
    HeatMap,
    Listener,
    ModelInfo,
    PointFigures,
    Prediction,
    Predictor,
    RunSummary,
    Wanted,
    build_ensemble,
    evaluate,
    move_operating_point,
    recipe_from,
    serve_courses,
    too_few,
    train,
    write_report,
)
from trainer.explain import explain

IMAGE_SUFFIXES = frozenset({".dcm", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp", ""})

_ALL: Mapping[str, str] = MappingProxyType({})
_FACTS = (
    "modality",
    "body_part",
    "laterality",
    "view_position",
    "patient_sex",
    "patient_age",
    "manufacturer",
)


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """What `leadglass train` is asked to do."""

    dataset: Path
    out: Path
    recipe: str = DEFAULT_RECIPE  # a name, or a .toml or .json file
    seed: int = 0
    epochs: int | None = None
    settings: tuple[str, ...] = ()  # "key=value", on top of the recipe
    only: tuple[str, ...] = ()  # "column=value": images of the data set that are meant
    knowingly: bool = False  # on fewer patients than a result needs to mean anything


def train_model(request: TrainRequest, progress: Progress) -> RunSummary:
    """Train a model; a training that was killed goes on from its last checkpoint."""
    require_training()
    existing([request.dataset])
    only = _only(request.only)
    recipe = recipe_from(request.recipe).with_texts(request.settings)
    refuse_too_few(request.dataset, only, knowingly=request.knowingly)
    return train(
        request.dataset,
        request.out,
        recipe=recipe,
        read_image=read_image,
        on_event=lambda kind, facts: forward(progress, kind, facts),
        cancelled=progress.cancelled,
        seed=request.seed,
        epochs=request.epochs,
        imported=weights_folder(),
        only=only,
    )


def show_courses(folder: Path, progress: Progress) -> str:
    """Serve the courses of trainings to the browser of this computer; returns the address."""
    require_training()
    existing([folder])
    if sealed.is_sealed():
        raise AppError(
            "Started without a network, the program cannot be reached by the browser.",
            "Close it and start Leadglass as usual; TensorBoard uses no network but this computer's own.",
        )
    progress.stage("Starting TensorBoard")
    address = serve_courses(folder)
    progress.item("address", {"address": address})
    return address


def refuse_too_few(dataset: Path, only: Mapping[str, str] = _ALL, *, knowingly: bool) -> None:
    """UsageError where a class has too few patients for a result that means anything, unless that is known."""
    found = () if knowingly else too_few(dataset, only=only)
    if found:
        raise UsageError(
            " ".join(found),
            "Label more patients, or train knowingly all the same, for a trial of the program (--knowingly).",
        )


def _only(texts: Sequence[str]) -> dict[str, str]:
    pairs = [text.partition("=") for text in texts]
    if not all(name.strip() and sign and value.strip() for name, sign, value in pairs):
        raise UsageError(
            "A choice of patients wants a column and a value (--only COLUMN=VALUE).",
            "Write it as body_part=KNEE.",
        )
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def make_ensemble(request: EnsembleRequest, progress: Progress) -> RunSummary:
    """Let several models answer as one, judged on images that none of them learned from."""
    require_training()
    existing([*request.members, request.dataset])
    hearing = Hearing(read_image, lambda kind, facts: forward(progress, kind, facts), progress.cancelled)
    return build_ensemble(request, hearing)


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
        raise UsageError(
            f"{out} cannot be written: {error.strerror}.", "Choose another folder (--out)."
        ) from error
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


def predict_files(
    model: Path, paths: Sequence[Path], progress: Progress, *, table: Path | None = None
) -> list[Prediction]:
    """What the model says of each file; a file that cannot be read has an error instead.

    `table` is a CSV file with the column `path` and those that a model reads beside the image.
    """
    require_training()
    files = files_under(paths)
    if not files:
        raise UsageError("There is no image to predict.", "Name DICOM or image files, or a folder with some.")
    facts = {} if table is None else facts_in(table)
    return list(_predict(model, files, progress, facts=facts))


def facts_in(table: Path) -> dict[Path, Mapping[str, str]]:
    """The rows of a CSV file by the file that they are of; paths are relative to the table."""
    existing([table])
    try:
        with table.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{table} cannot be read as CSV in UTF-8.", "Save it as CSV.") from error
    if rows and "path" not in rows[0]:
        raise UsageError(f"{table} has no column “path”.", "Its first row must name path and the columns.")
    return {
        (table.parent / row["path"]).resolve(): {
            name.lower(): value for name, value in row.items() if name and value
        }
        for row in rows
    }


def facts_of(row: InstanceRow) -> Mapping[str, str]:
    """What the catalogue knows of an instance under the names of the manifest's columns."""
    return {name: value for name in _FACTS if (value := str(getattr(row, name)))}


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
        facts = {file.resolve(): facts_of(row) for file, row in zip(files, rows, strict=True)}
        told = list(
            zip(
                (row.sop_instance_uid for row in rows),
                _predict(model, files, progress, facts=facts),
                strict=False,
            )
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


def _predict(
    model: Path, files: Sequence[Path], progress: Progress, *, facts: Mapping[Path, Mapping[str, str]]
) -> Iterator[Prediction]:
    existing([model])
    progress.stage("Loading the model")
    predictor = Predictor.load(model, read_image)
    progress.stage("Predicting", len(files))
    known = {file: facts.get(file.resolve(), {}) for file in files}
    for done, prediction in enumerate(predictor.predict(files, facts=known), start=1):
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
        raise UsageError(
            f"{file} cannot be written: {error.strerror}.", "Choose another file (--csv)."
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class MapRequest:
    """Which map of which image is wanted."""

    model: Path
    file: Path
    out: Path
    class_name: str | None = None  # the predicted one
    method: str = "automatic"
    project: Project | None = None  # whose catalogue knows the columns that a model reads beside the image
    columns: Path | None = None  # or a table as for `predict_files`


def _facts_for(request: MapRequest) -> Mapping[str, str]:
    """The columns of the one image, {} where nothing is known of it."""
    if request.columns is not None:
        return facts_in(request.columns).get(request.file.resolve(), {})
    if request.project is None:
        return {}
    with request.project.catalogue() as catalogue:
        known = request.file.stem in set(catalogue.uids())
        return facts_of(catalogue.instance(request.file.stem)) if known else {}


def write_heat_map(request: MapRequest, progress: Progress) -> HeatMap:
    """Where in an image the model looked, as a grey PNG in the image's own geometry."""
    require_training()
    from PIL import Image

    existing([request.model, request.file])
    progress.stage("Loading the model")
    predictor = Predictor.load(request.model, read_image)
    facts = _facts_for(request)
    progress.stage("Drawing the heat map", 100)
    listener = Listener(lambda done, total: progress.step(100 * done // total), progress.cancelled)
    heat = explain(
        predictor, request.file, request.class_name, method=request.method, facts=facts, listener=listener
    )
    temporary = request.out.with_name(f".{request.out.name}.tmp")
    Image.fromarray(np.round(heat.values * 255).astype(np.uint8)).save(temporary, format="PNG")
    temporary.replace(request.out)
    return heat
