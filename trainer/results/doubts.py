"""What speaks against believing a result, in words: over-fitting, and answers that leak past the image."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from trainer.results.groups import COLUMNS, age_group
from trainer.results.judging import auc
from trainer.results.records import Evaluation
from trainer.results.weighted import Integers

_GAP, _LOSS_RISE = 0.10, 1.25
_TELLING, _FEWEST_PATIENTS = 0.80, 20
_TOO_GOOD, _MANY_PATIENTS = 0.999, 100
_SAME, _MOST_VALUES = 0.05, 0.2
_FURTHER = {"picture_size": "size of the picture", "reader": "reader", "patient_age": "age"}


@dataclass(frozen=True, slots=True)
class Described:
    """Images of a split with what is known of them besides their pixels."""

    labels: Integers
    patients: Sequence[str]
    facts: Sequence[Mapping[str, str]]
    sha256: Sequence[str]  # of the files


def overfitting(history: Sequence[Mapping[str, float | None]], best_epoch: int) -> Iterator[str]:
    """What the course of the training says; `history` are the rows of history.csv."""
    row = next((each for each in history if each.get("epoch") == best_epoch), None)
    if row is None:
        return
    learned, new = row.get("accuracy"), row.get("val_accuracy")
    if learned is not None and new is not None and learned - new > _GAP:
        yield (
            f"Over-fitting: {learned:.0%} of the training images are said rightly, but only {new:.0%} of the "
            "validation images. More patients help most; a simpler recipe may too."
        )
    if "regularisation" in row:
        return  # steps of another kind than epochs: the one that validation prefers was kept
    losses = [float(each["val_loss"]) for each in history if each.get("val_loss") is not None]  # type: ignore[arg-type]  # None was left out
    if losses and losses[-1] > _LOSS_RISE * min(losses) and history[-1].get("epoch") != best_epoch:
        yield "From the best epoch on the validation loss rose: later epochs learned by heart and were not kept."


def leaks(train: Described, validation: Described, classes: tuple[str, ...]) -> Iterator[str]:
    """What tells the class without the image, and images that stand in both splits."""
    same = len(set(train.sha256) & set(validation.sha256))
    if same:
        yield f"Leak: {same} file(s) stand in the training and in the validation split alike, byte for byte."
    names = {**COLUMNS, **_FURTHER}
    for column, title in names.items():
        area = _told_by(column, train, validation, len(classes))
        if area is not None and area >= _TELLING:
            yield (
                f"Possible leak: the {title.lower()} alone tells the classes apart (AUC {area:.2f} without any image). "
                "The model may have learned that instead of the finding; balance the data set or judge each group."
            )


def near_duplicates(nearest: Sequence[float]) -> Iterator[str]:
    """From the distance of each validation image to the most similar training image."""
    number = sum(distance < _SAME for distance in nearest)
    if number:
        yield (
            f"Possible leak: {number} validation image(s) look almost the same as a training image of another patient; "
            "the same examination under two pseudonyms?"
        )


def too_good(evaluation: Evaluation) -> Iterator[str]:
    """Perfection is rare, and mostly a marker in the picture."""
    if evaluation.metrics.get("auc", 0) >= _TOO_GOOD and evaluation.patients >= _MANY_PATIENTS:
        yield (
            "The result is almost perfect, which is rare: look at heat maps for letters, markers, tubes or frames "
            "that give the answer away."
        )


def worse_on_test(validation: Evaluation, test: Evaluation) -> Iterator[str]:
    """Whether the test split shows something else than validation did."""
    high, expected = test.metrics.get("auc_high"), validation.metrics.get("auc")
    if high is not None and expected is not None and high < expected:
        yield (
            f"The test split gives less than validation promised (AUC {test.metrics['auc']:.3f} against "
            f"{expected:.3f}): its images differ, or the choice fits the validation split by chance."
        )


def _told_by(column: str, train: Described, validation: Described, classes: int) -> float | None:
    """AUC on validation of the classes' shares that each value of the column has in training."""
    if len(set(validation.patients)) < _FEWEST_PATIENTS:
        return None
    values, asked = (_values(part, column) for part in (train, validation))
    if not 1 < len(set(values)) <= max(2, _MOST_VALUES * len(values)):
        return None
    counts: dict[str, Counter[int]] = defaultdict(Counter)
    for value, label in zip(values, train.labels.tolist(), strict=True):
        counts[value][label] += 1
    prior = np.bincount(train.labels, minlength=classes) / len(train.labels)
    shares = {
        value: (np.array([of[index] for index in range(classes)]) + prior) / (of.total() + 1)
        for value, of in counts.items()
    }
    return auc(validation.labels, np.stack([shares.get(value, prior) for value in asked]))


def _values(part: Described, column: str) -> list[str]:
    if column == "age_group":
        return [age_group(fact.get("patient_age", "")) for fact in part.facts]
    return [fact.get(column, "") for fact in part.facts]
