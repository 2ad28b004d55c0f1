"""Recipes as files: a flat TOML or JSON table, written so that it reads back the same."""

import json
import tomllib
from pathlib import Path
from typing import Any

from trainer.atomic import write_text
from trainer.errors import RecipeError
from trainer.recipes import Recipe
from trainer.recipes import recipe as recipe_named

_LARGEST_FILE = 1 << 20
_BASE = "recipe"  # key: the ready-made recipe that a file begins from


def read_recipe(path: Path) -> Recipe:
    """A recipe from a .toml or .json file; the key `recipe` names a ready-made one to begin from.

    RecipeError where the file cannot be read, or says what a recipe does not have.
    """
    table = _read(path)
    base = recipe_named(str(table.pop(_BASE))) if _BASE in table else Recipe()
    return base.changed({"name": _name(path), **table})


def write_recipe(recipe: Recipe, path: Path) -> None:
    """Write a recipe in full as TOML or, where the name ends in .json, as JSON."""
    table = recipe.table()
    if path.suffix.lower() == ".json":
        write_text(path, json.dumps(table, indent=1, ensure_ascii=False) + "\n")
    else:
        write_text(path, "".join(f"{key} = {json.dumps(value)}\n" for key, value in table.items()))


def recipe_from(text: str) -> Recipe:
    """A ready-made recipe by its name, or one from a file."""
    path = Path(text)
    return read_recipe(path) if path.suffix.lower() in (".toml", ".json") else recipe_named(text)


def _read(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise RecipeError(f"{path.name} is too large to be a recipe.", "Choose another file.")
        text = path.read_text(encoding="utf-8")
        table = json.loads(text) if path.suffix.lower() == ".json" else tomllib.loads(text)
    except OSError as error:
        raise RecipeError(
            f"The recipe {path.name} cannot be read: {error.strerror}.", "Choose another file."
        ) from error
    except (ValueError, RecursionError) as error:
        raise RecipeError(f"The recipe {path.name} cannot be understood: {error}.", "Mend it.") from error
    if not isinstance(table, dict):
        raise RecipeError(
            f"The recipe {path.name} is no table of settings.", "Write one key and value a line."
        )
    return table


def _name(path: Path) -> str:
    """The file's name as far as it can name a recipe."""
    return "".join(
        sign if sign.isascii() and (sign.isalnum() or sign in "-_. ") else "_" for sign in path.stem
    )[:64]
