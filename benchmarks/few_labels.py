"""How far a few labelled images go: PneumoniaMNIST with 20 to 500, MedNIST with 5 and 10 of each class.

python -m benchmarks.few_labels --pneumonia pneumoniamnist.npz --mednist mednist_500_per_class_64px.npz --recipe quick

The labelled images are drawn as evenly from the classes as can be. The program takes its own validation split out of
them, as it does for a user who labels no more; judged are images that nothing was chosen on: of PneumoniaMNIST the
published validation split, of MedNIST 50 others of each class. Rows that the table file has already are left out.
"""

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.architectures import read_png
from benchmarks.pneumonia import CLASSES
from trainer import RECIPES, train
from trainer.device import import_keras

HEAD = (
    "| data | labelled images | recipe | AUC (95 %) | balanced accuracy | accuracy | seconds |",
    "|---|---|---|---|---|---|---|",
)
OF_PNEUMONIA, OF_EACH_PART = (20, 50, 100, 500), (5, 10)
JUDGED_OF_EACH = 50


@dataclass(frozen=True, slots=True)
class Few:
    """Images with class indices: those to learn from and those to judge on."""

    name: str
    classes: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    learned: tuple[int, ...]
    judged: tuple[int, ...]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pneumonia", type=Path)
    parser.add_argument("--mednist", type=Path)
    parser.add_argument("--recipe", nargs="+", choices=tuple(RECIPES), default=["quick"])
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--table", type=Path, default=Path("few_labels.md"))
    given = parser.parse_args()
    if not given.table.exists():
        given.table.write_text("\n".join(HEAD) + "\n", encoding="utf-8")
    sets = [
        *(of_pneumonia(given.pneumonia, given.seed) if given.pneumonia else ()),
        *(of_mednist(given.mednist, given.seed) if given.mednist else ()),
    ]
    for recipe in given.recipe:
        for each in sets:
            begins = f"| {each.name} | {len(each.learned)} | {recipe} |"
            if begins in given.table.read_text(encoding="utf-8"):
                continue
            line = f"{begins} {judged(each, recipe, given.seed)} |"
            print(line, flush=True)
            with given.table.open("a", encoding="utf-8") as stream:
                stream.write(f"{line}\n")


def of_pneumonia(npz: Path, seed: int) -> Iterator[Few]:
    with np.load(npz, allow_pickle=False) as stored:
        images = np.concatenate([stored["train_images"], stored["val_images"]])
        labels = np.concatenate([stored["train_labels"], stored["val_labels"]]).ravel().astype(np.int64)
        known = len(stored["train_images"])
    judged = tuple(range(known, len(images)))
    for number in OF_PNEUMONIA:
        learned = drawn(labels[:known], [number - number // 2, number // 2], seed)
        yield Few("PneumoniaMNIST", CLASSES, images, labels, learned, judged)


def of_mednist(npz: Path, seed: int) -> Iterator[Few]:
    with np.load(npz, allow_pickle=False) as stored:
        images, labels = stored["images"], stored["labels"].astype(np.int64)
        classes = tuple(map(str, stored["classes"]))
    for number in OF_EACH_PART:
        wanted = [number + JUDGED_OF_EACH] * len(classes)
        both = drawn(labels, wanted, seed)
        of_class = [both[place : place + wanted[0]] for place in range(0, len(both), wanted[0])]
        learned = tuple(place for part in of_class for place in part[:number])
        judged = tuple(place for part in of_class for place in part[number:])
        yield Few("MedNIST", classes, images, labels, learned, judged)


def drawn(labels: NDArray[np.int64], numbers: Sequence[int], seed: int) -> tuple[int, ...]:
    """Places of so many images of each class, class after class."""
    rng = np.random.default_rng(seed)
    return tuple(
        int(place)
        for label, number in enumerate(numbers)
        for place in rng.permutation(np.flatnonzero(labels == label))[:number]
    )


def judged(few: Few, recipe: str, seed: int) -> str:
    """Train, judge, and leave nothing behind."""
    import_keras().utils.clear_session()
    with tempfile.TemporaryDirectory() as temporary:
        dataset = write_dataset(few, Path(temporary) / "data")
        run = train(dataset, Path(temporary) / "model", recipe=recipe, read_image=read_png, seed=seed)
        document = json.loads((run.folder / "evaluation.json").read_text(encoding="utf-8"))
    found = document["splits"]["test"]["metrics"]
    area = f"{found['auc']:.3f}"
    if "auc_low" in found:
        area += f" ({found['auc_low']:.3f}–{found['auc_high']:.3f})"
    return f"{area} | {found['balanced_accuracy']:.3f} | {found['accuracy']:.3f} | {run.seconds:.0f}"


def write_dataset(few: Few, folder: Path) -> Path:
    """PNG files with a manifest; each image counts as a patient of its own."""
    (folder / "images").mkdir(parents=True)
    lines = ["path,class,split"]
    for split, places in (("train", few.learned), ("test", few.judged)):
        for place in places:
            name = f"images/{place:05}.png"
            Image.fromarray(few.images[place]).save(folder / name)
            lines.append(f"{name},{few.classes[few.labels[place]]},{split}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


if __name__ == "__main__":
    main()
