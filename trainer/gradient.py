"""Learning by gradient descent: epochs with augmented images, a checkpoint after each, the best one kept."""

import math
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.balancing import Balancing, balancing
from trainer.event_files import write_events
from trainer.feeding import Feed
from trainer.fitting import Fit, Task, judge, score
from trainer.forward import Forward
from trainer.history import write_history
from trainer.learner import Learner
from trainer.pace import Pace

_WARM_UP = 0.1  # share of all steps
_NAME = "state"


def fit_by_gradient(task: Task) -> Fit:
    """Train the task's model, going on from its checkpoint if there is one."""
    return _Descent(task).run()


class _Descent:
    """One training: the learner, the position in it, and the best weights so far."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.learner = Learner(task)
        self.optimizer = self.learner.optimizer
        self.forward = Forward(task.model, task.preprocessing)
        self.balancing = balancing(task.recipe.balancing)
        self.feed = _feed(task, self.balancing)
        self.stream = self.feed.stream()
        self.pace = Pace(task)
        self.began = time.time()
        self.history: list[dict[str, float | None]] = []
        self.best_epoch = 0
        self.best: list[NDArray[Any]] = task.model.get_weights()

    def run(self) -> Fit:
        plan = self.task.plan
        self.resume()
        self.task.on_event("stage", {"title": "Learning", "total": plan.epochs})
        while len(self.history) < plan.epochs and not self.exhausted() and not self.late():
            self.epoch(len(self.history))
        self.task.model.set_weights(self.best)
        return Fit(tuple(self.history), self.best_epoch)

    def late(self) -> bool:
        """Whether the time that was allowed is over; one epoch is always learned."""
        return bool(self.history) and self.task.out_of_time()

    def exhausted(self) -> bool:
        """Whether validation has not improved for as many epochs as the plan has patience."""
        return bool(self.history) and len(self.history) - self.best_epoch >= self.task.plan.patience

    def epoch(self, number: int) -> None:
        began = time.monotonic()
        seen = self.learn(number)
        self.learner.hand_over()
        self.pace.pause()
        probabilities = self.forward(self.task.validation.images.pixels, cancelled=self.task.cancelled)
        found = judge(probabilities, self.task.validation.labels, self.task.class_weights)
        row: dict[str, float | None] = {
            "epoch": number + 1,
            "epochs": self.task.plan.epochs,
            "learning_rate": round(float(np.asarray(self.optimizer.learning_rate)), 8),
            "seconds": round(time.monotonic() - began, 2),
            **seen,
            "val_loss": found["loss"],
            "val_accuracy": found["accuracy"],
            "val_auc": found["auc"],
        }
        self.history.append(row)
        if self.best_epoch == 0 or score(row) > score(self.history[self.best_epoch - 1]):
            self.best_epoch, self.best = number + 1, self.task.model.get_weights()
        self.save()
        self.log()
        self.task.on_event("epoch", row)

    def learn(self, number: int) -> dict[str, float | None]:
        """One pass over the training images in an order and with changes drawn from seed and epoch."""
        task, plan = self.task, self.task.plan
        rng = np.random.default_rng((task.seed, number))
        epoch = self.balancing.arrange(task.train.labels, rng)
        steps = self.feed.steps(len(epoch.order))
        losses, right = [], 0
        for index, batch in enumerate(self.stream.epoch(epoch, rng)):
            task.check_cancelled()
            self.optimizer.learning_rate.assign(self.rate(number * steps + index, plan.epochs * steps))
            loss, hits = self.learner.step(*batch)
            losses.append(float(loss))
            right += int(hits)
            self.pace.batch(number, index + 1, steps)
        return {"loss": float(np.mean(losses)), "accuracy": right / len(epoch.order)}

    def rate(self, step: int, total: int) -> float:
        """Learning rate: a short rise, then half a cosine down to a hundredth."""
        warm_up = max(1, round(_WARM_UP * total))
        if step < warm_up:
            return self.task.recipe.learning_rate * (step + 1) / warm_up
        progress = (step - warm_up) / max(1, total - warm_up)
        return self.task.recipe.learning_rate * (0.01 + 0.99 * (1 + math.cos(math.pi * progress)) / 2)

    def save(self) -> None:
        arrays = self.learner.arrays() | {f"best/{n}": value for n, value in enumerate(self.best)}
        state = {"history": self.history, "best_epoch": self.best_epoch, "began": self.began}
        self.task.checkpoint.save(_NAME, arrays, state)

    def log(self) -> None:
        """Leave the course so far where it can be looked at while the training goes on, and after a crash."""
        folder = self.task.checkpoint.folder.parent
        write_history(folder, self.history)
        write_events(folder, self.history, self.began)

    def resume(self) -> None:
        stored = self.task.checkpoint.load(_NAME)
        if stored is None:
            return
        arrays, state = stored
        self.learner.restore(arrays)
        self.best = [arrays[f"best/{n}"] for n in range(len(self.best))]
        self.history, self.best_epoch = state["history"], state["best_epoch"]
        self.began = state["began"]
        self.task.on_event("note", {"text": f"Going on after epoch {len(self.history)}."})


def _feed(task: Task, way: Balancing) -> Feed:
    weights = task.class_weights if way.weighted else np.ones_like(task.class_weights)
    shown = way.length(task.train.labels)
    return Feed(
        task.train.images.pixels,
        task.train.labels,
        weights,
        task.preprocessing,
        min(task.plan.batch_size, shown),
        mirror=task.recipe.mirror,
    )
