"""The table of components says which distributions an installation without training can do without."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, requires
from pathlib import Path

from packaging.requirements import Requirement

from installer.building.locked import BUILD, TRAINING, distributions, table

ROOT = Path(__file__).parents[3]
LEARNING = {
    "keras",
    "tensorboard",
    "tensorflow-cpu",
}  # what only the trainer imports, of what pyproject.toml names


def closure(roots: Iterable[str]) -> set[str]:
    """The distributions that `roots` need on this system, themselves included."""
    found: set[str] = set()
    waiting = list(roots)
    while waiting:
        name = canonical(waiting.pop())
        if name in found:
            continue
        found.add(name)
        try:
            needs = [Requirement(each) for each in requires(name) or ()]
        except PackageNotFoundError:  # a distribution of another system
            continue
        waiting.extend(
            each.name for each in needs if each.marker is None or each.marker.evaluate({"extra": ""})
        )
    return found


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_what_only_training_needs_is_in_its_component() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    named = {canonical(Requirement(each).name) for each in project["project"]["dependencies"]}
    program = closure(named - LEARNING)
    learning = closure(LEARNING) - program
    building = (
        closure(Requirement(each).name for each in project["dependency-groups"]["build"]) - program - learning
    )
    locked = {canonical(each.name) for each in distributions()}
    assert table()[TRAINING] == learning & locked
    assert table()[BUILD] == building & locked
