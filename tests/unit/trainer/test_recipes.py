import json
import subprocess
import sys
from pathlib import Path

import pytest

from trainer import DEFAULT_RECIPE, FIELDS, RECIPES, Recipe, RecipeError, describe_recipes
from trainer.architectures import ARCHITECTURES
from trainer.recipe_file import read_recipe, recipe_from, write_recipe
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


def test_the_fields_described_are_those_of_the_record_with_the_same_defaults() -> None:
    made = Recipe()
    assert {field.name: getattr(made, field.name) for field in FIELDS} == {
        field.name: field.default for field in FIELDS
    }


def test_no_network_has_a_setting_named_as_a_field_of_every_recipe() -> None:
    fields = {"name", *(field.name for field in FIELDS)}
    for entry in ARCHITECTURES.values():
        own = [parameter.name for parameter in entry.parameters]
        assert len(own) == len(set(own)), entry.name
        assert not fields & set(own), entry.name


@pytest.mark.parametrize("name", list(RECIPES))
@pytest.mark.parametrize("suffix", [".toml", ".json"])
def test_a_recipe_reads_back_as_it_was_written(name: str, suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"mine{suffix}"
    write_recipe(RECIPES[name], path)
    assert read_recipe(path) == RECIPES[name]
    assert recipe_from(str(path)) == RECIPES[name]
    table = RECIPES[name].table()
    assert json.loads(json.dumps(table)) == table
    assert Recipe().changed(table) == RECIPES[name]


def test_a_file_may_begin_from_a_ready_made_recipe_and_is_named_after_itself(tmp_path: Path) -> None:
    path = tmp_path / "knees longer.toml"
    path.write_text('recipe = "transfer"\nepochs = 40\n', encoding="utf-8")
    found = read_recipe(path)
    assert (found.name, found.epochs, found.strategy) == ("knees longer", 40, RECIPES["transfer"].strategy)


@pytest.mark.parametrize(
    ("text", "message", "remedy"),
    [
        ("epoch = 3", 'no setting "epoch"', "epochs"),
        ("epochs = 0", '"0" is not possible for epochs', "from 1 to"),
        ('epochs = "many"', '"many" is not possible', "whole number"),
        ("epochs = true", "not possible for epochs", "whole number"),
        ("learning_rate = nan", "not possible for learning_rate", "number from 0 to 1"),
        ('head = "lambda"', '"lambda" is not possible for head', "softmax"),
        ('architecture = "skynet"', 'no network "skynet"', "residual"),
        ('recipe = "slow"', 'no recipe "slow"', "quick"),
        ("epochs = ", "cannot be understood", "Mend"),
    ],
)
def test_a_wrong_file_is_answered_with_what_is_allowed(
    text: str, message: str, remedy: str, tmp_path: Path
) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecipeError, match=message) as caught:
        read_recipe(path)
    assert remedy in caught.value.remedy


def test_settings_on_the_command_line_are_read_as_what_they_are() -> None:
    made = RECIPES["standard"].with_texts(["epochs=3", "dropout = 0.5", "learning_rate=1e-4"])
    assert (made.epochs, made.parameters["dropout"], made.learning_rate) == (3, 0.5, 1e-4)
    assert made.name == "own"
    assert RECIPES["standard"].with_texts([]) is RECIPES["standard"]
    for wrong in ("epochs", "epochs=3.5", "dropout=much", "depth=3"):
        with pytest.raises(RecipeError):
            RECIPES["standard"].with_texts([wrong])


def test_another_network_brings_its_own_learning_rate_and_keeps_what_is_none_of_its_business() -> None:
    made = RECIPES["standard"].with_texts(["architecture=efficientnet_lite0", "epochs=3"])
    assert made.learning_rate == 0  # as the network suggests
    assert made.parameters["dropout"] == ARCHITECTURES["efficientnet_lite0"].dropout
    assert made.strategy == RECIPES["standard"].strategy


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
