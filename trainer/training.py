"""One model from a data set folder to a model folder, resumable at any moment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from trainer import model_folder
from trainer.attempt import Attempt, Run, read
from trainer.checkpoint import Checkpoint
from trainer.contest import learn_best
from trainer.dataset import DataSet, digest, fingerprint, load_dataset
from trainer.device import describe_device, versions
from trainer.errors import ModelFolderError, RecipeError
from trainer.history import write_history
from trainer.images import Images
from trainer.model_folder import ModelInfo
from trainer.order import Order
from trainer.recipes import TOGETHER
from trainer.records import OnEvent, RunSummary
from trainer.reporting import write_report
from trainer.transfer import find_start
from trainer.verdict import Verdict, give_verdict


def train(
    order: Order,
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> RunSummary:
    """Train a model and write it to the order's folder; an unfinished training there is gone on with.

    A folder that already holds this very training is left as it is and its summary returned. Raises DataSetError,
    RecipeError, ModelFolderError (the folder holds something else) or CancelledError (the checkpoint is saved).
    """
    began = time.monotonic()
    if order.recipe.outcome == TOGETHER:
        raise RecipeError(
            "Several models that answer together cannot be one training among others.",
            "Choose the outcome “the best” here.",
        )
    start = find_start(order.recipe, order.imported)
    dataset = dataset_of(order)
    identity = identity_of(order, dataset)
    if start.imported is not None:
        identity["imported_weights"] = start.imported.sha256
    if model_folder.is_complete(order.out):
        return finished(order.out, identity, on_event)
    order.out.mkdir(parents=True, exist_ok=True)
    run = Run(
        dataset,
        order.out,
        order.recipe,
        on_event,
        cancelled,
        order.seed,
        order.draw,
        order.epochs,
        deadline_of(order, began),
        Checkpoint(order.out, identity),
        order.cache_folder,
        start,
        order.imported,
    )
    return _train(run, began, open_test=order.open_test).summary()


def dataset_of(order: Order) -> DataSet:
    """The images that are meant."""
    return load_dataset(order.dataset, read_image=order.read_image, seed=order.seed).only(order.only)


def identity_of(order: Order, dataset: DataSet) -> dict[str, Any]:
    """What makes it the same training; the time that it may take does not."""
    settings = {name: value for name, value in order.recipe.table().items() if name != "minutes"}
    identity = {
        "listing": fingerprint(dataset),
        "recipe": order.recipe.name,
        "settings": settings,
        "seed": order.seed,
        "epochs": order.epochs,
    }
    optional = {"only": dict(order.only), "draw": order.draw}
    return identity | {name: value for name, value in optional.items() if value}


def deadline_of(order: Order, began: float) -> float | None:
    """When no new epoch begins any more, on the clock of time.monotonic()."""
    limits = [order.limit_seconds, 60 * order.recipe.minutes or None]
    given = [began + limit for limit in limits if limit is not None]
    return min(given, default=None)


def finished(out: Path, identity: Mapping[str, Any], on_event: OnEvent) -> RunSummary:
    """The summary of the training that the folder holds; ModelFolderError if it is another one."""
    info = ModelInfo.read(out)
    if dict(info.identity) != identity:
        raise ModelFolderError(
            "The folder already holds a model of another training.",
            "Choose another folder for the new model.",
        )
    Checkpoint(out, identity).remove()
    on_event("note", {"text": "This training is already finished; its model was left as it is."})
    return info.summary()


def _train(run: Run, began: float, *, open_test: bool) -> ModelInfo:
    for text in run.dataset.warnings:
        run.on_event("note", {"text": text})
    found = learn_best(run)
    task, learned = found.task, found.learned
    run.on_event("stage", {"title": "Judging the model", "total": None})
    weights_sha256 = model_folder.save_weights(task.model, run.out)
    top = learned.classifier
    classifier_sha256 = "" if top is None else model_folder.save_classifier(top, run.out)
    write_history(run.out, learned.fit.history)
    verdict = give_verdict(
        run.out,
        task,
        learned,
        classes=run.dataset.classes,
        read_test=lambda: _test(found) if open_test else None,
    )
    info = replace(
        _info(found, verdict),
        folder=run.out,
        identity=run.checkpoint.identity,
        weights_sha256=weights_sha256,
        classifier_sha256=classifier_sha256,
        seconds=round(time.monotonic() - began, 1),
    )
    write_report(info, verdict.evaluations)
    model_folder.write_run(info)
    run.checkpoint.remove()
    found.run.checkpoint.remove()
    return info


def _test(found: Attempt) -> Images | None:
    run = found.run
    return read(run, "test", found.task.preprocessing) if run.dataset.of("test") else None


def _info(found: Attempt, verdict: Verdict) -> ModelInfo:
    run, task, fit = found.run, found.task, found.learned.fit
    images_read = [task.train.images, task.validation.images, *([verdict.test] if verdict.test else [])]
    items = tuple(item for images in images_read for item in images.items)
    unusable = (*run.dataset.left_out, *(entry for images in images_read for entry in images.left_out))
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
            items, {path: value for images in images_read for path, value in images.sha256.items()}
        ),
        identity=run.checkpoint.identity,
    )
