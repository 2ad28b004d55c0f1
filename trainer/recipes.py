"""Ready-made ways to train, as a table that lists itself: help, window and documentation are made from it."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from trainer.errors import RecipeError

Method = Literal["linear head", "from scratch", "fine-tuning"]


@dataclass(frozen=True, slots=True)
class Recipe:
    """One way to train, in plain words and in numbers."""

    name: str
    title: str
    description: str
    duration: str
    architecture: str
    method: Method
    epochs: int  # on a large data set; small ones get more, see `plan`
    learning_rate: float = 1e-3
    trainable_from: str = ""  # fine-tuning: first layer that goes on learning


@dataclass(frozen=True, slots=True)
class Plan:
    """A recipe fitted to the number of training images."""

    batch_size: int
    epochs: int
    patience: int  # epochs without improvement after which training ends


_TABLE = (
    Recipe(
        "quick",
        "Quick look",
        "A network that learned to see on everyday photographs describes each image; only the last step, "
        "from description to class, is learned from your images.",
        "seconds to two minutes",
        architecture="efficientnet_lite0",
        method="linear head",
        epochs=6,
    ),
    Recipe(
        "standard",
        "Standard",
        "A small network learns from your images alone, shown slightly rotated, shifted, zoomed and with other "
        "contrast each time, so that it learns the finding and not the picture.",
        "a minute to ten minutes",
        architecture="residual",
        method="from scratch",
        epochs=12,
        learning_rate=2e-3,
    ),
    Recipe(
        "transfer",
        "Transfer",
        "Begins as the quick look does, then lets the upper half of the network adapt to your images.",
        "several minutes to an hour",
        architecture="efficientnet_lite0",
        method="fine-tuning",
        epochs=6,
        learning_rate=2e-4,
        trainable_from="block9_expand",
    ),
)

RECIPES: Mapping[str, Recipe] = MappingProxyType({recipe.name: recipe for recipe in _TABLE})
DEFAULT_RECIPE = "standard"

_LARGEST_BATCH, _SMALLEST_BATCH = 64, 4
_LEAST_STEPS = 240  # weight updates below which a network has hardly begun to learn
_MOST_EPOCHS = 60


def recipe(name: str) -> Recipe:
    """The recipe of that name; RecipeError with the names there are."""
    if name not in RECIPES:
        raise RecipeError(f'There is no recipe "{name}".', f"Choose one of: {', '.join(RECIPES)}.")
    return RECIPES[name]


def describe_recipes() -> tuple[dict[str, str], ...]:
    """The table for help texts and lists: name, title, description, duration, and whether it is the default."""
    return tuple(
        {
            "name": entry.name,
            "title": entry.title,
            "description": entry.description,
            "duration": entry.duration,
            "default": "yes" if entry.name == DEFAULT_RECIPE else "",
        }
        for entry in _TABLE
    )


def plan(chosen: Recipe, images: int, epochs: int | None) -> Plan:
    """Batch size and epochs for that many training images; `epochs` overrides the number of passes."""
    if epochs is not None and epochs < 1:
        raise RecipeError("The number of epochs must be at least 1.", "Give a larger number.")
    batch = max(_SMALLEST_BATCH, min(_LARGEST_BATCH, images // 8))
    steps = -(-images // batch)
    number = epochs or max(chosen.epochs, min(_MOST_EPOCHS, -(-_LEAST_STEPS // steps)))
    return Plan(batch, number, patience=max(5, number // 3))
