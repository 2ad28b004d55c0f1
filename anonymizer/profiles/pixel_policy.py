"""What a site wants done with text burned into pixels: masked, masked where it identifies, or only pointed out."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from typing import Any

from anonymizer.errors import ProfileError


class MaskText(StrEnum):
    """Which burned-in text is masked."""

    ALL = "all"  # every text that is found, but what the keep-list allows
    IDENTITIES = "identities"  # what is an identity, looks like one or cannot be read; the rest wants a look
    REGIONS = "regions"  # what device rules and declared ultrasound regions name; text elsewhere wants a look
    FLAG = "flag"  # nothing; every image in which text is found wants a look


MEANINGS: Mapping[MaskText, str] = {
    MaskText.ALL: "mask all text that is found but what the keep-list allows (default)",
    MaskText.IDENTITIES: "mask text that identifies, may identify or cannot be read; images with other text want a look",
    MaskText.REGIONS: "mask only what device rules and declared ultrasound regions name; other text wants a look",
    MaskText.FLAG: "mask nothing; every image in which text is found wants a look",
}


EVERY_SERIES = "Every series of this project wants a reader's approval."
"""The reason that each instance has, until it is approved, where the program may decide nothing alone."""

_SAYS_NOTHING_OF_PIXELS = frozenset({"review_all"})


@dataclass(frozen=True, slots=True)
class PixelPolicy:
    """How burned-in text is treated."""

    mask: MaskText = MaskText.ALL
    keep_list: bool = True  # the starter list counts
    keep: tuple[str, ...] = ()  # further texts that stay
    keep_patterns: tuple[str, ...] = ()  # further regular expressions
    review_over: float = 0.4  # share of an image that may be masked without a look, 0 to 1
    review_all: bool = False  # a reader approves every series: nothing is decided by the program alone
    series: bool = True  # search a long series of slices in a sample of them, see `pixels.series_plan`
    second_reader: bool = True  # what was written is read once more by another engine

    @property
    def identity(self) -> str:
        """A text that is equal for policies that do the same; "" for the usual one."""
        usual = PixelPolicy()
        compared = (f.name for f in fields(self) if f.name not in _SAYS_NOTHING_OF_PIXELS)
        names = [name for name in compared if getattr(self, name) != getattr(usual, name)]
        return ",".join(f"{name}={getattr(self, name)}" for name in names)

    def with_kept(self, texts: Iterable[str]) -> "PixelPolicy":
        """Return the policy with further texts that stay."""
        return replace(
            self, keep=tuple(dict.fromkeys((*self.keep, *(t.strip() for t in texts if t.strip()))))
        )


def policy_from(row: Mapping[str, Any], before: PixelPolicy) -> PixelPolicy:
    """Return the policy that a table of settings makes of the one before it; lists are added to.

    That a reader approves every series is taken back by no later table.

    Raises ProfileError naming the key that is wrong.
    """
    readers: dict[str, Callable[[str, Any], Any]] = {
        "mask": _mask, "keep_list": _switch, "keep": _texts, "keep_patterns": _patterns, "review_over": _share,
        "review_all": _switch, "series": _switch, "second_reader": _switch,
    }  # fmt: skip
    for key in row:
        if key not in readers:
            raise ProfileError(f"[pixels]: “{key}” is no key.", f"The keys are: {', '.join(readers)}.")
    values: dict[str, Any] = {key: readers[key](key, value) for key, value in row.items()}
    for key in ("keep", "keep_patterns"):
        values[key] = tuple(dict.fromkeys((*getattr(before, key), *values.get(key, ()))))
    values["review_all"] = before.review_all or values.get("review_all", False)
    return replace(before, **values)


def _mask(key: str, value: object) -> MaskText:
    try:
        return MaskText(str(value))
    except ValueError as error:
        raise ProfileError(
            f"[pixels]: “{key}” does not exist so.", f"Write one of: {', '.join(MaskText)}."
        ) from error


def _switch(key: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise ProfileError(f"[pixels]: “{key}” must be true or false.", "Write it without quotation marks.")
    return value


def _share(key: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
        raise ProfileError(f"[pixels]: “{key}” must be a share of the image.", "Write a number from 0 to 1.")
    return float(value)


def _texts(key: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(text, str) and text.strip() for text in value):
        raise ProfileError(f"[pixels]: “{key}” must be a list of texts.", f'Write {key} = ["…", "…"].')
    return tuple(text.strip() for text in value)


def _patterns(key: str, value: object) -> tuple[str, ...]:
    found = _texts(key, value)
    for text in found:
        try:
            re.compile(text)
        except re.error as error:
            raise ProfileError(
                f"[pixels]: “{key}” holds no regular expression: {text}", "Mend it, or give the text in keep."
            ) from error
    return found
