"""The keep-list: burned-in text that may stay, because all of it is a side marker, a measurement, technique or a view.

It allows, and never more than that: a text stays only where recognition is sure and no identity is in it.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache

from anonymizer.profiles.pixel_policy import PixelPolicy
from resources import find

OWN = "site's keep-list"
_SPACES = re.compile(r"\s+")
_BETWEEN = r"[ ,;:/+()\-]*"
# A piece ends where a letter follows a figure or a figure a letter: a reader often drops the space between them.
_END = r"(?![.,]|(?<=[A-Z])[A-Z]|(?<=[0-9])[0-9]|(?<=[^A-Z0-9])[A-Z0-9])"
_LONGEST = 60  # characters of a line


@dataclass(frozen=True, slots=True)
class KeepList:
    """The rules in their order: names, and what matches one piece of a line."""

    rules: tuple[tuple[str, "re.Pattern[str]"], ...] = ()

    def reason(self, text: str) -> str:
        """Return the names of the rules that allow all of a line, "" where something in it is not allowed."""
        rest, reasons = plain(text), []
        if not rest or len(rest) > _LONGEST:
            return ""
        while rest:
            name, length = self._longest(rest)
            if not length:
                return ""
            reasons.append(name)
            rest = rest[length:]
        return ", ".join(dict.fromkeys(reasons))

    def _longest(self, text: str) -> tuple[str, int]:
        """Return the rule that takes most of the beginning of a text, up to the next piece."""
        found = ("", 0)
        for name, pattern in self.rules:
            match = pattern.match(text)
            if match and match.end() > found[1]:
                found = (name, match.end())
        return found


def plain(text: str) -> str:
    """Return a line as it is compared: in capitals, with single spaces."""
    return _SPACES.sub(" ", text).strip().upper()


def keep_list_of(policy: PixelPolicy) -> KeepList:
    """Return what a policy keeps: the starter list unless it is turned off, and its own texts and patterns."""
    return _made(policy.keep_list, policy.keep, policy.keep_patterns)


@lru_cache(8)
def _made(starter: bool, texts: tuple[str, ...], patterns: tuple[str, ...]) -> KeepList:  # noqa: FBT001 - cached
    rules = list(_starter()) if starter else []
    if texts or patterns:
        rules.append((OWN, _pattern(texts, patterns)))
    return KeepList(tuple(rules))


@lru_cache(1)
def _starter() -> tuple[tuple[str, "re.Pattern[str]"], ...]:
    rows = tomllib.loads(find("keep-list.toml").read_text(encoding="utf-8"))["keep"]
    return tuple((row["name"], _pattern(row.get("texts", ()), row.get("patterns", ()))) for row in rows)


def _pattern(texts: tuple[str, ...], patterns: tuple[str, ...]) -> "re.Pattern[str]":
    """Return what matches one piece of a line and what stands between it and the next."""
    every = [*(re.escape(plain(text)) for text in texts), *(f"(?:{pattern})" for pattern in patterns)]
    longest_first = sorted(every, key=len, reverse=True)
    return re.compile(rf"{_BETWEEN}(?:{'|'.join(longest_first)}){_END}{_BETWEEN}", re.IGNORECASE)
