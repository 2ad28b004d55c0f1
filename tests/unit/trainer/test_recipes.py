import subprocess
import sys

import pytest

from trainer import DEFAULT_RECIPE, RECIPES, RecipeError, describe_recipes
from trainer.architectures import ARCHITECTURES
from trainer.recipes import plan, recipe


def test_every_recipe_describes_itself_and_names_a_known_network() -> None:
    rows = describe_recipes()
    assert [row["name"] for row in rows] == list(RECIPES)
    assert [row["name"] for row in rows if row["default"]] == [DEFAULT_RECIPE]
    assert all(all(row[key] for key in ("title", "description", "duration")) for row in rows)
    assert all(entry.architecture in ARCHITECTURES for entry in RECIPES.values())


def test_an_unknown_recipe_is_answered_with_the_known_ones() -> None:
    with pytest.raises(RecipeError) as caught:
        recipe("best of all")
    assert all(name in caught.value.remedy for name in RECIPES)


def test_small_data_sets_get_small_batches_and_more_epochs() -> None:
    small, large = plan(recipe("standard"), 16, None), plan(recipe("standard"), 5000, None)
    assert small.batch_size < large.batch_size
    assert small.epochs > large.epochs
    assert plan(recipe("standard"), 16, 3).epochs == 3
    with pytest.raises(RecipeError):
        plan(recipe("standard"), 16, 0)


def test_small_images_are_not_blown_up() -> None:
    assert ARCHITECTURES["residual"].input_size(28) == 28
    assert ARCHITECTURES["residual"].input_size(2500) == 128
    assert ARCHITECTURES["efficientnet_lite0"].input_size(28) < ARCHITECTURES[
        "efficientnet_lite0"
    ].input_size(500)


def test_importing_the_trainer_imports_nothing_heavy() -> None:
    heavy = "{'keras', 'tensorflow', 'sklearn', 'h5py', 'cv2', 'PySide6', 'pydicom', 'sqlalchemy'}"
    code = f"import sys, trainer; print(sorted({heavy} & set(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "[]"
