"""How well probabilities agree with the readers' labels, with 95 % intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.records import Curve, Evaluation

Floats = NDArray[np.floating]
Integers = NDArray[np.integer]
_Z = 1.959964  # two-sided 95 %
_RESAMPLES, _RESAMPLED_IMAGES = 1000, 2_000_000
_CURVE_POINTS = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """Images of one split with the readers' class (an index) and the model's probabilities (n, classes)."""

    labels: Integers
    probabilities: Floats
    patients: Sequence[str]
    classes: tuple[str, ...]


def evaluate_split(judged: Judged, split: str) -> Evaluation:
    """All figures of one split; what cannot be computed is left out and said in words."""
    predicted = judged.probabilities.argmax(axis=1)
    number = len(judged.classes)
    confusion = np.zeros((number, number), int)
    np.add.at(confusion, (judged.labels, predicted), 1)
    present = [index for index in range(number) if confusion[index].sum()]
    warnings = [
        f'The split has no image of class "{judged.classes[i]}".' for i in range(number) if i not in present
    ]
    metrics = _proportions(confusion, judged.classes, present)
    area = auc(judged.labels, judged.probabilities)
    if area is None:
        warnings.append("With images of one class only there is no area under the ROC curve.")
    else:
        metrics["auc"] = area
        metrics |= _interval(judged)
    return Evaluation(
        split,
        images=len(judged.labels),
        patients=len(set(judged.patients)),
        classes=judged.classes,
        confusion=tuple(tuple(int(value) for value in row) for row in confusion),
        metrics=metrics,
        curves=_curves(judged, present),
        warnings=tuple(warnings),
    )


def auc(labels: Integers, probabilities: Floats) -> float | None:
    """Area under the ROC curve, the mean over classes of one against the rest; None for one class only."""
    areas = [
        _area(labels == index, probabilities[:, index])
        for index in range(probabilities.shape[1])
        if 0 < int((labels == index).sum()) < len(labels)
    ]
    return float(np.mean(areas)) if areas else None


def wilson(hits: int, total: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a proportion."""
    share = hits / total
    centre = share + _Z**2 / (2 * total)
    spread = _Z * float(np.sqrt(share * (1 - share) / total + _Z**2 / (4 * total**2)))
    scale = 1 + _Z**2 / total
    low = 0.0 if hits == 0 else max(0.0, (centre - spread) / scale)
    return low, 1.0 if hits == total else min(1.0, (centre + spread) / scale)


def _area(positive: NDArray[np.bool_], scores: Floats) -> float:
    """The chance that a positive scores above a negative, ties counting half (Mann-Whitney)."""
    _, inverse, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]
    hits = int(positive.sum())
    return float((ranks[positive].sum() - hits * (hits + 1) / 2) / (hits * (len(positive) - hits)))


def _proportions(confusion: Integers, classes: tuple[str, ...], present: list[int]) -> dict[str, float]:
    total, right = int(confusion.sum()), int(np.trace(confusion))
    metrics: dict[str, float] = {"accuracy": right / total}
    metrics["accuracy_low"], metrics["accuracy_high"] = wilson(right, total)
    sensitivities, specificities = {}, {}
    for index in present:
        positives, hits = int(confusion[index].sum()), int(confusion[index, index])
        _add(metrics, f"sensitivity:{classes[index]}", hits, positives)
        sensitivities[index] = hits / positives
        negatives = total - positives
        if negatives:
            rejected = negatives - int(confusion[:, index].sum()) + hits
            _add(metrics, f"specificity:{classes[index]}", rejected, negatives)
            specificities[index] = rejected / negatives
    metrics["balanced_accuracy"] = float(np.mean(list(sensitivities.values())))
    metrics |= _overall("sensitivity", sensitivities, len(classes))
    return metrics | _overall("specificity", specificities, len(classes))


def _add(metrics: dict[str, float], name: str, hits: int, total: int) -> None:
    metrics[name] = hits / total
    metrics[f"{name}_low"], metrics[f"{name}_high"] = wilson(hits, total)


def _overall(name: str, by_class: dict[int, float], classes: int) -> dict[str, float]:
    """Of two classes the last is the finding; of more the mean counts."""
    if classes == 2:  # noqa: PLR2004 - a finding and its absence
        return {name: by_class[1]} if 1 in by_class else {}
    return {name: float(np.mean(list(by_class.values())))} if by_class else {}


def _interval(judged: Judged) -> dict[str, float]:
    """Bootstrap over patients, because the images of one patient are alike."""
    rng = np.random.default_rng(0)
    _, group = np.unique(np.asarray(judged.patients), return_inverse=True)
    groups = int(group.max()) + 1
    members = np.split(np.argsort(group, kind="stable"), np.cumsum(np.bincount(group))[:-1])
    areas = []
    for _ in range(max(100, min(_RESAMPLES, _RESAMPLED_IMAGES // len(group)))):
        drawn = np.concatenate([members[index] for index in rng.integers(0, groups, groups)])
        area = auc(judged.labels[drawn], judged.probabilities[drawn])
        if area is not None:
            areas.append(area)
    if not areas:
        return {}
    low, high = np.quantile(areas, (0.025, 0.975))
    return {"auc_low": float(low), "auc_high": float(high)}


def _curves(judged: Judged, present: list[int]) -> tuple[Curve, ...]:
    from sklearn.metrics import roc_curve

    if len(present) < 2:  # noqa: PLR2004 - a curve needs positives and negatives
        return ()
    curves = []
    for index in present:
        positive = judged.labels == index
        false, true, _ = roc_curve(positive, judged.probabilities[:, index])
        keep = np.unique(np.linspace(0, len(false) - 1, min(len(false), _CURVE_POINTS)).round().astype(int))
        area = _area(positive, judged.probabilities[:, index])
        curves.append(
            Curve(judged.classes[index], tuple(false[keep].tolist()), tuple(true[keep].tolist()), area)
        )
    return tuple(curves)
