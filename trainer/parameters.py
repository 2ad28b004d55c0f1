"""Settings that describe themselves: name, default, what is allowed, and plain words, for checks, help and forms."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from trainer.errors import RecipeError

Value = bool | int | float | str
Values = Mapping[str, Value]
_TEXT = re.compile(r"[\w ./-]{0,64}", re.ASCII)
_YES, _NO = ("yes", "true", "on", "1"), ("no", "false", "off", "0")
_KINDS: Mapping[type, str] = {bool: "yes or no", int: "a whole number", float: "a number", str: "a word"}

_KIND_NAMES: Mapping[type, str] = {bool: "truth", int: "integer", float: "number", str: "text"}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One setting. Its type is that of `default`; `low` and `high` bound numbers, both included."""

    name: str
    default: Value
    words: str  # what it does, for someone who is not a programmer
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[Value, ...] = ()

    def allowed(self) -> str:
        """What may be given, in words."""
        if self.choices:
            return ", ".join(
                f'"{choice}"' if isinstance(choice, str) else str(choice) for choice in self.choices
            )
        words = _KINDS[type(self.default)]
        if math.isfinite(self.low) and math.isfinite(self.high):
            return f"{words} from {self.low:g} to {self.high:g}"
        return words

    def described(self) -> dict[str, Any]:
        """For programs: name, default, words, and what is allowed."""
        bounds = {
            name: value for name, value in (("low", self.low), ("high", self.high)) if math.isfinite(value)
        }
        choices = {"choices": list(self.choices)} if self.choices else {}
        kind = _KIND_NAMES[type(self.default)]
        return {
            "name": self.name,
            "kind": kind,
            "default": self.default,
            "words": self.words,
            **bounds,
            **choices,
        }

    def checked(self, value: object) -> Value:
        """The value in this setting's own type; RecipeError, naming what is allowed, if it is none."""
        found = self._typed(value)
        if found is None or (self.choices and found not in self.choices):
            raise self._refusal(value)
        if isinstance(found, int | float) and not self.low <= found <= self.high:
            raise self._refusal(value)
        return found

    def parsed(self, text: str) -> Value:
        """From what was written on a command line or in a field."""
        kind = type(self.default)
        try:
            if kind is bool:
                return self.checked({**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}[text.lower()])
            return self.checked(text if kind is str else int(text) if kind is int else float(text))
        except (KeyError, ValueError):
            raise self._refusal(text) from None

    def _typed(self, value: object) -> Value | None:
        match self.default, value:
            case (bool(), bool()) | (bool(), _) | (_, bool()):
                return value if isinstance(value, bool) and isinstance(self.default, bool) else None
            case float(), int() | float():
                return float(value) if math.isfinite(value) else None
            case int(), int():
                return value
            case str(), str():
                return value if self.choices or _TEXT.fullmatch(value) else None
        return None

    def _refusal(self, value: object) -> RecipeError:
        return RecipeError(
            f'"{str(value)[:40]}" is not possible for {self.name}.', f"Allowed: {self.allowed()}."
        )


def settled(declared: Iterable[Parameter], given: Mapping[str, object], of: str) -> dict[str, Value]:
    """Every declared setting with the given value or its default; RecipeError for a value or name that is none.

    `of` says whose settings they are, in the message.
    """
    known = {parameter.name: parameter for parameter in declared}
    for name in given:
        if name not in known:
            raise unknown(name, known, of)
    return {
        name: parameter.checked(given[name]) if name in given else parameter.default
        for name, parameter in known.items()
    }


def unknown(name: object, known: Iterable[str], of: str) -> RecipeError:
    """The error for a setting that does not exist, naming those that do."""
    return RecipeError(f'{of} has no setting "{str(name)[:40]}".', f"It has: {', '.join(known)}.")
