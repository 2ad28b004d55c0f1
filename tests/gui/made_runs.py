"""Model folders with made-up figures, for pages that only show them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from trainer import RECIPES, Figure, LearningPoint, write_report
from trainer.model_folder import ModelInfo, write_run
from trainer.preprocessing import Preprocessing
from trainer.results.answers import Answers, write_answers
from trainer.results.conclusion import Beside, conclude, write_evaluations
from trainer.results.openings import note_opening
from trainer.results.rules import fit_rules


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
            settings=RECIPES["standard"].table(),
            weights_sha256="0" * 64,
            classifier_sha256="",
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


def make_judged_run(folder: Path, uids: Sequence[str]) -> None:
    """Write a run that was judged on these instances, three of a patient, half of them validation, half test."""
    make_run(folder)
    rng = np.random.default_rng(0)
    half = len(uids) // 2
    splits = {"validation": uids[:half], "test": uids[half:]}
    answers = [_answers(split, part, rng) for split, part in splits.items()]
    rules = fit_rules(("clear", "finding"), answers[0].labels, answers[0].raw, limits=None, prior=np.ones(2))
    rules.save(folder)
    write_answers(folder, answers)
    points = tuple(
        LearningPoint(f, round(100 * f), 20, 0.7 + f / 5, 0.65, 0.9) for f in (0.1, 0.25, 0.5, 1.0)
    )
    evaluations = [conclude(each, rules) for each in answers]
    write_evaluations(folder, evaluations, Beside(("Possible leak: the scanner.",), points))
    note_opening(folder, "training finished", "x", rules.threshold)
    write_report(ModelInfo.read(folder), evaluations)


def _answers(split: str, uids: Sequence[str], rng: np.random.Generator) -> Answers:
    number = len(uids)
    labels = np.arange(number) % 2
    finding = np.clip(0.5 + (labels - 0.5) * 0.4 + rng.normal(0, 0.4, number), 0.01, 0.99)
    return Answers(
        split,
        ("clear", "finding"),
        names=tuple(f"images/{uid}.png" for uid in uids),
        patients=tuple(f"P{place // 3}" for place in range(number)),
        labels=labels,
        raw=np.stack([1 - finding, finding], axis=1),
        distances=None,
        facts=tuple(
            {"sop_instance_uid": uid, "patient_sex": "FM"[place % 4 < 2]} for place, uid in enumerate(uids)
        ),
    )
