"""How a model does on a split of a data set, judged against the readers' labels."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np

from trainer.atomic import write_json
from trainer.dataset import load_dataset
from trainer.errors import DataSetError
from trainer.forward import Forward
from trainer.images import Images, read_images
from trainer.metrics import Judged, evaluate_split
from trainer.model_folder import EVALUATION, ModelInfo, load_model
from trainer.records import NOTICE, Evaluation, OnEvent, ReadImage


def evaluate(
    model_folder: Path,
    dataset_folder: Path,
    *,
    read_image: ReadImage,
    split: str = "test",
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Evaluation:
    """Judge a model on one split ("train", "validation", "test") or on "all" images of a data set folder.

    A data set without a split of its own is split as it was for the training. Raises DataSetError where the
    split is empty or holds a class that the model does not know.
    """
    info = ModelInfo.read(model_folder)
    dataset = load_dataset(dataset_folder, read_image=read_image, seed=info.seed)
    items = dataset.of(split)
    if not items:
        raise DataSetError(f"There are no images in the {split} split.", 'Choose another split, or "all".')
    unknown = sorted({item.class_name for item in items} - set(info.classes))
    if unknown:
        raise DataSetError(
            f"The model does not know the class: {', '.join(unknown)}.", "Train a model with these classes."
        )
    model = load_model(info)
    images = read_images(
        items, info.preprocessing, read_image=read_image, on_event=on_event, cancelled=cancelled
    )
    return evaluate_images(Forward(model, info.preprocessing), images, info.classes, split)


def evaluate_images(forward: Forward, images: Images, classes: tuple[str, ...], split: str) -> Evaluation:
    """Judge images that are already prepared."""
    labels = np.array([classes.index(item.class_name) for item in images.items], np.int64)
    patients = [item.patient for item in images.items]
    return evaluate_split(Judged(labels, forward(images.pixels), patients, classes), split)


def write_evaluations(folder: Path, evaluations: Sequence[Evaluation]) -> None:
    """Write evaluation.json, each split by its name."""
    splits = {evaluation.split: asdict(evaluation) for evaluation in evaluations}
    write_json(folder / EVALUATION, {"notice": NOTICE, "splits": splits})
