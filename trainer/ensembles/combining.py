"""How the members' probabilities become one answer."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.tabular.code import Facts, value_of

Said = NDArray[np.float64]  # (members, images, classes); NaN where a member was not asked
AVERAGE, VOTE, STACK, EXPERTS = "average", "vote", "stack", "experts"
METHODS: Mapping[str, str] = MappingProxyType(
    {
        AVERAGE: "The mean of the members' probabilities.",
        VOTE: "Each member has one vote; the share of the votes, and among equals the mean probability.",
        STACK: "A logistic regression on what the members say, learned on the validation split alone.",
        EXPERTS: "One member for each value of a column of the manifest, such as the body part; where the value is not "
        "known, the mean of all.",
    }
)
_TIE = 0.01  # share of the mean probability in a vote
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Stack:
    """Weights of what the members say: `(members × classes, classes)` and one bias for each class."""

    kernel: tuple[tuple[float, ...], ...]
    bias: tuple[float, ...]

    def __call__(self, said: Said) -> NDArray[np.float64]:
        """`(images, classes)`."""
        logits = stacked(said) @ np.array(self.kernel) + np.array(self.bias)
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))


@dataclass(frozen=True, slots=True)
class Gate:
    """Which member answers for which value of a column, as the manifest writes it in capitals."""

    column: str
    values: tuple[str, ...]  # of the members, in their order

    def member(self, row: Facts) -> int | None:
        """The one that is asked; None where no member is for it."""
        value = value_of(row, self.column)
        return self.values.index(value) if value in self.values else None


@dataclass(frozen=True, slots=True)
class Combination:
    """One way, with what it has learned."""

    method: str
    stack: Stack | None = None
    gate: Gate | None = None

    def asked(self, members: int, facts: Sequence[Facts]) -> NDArray[np.bool_]:
        """`(members, images)`: who is asked about which image."""
        asked = np.ones((members, len(facts)), bool)
        if self.gate is not None:
            for place, row in enumerate(facts):
                chosen = self.gate.member(row)
                if chosen is not None:
                    asked[:, place] = np.arange(members) == chosen
        return asked

    def __call__(self, said: Said) -> NDArray[np.float64]:
        """`(images, classes)` from what those said who were asked."""
        if self.stack is not None:
            return self.stack(said)
        mean = np.asarray(np.nanmean(said, axis=0))
        if self.method != VOTE:
            return mean
        votes = np.zeros_like(mean)
        for member in said:
            np.add.at(votes, (np.arange(len(mean)), member.argmax(axis=1)), 1 / len(said))
        return np.asarray((1 - _TIE) * votes + _TIE * mean)

    def as_json(self) -> dict[str, Any]:
        """As ensemble.json keeps it."""
        return {
            "method": self.method,
            "stack": None if self.stack is None else {"kernel": self.stack.kernel, "bias": self.stack.bias},
            "gate": None if self.gate is None else {"column": self.gate.column, "values": self.gate.values},
        }

    @classmethod
    def from_json(cls, document: Any, *, members: int, classes: int) -> "Combination":
        """From ensemble.json; ValueError unless it fits so many members and classes."""
        try:
            stack, gate = document["stack"], document["gate"]
            made = cls(
                document["method"],
                None if stack is None else _stack(stack, members, classes),
                None if gate is None else Gate(str(gate["column"]), tuple(map(str, gate["values"]))),
            )
        except (KeyError, TypeError) as error:
            raise ValueError("not an ensemble of ours") from error
        sound = made.method in METHODS and (made.method == STACK) == (made.stack is not None)
        sound = sound and (made.method == EXPERTS) == (made.gate is not None)
        if not sound or (made.gate is not None and len(made.gate.values) != members):
            raise ValueError("not an ensemble of ours")
        return made


def stacked(said: Said) -> NDArray[np.float64]:
    """What a stack is learned on: the logarithms of all probabilities side by side, `(images, members × classes)`."""
    return np.asarray(np.log(np.maximum(np.concatenate(list(said), axis=1), _TINY)))


def _stack(document: Mapping[str, Any], members: int, classes: int) -> Stack:
    kernel = tuple(tuple(float(value) for value in row) for row in document["kernel"])
    bias = tuple(float(value) for value in document["bias"])
    fits = len(kernel) == members * classes and all(len(row) == classes for row in (*kernel, bias))
    if not fits or not all(math.isfinite(value) for row in (*kernel, bias) for value in row):
        raise ValueError("not an ensemble of ours")
    return Stack(kernel, bias)
