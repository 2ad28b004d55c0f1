"""One training from a data set folder to a model folder, resumable at any moment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trainer import model_folder, prepared
from trainer.architectures import Architecture, build_network
from trainer.checkpoint import Checkpoint
from trainer.dataset import DataSet, digest, load_dataset
from trainer.device import describe_device, make_reproducible, versions
from trainer.errors import DataSetError, ModelFolderError
from trainer.evaluation import labels_of
from trainer.fitting import Fit, Sample, Task, balanced_weights
from trainer.history import write_history
from trainer.images import Images, probe, read_images
from trainer.learning import learn
from trainer.model_folder import ModelInfo
from trainer.preprocessing import Preprocessing
from trainer.recipes import DEFAULT_RECIPE, Recipe, plan
from trainer.recipes import recipe as recipe_named
from trainer.records import OnEvent, ReadImage, RunSummary
from trainer.reporting import write_report
from trainer.transfer import Start, find_start, settle
from trainer.verdict import Verdict, give_verdict

_ALL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Run:
    """What one call of `train` was given, resolved."""

    dataset: DataSet
    out: Path
    recipe: Recipe
    on_event: OnEvent
    cancelled: Callable[[], bool]
    seed: int
    epochs: int | None
    deadline: float | None
    checkpoint: Checkpoint
    cache: Path
    start: Start


def train(
    dataset_folder: Path,
    out: Path,
    *,
    recipe: str | Recipe = DEFAULT_RECIPE,
    read_image: ReadImage,
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
    seed: int = 0,
    epochs: int | None = None,
    limit_seconds: float | None = None,
    cache: Path | None = None,
    imported: Path | None = None,
    only: Mapping[str, str] = _ALL,
) -> RunSummary:
    """Train a model and write it to the folder `out`; an unfinished training there is gone on with.

    `recipe` is a ready-made one by its name, or a record of one's own; `imported` is the folder of imported weights,
    `only` names values of the manifest's columns that images must have to be learned from and judged.
    A folder that already holds this very training is left as it is and its summary returned. After
    `limit_seconds` no new epoch begins and the best one so far is kept. What was computed of the images alone is kept
    in the folder `cache` (bounded; by default beside `out`, for all models there). Raises DataSetError, RecipeError,
    ModelFolderError (the folder holds something else) or CancelledError (the checkpoint is saved).
    """
    began = time.monotonic()
    chosen = recipe_named(recipe) if isinstance(recipe, str) else recipe
    start = find_start(chosen, imported)
    dataset = load_dataset(dataset_folder, read_image=read_image, seed=seed).only(only)
    identity: dict[str, Any] = {
        "listing": _listing(dataset),
        "recipe": chosen.name,
        "settings": chosen.table(),
        "seed": seed,
        "epochs": epochs,
    }
    if only:
        identity["only"] = dict(only)
    if start.imported is not None:
        identity["imported_weights"] = start.imported.sha256
    if model_folder.is_complete(out):
        return _finished(out, identity, on_event)
    out.mkdir(parents=True, exist_ok=True)
    deadline = None if limit_seconds is None else began + limit_seconds
    checkpoint = Checkpoint(out, identity)
    run = _Run(
        dataset,
        out,
        chosen,
        on_event,
        cancelled,
        seed,
        epochs,
        deadline,
        checkpoint,
        cache or out.resolve().parent / prepared.FOLDER,
        start,
    )
    return _train(run, began).summary()


def _train(run: _Run, began: float) -> ModelInfo:
    for text in run.dataset.warnings:
        run.on_event("note", {"text": text})
    network = run.recipe.design.architecture
    preprocessing = _preprocessing(run, network)
    train_images = _read(run, "train", preprocessing)
    validation_images = _read(run, "validation", preprocessing)
    if network.scale is None:
        preprocessing = _fitted_scale(preprocessing, train_images)
    run.on_event("stage", {"title": "Preparing the network", "total": None})
    settled = settle(run.recipe, len(train_images.items))
    if settled.why:
        run.on_event("note", {"text": settled.why})
    run = replace(run, recipe=settled.recipe)
    task = _task(run, preprocessing, train_images, validation_images)
    learned = learn(task)
    run.on_event("stage", {"title": "Judging the model", "total": None})
    weights_sha256 = model_folder.save_weights(task.model, run.out)
    top = learned.classifier
    classifier_sha256 = "" if top is None else model_folder.save_classifier(top, run.out)
    write_history(run.out, learned.fit.history)
    verdict = give_verdict(
        run.out, task, learned, classes=run.dataset.classes, read_test=lambda: _test(run, task)
    )
    info = replace(
        _info(run, task, learned.fit, verdict),
        weights_sha256=weights_sha256,
        classifier_sha256=classifier_sha256,
        seconds=round(time.monotonic() - began, 1),
    )
    write_report(info, verdict.evaluations)
    model_folder.write_run(info)
    run.checkpoint.remove()
    return info


def _finished(out: Path, identity: Mapping[str, Any], on_event: OnEvent) -> RunSummary:
    info = ModelInfo.read(out)
    if dict(info.identity) != identity:
        raise ModelFolderError(
            "The folder already holds a model of another training.",
            "Choose another folder for the new model.",
        )
    Checkpoint(out, identity).remove()
    on_event("note", {"text": "This training is already finished; its model was left as it is."})
    return info.summary()


def _listing(dataset: DataSet) -> str:
    """A cheap fingerprint of the data set: names, classes, patients, splits and file sizes."""
    lines = [(i.name, i.class_name, i.patient, i.split, i.path.stat().st_size) for i in dataset.items]
    return sha256(repr(sorted(lines)).encode()).hexdigest()


def _preprocessing(run: _Run, network: Architecture) -> Preprocessing:
    side, colour = probe(run.dataset.of("train"), run.dataset.read_image)
    channels = network.channels or (3 if colour else 1)
    size = run.recipe.size or network.input_size(side)
    if size > side:
        run.on_event("note", {"text": enlarged_words(network.title, side, size)})
    return Preprocessing(size, colour, channels, network.offset or 0.0, network.scale or 1.0)


def enlarged_words(title: str, side: int, size: int) -> str:
    """Said where a network takes larger images than the data set has."""
    return f"The images are {side} pixels wide; {title} looks at {size}, so they are enlarged, which adds nothing to see."


def _fitted_scale(preprocessing: Preprocessing, images: Images) -> Preprocessing:
    """Mean and spread of the training images' grey values, rounded so that run.json keeps them exactly."""
    mean, spread = images.mean_and_spread()
    return replace(preprocessing, offset=round(mean, 3), scale=max(1.0, round(spread, 3)))


def _read(run: _Run, split: str, preprocessing: Preprocessing) -> Images:
    items = run.dataset.of(split)
    if not items:
        raise DataSetError(f"There are no images in the {split} split.", "Label more patients of each class.")
    return read_images(
        items,
        preprocessing,
        read_image=run.dataset.read_image,
        on_event=run.on_event,
        cancelled=run.cancelled,
        cache=run.cache,
    )


def _task(run: _Run, preprocessing: Preprocessing, train_images: Images, validation_images: Images) -> Task:
    classes = run.dataset.classes
    sample = Sample(train_images, labels_of(train_images, classes))
    unseen = [name for index, name in enumerate(classes) if index not in sample.labels]
    if unseen:
        raise DataSetError(
            f"No readable training image of class: {', '.join(unseen)}.", "Label more patients of that class."
        )
    make_reproducible(run.seed)
    design = run.recipe.design
    model = build_network(design, preprocessing.size, preprocessing.channels, len(classes))
    run.start.load(model, run.recipe)
    return Task(
        recipe=run.recipe,
        plan=plan(run.recipe, len(sample.labels), run.epochs),
        model=model,
        preprocessing=preprocessing,
        train=sample,
        validation=Sample(validation_images, labels_of(validation_images, classes)),
        class_weights=balanced_weights(sample.labels, len(classes)),
        seed=run.seed,
        checkpoint=run.checkpoint,
        on_event=run.on_event,
        cancelled=run.cancelled,
        deadline=run.deadline,
        cache=run.cache,
    )


def _test(run: _Run, task: Task) -> Images | None:
    return _read(run, "test", task.preprocessing) if run.dataset.of("test") else None


def _info(run: _Run, task: Task, fit: Fit, verdict: Verdict) -> ModelInfo:
    read = [task.train.images, task.validation.images, *([verdict.test] if verdict.test else [])]
    items = tuple(item for images in read for item in images.items)
    unusable = (*run.dataset.left_out, *(entry for images in read for entry in images.left_out))
    return ModelInfo(
        folder=run.out,
        classes=run.dataset.classes,
        architecture=run.recipe.architecture,
        preprocessing=task.preprocessing,
        recipe=run.recipe.name,
        settings=run.recipe.table(),
        weights_sha256="",
        classifier_sha256="",
        seed=run.seed,
        epochs=len(fit.history),
        best_epoch=fit.best_epoch,
        seconds=0.0,
        device=describe_device(),
        metrics=verdict.evaluations[0].metrics,
        counts=replace(run.dataset, items=items).counts(),
        warnings=(
            *run.dataset.warnings,
            *verdict.evaluations[0].warnings,
            *verdict.doubts,
            *(entry.reason for entry in unusable),
        ),
        versions=versions(),
        dataset_sha256=digest(
            items, {path: value for images in read for path, value in images.sha256.items()}
        ),
        identity=run.checkpoint.identity,
    )
