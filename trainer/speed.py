"""How long a recipe will take here: measured on this computer for some seconds, with images of the data set's shape."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from trainer.architectures import build_network
from trainer.dataset import DataSet, load_dataset
from trainer.device import describe_device, has_gpu, import_keras
from trainer.forward import BATCH, Forward
from trainer.images import probe, read_or_reason
from trainer.lineup import lineup, takes_too_long
from trainer.preprocessing import Preprocessing
from trainer.recipes import FIXED_FEATURES, RECIPES, Recipe, plan
from trainer.records import ReadImage
from trainer.steps import compile_step

_TIMES = 2
_PROBED = 16
_START = 12.0  # seconds until TensorFlow is there and a report is written, about


@dataclass(frozen=True, slots=True)
class Estimate:
    """At most about so many seconds; a training that stops improving ends sooner."""

    recipe: str
    seconds: float


def estimates(dataset_folder: Path, *, read_image: ReadImage) -> tuple[str, tuple[Estimate, ...]]:
    """The device, and an estimate for each ready-made recipe. Takes some ten seconds a recipe."""
    dataset = load_dataset(dataset_folder, read_image=read_image)
    import_keras()  # quietly, before anything else imports it
    reading = _seconds_of_reading(dataset)
    found = [
        Estimate(name, round(_START + reading + _allowed(recipe, dataset), 1))
        for name, recipe in RECIPES.items()
    ]
    return describe_device(), tuple(found)


def _allowed(recipe: Recipe, dataset: DataSet) -> float:
    """All trainings of a recipe one after the other, or the time that it allows itself."""
    if recipe.minutes:
        return 60.0 * recipe.minutes
    contenders = lineup(recipe)
    return sum(
        _seconds(each.recipe, dataset)
        for each in contenders
        if each.recipe == contenders[0].recipe or not _is_left_out(each.recipe, dataset)
    )


def _is_left_out(recipe: Recipe, dataset: DataSet) -> bool:
    side, _ = probe(dataset.of("train"), dataset.read_image)
    size = recipe.size or recipe.design.architecture.input_size(side)
    return not has_gpu() and takes_too_long(recipe, len(dataset.of("train")), size, None)


def _seconds_of_reading(dataset: DataSet) -> float:
    items = dataset.items[:: max(1, len(dataset.items) // _PROBED)]
    began = time.perf_counter()
    for item in items:
        read_or_reason(item.path, dataset.read_image)
    return (time.perf_counter() - began) / len(items) * len(dataset.items)


def _seconds(recipe: Recipe, dataset: DataSet) -> float:
    side, colour = probe(dataset.of("train"), dataset.read_image)
    network = recipe.design.architecture
    size = recipe.size or network.input_size(side)
    shape = Preprocessing(size, colour, network.channels or (3 if colour else 1), 0.0, 1.0)
    model = build_network(recipe.design, size, shape.channels, len(dataset.classes))
    train, validation = len(dataset.of("train")), len(dataset.of("validation"))
    images = np.zeros((BATCH, size, size, 3 if colour else 1), np.uint8)
    forward = Forward(model, shape)
    each = _timed(lambda: forward(images)) / BATCH
    if recipe.strategy == FIXED_FEATURES and recipe.design.is_linear:
        return each * (train + 2 * validation)
    planned = plan(recipe, train, None)
    step = _timed(_step(model, shape, planned.batch_size, len(dataset.classes)))
    steps = -(-train // planned.batch_size)
    return planned.epochs * (steps * step + validation * each)


def _step(model: Any, shape: Preprocessing, batch: int, classes: int) -> Callable[[], object]:
    optimizer = import_keras().optimizers.AdamW(1e-6)
    optimizer.build(model.trainable_variables)
    step = compile_step(model, optimizer)
    images = np.zeros((batch, shape.size, shape.size, shape.channels), np.float32)
    targets = np.full((batch, classes), 1 / classes, np.float32)
    return lambda: float(step(images, targets, np.ones(batch, np.float32))[0])


def _timed(work: Callable[[], object]) -> float:
    """Seconds of one time, once it is warm: the first time compiles."""
    work()
    return min(_each(work))


def _each(work: Callable[[], object]) -> Iterator[float]:
    for _ in range(_TIMES):
        began = time.perf_counter()
        work()
        yield time.perf_counter() - began
