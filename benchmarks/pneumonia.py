"""Train on PneumoniaMNIST (28 × 28 pixels, npz as published) as a user would, and print what came of it.

python benchmarks/pneumonia.py pneumoniamnist.npz --recipe quick standard --seeds 0 1 2
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

CLASSES = ("normal", "pneumonia")
SPLITS = (("train", "train"), ("val", "validation"), ("test", "test"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("npz", type=Path)
    parser.add_argument("--recipe", nargs="+", default=[""], help="default: the program's own default")
    parser.add_argument("--seeds", nargs="+", type=int, default=[0])
    parser.add_argument("--keep", type=Path, help="folder for data set and models, kept")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = arguments.keep or Path(temporary)
        dataset = work / "dataset"
        images = write_dataset(arguments.npz, dataset)
        print(f"{images} images; validation figures", flush=True)
        for recipe in arguments.recipe:
            for seed in arguments.seeds:
                report(dataset, work / f"model-{recipe or 'default'}-{seed}", recipe, seed)


def write_dataset(npz: Path, folder: Path) -> int:
    """PNG files and a manifest with the given splits; returns the number of images."""
    rows = ["path,class,split"]
    (folder / "images").mkdir(parents=True, exist_ok=True)
    with np.load(npz, allow_pickle=False) as arrays:
        for source, split in SPLITS:
            if f"{source}_images" not in arrays:
                continue
            labels = arrays[f"{source}_labels"].ravel()
            for number, (pixels, label) in enumerate(zip(arrays[f"{source}_images"], labels, strict=True)):
                name = f"images/{split}_{number:05}.png"
                Image.fromarray(pixels).save(folder / name)
                rows.append(f"{name},{CLASSES[label]},{split}")
    (folder / "manifest.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return len(rows) - 1


def report(dataset: Path, out: Path, recipe: str, seed: int) -> None:
    began = time.perf_counter()
    by_command = has_command()
    train_by_command(dataset, out, recipe, seed) if by_command else train_by_function(
        dataset, out, recipe, seed
    )
    seconds = time.perf_counter() - began
    run: dict[str, Any] = json.loads((out / "run.json").read_text(encoding="utf-8"))
    found, number = run["metrics"], sum(run["counts"]["train"].values())
    print(
        f"{run['recipe']:9} seed {seed}: AUC {found['auc']:.4f} ({found['auc_low']:.4f}–{found['auc_high']:.4f}) "
        f"accuracy {found['accuracy']:.4f} balanced {found['balanced_accuracy']:.4f} "
        f"epochs {run['epochs']} best {run['best_epoch']} {seconds:.0f} s "
        f"{number * run['epochs'] / seconds:.0f} training images/s on {run['device']} "
        f"({'command' if by_command else 'function'})",
        flush=True,
    )


@cache
def has_command() -> bool:
    """Whether the program's own `train` command is there."""
    return (
        find_spec("app") is not None
        and not subprocess.run(
            [sys.executable, "-m", "app", "train", "--help"], capture_output=True, check=False
        ).returncode
    )


def train_by_command(dataset: Path, out: Path, recipe: str, seed: int) -> None:
    chosen = ["--recipe", recipe] if recipe else []
    command = [
        sys.executable,
        "-m",
        "app",
        "train",
        str(dataset),
        "--out",
        str(out),
        "--seed",
        str(seed),
        *chosen,
    ]
    subprocess.run([*command, "--progress", "none"], check=True, stdout=subprocess.DEVNULL)


def train_by_function(dataset: Path, out: Path, recipe: str, seed: int) -> None:
    from trainer import DEFAULT_RECIPE, train

    def say(kind: str, facts: Any) -> None:
        if kind == "epoch":
            print(f"  {dict(facts)}", file=sys.stderr, flush=True)

    train(dataset, out, recipe=recipe or DEFAULT_RECIPE, read_image=read_png, on_event=say, seed=seed)


def read_png(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture, np.uint8)


if __name__ == "__main__":
    main()
