"""How well probabilities agree with the readers' labels: every figure with its count and interval."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from trainer.results import weighted
from trainer.results.intervals import Bootstrap, bounds, wilson
from trainer.results.records import Curve, Evaluation, Figure, ReliabilityBin
from trainer.results.weighted import BINS, Booleans, Floats, Integers

_CURVE_POINTS = 500
_TWO = 2


@dataclass(frozen=True, slots=True)
class Judged:
    """Images of one split with the readers' class (an index) and the model's probabilities (n, classes).

    With two classes `threshold` is the probability of the last one, the finding, from which on it is said; None
    and with more classes: the most probable one.
    """

    labels: Integers
    probabilities: Floats
    patients: Sequence[str]
    classes: tuple[str, ...]
    threshold: float | None = None

    @property
    def predicted(self) -> Integers:
        """The class said of each image, an index."""
        return decide(self.probabilities, self.threshold)

    def of(self, chosen: NDArray[np.bool_]) -> "Judged":
        """Some of the images."""
        patients = [patient for patient, wanted in zip(self.patients, chosen, strict=True) if wanted]
        return replace(
            self, labels=self.labels[chosen], probabilities=self.probabilities[chosen], patients=patients
        )


def decide(probabilities: Floats, threshold: float | None) -> Integers:
    """The class that is said, an index for each row of `(n, classes)`."""
    if threshold is None or probabilities.shape[1] != _TWO:
        return np.asarray(probabilities.argmax(axis=1))
    return (probabilities[:, 1] >= threshold).astype(np.int64)


def auc(labels: Integers, probabilities: Floats) -> float | None:
    """Area under the ROC curve, the mean over classes of one against the rest; None for one class only."""
    ones = np.ones((1, len(labels)))
    areas = [
        float(weighted.auc(ones, labels == index, probabilities[:, index])[0])
        for index in range(probabilities.shape[1])
        if 0 < int((labels == index).sum()) < len(labels)
    ]
    return float(np.mean(areas)) if areas else None


def evaluate_split(judged: Judged, split: str, *, prior: Floats | None = None) -> Evaluation:
    """All figures of one split; what cannot be computed is left out and said in words.

    `prior` are the classes' shares among the training images: what the dummy classifier says of every image.
    """
    number = len(judged.classes)
    confusion = np.zeros((number, number), int)
    np.add.at(confusion, (judged.labels, judged.predicted), 1)
    figures = all_figures(judged, confusion)
    if prior is not None:
        figures = _with_dummy(figures, judged, prior)
    present = [index for index in range(number) if confusion[index].sum()]
    return Evaluation(
        split,
        images=len(judged.labels),
        patients=len(set(judged.patients)),
        classes=judged.classes,
        confusion=tuple(tuple(int(value) for value in row) for row in confusion),
        metrics=metrics_of(figures),
        curves=_curves(judged, present),
        warnings=tuple(_warnings(judged, present, figures)),
        figures=figures,
        reliability=tuple(reliability(judged)),
    )


def metrics_of(figures: Sequence[Figure]) -> dict[str, float]:
    """The figures by name, each with `_low` and `_high` where it has an interval."""
    metrics: dict[str, float] = {}
    for figure in figures:
        metrics[figure.name] = figure.value
        if figure.low is not None and figure.high is not None:
            metrics[f"{figure.name}_low"], metrics[f"{figure.name}_high"] = figure.low, figure.high
    return metrics


def all_figures(judged: Judged, confusion: Integers) -> tuple[Figure, ...]:
    """Those of the whole first, then class by class."""
    proportions = list(_proportions(judged.classes, confusion))
    rest = list(_drawn(judged))
    order = ("auc", "accuracy", "balanced_accuracy", "kappa", "sensitivity", "specificity", "ppv", "npv", "f1",
             "average_precision", "brier", "ece")  # fmt: skip
    found = proportions + rest
    places = {name: place for place, name in enumerate(("", *judged.classes))}
    return tuple(sorted(found, key=lambda f: (places[f.class_name], order.index(f.kind))))


def _proportions(classes: tuple[str, ...], confusion: Integers) -> Iterator[Figure]:
    total, right = int(confusion.sum()), int(np.trace(confusion))
    yield _proportion("accuracy", "", right, total)
    for index, name in enumerate(classes):
        for kind, hits, of in _counts(confusion, index):
            if of:
                found = _proportion(kind, name, hits, of)
                yield found
                if len(classes) == _TWO and index == 1:
                    yield replace(found, class_name="")


def _counts(confusion: Integers, index: int) -> Iterator[tuple[str, int, int]]:
    total, hits = int(confusion.sum()), int(confusion[index, index])
    positives, said = int(confusion[index].sum()), int(confusion[:, index].sum())
    rejected = total - positives - said + hits
    yield "sensitivity", hits, positives
    yield "specificity", rejected, total - positives
    yield "ppv", hits, said
    yield "npv", rejected, total - said


def _proportion(kind: str, class_name: str, hits: int, total: int) -> Figure:
    low, high = wilson(hits, total)
    return Figure(kind, class_name, hits / total, low, high, hits, total)


def _drawn(judged: Judged) -> Iterator[Figure]:
    """The figures whose interval comes from drawing patients."""
    bootstrap = Bootstrap(judged.patients)
    number = len(judged.classes)

    def of_whole(weights: Floats) -> Floats:
        matrices = weighted.confusions(weights, judged.labels, judged.predicted, number)
        return np.stack([weighted.balanced_accuracy(matrices), weighted.kappa(matrices)], axis=1)

    yield from _figures(bootstrap, of_whole, ("balanced_accuracy", "kappa"), "")
    by_class = [_class_values(judged, index) for index in range(number)]
    draws = [np.stack([value(weights) for value in by_class]) for weights in bootstrap.weights()]
    of_class = np.concatenate(draws, axis=1)  # (classes, draws, kinds)
    points = np.stack([value(bootstrap.ones())[0] for value in by_class])  # (classes, kinds)
    for index, name in enumerate(judged.classes):
        yield from _from_draws(points[index], of_class[index], name, bootstrap)
    yield from _whole(points, of_class, number, bootstrap)


_CLASS_KINDS = ("auc", "average_precision", "brier", "ece", "f1", "sensitivity", "specificity", "ppv", "npv")
_MEAN_ONLY = _CLASS_KINDS[5:]  # of a class these are proportions


def _class_values(judged: Judged, index: int) -> Callable[[Floats], Floats]:
    positive, scores = judged.labels == index, judged.probabilities[:, index].astype(np.float64)
    number = len(judged.classes)

    def values(weights: Floats) -> Floats:
        matrices = weighted.confusions(weights, judged.labels, judged.predicted, number)
        ranked = [
            measure(weights, positive, scores)
            for measure in (
                weighted.auc,
                weighted.average_precision,
                weighted.brier,
                weighted.calibration_error,
            )
        ]
        return np.stack([*ranked, weighted.f1(matrices, index), *_shares(matrices, index)], axis=1)

    return values


def _shares(matrices: Floats, index: int) -> list[Floats]:
    total, hits = matrices.sum(axis=(1, 2)), matrices[:, index, index]
    positives, said = matrices[:, index].sum(axis=1), matrices[:, :, index].sum(axis=1)
    rejected = total - positives - said + hits
    pairs = ((hits, positives), (rejected, total - positives), (hits, said), (rejected, total - said))
    with np.errstate(divide="ignore", invalid="ignore"):
        return [np.where(of > 0, share / of, np.nan) for share, of in pairs]


def _figures(
    bootstrap: Bootstrap, values: Callable[[Floats], Floats], kinds: tuple[str, ...], class_name: str
) -> Iterator[Figure]:
    points, draws = values(bootstrap.ones())[0], bootstrap.values(values)
    for place, kind in enumerate(kinds):
        yield from _figure((kind, class_name), points[place], draws[:, place], bootstrap)


def _from_draws(points: Floats, draws: Floats, class_name: str, bootstrap: Bootstrap) -> Iterator[Figure]:
    for place, kind in enumerate(_CLASS_KINDS):
        if kind not in _MEAN_ONLY:
            yield from _figure((kind, class_name), points[place], draws[:, place], bootstrap)


def _whole(points: Floats, draws: Floats, number: int, bootstrap: Bootstrap) -> Iterator[Figure]:
    """Of two classes the finding's figures, of more the mean over the classes that can be told."""
    for place, kind in enumerate(_CLASS_KINDS):
        if number == _TWO:
            if kind not in _MEAN_ONLY:
                yield from _figure((kind, ""), points[1, place], draws[1, :, place], bootstrap)
        else:
            told = ~np.isnan(points[:, place])
            if told.any():
                mean = draws[told][:, :, place].mean(axis=0)
                yield from _figure((kind, ""), points[told, place].mean(), mean, bootstrap)


def _figure(name: tuple[str, str], value: float, draws: Floats, bootstrap: Bootstrap) -> Iterator[Figure]:
    if not np.isnan(value):
        found = bounds(draws) if bootstrap.groups > 1 else None
        low, high = found or (None, None)
        yield Figure(*name, float(value), low, high, None, bootstrap.images)


def _with_dummy(figures: tuple[Figure, ...], judged: Judged, prior: Floats) -> tuple[Figure, ...]:
    """Beside each figure what a dummy would reach that says the training images' shares of every image."""
    same = np.tile(prior / prior.sum(), (len(judged.labels), 1))
    dummy = replace(judged, probabilities=same, threshold=None)
    reached = {(kind, name): value for kind, name, value in _points(dummy)}
    return tuple(replace(f, dummy=reached.get((f.kind, f.class_name))) for f in figures)


def _points(judged: Judged) -> Iterator[tuple[str, str, float]]:
    """All figures without intervals."""
    ones, number = np.ones((1, len(judged.labels))), len(judged.classes)
    matrices = weighted.confusions(ones, judged.labels, judged.predicted, number)
    yield "accuracy", "", float(np.trace(matrices[0]) / matrices[0].sum())
    yield "balanced_accuracy", "", float(weighted.balanced_accuracy(matrices)[0])
    yield "kappa", "", float(weighted.kappa(matrices)[0])
    by_class = np.stack([_class_values(judged, index)(ones)[0] for index in range(number)])
    for place, kind in enumerate(_CLASS_KINDS):
        told = by_class[:, place][~np.isnan(by_class[:, place])]
        whole = by_class[1, place] if number == _TWO else told.mean() if len(told) else np.nan
        for name, value in zip(("", *judged.classes), (whole, *by_class[:, place]), strict=True):
            if not np.isnan(value):
                yield kind, name, float(value)


def reliability(judged: Judged) -> Iterator[ReliabilityBin]:
    """Said probability against observed share, in ten steps; of two classes for the finding alone."""
    wanted = range(1, 2) if len(judged.classes) == _TWO else range(len(judged.classes))
    for index in wanted:
        scores, positive = judged.probabilities[:, index], judged.labels == index
        steps = weighted.bin_of(scores)
        for step in range(BINS):
            inside = steps == step
            if inside.any():
                yield _bin(judged.classes[index], step, scores[inside], positive[inside])


def _bin(name: str, step: int, scores: Floats, positive: Booleans) -> ReliabilityBin:
    images = len(scores)
    low, high = wilson(int(positive.sum()), images)
    return ReliabilityBin(
        name, step / BINS, (step + 1) / BINS, images, float(scores.mean()), float(positive.mean()), low, high
    )


def _warnings(judged: Judged, present: list[int], figures: Sequence[Figure]) -> Iterator[str]:
    for index, name in enumerate(judged.classes):
        if index not in present:
            yield f'The split has no image of class "{name}".'
    area = next((figure for figure in figures if figure.name == "auc"), None)
    if area is None:
        yield "With images of one class only there is no area under the ROC curve."
    elif area.low is None:
        yield "There are too few errors or patients to tell how uncertain the area under the ROC curve is."
    elif area.low <= 0.5:  # noqa: PLR2004 - the area of guessing
        yield "The model may be no better than guessing: the interval of the area under the ROC curve reaches 0.5."
    if len(set(judged.patients)) < len(judged.labels):
        yield (
            "Several images come from the same patient: intervals of proportions, which count images, are "
            "somewhat too narrow; the others draw whole patients."
        )


def _curves(judged: Judged, present: list[int]) -> tuple[Curve, ...]:
    from sklearn.metrics import roc_curve

    if len(present) < _TWO:
        return ()
    curves = []
    for index in present:
        positive = judged.labels == index
        false, true, thresholds = roc_curve(positive, judged.probabilities[:, index])
        keep = np.unique(np.linspace(0, len(false) - 1, min(len(false), _CURVE_POINTS)).round().astype(int))
        ones = np.ones((1, len(positive)))
        area = float(weighted.auc(ones, positive, judged.probabilities[:, index])[0])
        said = np.minimum(thresholds[keep], 2.0)  # the first is infinite, which JSON does not know
        curves.append(
            Curve(
                judged.classes[index],
                tuple(false[keep].tolist()),
                tuple(true[keep].tolist()),
                area,
                tuple(said.tolist()),
            )
        )
    return tuple(curves)
