"""Model folders with made-up figures, for pages that only show them."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer import Figure
from trainer.model_folder import ModelInfo, write_run
from trainer.preprocessing import Preprocessing


class Quiet:
    """A `Progress` that tells nobody."""

    def stage(self, title: str, total: int | None = None) -> None: ...
    def step(self, done: int, message: str = "") -> None: ...
    def item(self, kind: str, facts: Mapping[str, Any]) -> None: ...
    def cancelled(self) -> bool:
        return False


def make_run(folder: Path) -> None:
    """Write a finished run without weights: two classes, three epochs, ten test images."""
    folder.mkdir(parents=True)
    figures = [
        Figure("auc", "", 0.9, 0.7, 1.0, None, 10, 0.5),
        Figure("accuracy", "", 0.8, 0.6, 0.9, 8, 10, 0.6),
        Figure("sensitivity", "finding", 0.75, 0.3, 0.95, 3, 4, 0.0),
        Figure("specificity", "finding", 5 / 6, 0.4, 0.97, 5, 6, 1.0),
    ]
    curve = {
        "class_name": "finding",
        "false_positive_rate": [0, 0.2, 1],
        "true_positive_rate": [0, 0.9, 1],
        "auc": 0.9,
    }
    test = {
        "split": "test",
        "images": 10,
        "patients": 5,
        "classes": ["clear", "finding"],
        "confusion": [[5, 1], [1, 3]],
        "metrics": {"auc": 0.9},
        "figures": [asdict(figure) for figure in figures],
        "curves": [curve],
        "warnings": ["The split is too small."],
    }
    document = {"notice": "Not for diagnostic use", "splits": {"test": test}}
    (folder / "evaluation.json").write_text(json.dumps(document), encoding="utf-8")
    lines = ["epoch,loss,val_loss,val_auc,notice"]
    lines += [f"{n},{1 / n},{1.1 / n},0.{5 + n},Not for diagnostic use" for n in (1, 2, 3)]
    (folder / "history.csv").write_text("\n".join(lines), encoding="utf-8")
    write_run(
        ModelInfo(
            folder=folder,
            classes=("clear", "finding"),
            architecture="residual",
            preprocessing=Preprocessing(64, False, 1, 0.0, 1.0),
            recipe="standard",
            weights_sha256="0" * 64,
            seed=0,
            epochs=3,
            best_epoch=3,
            seconds=12.0,
            device="CPU",
            metrics={"auc": 0.9},
            counts={"train": {"clear": 5, "finding": 5}},
            warnings=(),
            versions={},
            dataset_sha256="",
            identity={},
        )
    )
