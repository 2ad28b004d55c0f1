"""What an experiment tries: a base recipe and the settings that vary, by grid or at random, as a TOML file says.

name = "Which balancing?"
dataset = "../knees"            # beside the file, or a full path
search = "grid"                 # or "random" with number = 20
seeds = [0, 1]                  # each combination once with each
minutes = 30                    # the most that one training may take

[recipe]
recipe = "standard"             # the ready-made recipe to begin from
epochs = 5

[vary]
balancing = ["class weights", "over-sampling"]
learning_rate = { low = 1e-4, high = 1e-2, scale = "log" }    # a span: search at random only
"""

import json
import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

from trainer.atomic import write_text
from trainer.errors import RecipeError
from trainer.parameters import Value
from trainer.recipes import DEFAULT_RECIPE, TOGETHER, Recipe
from trainer.recipes import recipe as recipe_named

GRID, RANDOM = "grid", "random"
_MOST_RUNS, _LARGEST_FILE = 2_000, 1 << 20
_LONGEST_NAME = 60
_KEYS = ("name", "dataset", "search", "number", "seed", "seeds", "minutes", "recipe", "vary")
_SHORT = {"learning_rate": "lr", "architecture": "", "balancing": "", "strategy": "", "recipe": ""}


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers from `low` to `high`, for a search at random; evenly, or evenly over powers (`log`)."""

    low: float
    high: float
    log: bool = False

    def drawn(self, rng: Random) -> Value:
        """One of them, rounded to three digits; a whole number where both ends are."""
        if self.log:
            value = math.exp(rng.uniform(math.log(self.low), math.log(self.high)))
        else:
            value = rng.uniform(self.low, self.high)
        if isinstance(self.low, int) and isinstance(self.high, int):
            return round(value)
        return float(f"{value:.3g}")


Varied = Mapping[str, tuple[Value, ...] | Span]


@dataclass(frozen=True, slots=True)
class Experiment:
    """A plan. RecipeError if it makes no sense."""

    name: str
    dataset: Path
    vary: Varied
    base: Mapping[str, Any] = field(
        default_factory=dict
    )  # settings that stay; "recipe" names where they begin
    search: str = GRID
    number: int = 20
    seed: int = 0  # of the draw
    seeds: tuple[int, ...] = (0,)  # of the trainings
    minutes: float | None = None

    def __post_init__(self) -> None:
        if self.search not in (GRID, RANDOM):
            raise RecipeError(f'There is no search "{self.search}".', f'Choose "{GRID}" or "{RANDOM}".')
        spans = [name for name, values in self.vary.items() if isinstance(values, Span)]
        if self.search == GRID and spans:
            raise RecipeError(
                f"A grid cannot go through every number of {spans[0]}.",
                'List the values, or use search = "random".',
            )
        if not self.seeds or (self.search == RANDOM and self.number < 1):
            raise RecipeError("The experiment has no training.", "Give at least one seed and one number.")

    def base_recipe(self) -> Recipe:
        """The recipe that everything else varies; alone, without the rivals that one click would train as well."""
        table = dict(self.base)
        begun = recipe_named(str(table.pop("recipe", DEFAULT_RECIPE)))
        if begun.outcome == TOGETHER:
            raise RecipeError(
                f"“{begun.title}” is several trainings already and cannot be part of an experiment.",
                "Choose another recipe.",
            )
        alone = replace(begun, rivals="")
        return alone.changed({"name": begun.name, **table}) if table else alone


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One training of an experiment."""

    name: str  # of its folder: readable, and in the order of the plan
    recipe: Recipe
    seed: int
    varied: Mapping[str, Value]


def planned(experiment: Experiment) -> tuple[PlannedRun, ...]:
    """Every training in order; the same plan gives the same list. RecipeError for a setting that does not fit."""
    base = experiment.base_recipe()
    combinations = _drawn(experiment) if experiment.search == RANDOM else _grid(experiment.vary)
    pairs = [(choice, seed) for choice in combinations for seed in experiment.seeds]
    if len(pairs) > _MOST_RUNS:
        raise RecipeError(f"These are {len(pairs):,} trainings.", f"At most {_MOST_RUNS:,} can be planned.")
    digits = max(2, len(str(len(pairs))))
    several = len(experiment.seeds) > 1
    runs = []
    for number, (choice, seed) in enumerate(pairs, start=1):
        varied = {**choice, **({"seed": seed} if several else {})}
        name = f"{number:0{digits}}-{_readable(varied)}"[:_LONGEST_NAME].rstrip("-. ")
        recipe = base.changed({"name": base.name, **choice}) if choice else base
        runs.append(PlannedRun(name, recipe, seed, varied))
    return tuple(runs)


def read_experiment(path: Path) -> Experiment:
    """A plan from a TOML file; RecipeError, naming the key, where it cannot be understood."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise RecipeError(f"{path.name} is too large to be an experiment.", "Choose another file.")
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecipeError(
            f"The experiment {path.name} cannot be read: {error.strerror}.", "Choose another file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"The experiment {path.name} cannot be understood: {error}.", "Mend it.") from error
    return _experiment(table, path)


def write_experiment(experiment: Experiment, path: Path) -> None:
    """Write a plan as a TOML file that reads back the same."""
    given = [
        ("name", experiment.name),
        ("dataset", str(experiment.dataset)),
        ("search", experiment.search),
        ("number", experiment.number),
        ("seed", experiment.seed),
        ("seeds", list(experiment.seeds)),
        *([("minutes", experiment.minutes)] if experiment.minutes is not None else []),
    ]
    lines = [f"{key} = {_toml(value)}" for key, value in given]
    lines += ["", "[recipe]", *(f"{key} = {_toml(value)}" for key, value in experiment.base.items())]
    lines += ["", "[vary]", *(f"{key} = {_toml(values)}" for key, values in experiment.vary.items())]
    write_text(path, "\n".join(lines) + "\n")


def _experiment(table: Mapping[str, Any], path: Path) -> Experiment:
    for key in table:
        if key not in _KEYS:
            raise RecipeError(f'An experiment has no setting "{key[:40]}".', f"It has: {', '.join(_KEYS)}.")
    if not isinstance(table.get("dataset"), str):
        raise RecipeError("The experiment names no data set.", 'Write dataset = "folder".')
    minutes = table.get("minutes")
    try:
        return Experiment(
            name=str(table.get("name", path.stem)),
            dataset=(path.parent / table["dataset"]).resolve(),
            vary={str(key): _values(str(key), given) for key, given in dict(table.get("vary", {})).items()},
            base=dict(table.get("recipe", {})),
            search=str(table.get("search", GRID)),
            number=int(table.get("number", 20)),
            seed=int(table.get("seed", 0)),
            seeds=tuple(map(int, table.get("seeds", [0]))),
            minutes=None if minutes is None else float(minutes),
        )
    except (TypeError, ValueError) as error:
        raise RecipeError(f"The experiment {path.name} cannot be understood: {error}.", "Mend it.") from error


def _values(key: str, given: object) -> tuple[Value, ...] | Span:
    if (
        isinstance(given, list)
        and given
        and all(isinstance(each, bool | int | float | str) for each in given)
    ):
        return tuple(given)
    if isinstance(given, dict) and {"low", "high"} <= set(given) <= {"low", "high", "scale"}:
        span = Span(given["low"], given["high"], given.get("scale") == "log")
        if span.low < span.high and (span.low > 0 or not span.log):
            return span
    raise RecipeError(
        f"What is to be tried for {key} cannot be understood.",
        'Write a list of values, or { low = 0.0001, high = 0.01, scale = "log" }.',
    )


def _grid(vary: Varied) -> list[dict[str, Value]]:
    lists = [values for values in vary.values() if not isinstance(values, Span)]
    return [dict(zip(vary, chosen, strict=True)) for chosen in product(*lists)]


def _drawn(experiment: Experiment) -> list[dict[str, Value]]:
    """Different combinations; fewer than asked for where there are no more."""
    rng = Random(experiment.seed)  # noqa: S311 - no secret
    found: dict[str, dict[str, Value]] = {}
    for _ in range(20 * experiment.number):
        chosen = {
            key: values.drawn(rng) if isinstance(values, Span) else rng.choice(values)
            for key, values in experiment.vary.items()
        }
        found.setdefault(repr(chosen), chosen)
        if len(found) == experiment.number:
            break
    return list(found.values())


def _readable(varied: Mapping[str, Value]) -> str:
    words = [f"{_SHORT.get(key, key)}{_word(value)}" for key, value in varied.items()]
    return re.sub(r"[^\w.+-]+", "-", "-".join(words), flags=re.ASCII) or "as-it-is"


def _word(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _toml(value: object) -> str:
    if isinstance(value, Span):
        ends = f"low = {json.dumps(value.low)}, high = {json.dumps(value.high)}"
        return "{ " + ends + (', scale = "log" }' if value.log else " }")
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_toml, value))}]"
    return json.dumps(value, ensure_ascii=False)
