"""Learning a stack on the validation split, and what it would have said of images that it has not seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.ensembles.combining import Said, Stack, stacked
from trainer.errors import DataSetError

Labels = NDArray[np.int64]
_FOLDS, _STRENGTH = 5, 0.1


def learn_stack(said: Said, labels: Labels) -> Stack:
    """From all validation images."""
    fitted = _fitted(stacked(said), labels)
    kernel, bias = fitted.coef_.T, fitted.intercept_
    if kernel.shape[1] == 1:  # two classes: one column of log odds
        kernel, bias = np.hstack([np.zeros_like(kernel), kernel]), np.array([0.0, bias[0]])
    return Stack(tuple(tuple(map(float, row)) for row in kernel), tuple(map(float, bias)))


def held_out(said: Said, labels: Labels, patients: Sequence[str]) -> NDArray[np.float64]:
    """What stacks that were learned without an image's patient say of it: the honest figure on validation.

    DataSetError where a class has too few validation patients for that.
    """
    from sklearn.model_selection import StratifiedGroupKFold

    groups = np.asarray(patients)
    fewest = min(len(set(groups[labels == index])) for index in np.unique(labels))
    if fewest < 2 or len(np.unique(labels)) < said.shape[2]:  # noqa: PLR2004 - one to learn from, one to judge
        raise DataSetError(
            "The validation split has too few patients of a class to learn how to weigh the members.",
            "Use averaging or voting instead.",
        )
    vectors = stacked(said)
    told = np.zeros((len(labels), said.shape[2]))
    folds = StratifiedGroupKFold(min(_FOLDS, fewest), shuffle=True, random_state=0)
    for learned, asked in folds.split(vectors, labels, groups):
        told[asked] = _fitted(vectors[learned], labels[learned]).predict_proba(vectors[asked])
    return told


def _fitted(vectors: NDArray[np.float64], labels: Labels) -> Any:
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=_STRENGTH, max_iter=1000).fit(vectors, labels)
