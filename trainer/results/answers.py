"""What a model said of each image of a split (images.json): from it every figure is computed, without a network."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.atomic import write_text
from trainer.errors import ModelFolderError
from trainer.records import NOTICE
from trainer.results.judging import Judged
from trainer.results.rules import Rules
from trainer.results.weighted import Floats, Integers

FILE, FORMAT = "images.json", 1
_LARGEST = 512 << 20
_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Answers:
    """The images of one split: what the reader says, and what the network says before calibration."""

    split: str
    classes: tuple[str, ...]
    names: tuple[str, ...]  # as in the data set
    patients: tuple[str, ...]
    labels: Integers  # index of the reader's class
    raw: Floats  # (n, classes)
    distances: (
        NDArray[np.floating] | None
    )  # to what was learned from; None where the network gives no embedding
    facts: tuple[Mapping[str, str], ...]  # further columns of the manifest

    def __len__(self) -> int:
        return len(self.labels)

    def judged(self, rules: Rules) -> Judged:
        """As the figures are computed from."""
        return Judged(
            self.labels, rules.probabilities(self.raw), self.patients, self.classes, rules.threshold
        )

    def instance(self, place: int) -> str:
        """The SOP Instance UID of an image, "" where the data set names none."""
        return self.facts[place].get("sop_instance_uid", "")


@dataclass(frozen=True, slots=True)
class Error:
    """An image on which model and reader disagree."""

    place: int  # in the answers
    label: int
    predicted: int
    probability: float  # of the class that was said
    surprise: float  # how much more probable the model held its own answer than the reader's, log odds


def cell(answers: Answers, rules: Rules, label: int, predicted: int) -> list[int]:
    """The places of the images in a cell of the confusion matrix, the surest answers first."""
    probabilities = rules.probabilities(answers.raw)
    said = rules.said(answers.raw)
    places = np.flatnonzero((answers.labels == label) & (said == predicted))
    order = np.argsort(-probabilities[places, predicted], kind="stable")
    return [int(place) for place in places[order]]


def worst_errors(answers: Answers, rules: Rules) -> list[Error]:
    """All errors, those first of which the model was surest."""
    probabilities = np.maximum(rules.probabilities(answers.raw), 1e-9)
    said = rules.said(answers.raw)
    errors = [
        Error(
            int(place),
            int(answers.labels[place]),
            int(said[place]),
            float(probabilities[place, said[place]]),
            float(np.log(probabilities[place, said[place]] / probabilities[place, answers.labels[place]])),
        )
        for place in np.flatnonzero(said != answers.labels)
    ]
    return sorted(errors, key=lambda error: (-error.surprise, error.place))


def write_answers(folder: Path, found: Iterable[Answers]) -> None:
    """Write images.json, each split by its name."""
    splits = {answers.split: _document(answers) for answers in found}
    document = {"format": FORMAT, "notice": NOTICE, "splits": splits}
    write_text(folder / FILE, json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n")


def read_answers(folder: Path, classes: tuple[str, ...]) -> dict[str, Answers]:
    """The splits of images.json by name, empty for a model of before it existed.

    Raises ModelFolderError where it is damaged.
    """
    path = folder / FILE
    if not path.exists():
        return {}
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise ValueError("not one of ours")
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["format"] != FORMAT:
            raise ValueError("another format")
        return {name: _answers(name, fields, classes) for name, fields in document["splits"].items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelFolderError(
            "The model's images.json is damaged.",
            "Evaluate the model on its data set again, or train it again.",
        ) from None


def _document(answers: Answers) -> dict[str, Any]:
    columns = dict.fromkeys(name for fact in answers.facts for name in fact)
    distances = answers.distances
    return {
        "names": answers.names,
        "patients": answers.patients,
        "labels": [int(value) for value in answers.labels],
        "probabilities": [[round(float(value), _DIGITS) for value in row] for row in answers.raw],
        "distances": None if distances is None else [round(float(value), 6) for value in distances],
        "facts": {name: [fact.get(name, "") for fact in answers.facts] for name in columns},
    }


def _answers(split: str, fields: Mapping[str, Any], classes: tuple[str, ...]) -> Answers:
    labels = np.array(fields["labels"], np.int64)
    raw = np.array(fields["probabilities"], np.float64).reshape(-1, len(classes))
    distances = None if fields["distances"] is None else np.array(fields["distances"], np.float64)
    names, patients = (tuple(map(str, fields[name])) for name in ("names", "patients"))
    facts = tuple(_rows(fields["facts"], len(labels)))
    lengths = {len(labels), len(raw), len(names), len(patients), len(facts)}
    sound = len(lengths) == 1 and (not len(labels) or 0 <= labels.min() <= labels.max() < len(classes))
    if not sound or not np.isfinite(raw).all() or (distances is not None and len(distances) != len(labels)):
        raise ValueError("columns do not fit each other")
    return Answers(split, classes, names, patients, labels, raw, distances, facts)


def _rows(columns: Mapping[str, Sequence[str]], number: int) -> Iterator[dict[str, str]]:
    for place in range(number):
        yield {str(name): str(values[place]) for name, values in columns.items() if values[place]}
