"""Train classical methods, joined columns and ensembles on a few MedNIST images and print one table.

python -m benchmarks.classical mednist_500_per_class_64px.npz --table rows.md

The images are those of benchmarks.architectures. MedNIST tells no age: the joined column is drawn at random and says so.
"""

import argparse
import csv
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.architectures import read_png, write_dataset
from trainer import EnsembleRequest, Hearing, Recipe, RunSummary, build_ensemble, train

HEAD = ("| what | test AUC (95 %) | test accuracy | seconds |", "|---|---|---|---|")
LITE0 = ("architecture=efficientnet_lite0", "strategy=fixed features")
PIXELS = ("architecture=pixels",)
SINGLE = {
    "forest": ("Random forest on pixels", (*PIXELS, "classifier=random forest")),
    "svm": ("Support vector machine (RBF) on pixels", (*PIXELS, "classifier=svm")),
    "lite-forest": ("Random forest on EfficientNet-Lite0", (*LITE0, "classifier=random forest")),
    "lite-svm": ("Support vector machine (RBF) on EfficientNet-Lite0", (*LITE0, "classifier=svm")),
    "joined": ("EfficientNet-Lite0 joined with a random column", (*LITE0, "columns=chance")),
}
MEMBERS = ("forest", "lite-forest", "lite-svm")
EXPERTS = {f"expert-{value}": value for value in ("A", "B")}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("npz", type=Path)
    parser.add_argument("--table", type=Path, default=Path("classical.md"))
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary, given.table.open("w", encoding="utf-8") as stream:
        stream.write("\n".join(HEAD) + "\n")
        for title, run in rows(Path(temporary), given.npz):
            line = row(title, run)
            print(line, flush=True)
            stream.write(f"{line}\n")
            stream.flush()


def rows(folder: Path, npz: Path) -> Iterator[tuple[str, RunSummary]]:
    """Title and summary of each model."""
    dataset = with_columns(write_dataset(npz, folder / "mednist"))
    for name, (title, settings) in SINGLE.items():
        recipe = Recipe().with_texts(settings)
        yield title, train(dataset, folder / name, recipe=recipe, read_image=read_png)
    members = tuple(folder / name for name in MEMBERS)
    for method in ("average", "vote", "stack"):
        request = EnsembleRequest(members, dataset, folder / method, method)
        yield f"Ensemble of the three above, {method}", build_ensemble(request, Hearing(read_png))
    recipe = Recipe().with_texts(SINGLE["lite-svm"][1])
    for name, value in EXPERTS.items():
        train(dataset, folder / name, recipe=recipe, read_image=read_png, only={"half": value})
    experts = tuple(folder / name for name in EXPERTS)
    request = EnsembleRequest(experts, dataset, folder / "experts", "experts", column="half")
    yield "Mixture of two experts, each for a half of the images", build_ensemble(request, Hearing(read_png))


def with_columns(dataset: Path) -> Path:
    """Two columns that have nothing to do with the class."""
    rng = np.random.default_rng(0)
    manifest = dataset / "manifest.csv"
    with manifest.open(encoding="utf-8", newline="") as stream:
        found = list(csv.DictReader(stream))
    with manifest.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, [*found[0], "chance", "half"])
        table.writeheader()
        for number, each in enumerate(found):
            table.writerow(each | {"chance": f"{rng.normal():.3f}", "half": "AB"[number % 2]})
    return dataset


def row(title: str, run: RunSummary) -> str:
    figures = json.loads((run.folder / "evaluation.json").read_text(encoding="utf-8"))
    test = figures["splits"]["test"]["metrics"]
    area = f"{test['auc']:.3f}"
    if "auc_low" in test:
        area += f" ({test['auc_low']:.3f}–{test['auc_high']:.3f})"
    return f"| {title} | {area} | {test['accuracy']:.3f} | {run.seconds:.0f} |"


if __name__ == "__main__":
    main()
