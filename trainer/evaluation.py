"""How a model does on a split of a data set, judged against the readers' labels."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.dataset import DataSet, load_dataset
from trainer.errors import DataSetError
from trainer.images import Images, read_images
from trainer.listing import Item
from trainer.loading import load_sight
from trainer.model_folder import ModelInfo
from trainer.records import OnEvent, ReadImage
from trainer.results.answers import Answers
from trainer.results.conclusion import conclude, images_sha256
from trainer.results.familiarity import Familiarity
from trainer.results.openings import note_opening
from trainer.results.records import Evaluation
from trainer.results.rules import Rules, read_rules
from trainer.sight import Prepared, Sight


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

    A data set without a split of its own is split as it was for the training. A look at test images is noted in
    the model folder. Raises DataSetError where the split is empty or holds a class that the model does not know.
    """
    info = ModelInfo.read(model_folder)
    rules = read_rules(model_folder, info.classes)
    items = _items(load_dataset(dataset_folder, read_image=read_image, seed=info.seed), split, info.classes)
    sight = load_sight(info, rules.limits)
    images, prepared = prepared_images(items, sight, read_image, on_event=on_event, cancelled=cancelled)
    seen = sight.see(prepared, facts_of(images), cancelled=cancelled)
    answers = answers_of(images, split, info.classes, raw=seen.raw, distances=seen.distances)
    found = conclude(answers, rules)
    return _noted(model_folder, answers, rules, found) if any(i.split == "test" for i in items) else found


def prepared_images(
    items: Sequence[Item],
    sight: Sight,
    read_image: ReadImage,
    *,
    on_event: OnEvent,
    cancelled: Callable[[], bool],
) -> tuple[Images, list[Prepared]]:
    """The images as each network of the model wants them."""
    read = [
        read_images(items, each, read_image=read_image, on_event=on_event, cancelled=cancelled)
        for each in sight.preprocessings
    ]
    return read[0], list(zip(*(each.pixels for each in read), strict=True))


def compared(
    embeddings: NDArray[np.float32] | None, familiarity: Familiarity | None
) -> NDArray[np.float32] | None:
    """How far images are from what was learned from, where that is known."""
    return None if embeddings is None or familiarity is None else familiarity.distances(embeddings)


def facts_of(images: Images) -> list[Mapping[str, str]]:
    """Each image's further columns of the manifest."""
    return [item.facts for item in images.items]


def answers_of(
    images: Images,
    split: str,
    classes: tuple[str, ...],
    *,
    raw: NDArray[np.floating],
    distances: NDArray[np.float32] | None,
) -> Answers:
    """Beside what the reader says."""
    return Answers(
        split,
        classes,
        names=tuple(item.name for item in images.items),
        patients=tuple(item.patient for item in images.items),
        labels=labels_of(images, classes),
        raw=raw.astype(np.float64),
        distances=distances,
        facts=tuple(item.facts for item in images.items),
    )


def labels_of(images: Images, classes: tuple[str, ...]) -> NDArray[np.int64]:
    """Class indices of the images."""
    return np.array([classes.index(item.class_name) for item in images.items], np.int64)


def _items(dataset: DataSet, split: str, classes: tuple[str, ...]) -> tuple[Item, ...]:
    items = dataset.of(split)
    if not items:
        raise DataSetError(f"There are no images in the {split} split.", 'Choose another split, or "all".')
    unknown = sorted({item.class_name for item in items} - set(classes))
    if unknown:
        raise DataSetError(
            f"The model does not know the class: {', '.join(unknown)}.", "Train a model with these classes."
        )
    return items


def _noted(folder: Path, answers: Answers, rules: Rules, found: Evaluation) -> Evaluation:
    try:
        note_opening(folder, "evaluated", images_sha256(answers), rules.threshold)
    except OSError as error:
        text = f"This look at the test split could not be noted in the model folder: {error.strerror}."
        return replace(found, warnings=(*found.warnings, text))
    return found
