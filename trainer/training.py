"""One model from a data set folder to a model folder, resumable at any moment."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trainer import model_folder, prepared
from trainer.attempt import Attempt, Run, read
from trainer.checkpoint import Checkpoint
from trainer.contest import learn_best
from trainer.dataset import digest, fingerprint, load_dataset
from trainer.device import describe_device, versions
from trainer.errors import ModelFolderError, RecipeError
from trainer.history import write_history
from trainer.images import Images
from trainer.model_folder import ModelInfo
from trainer.recipes import DEFAULT_RECIPE, TOGETHER, Recipe
from trainer.recipes import recipe as recipe_named
from trainer.records import OnEvent, ReadImage, RunSummary
from trainer.reporting import write_report
from trainer.transfer import find_start
from trainer.verdict import Verdict, give_verdict

_ALL: Mapping[str, str] = MappingProxyType({})


def train(
    dataset_folder: Path,
    out: Path,
    *,
    recipe: str | Recipe = DEFAULT_RECIPE,
    read_image: ReadImage,
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
    seed: int = 0,
    draw: int = 0,
    epochs: int | None = None,
    limit_seconds: float | None = None,
    cache: Path | None = None,
    imported: Path | None = None,
    only: Mapping[str, str] = _ALL,
    open_test: bool = True,
) -> RunSummary:
    """Train a model and write it to the folder `out`; an unfinished training there is gone on with.

    `recipe` is a ready-made one by its name, or a record of one's own; `imported` is the folder of imported weights,
    `only` names values of the manifest's columns that images must have to be learned from and judged. `draw` counts
    further beginnings on the split that `seed` makes; without `open_test` nothing is asked about the test split.
    A folder that already holds this very training is left as it is and its summary returned. After
    `limit_seconds`, or the recipe's minutes, no new epoch begins and the best one so far is kept. What was computed of
    the images alone is kept in the folder `cache` (bounded; by default beside `out`, for all models there). Raises
    DataSetError, RecipeError, ModelFolderError (the folder holds something else) or CancelledError (the checkpoint is
    saved).
    """
    began = time.monotonic()
    chosen = recipe_named(recipe) if isinstance(recipe, str) else recipe
    if chosen.outcome == TOGETHER:
        raise RecipeError(
            "Several models that answer together cannot be one training among others.",
            "Choose the outcome “the best” here.",
        )
    start = find_start(chosen, imported)
    dataset = load_dataset(dataset_folder, read_image=read_image, seed=seed).only(only)
    identity = identity_of(chosen, fingerprint(dataset), seed=seed, epochs=epochs, only=only)
    identity |= {"draw": draw} if draw else {}
    if start.imported is not None:
        identity["imported_weights"] = start.imported.sha256
    if model_folder.is_complete(out):
        return finished(out, identity, on_event)
    out.mkdir(parents=True, exist_ok=True)
    run = Run(
        dataset,
        out,
        chosen,
        on_event,
        cancelled,
        seed,
        draw,
        epochs,
        deadline_of(chosen, began, limit_seconds),
        Checkpoint(out, identity),
        cache or out.resolve().parent / prepared.FOLDER,
        start,
        imported,
    )
    return _train(run, began, open_test=open_test).summary()


def identity_of(
    recipe: Recipe, listing: str, *, seed: int, epochs: int | None, only: Mapping[str, str]
) -> dict[str, Any]:
    """What makes it the same training; the time that it may take does not."""
    settings = {name: value for name, value in recipe.table().items() if name != "minutes"}
    identity = {
        "listing": listing,
        "recipe": recipe.name,
        "settings": settings,
        "seed": seed,
        "epochs": epochs,
    }
    return identity | ({"only": dict(only)} if only else {})


def deadline_of(recipe: Recipe, began: float, limit_seconds: float | None) -> float | None:
    """When no new epoch begins any more, on the clock of time.monotonic()."""
    limits = [limit_seconds, 60 * recipe.minutes or None]
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
