"""Who takes part in a training of several: the recipe itself and its rivals, each as often as it is wanted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from trainer.errors import RecipeError
from trainer.fitting import Fit, score
from trainer.recipes import CHOOSE, FIXED_FEATURES, NETWORK, RECIPES, TOGETHER, Recipe, plan

_SHARED = (
    "size",
    "balancing",
    "mirror",
    "columns",
    "precision",
    "devices",
)  # of the images and computer: for all
_MOST_WORK = 16_000  # training images times epochs, of 128 × 128 pixels: some five minutes on two cores
_USUAL_SIDE = 128


@dataclass(frozen=True, slots=True)
class Contender:
    """One of several trainings."""

    recipe: Recipe
    draw: int = 0  # which of its beginnings

    @property
    def name(self) -> str:
        """Readable, for a folder."""
        return self.recipe.name if not self.draw else f"{self.recipe.name}-{self.draw + 1}"

    @property
    def title(self) -> str:
        """For people: the recipe, or its network where it is one of somebody's own, and which beginning it is."""
        title = self.recipe.title or self.recipe.design.architecture.title
        return f"{title}, beginning {self.draw + 1}" if self.draw else title


def lineup(recipe: Recipe) -> tuple[Contender, ...]:
    """Everyone once, then everyone again as often as `seeds` says, without those who would only repeat themselves.

    RecipeError for a rival that is no ready-made recipe of a single training.
    """
    alone = replace(recipe, rivals="", outcome=CHOOSE, seeds=1, minutes=0)
    recipes = (alone, *(_rival(name, recipe) for name in dict.fromkeys(recipe.rivals.split())))
    return tuple(
        Contender(each, draw)
        for draw in range(recipe.seeds)
        for each in recipes
        if not draw or _is_drawn(each)
    )


def is_one(recipe: Recipe) -> bool:
    """Whether there is nobody to compare it with."""
    return not recipe.rivals.strip() and recipe.seeds == 1


def takes_too_long(recipe: Recipe, images: int, side: int, epochs: int | None) -> bool:
    """Whether a rival's network is too much for a processor, so that the others are kept waiting.

    A rule of numbers, not of the clock: the same training gives the same model whatever else the computer does.
    `side` is what the network is fed, in pixels.
    """
    shown = images * plan(recipe, images, epochs).epochs
    return shown * (side / _USUAL_SIDE) ** 2 > _MOST_WORK


def preferred(fits: Sequence[Fit]) -> int:
    """The place of the one that validation prefers; of equals the first."""
    return max(range(len(fits)), key=lambda place: (score(best_row(fits[place])), -place))


def best_row(fit: Fit) -> Mapping[str, float | None]:
    """The best epoch of a fit."""
    return fit.history[fit.best_epoch - 1]


def _rival(name: str, recipe: Recipe) -> Recipe:
    found = RECIPES.get(name)
    possible = [
        each.name for each in RECIPES.values() if each.outcome != TOGETHER and each.name != recipe.name
    ]
    if found is None or name not in possible:
        raise RecipeError(f"“{name[:40]}” cannot be a rival.", f"Choose among: {', '.join(possible)}.")
    alone = replace(found, rivals="", seeds=1)
    shared = {
        each: getattr(recipe, each) for each in _SHARED if getattr(recipe, each) != getattr(alone, each)
    }
    made = alone.changed({"name": name, **shared}) if shared else alone
    return replace(made, title=found.title)


def _is_drawn(recipe: Recipe) -> bool:
    """Whether another seed gives another model: not where one step on fixed features is all that is learned."""
    fixed = recipe.strategy == FIXED_FEATURES and recipe.design.is_linear
    return not (fixed and recipe.classifier == NETWORK)
