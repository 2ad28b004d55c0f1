"""Answers of a made-up model on made-up images."""

import numpy as np
from numpy.typing import NDArray

from trainer.results.answers import Answers
from trainer.results.judging import Judged
from trainer.results.rules import Rules, fit_rules

CLASSES = ("normal", "spot")


def made_answers(
    split: str = "validation", *, images: int = 200, seed: int = 0, classes: tuple[str, ...] = CLASSES
) -> Answers:
    """Two images a patient; the network is mostly right and too sure of itself."""
    rng = np.random.default_rng(seed)
    number = len(classes)
    labels = rng.integers(0, number, images)
    scores = rng.normal(0, 1, (images, number))
    scores[np.arange(images), labels] += 1.5
    raised = np.exp(3 * scores)
    facts = tuple(
        {
            "patient_sex": "F" if n % 4 < 2 else "M",
            "patient_age": f"{20 + n // 2 % 60:03}Y",
            "sop_instance_uid": f"2.25.{seed}{n}",
        }
        for n in range(images)
    )
    return Answers(
        split,
        classes,
        names=tuple(f"images/{split}-{n}.png" for n in range(images)),
        patients=tuple(f"{split}-{n // 2}" for n in range(images)),
        labels=labels,
        raw=raised / raised.sum(axis=1, keepdims=True),
        distances=rng.random(images),
        facts=facts,
    )


def made_rules(answers: Answers) -> Rules:
    prior = np.ones(len(answers.classes))
    return fit_rules(answers.classes, answers.labels, answers.raw, limits=None, prior=prior)


def judged(labels: NDArray[np.int64], probabilities: NDArray[np.float64], *, each: int = 1) -> Judged:
    """`each` images a patient."""
    names = tuple(f"c{n}" for n in range(probabilities.shape[1]))
    return Judged(labels, probabilities, [f"p{n // each}" for n in range(len(labels))], names)
