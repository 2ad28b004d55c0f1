"""Learning only the last step: a regularised linear head on what a frozen network says of each image."""

import time
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.balancing import balancing
from trainer.embeddings import Embeddings
from trainer.fitting import Fit, Labels, Sample, Task, judge, score
from trainer.machine import one_thread
from trainer.results.learning_curve import LearningPoint, learning_curve

Head = tuple[NDArray[np.float32], NDArray[np.float32]]  # kernel (features, classes), bias (classes)
_STRENGTHS = (0.0001, 0.001, 0.01, 0.1, 1.0, 10.0)  # scikit-learn's C: from strongly regularised to hardly
_MOST_ITERATIONS = 300
_WORSE = 2  # steps without improvement after which weaker regularisation, which takes longest, is not tried


def fit_linear_head(task: Task) -> Fit:
    """Compute each image's embedding once, try several regularisations, keep what validation prefers.

    Each regularisation counts as an epoch, so that a live curve and the history show the choice.
    """
    embeddings = Embeddings(task)
    total = len(task.train.labels) + len(task.validation.labels)
    task.on_event("stage", {"title": "Describing the images", "total": total})
    train = embeddings.of(task.train, total)
    validation = embeddings.of(task.validation, total)
    strengths = _STRENGTHS[: task.plan.epochs]
    task.on_event("stage", {"title": "Learning", "total": len(strengths)})
    rows: list[dict[str, float | None]] = []
    best_epoch, best = 0, None
    for number, strength in enumerate(strengths, start=1):
        task.check_cancelled()
        began = time.monotonic()
        head = _solve(train, task.train.labels, task, strength)
        row: dict[str, float | None] = {"epoch": number, "epochs": len(strengths), "regularisation": strength}
        row |= _judged(head, train, task.train, task, prefix="")
        row |= _judged(head, validation, task.validation, task, prefix="val_")
        row["seconds"] = round(time.monotonic() - began, 2)
        rows.append(row)
        if best is None or score(row) > score(rows[best_epoch - 1]):
            best_epoch, best = number, head
        task.on_event("epoch", row)
        if task.out_of_time() or number - best_epoch >= _WORSE:
            break
    assert best is not None
    task.model.get_layer("logits").set_weights(list(best))
    curve = _learning_curve(task, train, validation, strengths[best_epoch - 1])
    return Fit(tuple(rows), best_epoch, train, curve)


def _learning_curve(
    task: Task, train: NDArray[np.float32], validation: NDArray[np.float32], strength: float
) -> tuple[LearningPoint, ...]:
    """With the chosen regularisation on parts of the patients; nothing is computed from pixels again."""
    labels = task.train.labels

    def fit(chosen: NDArray[np.int64]) -> NDArray[np.floating]:
        task.check_cancelled()
        return _probabilities(_solve(train[chosen], labels[chosen], task, strength), validation)

    if task.out_of_time():
        return ()
    task.on_event("stage", {"title": "Asking whether more labels would help", "total": None})
    patients = [item.patient for item in task.train.images.items]
    return tuple(learning_curve(labels, patients, task.validation.labels, fit, seed=task.seed))


def _solve(embeddings: NDArray[np.float32], labels: Labels, task: Task, strength: float) -> Head:
    """Logistic regression on standardised embeddings, with the standardisation folded into the head.

    Classes are balanced as in one epoch; what changes images has no effect here, as each has one description.
    """
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    way = balancing(task.recipe.balancing)
    shown = np.sort(way.arrange(labels, np.random.default_rng(task.seed)).order)
    embeddings, labels = embeddings[shown], labels[shown]
    mean, spread = embeddings.mean(axis=0), embeddings.std(axis=0) + 1e-3
    weights = task.class_weights[labels] if way.weighted else None
    solver = LogisticRegression(C=strength, max_iter=_MOST_ITERATIONS)
    with one_thread(), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # stopping early only regularises a little more
        solver.fit((embeddings - mean) / spread, labels, sample_weight=weights)
    kernel, bias = solver.coef_.T, solver.intercept_
    if kernel.shape[1] == 1:  # two classes: one column of log odds, shared between both
        kernel, bias = np.hstack([-kernel / 2, kernel / 2]), np.array([-bias[0] / 2, bias[0] / 2])
    folded = kernel / spread[:, None]
    return folded.astype(np.float32), (bias - mean @ folded).astype(np.float32)


def _probabilities(head: Head, embeddings: NDArray[np.float32]) -> NDArray[np.floating]:
    logits = embeddings @ head[0] + head[1]
    exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _judged(
    head: Head, embeddings: NDArray[np.float32], sample: Sample, task: Task, *, prefix: str
) -> dict[str, Any]:
    found = judge(_probabilities(head, embeddings), sample.labels, task.class_weights)
    names = ("loss", "accuracy", "auc") if prefix else ("loss", "accuracy")
    return {f"{prefix}{name}": found[name] for name in names}
