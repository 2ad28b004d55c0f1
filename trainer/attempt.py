"""One training of one recipe, up to the weights that validation likes best; judging comes afterwards."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.architectures import Architecture, build_network
from trainer.checkpoint import Checkpoint
from trainer.dataset import DataSet
from trainer.device import make_reproducible
from trainer.errors import DataSetError
from trainer.evaluation import labels_of
from trainer.fitting import Sample, Task, balanced_weights
from trainer.images import Images, probe, read_images
from trainer.learning import learn
from trainer.placement import settle_placement
from trainer.preprocessing import Preprocessing
from trainer.recipes import Recipe, plan
from trainer.records import OnEvent
from trainer.transfer import Start, settle
from trainer.verdict import Learned

_DRAWS_APART = 100_003  # between the seeds of two beginnings, so that neighbouring seeds do not meet


@dataclass(frozen=True, slots=True)
class Run:
    """What one call of `train` was given, resolved."""

    dataset: DataSet
    out: Path
    recipe: Recipe
    on_event: OnEvent
    cancelled: Callable[[], bool]
    seed: int
    draw: int  # which of several beginnings; the split stays that of the seed
    epochs: int | None
    deadline: float | None
    checkpoint: Checkpoint
    cache: Path
    start: Start
    imported: Path | None  # folder of imported weights


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was learned, with the recipe as it was settled."""

    run: Run
    task: Task
    learned: Learned


def attempt(run: Run) -> Attempt:
    """Read the images as the recipe's network wants them, and learn."""
    preprocessing, side = shape_of(run)
    if preprocessing.size > side:
        title = run.recipe.design.architecture.title
        run.on_event("note", {"text": enlarged_words(title, side, preprocessing.size)})
    train_images = read(run, "train", preprocessing)
    validation_images = read(run, "validation", preprocessing)
    if run.recipe.design.architecture.scale is None:
        preprocessing = _fitted_scale(preprocessing, train_images)
    run.on_event("stage", {"title": "Preparing the network", "total": None})
    settled = settle(run.recipe, len(train_images.items), has_weights=run.start.source != "random")
    if settled.why:
        run.on_event("note", {"text": settled.why})
    task = _task(replace(run, recipe=settled.recipe), preprocessing, train_images, validation_images)
    return Attempt(replace(run, recipe=task.recipe), task, learn(task))


def shape_of(run: Run) -> tuple[Preprocessing, int]:
    """How images reach the recipe's network, and the longer side of a typical one, in pixels.

    Grey values that are scaled by the images themselves come later.
    """
    network: Architecture = run.recipe.design.architecture
    side, colour = probe(run.dataset.of("train"), run.dataset.read_image)
    channels = network.channels or (3 if colour else 1)
    size = run.recipe.size or network.input_size(side)
    return Preprocessing(size, colour, channels, network.offset or 0.0, network.scale or 1.0), side


def enlarged_words(title: str, side: int, size: int) -> str:
    """Said where a network takes larger images than the data set has."""
    return f"The images are {side} pixels wide; {title} looks at {size}, so they are enlarged, which adds nothing to see."


def _fitted_scale(preprocessing: Preprocessing, images: Images) -> Preprocessing:
    """Mean and spread of the training images' grey values, rounded so that run.json keeps them exactly."""
    mean, spread = images.mean_and_spread()
    return replace(preprocessing, offset=round(mean, 3), scale=max(1.0, round(spread, 3)))


def read(run: Run, split: str, preprocessing: Preprocessing) -> Images:
    """The images of a split; DataSetError where there are none."""
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


def _task(run: Run, preprocessing: Preprocessing, train_images: Images, validation_images: Images) -> Task:
    classes = run.dataset.classes
    sample = Sample(train_images, labels_of(train_images, classes))
    unseen = [name for index, name in enumerate(classes) if index not in sample.labels]
    if unseen:
        raise DataSetError(
            f"No readable training image of class: {', '.join(unseen)}.", "Label more patients of that class."
        )
    seed = run.seed + _DRAWS_APART * run.draw
    make_reproducible(seed)
    planned = plan(run.recipe, len(sample.labels), run.epochs)
    recipe, placement, told = settle_placement(run.recipe, planned.batch_size)
    if told:
        run.on_event("note", {"text": told})
    design = recipe.design
    model = build_network(design, preprocessing.size, preprocessing.channels, len(classes))
    run.start.load(model, recipe)
    return Task(
        recipe=recipe,
        plan=planned,
        model=model,
        preprocessing=preprocessing,
        train=sample,
        validation=Sample(validation_images, labels_of(validation_images, classes)),
        class_weights=balanced_weights(sample.labels, len(classes)),
        seed=seed,
        checkpoint=run.checkpoint,
        on_event=run.on_event,
        cancelled=run.cancelled,
        deadline=run.deadline,
        placement=placement,
        cache=run.cache,
    )
