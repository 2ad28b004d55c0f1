"""Choosing an estimator's settings by cross-validation that keeps patients together, then learning from all."""

import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.balancing import balancing
from trainer.classical.classifier import Classifier, Estimator, Floats, Scaling, joined
from trainer.classical.dense import Dense
from trainer.classical.forest import Forest
from trainer.classical.svm import Svm
from trainer.errors import DataSetError
from trainer.fitting import Fit, Labels, Task, judge, score
from trainer.machine import one_thread
from trainer.recipes import DENSE, FOREST, SVM
from trainer.tabular.code import Facts, TableCode

_FOLDS = 3
_TREES = 300
Splits = list[tuple[NDArray[np.int64], NDArray[np.int64]]]


@dataclass(frozen=True, slots=True)
class Method:
    """One kind of estimator: its settings to try, how one is made, and how a fitted one becomes arrays."""

    grid: Mapping[str, tuple[float, ...]]
    make: Callable[[Mapping[str, float], int], Any]  # settings, seed
    finish: Callable[["Lesson", Mapping[str, float]], Estimator]

    def candidates(self) -> Iterator[dict[str, float]]:
        """All combinations of the settings."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, values, strict=True))


@dataclass(frozen=True, slots=True)
class Lesson:
    """Vectors to learn from."""

    vectors: NDArray[np.float32]
    labels: Labels
    weights: NDArray[np.float32]
    splits: Splits  # of cross-validation, no patient in both parts
    seed: int

    def fitted(self, estimator: Any, places: NDArray[np.int64] | slice = slice(None)) -> Any:
        """The estimator, learned from these places."""
        from sklearn.exceptions import ConvergenceWarning

        with one_thread(), warnings.catch_warnings():
            warnings.simplefilter(
                "ignore", ConvergenceWarning
            )  # stopping early only regularises a little more
            return estimator.fit(
                self.vectors[places], self.labels[places], sample_weight=self.weights[places]
            )


def fit_classifier(
    task: Task, embeddings: NDArray[np.float32], names: Sequence[str] = ()
) -> tuple[Classifier, Fit]:
    """Learn the recipe's classifier on the training images' embeddings and, by name, columns of the manifest.

    Every combination of settings counts as an epoch in the history; its figures are of images that were held out.
    """
    facts = [item.facts for item in task.train.images.items]
    table = learn_table(names, facts)
    classifier, rows, best = learn(task, embeddings, table)
    return classifier, Fit(tuple(rows), best, embeddings)


def learn_table(names: Sequence[str], facts: Sequence[Facts]) -> TableCode:
    """The columns as numbers; DataSetError for one that says nothing."""
    try:
        return TableCode.learn(names, facts)
    except ValueError as error:
        raise DataSetError(str(error), "Choose other columns, or none.") from None


def learn(
    task: Task, embeddings: Floats, table: TableCode
) -> tuple[Classifier, list[dict[str, float | None]], int]:
    """A classifier, the rows of its history, and the number of the chosen row."""
    kind = task.recipe.classifier
    vectors = joined(embeddings, table, [item.facts for item in task.train.images.items])
    scaling = Scaling.learn(vectors, embeddings.shape[1])
    lesson = Lesson(
        scaling(vectors),
        task.train.labels,
        _weights(task),
        splits_of(task.train.labels, [item.patient for item in task.train.images.items], task.seed),
        task.seed,
    )
    method = METHODS[kind]
    tried = list(method.candidates())
    task.on_event("stage", {"title": "Learning", "total": len(tried)})
    rows: list[dict[str, float | None]] = []
    for number, settings in enumerate(tried, start=1):
        task.check_cancelled()
        found = judge(_held_out(lesson, method, settings), lesson.labels, task.class_weights)
        values = list(settings.values())
        row: dict[str, float | None] = {"epoch": number, "epochs": len(tried), "regularisation": values[0]}
        row |= settings | {f"val_{name}": found[name] for name in ("loss", "accuracy", "auc")}
        rows.append(row)
        task.on_event("epoch", row)
        if task.out_of_time():
            break
    best = max(range(len(rows)), key=lambda place: score(rows[place]))
    estimator = method.finish(lesson, tried[best])
    return Classifier(kind, estimator, scaling, table), rows, best + 1


def _weights(task: Task) -> NDArray[np.float32]:
    """How much each image counts: as often as the recipe's way of balancing shows it in one epoch, and how heavily."""
    way, labels = balancing(task.recipe.balancing), task.train.labels
    shown = way.arrange(labels, np.random.default_rng(task.seed)).order
    times = np.bincount(shown, minlength=len(labels)).astype(np.float32)
    return times * task.class_weights[labels] if way.weighted else times


def splits_of(labels: Labels, patients: Sequence[str], seed: int) -> Splits:
    """Folds of cross-validation by patient; DataSetError where a class has too few patients to hold one out."""
    from sklearn.model_selection import StratifiedGroupKFold

    groups = np.asarray(patients)
    fewest = min(len(set(groups[labels == index])) for index in np.unique(labels))
    folds = min(_FOLDS, fewest)
    if folds < 2:  # noqa: PLR2004 - one to learn from, one to try on
        raise DataSetError(
            "A class has one patient only in the training split; settings cannot be chosen by cross-validation.",
            "Label more patients of that class.",
        )
    made = StratifiedGroupKFold(folds, shuffle=True, random_state=seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # patients with several images may divide unevenly
        found = list(made.split(np.zeros(len(labels)), labels, groups))
    whole = [each for each in found if len(np.unique(labels[each[0]])) == len(np.unique(labels))]
    if not whole:
        raise DataSetError(
            "A class has too few patients in the training split to choose settings by cross-validation.",
            "Label more patients of that class.",
        )
    return whole


def _held_out(lesson: Lesson, method: Method, settings: Mapping[str, float]) -> Floats:
    """Probabilities of every training image by an estimator that has not seen its patient."""
    classes = int(lesson.labels.max()) + 1
    told = np.full((len(lesson.labels), classes), 1 / classes)
    for learned, asked in lesson.splits:
        estimator = lesson.fitted(method.make(settings, lesson.seed), learned)
        told[asked] = _said(estimator, lesson.vectors[asked])
    return told


def _said(estimator: Any, vectors: Floats) -> Floats:
    if hasattr(estimator, "predict_proba"):
        return np.asarray(estimator.predict_proba(vectors))
    distances = np.asarray(estimator.decision_function(vectors))  # not yet probabilities, but in their order
    if distances.ndim == 1:
        distances = np.stack([-distances, distances], axis=1)
    exponentials = np.exp(distances - distances.max(axis=1, keepdims=True))
    return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


def _forest(settings: Mapping[str, float], seed: int) -> Any:
    from sklearn.ensemble import RandomForestClassifier

    return RandomForestClassifier(
        _TREES,
        min_samples_leaf=int(settings["leaf"]),
        max_features=settings["share"] or "sqrt",
        random_state=seed,
        n_jobs=-1,
    )


def _svm(settings: Mapping[str, float], _seed: int) -> Any:
    from sklearn.svm import SVC

    return SVC(C=settings["c"], gamma=settings["gamma"] / 36)


def _dense(settings: Mapping[str, float], seed: int) -> Any:
    from sklearn.linear_model import LogisticRegression
    from sklearn.neural_network import MLPClassifier

    if not settings["hidden"]:
        return LogisticRegression(C=settings["c"], max_iter=500)
    return MLPClassifier((int(settings["hidden"]),), alpha=1 / settings["c"], max_iter=150, random_state=seed)


def _finished_svm(lesson: Lesson, settings: Mapping[str, float]) -> Estimator:
    """Learned from all; the curve to probabilities from distances of images that were held out, by patient."""
    from sklearn.calibration import CalibratedClassifierCV

    made = CalibratedClassifierCV(_svm(settings, lesson.seed), ensemble=False, cv=_partition(lesson))
    return Svm.of(lesson.fitted(made))


def _partition(lesson: Lesson) -> Splits:
    """Folds that hold out every image once, which scikit-learn asks for."""
    everywhere = np.arange(len(lesson.labels))
    held = [asked for _, asked in lesson.splits]
    missing = np.setdiff1d(everywhere, np.concatenate(held))
    if len(missing):
        held[0] = np.union1d(held[0], missing)
    return [(np.setdiff1d(everywhere, asked), asked) for asked in held]


METHODS: Mapping[str, Method] = MappingProxyType(
    {
        FOREST: Method(
            {"leaf": (1, 3, 8), "share": (0.0, 0.1)},
            _forest,
            lambda lesson, settings: Forest.of(lesson.fitted(_forest(settings, lesson.seed))),
        ),
        SVM: Method({"c": (1.0, 10.0, 100.0), "gamma": (0.3, 1.0, 3.0)}, _svm, _finished_svm),
        DENSE: Method(
            {"c": (0.01, 0.1, 1.0), "hidden": (0, 16)},
            _dense,
            lambda lesson, settings: Dense.of(lesson.fitted(_dense(settings, lesson.seed))),
        ),
    }
)
