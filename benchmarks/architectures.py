"""Train every network, strategy and head on a few MedNIST images and print one table.

python -m benchmarks.architectures mednist_500_per_class_64px.npz --table rows.md

The file holds `images` (n, 64, 64), `labels` and `classes`. Rows that the table file has already are left out, so that
the command goes on where it was stopped.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainer import ARCHITECTURES, HEADS, Recipe, train
from trainer.device import import_keras

PARTS = (("train", 12), ("validation", 8), ("test", 25))  # images of each class
HEAD = (
    "| what | weights of the network | test AUC (95 %) | test accuracy | epochs, the best | seconds |",
    "|---|---|---|---|---|---|",
)
LITE0 = "architecture=efficientnet_lite0"
STRATEGIES = ("fixed features", "earlier layer", "partial fine-tuning", "full fine-tuning", "by rule")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("npz", type=Path)
    parser.add_argument("--table", type=Path, default=Path("architectures.md"))
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--seconds", type=float, help="of each training, after which no new epoch begins")
    parser.add_argument("--rows", nargs="+", metavar="WORDS", help="only rows whose titles contain these")
    given = parser.parse_args()
    if not given.table.exists():
        given.table.write_text("\n".join(HEAD) + "\n", encoding="utf-8")
    with tempfile.TemporaryDirectory() as temporary:
        dataset = write_dataset(given.npz, Path(temporary) / "mednist")
        for title, settings in rows():
            wanted = given.rows is None or any(words in title for words in given.rows)
            if not wanted or f"| {title} |" in given.table.read_text(encoding="utf-8"):
                continue
            line = row(title, dataset, settings=settings, most=(given.epochs, given.seconds))
            print(line, flush=True)
            with given.table.open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")


def rows() -> Iterator[tuple[str, list[str]]]:
    """Title and settings of each row."""
    family = [
        "architecture=cnn_family",
        "kernels=funnel-in",
        "kernel_size=7",
        "spatial_dropout=0.1",
        "l2=0.0001",
    ]
    yield "Network of your own shape, funnel-in from 7, spatial dropout, L2", family
    for strategy in STRATEGIES:
        yield f"EfficientNet-Lite0, {strategy}", [LITE0, f"strategy={strategy}"]
    for head in HEADS.values():
        if head.name in ("mlp", "dense"):
            yield (
                f"EfficientNet-Lite0, fixed features, {head.title}",
                [LITE0, "strategy=fixed features", f"head={head.name}"],
            )
    for name, entry in ARCHITECTURES.items():
        yield f"{entry.title}, from scratch", [f"architecture={name}"]


def write_dataset(npz: Path, folder: Path) -> Path:
    """The first images of each class as PNG files with a manifest; each image counts as a patient of its own."""
    lines = ["path,class,split"]
    (folder / "images").mkdir(parents=True)
    with np.load(npz, allow_pickle=False) as stored:
        images, labels, classes = stored["images"], stored["labels"], stored["classes"]
    for label, class_name in enumerate(classes):
        places = iter(np.flatnonzero(labels == label))
        for split, number in PARTS:
            for place in (next(places) for _ in range(number)):
                name = f"images/{place:05}.png"
                Image.fromarray(images[place]).save(folder / name)
                lines.append(f"{name},{class_name},{split}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def row(title: str, dataset: Path, *, settings: list[str], most: tuple[int, float | None]) -> str:
    """Train for at most so many epochs and seconds, read the model folder, and leave nothing behind."""
    with tempfile.TemporaryDirectory() as temporary:
        model = Path(temporary) / "model"
        import_keras().utils.clear_session()
        run = train(
            dataset,
            model,
            recipe=Recipe().with_texts(settings),
            read_image=read_png,
            epochs=most[0],
            limit_seconds=most[1],
        )
        figures = json.loads((model / "evaluation.json").read_text(encoding="utf-8"))
        size = (model / "weights.weights.h5").stat().st_size / 1e6
    test = figures["splits"]["test"]["metrics"]
    area = f"{test['auc']:.3f}"
    if "auc_low" in test:
        area += f" ({test['auc_low']:.3f}–{test['auc_high']:.3f})"
    return (
        f"| {title} | {size:,.1f} MB | {area} | {test['accuracy']:.3f} | {run.epochs}, {run.best_epoch} | "
        f"{run.seconds:.0f} |"
    )


def read_png(path: Path) -> NDArray[np.uint8]:
    with Image.open(path) as picture:
        return np.asarray(picture, np.uint8)


if __name__ == "__main__":
    main()
