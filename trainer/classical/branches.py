"""Did age, sex and the like help? The image alone, the columns alone, and both, learned and judged alike."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from trainer.classical.classifier import Classifier
from trainer.classical.learn import learn
from trainer.fitting import Task
from trainer.results.intervals import Bootstrap, bounds
from trainer.results.judging import auc
from trainer.results.weighted import Floats, Integers
from trainer.results.weighted import auc as weighted_auc
from trainer.tabular.code import TableCode

Embeddings = NDArray[np.float32]
_FEWEST_PATIENTS = 20
_TELLING = 0.6  # AUC clearly above guessing
_TITLES = {"image": "the image alone", "table": "the columns alone", "both": "both"}


def compare_branches(
    task: Task, embeddings: tuple[Embeddings, Embeddings], both: Classifier
) -> Iterator[str]:
    """What to tell of the columns, in words, from the training and validation images' embeddings."""
    train, validation = embeddings
    quiet = replace(task, on_event=lambda _kind, _facts: None)
    task.on_event("stage", {"title": "Asking whether the columns help", "total": None})
    facts = [item.facts for item in task.validation.images.items]
    image, _, _ = learn(quiet, train, TableCode(()))
    table, _, _ = learn(quiet, train[:, :0], both.table)
    said = {
        "image": image.probabilities(validation, facts),
        "table": table.probabilities(validation[:, :0], facts),
        "both": both.probabilities(validation, facts),
    }
    patients = [item.patient for item in task.validation.images.items]
    yield from in_words(said, task.validation.labels, patients, names=both.table.names)


def in_words(
    said: Mapping[str, Floats], labels: Integers, patients: list[str], *, names: tuple[str, ...]
) -> Iterator[str]:
    """The three beside each other, whether the columns helped, and a warning where they alone do as well."""
    areas = {branch: auc(labels, probabilities) for branch, probabilities in said.items()}
    columns = " and ".join(names)
    if any(area is None for area in areas.values()) or len(set(patients)) < _FEWEST_PATIENTS:
        yield f"Too few validation patients to say whether {columns} helped beside the image."
        return
    told = ", ".join(f"{_TITLES[branch]} {area:.3f}" for branch, area in areas.items())
    gain, low, high = difference(said["both"], said["image"], labels, patients)
    interval = f"{gain:+.3f}, 95 % interval {low:+.3f} to {high:+.3f}"
    if low > 0:
        word = f"{columns} helped"
    elif high < 0:
        word = f"{columns} did harm: train without"
    else:
        word = f"whether {columns} helped cannot be told from chance"
    yield f"Columns of the manifest: AUC on validation with {told}. Beside the image {word} ({interval})."
    _, over_table, _ = difference(said["both"], said["table"], labels, patients)
    if over_table <= 0 and float(areas["table"] or 0) > _TELLING:
        yield (
            f"Warning: {columns} alone do as well as the whole model (AUC {areas['table']:.3f} without any image). It "
            "may lean on them and not on the image; do not use it where they are distributed differently."
        )


def difference(
    first: Floats, second: Floats, labels: Integers, patients: list[str]
) -> tuple[float, float, float]:
    """How much larger the first one's AUC is, with a 95 % interval from drawing patients."""
    bootstrap = Bootstrap(patients)
    classes = [index for index in range(first.shape[1]) if 0 < int((labels == index).sum()) < len(labels)]

    def gain(weights: Floats) -> Floats:
        each = [
            weighted_auc(weights, labels == index, first[:, index].astype(np.float64))
            - weighted_auc(weights, labels == index, second[:, index].astype(np.float64))
            for index in classes
        ]
        return np.asarray(np.mean(each, axis=0))[:, None]

    point = float(gain(bootstrap.ones())[0, 0])
    low, high = bounds(bootstrap.values(gain)[:, 0]) or (point, point)
    return point, low, high
