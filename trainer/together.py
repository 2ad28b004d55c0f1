"""Training for as long as is allowed: several recipes from several beginnings, then one ensemble of what they reached.

Each training is a process of its own and goes on from its last epoch; what is finished is not done again. Members are
chosen and combined on validation alone, and the test split is opened once, for the ensemble.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from trainer import model_folder, training
from trainer.assembling import Hearing, Request, build_ensemble
from trainer.contest import share_of
from trainer.errors import CancelledError, TrainerError
from trainer.experiments.child import Train, train_in_child
from trainer.lineup import Contender, lineup
from trainer.model_folder import ModelInfo
from trainer.order import Order
from trainer.recipes import DEFAULT_RECIPE, TOGETHER, Recipe
from trainer.recipes import recipe as recipe_named
from trainer.records import OnEvent, ReadImage, RunSummary

FOLDER = "trainings"
_FEWEST = 2  # members of an ensemble
_FAR_BELOW = 0.03  # of AUC on validation: so much worse than the best, a member would only blur the others
_ALL: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Work:
    order: Order
    on_event: OnEvent
    cancelled: Callable[[], bool]
    deadline: float | None
    identity: Mapping[str, Any]
    in_child: Train

    def is_late(self) -> bool:
        return self.deadline is not None and time.monotonic() > self.deadline


def train(
    dataset_folder: Path,
    out: Path,
    *,
    recipe: str | Recipe = DEFAULT_RECIPE,
    read_image: ReadImage,
    on_event: OnEvent = lambda _kind, _facts: None,
    cancelled: Callable[[], bool] = lambda: False,
    seed: int = 0,
    epochs: int | None = None,
    limit_seconds: float | None = None,
    cache: Path | None = None,
    imported: Path | None = None,
    only: Mapping[str, str] = _ALL,
    in_child: Train = train_in_child,
) -> RunSummary:
    """Train a model, or several that answer as one where the recipe's outcome is “all together”.

    `recipe` is a ready-made one by its name, or a record of one's own; what the other arguments mean stands at `Order`.
    A training that is unfinished is gone on with, a finished one left as it is. For several `read_image` must be a
    function of a module, as it goes to other processes; at least two are trained, for an epoch each, however little
    time is allowed. Raises what `training.train` raises.
    """
    order = Order(
        dataset_folder,
        out,
        recipe_named(recipe) if isinstance(recipe, str) else recipe,
        read_image,
        seed=seed,
        epochs=epochs,
        limit_seconds=limit_seconds,
        cache=cache,
        imported=imported,
        only=only,
    )
    if order.recipe.outcome != TOGETHER:
        return training.train(order, on_event, cancelled)
    return _train_several(order, on_event, cancelled, in_child)


def _train_several(
    order: Order, on_event: OnEvent, cancelled: Callable[[], bool], in_child: Train
) -> RunSummary:
    began = time.monotonic()
    identity = training.identity_of(order, training.dataset_of(order))
    if model_folder.is_complete(order.out):
        return training.finished(order.out, identity, on_event)
    order.out.mkdir(parents=True, exist_ok=True)
    work = _Work(order, on_event, cancelled, training.deadline_of(order, began), identity, in_child)
    members = _good_ones(work, _trained(work))
    request = Request(members, order.dataset, order.out, only=order.only, asked=identity)
    return build_ensemble(request, Hearing(order.read_image, on_event, cancelled))


def _trained(work: _Work) -> list[ModelInfo]:
    """Everyone in turn, each with an equal share of the time that is left."""
    contenders = lineup(work.order.recipe)
    if len(contenders) < _FEWEST:
        raise TrainerError("An ensemble has at least two members.", "Name rivals, or more seeds.")
    done: list[ModelInfo] = []
    problems: list[str] = []
    for number, contender in enumerate(contenders, start=1):
        if len(done) >= _FEWEST and work.is_late():
            left = len(contenders) + 1 - number
            work.on_event("note", {"text": f"The time allowed is over; {left} more were not begun."})
            break
        folder = work.order.out / FOLDER / f"{number:02}-{contender.name}"
        work.on_event("run", _told(contender, folder, (number, len(contenders)), "running"))
        problem = _train_one(work, contender, folder, left=len(contenders) + 1 - number)
        if problem:
            problems.append(problem)
            work.on_event("note", {"text": f"{contender.name}: {problem}"})
        else:
            done.append(ModelInfo.read(folder))
        state = "failed" if problem else "done"
        work.on_event("run", _told(contender, folder, (number, len(contenders)), state))
    if len(done) < _FEWEST:
        raise TrainerError(f"Fewer than two trainings succeeded: {problems[0]}", "Train “Standard” instead.")
    return done


def _train_one(work: _Work, contender: Contender, folder: Path, *, left: int) -> str:
    if model_folder.is_complete(folder):
        return ""
    deadline = share_of(work.deadline, left)
    order = replace(
        work.order,
        out=folder,
        recipe=contender.recipe,
        draw=contender.draw,
        limit_seconds=None if deadline is None else deadline - time.monotonic(),
        cache=work.order.cache_folder,
        only=dict(work.order.only),
        open_test=False,
    )
    try:
        return work.in_child(order, work.on_event, work.cancelled)
    except CancelledError:
        raise CancelledError(
            "The training was cancelled; what it reached is kept.", "Repeat the command to go on."
        ) from None


def _good_ones(work: _Work, found: list[ModelInfo]) -> tuple[Path, ...]:
    """Those near the best on validation, the two best in any case; in the order of their training."""
    ranked = sorted(found, key=lambda info: -info.metrics.get("auc", 0.0))
    least = ranked[0].metrics.get("auc", 0.0) - _FAR_BELOW
    kept = [
        info for place, info in enumerate(ranked) if place < _FEWEST or info.metrics.get("auc", 0.0) >= least
    ]
    lost = [info.folder.name for info in found if info not in kept]
    if lost:
        text = f"Left out, as they are far below the best on validation: {', '.join(lost)}."
        work.on_event("note", {"text": text})
    return tuple(info.folder for info in found if info in kept)


def _told(contender: Contender, folder: Path, place: tuple[int, int], state: str) -> Mapping[str, Any]:
    return {
        "number": place[0],
        "runs": place[1],
        "name": contender.title,
        "state": state,
        "problem": "",
        "metrics": {},
        "folder": str(folder),
    }
