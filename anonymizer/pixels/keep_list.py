"""The keep-list: burned-in text that may stay, because all of it is a side marker, a measurement, technique or a view.

It allows, and never more than that: a text stays only where recognition is sure and no identity is in it.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from anonymizer.profiles.pixel_policy import PixelPolicy
from resources import find

OWN = "site's keep-list"
_SPACES = re.compile(r"\s+")
_BETWEEN = r"[ ,;:/+()\-]*"
# A piece ends where a letter follows a figure or a figure a letter: a reader often drops the space between them.
_END = r"(?![.,]|(?<=[A-Z])[A-Z]|(?<=[0-9])[0-9]|(?<=[^A-Z0-9])[A-Z0-9])"
_WORDS = re.compile(r"[^\W_]+")
_LONGEST = 60  # characters of a line


@dataclass(frozen=True, slots=True)
class KeepList:
    """The rules in their order: names, and what matches one piece of a line.

    `surnames` are words of the rules that people are called by too, or that are their initials.
    """

    rules: tuple[tuple[str, "re.Pattern[str]"], ...] = ()
    surnames: frozenset[str] = frozenset()

    def reason(self, text: str) -> str:
        """Return the names of the rules that allow all of a line, "" where something in it is not allowed."""
        rest, reasons = plain(text), []
        if not rest or len(rest) > _LONGEST or self._may_be_a_person(rest):
            return ""
        while rest:
            name, length = self._longest(rest)
            if not length:
                return ""
            reasons.append(name)
            rest = rest[length:]
        return ", ".join(dict.fromkeys(reasons))

    def _may_be_a_person(self, text: str) -> bool:
        """Whether a word of the list that is also a surname stands beside another word, as beside an initial."""
        words = _WORDS.findall(text)
        return any(
            one.isalpha() and two.isalpha() and not self.surnames.isdisjoint((one, two))
            for one, two in pairwise(words)
        )

    def is_a_surname_too(self, text: str) -> bool:
        """Whether a text that may stay has no figure and a word by which people are called."""
        words = _WORDS.findall(plain(text))
        return not self.surnames.isdisjoint(words) and all(word.isalpha() for word in words)

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


def keep_list_of(policy: PixelPolicy, modality: str = "") -> KeepList:
    """Return what a policy keeps: the starter list unless it is turned off, and its own texts and patterns.

    `modality` is that of the image (0008,0060); texts that mean something in some modalities alone stay there alone.
    """
    return _made(policy.keep_list, policy.keep, policy.keep_patterns, modality.upper())


@lru_cache(64)
def _made(starter: bool, texts: tuple[str, ...], patterns: tuple[str, ...], modality: str) -> KeepList:  # noqa: FBT001 - cached
    table = _starter() if starter else {}
    rules = [
        (row["name"], _pattern(row.get("texts", ()), row.get("patterns", ())))
        for row in table.get("keep", ())
        if modality in row.get("modalities", (modality,))
    ]
    if texts or patterns:
        rules.append((OWN, _pattern(texts, patterns)))
    return KeepList(tuple(rules), frozenset(table.get("surnames", ())))


@lru_cache(1)
def _starter() -> dict[str, Any]:
    return tomllib.loads(find("keep-list.toml").read_text(encoding="utf-8"))


def _pattern(texts: tuple[str, ...], patterns: tuple[str, ...]) -> "re.Pattern[str]":
    """Return what matches one piece of a line and what stands between it and the next."""
    every = [*(re.escape(plain(text)) for text in texts), *(f"(?:{pattern})" for pattern in patterns)]
    longest_first = sorted(every, key=len, reverse=True)
    return re.compile(rf"{_BETWEEN}(?:{'|'.join(longest_first)}){_END}{_BETWEEN}", re.IGNORECASE)
