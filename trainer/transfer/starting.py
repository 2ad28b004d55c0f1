"""The weights that a network begins with where it does not begin from scratch."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.errors import RecipeError
from trainer.recipes import BY_RULE, FROM_SCRATCH, Recipe
from trainer.transfer.imported import ImportedWeights, known, read_imported
from trainer.transfer.layout import assign


@dataclass(frozen=True, slots=True)
class Start:
    """Where a training's first weights come from: drawn at random, carried by the program, or imported."""

    source: str = "random"
    imported: ImportedWeights | None = None
    folder: Path | None = None

    def load(self, model: Any, recipe: Recipe) -> None:
        """Put them into the network below its head."""
        if self.imported is not None and self.folder is not None:
            assign(model, read_imported(self.imported, self.folder))
        elif self.source == "carried":
            load = recipe.design.architecture.pretrained
            assert load is not None
            load(model)


def find_start(recipe: Recipe, folder: Path | None) -> Start:
    """What the recipe's network may begin with; `folder` holds imported weights.

    RecipeError where its strategy needs weights and there are none; the rule then chooses to begin from scratch.
    """
    network = recipe.design.architecture
    if recipe.strategy == FROM_SCRATCH:
        return Start()
    imported = known(network, folder) if folder is not None and recipe.weights != "carried" else None
    if imported is not None:
        return Start("imported", imported, folder)
    if network.pretrained is not None and recipe.weights != "imported":
        return Start("carried")
    if recipe.strategy == BY_RULE and recipe.weights == "automatic":
        return Start()
    if not network.importable:
        remedy = "Let it learn from scratch (strategy=from scratch), or choose a well-known network."
    else:
        remedy = (
            f"Import some (leadglass weights import FILE --architecture {network.name}), or let it learn from "
            "scratch (strategy=from scratch)."
        )
    raise RecipeError(f"There are no weights that {network.title} has learned before.", remedy)
