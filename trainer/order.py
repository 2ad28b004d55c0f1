"""What one training is asked for, as one record that can travel to another process."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from trainer import prepared
from trainer.recipes import Recipe
from trainer.records import ReadImage


@dataclass(frozen=True, slots=True)
class Order:
    """A data set folder, the model folder that comes of it, and how.

    `read_image` must be a function of a module where the order goes to another process.
    """

    dataset: Path
    out: Path
    recipe: Recipe
    read_image: ReadImage
    seed: int = 0
    draw: int = 0  # counts further beginnings on the split that the seed makes
    epochs: int | None = None  # instead of those that the recipe's plan has
    limit_seconds: float | None = None  # after which no new epoch begins and the best one so far is kept
    cache: Path | None = None  # for what was computed of the images alone (bounded); by default beside `out`
    imported: Path | None = None  # folder of imported weights
    only: Mapping[str, str] = field(
        default_factory=dict
    )  # values of the manifest's columns that images must have
    open_test: bool = True  # whether anything is asked about the test split

    @property
    def cache_folder(self) -> Path:
        """By default one for all models that lie beside each other."""
        return self.cache or self.out.resolve().parent / prepared.FOLDER
