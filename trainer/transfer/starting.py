"""The weights that a network begins with where it does not begin from scratch."""

from typing import Any

from trainer.errors import RecipeError
from trainer.recipes import Recipe


def load_starting_weights(model: Any, recipe: Recipe) -> None:
    """Load what the recipe's network has learned before; RecipeError where there is nothing."""
    network = recipe.design.architecture
    if network.pretrained is None:
        raise RecipeError(
            f"{network.title} has no weights that were learned before.",
            "Let it learn from scratch (strategy “from scratch”).",
        )
    network.pretrained(model)
