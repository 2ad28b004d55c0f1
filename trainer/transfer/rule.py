"""From a recipe to what is really done: the strategy that the rule chooses, its layers and its learning rate.

The rule is that of the notes on transfer learning of CS231n, "Convolutional Neural Networks for Visual Recognition"
(Stanford): how large the data set is, and how like the images that the network learned from, decide how much of it
should learn again.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from trainer.errors import RecipeError
from trainer.recipes import (
    BY_RULE,
    EARLIER_LAYER,
    FIXED_FEATURES,
    FROM_SCRATCH,
    FULL,
    PARTIAL,
    Recipe,
)

LARGE = 2000  # training images from which on a data set can teach a whole network anew
_GENTLY = 0.1  # share of a network's learning rate that does not wipe out what it has learned
_RULE: Mapping[tuple[str, str], tuple[str, str]] = {
    ("small", "similar"): (
        FIXED_FEATURES,
        (
            "what the network knows fits, and so few images would only make it forget; a linear classifier on its last "
            "features is enough"
        ),
    ),
    ("small", "different"): (
        EARLIER_LAYER,
        (
            "the last features are made for other pictures, and there are too few images to change them; a linear "
            "classifier on an earlier layer, which sees edges and textures, fits better"
        ),
    ),
    ("large", "similar"): (
        PARTIAL,
        "what the network knows fits, and there are enough images to let its upper layers adapt without overfitting",
    ),
    ("large", "different"): (
        FULL,
        (
            "the images are of another kind, and there are enough of them to let the whole network adapt; it still "
            "learns faster from its weights than from scratch"
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What is really done, and why in words ("" where the user chose)."""

    recipe: Recipe
    why: str = ""


def settle(recipe: Recipe, images: int, *, has_weights: bool = True) -> Settled:
    """Decide what the recipe leaves open, for that many training images; RecipeError where it cannot be done.

    `has_weights` says whether the network begins with what it learned elsewhere.
    """
    why = ""
    if recipe.strategy == BY_RULE:
        recipe, why = _chosen(recipe, images) if has_weights else _nothing_to_keep(recipe)
    network = recipe.design.architecture
    if recipe.strategy == FROM_SCRATCH:
        return Settled(replace(recipe, learning_rate=recipe.learning_rate or network.learning_rate), why)
    if recipe.strategy == EARLIER_LAYER and not recipe.parameters["cut"]:
        if not network.earlier:
            raise RecipeError(f"{network.title} names no earlier layer.", "Say which with the setting “cut”.")
        recipe = replace(recipe, parameters={**recipe.parameters, "cut": network.earlier}, head="softmax")
    if recipe.strategy == PARTIAL and not recipe.trainable_from:
        recipe = replace(recipe, trainable_from=network.upper)
    rate = recipe.learning_rate or network.learning_rate * _GENTLY
    return Settled(replace(recipe, learning_rate=rate), why)


def _nothing_to_keep(recipe: Recipe) -> tuple[Recipe, str]:
    title = recipe.design.architecture.title
    why = f"Chosen: {FROM_SCRATCH}. There are no weights that {title} has learned before, so there is nothing to keep."
    return replace(recipe, strategy=FROM_SCRATCH), why


def _chosen(recipe: Recipe, images: int) -> tuple[Recipe, str]:
    size = "large" if images >= LARGE else "small"
    strategy, because = _RULE[size, recipe.similarity]
    network = recipe.design.architecture
    if strategy == EARLIER_LAYER and not (network.earlier or recipe.parameters["cut"]):
        strategy, because = (
            FIXED_FEATURES,
            (
                f"there are too few images to change the network; {network.title} names no earlier layer, so that a "
                "linear classifier on its last features has to do"
            ),
        )
    likeness = "like" if recipe.similarity == "similar" else "unlike"
    why = (
        f"Chosen by size and similarity: {strategy}. {images:,} training images are a {size} data set ({LARGE:,} are "
        f"large), {likeness} what the network learned from: {because}."
    )
    return replace(recipe, strategy=strategy), why
