"""Small invented images: a bright spot or none."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from trainer import RECIPES

ALONE = RECIPES["standard"].changed({"name": "standard", "rivals": ""})
"""“Standard” without the rival that takes a minute to compile."""


def read_png(path: Path) -> NDArray[np.uint8]:
    try:
        with Image.open(path) as picture:
            return np.asarray(picture, np.uint8)
    except OSError:
        raise ValueError("The file cannot be read as an image.") from None


def write_image(path: Path, *, spot: bool, seed: int, shape: tuple[int, ...] = (24, 20)) -> Path:
    rng = np.random.default_rng(seed)
    pixels = rng.normal(80, 15, shape)
    if spot:
        row, column = rng.integers(3, 10, 2)
        pixels[row : row + 8, column : column + 8] += 110
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(path)
    return path


def write_dataset(folder: Path, patients: int = 12, *, split: str = "") -> Path:
    """`patients` patients of each class with one image each; `split` as a whole column, if given."""
    rows = ["path,class,patient" + (",split" if split else "")]
    for class_name in ("normal", "spot"):
        for number in range(patients):
            name = f"images/{class_name}_{number}.png"
            write_image(folder / name, spot=class_name == "spot", seed=number)
            rows.append(f"{name},{class_name},{class_name}-{number}" + (f",{split}" if split else ""))
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def dataset_folder(tmp_path: Path) -> Path:
    return write_dataset(tmp_path / "dataset")


@pytest.fixture
def manifest(tmp_path: Path) -> Callable[..., Path]:
    """Writes a manifest with images for all its paths; returns the folder."""

    def write(*lines: str, encoding: str = "utf-8") -> Path:
        folder = tmp_path / "set"
        folder.mkdir()
        (folder / "manifest.csv").write_text("\n".join(lines), encoding=encoding)
        for number in range(10):
            write_image(folder / f"{number}.png", spot=False, seed=number)
        return folder

    return write
