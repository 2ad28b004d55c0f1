"""The end of a training: calibrate on validation, learn what is familiar, judge, open the test split, and doubt."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from trainer.classical.classifier import Classifier
from trainer.evaluation import answers_of, compared, facts_of
from trainer.fitting import Fit, Sample, Task
from trainer.images import Images
from trainer.results.answers import write_answers
from trainer.results.conclusion import Beside, conclude, images_sha256, write_evaluations
from trainer.results.doubts import Described, leaks, near_duplicates, overfitting, too_good, worse_on_test
from trainer.results.familiarity import MOST_REFERENCES, Familiarity
from trainer.results.openings import note_opening
from trainer.results.records import Evaluation
from trainer.results.rules import fit_rules
from trainer.sight import Describer

_MOST_DESCRIBED = MOST_REFERENCES // 2  # training images that are fed through the network once more


@dataclass(frozen=True, slots=True)
class Learned:
    """What a training ended with; the task's model holds the network's best weights."""

    fit: Fit
    classifier: Classifier | None = None  # upon the network, instead of its own end
    remarks: tuple[str, ...] = ()  # what to tell of it, in words


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the model folder says of the result."""

    evaluations: tuple[Evaluation, ...]  # validation, then test where there is one
    test: Images | None
    doubts: tuple[str, ...]


def give_verdict(
    folder: Path,
    task: Task,
    learned: Learned,
    *,
    classes: tuple[str, ...],
    read_test: Callable[[], Images | None],
) -> Verdict:
    """Write judging.json, images.json and evaluation.json; the test images are read only when all is fixed."""
    fit, describe = learned.fit, Describer(task.model, task.preprocessing, learned.classifier)
    raw, embeddings = describe(task.validation.images.pixels, facts_of(task.validation.images))
    familiarity = None if embeddings is None else _familiarity(task, fit, describe)
    limits = None if familiarity is None or embeddings is None else familiarity.limits(embeddings)
    prior = np.bincount(task.train.labels, minlength=len(classes)).astype(np.float64)
    rules = fit_rules(classes, task.validation.labels, raw.astype(np.float64), limits=limits, prior=prior)
    rules.save(folder)
    if familiarity is not None:
        familiarity.save(folder)
    distances = compared(embeddings, familiarity)
    answers = [answers_of(task.validation.images, "validation", classes, raw=raw, distances=distances)]
    test = read_test()
    if test is not None:
        raw_test, embeddings_test = describe(test.pixels, facts_of(test))
        distances = compared(embeddings_test, familiarity)
        answers.append(answers_of(test, "test", classes, raw=raw_test, distances=distances))
        note_opening(folder, "training finished", images_sha256(answers[-1]), rules.threshold)
    evaluations = [conclude(each, rules) for each in answers]
    doubts = [*learned.remarks, *_doubts(task, fit, evaluations, classes)]
    if familiarity is not None and embeddings is not None:
        doubts += near_duplicates(familiarity.nearest(embeddings))
    write_answers(folder, answers)
    write_evaluations(folder, evaluations, Beside(tuple(doubts), fit.learning_curve))
    return Verdict(tuple(evaluations), test, tuple(doubts))


def _familiarity(task: Task, fit: Fit, describe: Describer) -> Familiarity:
    """From embeddings that the method has, or else from some of the training images, evenly spread."""
    items = task.train.images.items
    if fit.embeddings is not None:
        return Familiarity.learn(fit.embeddings, [item.name for item in items])
    chosen = np.unique(np.linspace(0, len(items) - 1, min(len(items), _MOST_DESCRIBED)).astype(int))
    facts = [items[place].facts for place in chosen]
    _, embeddings = describe(task.train.images.pixels[chosen], facts)
    assert embeddings is not None
    return Familiarity.learn(embeddings, [items[place].name for place in chosen])


def _doubts(task: Task, fit: Fit, evaluations: list[Evaluation], classes: tuple[str, ...]) -> Iterator[str]:
    yield from leaks(_described(task.train), _described(task.validation), classes)
    yield from too_good(evaluations[0])
    yield from overfitting(fit.history, fit.best_epoch)
    for test in evaluations[1:]:
        yield from worse_on_test(evaluations[0], test)


def _described(sample: Sample) -> Described:
    items = sample.images.items
    return Described(
        sample.labels,
        patients=[item.patient for item in items],
        facts=[item.facts for item in items],
        sha256=[sample.images.sha256[item.path] for item in items],
    )
