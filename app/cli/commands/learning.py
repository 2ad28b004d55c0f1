"""`leadglass train`, `evaluate`, `predict` and `heatmap`."""

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from app import NOTICE
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.opening import open_project
from app.cli.commands.support import add_support_arguments, run_support
from app.counted import counted
from app.errors import UsageError
from app.progress import Progress
from app.workflows import learning
from trainer import DEFAULT_RECIPE, MAPS, RECIPES, Evaluation, Prediction, RunSummary, Wanted, openings_words

SHOWN = 20


def recipes_text() -> str:
    """The recipes in plain words, from the table that the trainer keeps."""
    return "\n".join(f"  {name:10} {recipe.description}" for name, recipe in RECIPES.items())


def _train_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="a data set folder")
    parser.add_argument("--out", required=True, type=Path, metavar="MODEL", help="the model folder")
    parser.add_argument(
        "--recipe",
        default=DEFAULT_RECIPE,
        metavar="NAME_OR_FILE",
        help=f"{', '.join(RECIPES)}, or a .toml or .json file of settings ({DEFAULT_RECIPE})",
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change one setting of the recipe; repeat for more (see `leadglass architectures`)",
    )
    parser.add_argument(
        "--only",
        action="append",
        default=[],
        metavar="COLUMN=VALUE",
        help="only images with this value in the manifest, such as body_part=KNEE; repeat for more",
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same model (0)")
    parser.add_argument("--epochs", type=int, metavar="N", help="at most so many passes over the data")
    parser.add_argument(
        "--minutes",
        type=int,
        metavar="N",
        help=f"time allowed, after which no new epoch begins; “best” allows itself {RECIPES['best'].minutes}",
    )
    add_knowingly(parser)


def add_knowingly(parser: argparse.ArgumentParser) -> None:
    """The switch that overrides the refusal of data sets with very few patients."""
    parser.add_argument(
        "--knowingly",
        action="store_true",
        help="train also on fewer than 10 patients of a class; the result says next to nothing",
    )


def _train(given: argparse.Namespace, progress: Progress) -> Result:
    request = learning.TrainRequest(
        given.dataset,
        given.out,
        given.recipe,
        given.seed,
        given.epochs,
        settings=(*given.set, *([] if given.minutes is None else [f"minutes={given.minutes}"])),
        only=tuple(given.only),
        knowingly=given.knowingly,
    )
    run = learning.train_model(request, progress)
    return model_made(
        run,
        f"Trained in {run.seconds:.0f} s on {run.device}; the best of {run.epochs} epochs is number {run.best_epoch}.",
    )


def model_made(run: RunSummary, how: str) -> Result:
    """What is told of a new model: how it came about, its figures on validation, what to mind, where it lies."""
    figures = "; ".join(f"{name} {figure}" for name, figure in metric_words(run.metrics) if ":" not in name)
    lines = [
        how,
        f"On the validation split: {figures}.",
        *(f"  Note: {warning}" for warning in run.warnings),
        f"Model: {run.folder}. {NOTICE}.",
    ]
    return Result("\n".join(lines), {**asdict(run), "folder": str(run.folder), "notice": NOTICE})


def _evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder")
    parser.add_argument("dataset", type=Path, metavar="DATASET", help="a data set folder")
    parser.add_argument(
        "--split",
        choices=("train", "validation", "test", "all"),
        help="which part (test, or else validation)",
    )


def _evaluate(given: argparse.Namespace, progress: Progress) -> Result:
    found = learning.evaluate_model(given.model, given.dataset, given.split, progress)
    return Result(evaluation_text(found), asdict(found))


def evaluation_text(found: Evaluation) -> str:
    """An evaluation, for people: figures, confusion matrix, what to beware of."""
    width = max(map(len, found.classes)) + 2
    head = " " * width + "".join(f"{name:>{width}}" for name in found.classes)
    rows = [
        f"{name:<{width}}" + "".join(f"{count:>{width}}" for count in counts)
        for name, counts in zip(found.classes, found.confusion, strict=True)
    ]
    figures = [f"  {name:28} {figure}" for name, figure in metric_words(found.metrics)]
    return "\n".join(
        [
            f"{found.split}: {counted(found.images)} of {counted(found.patients, 'patient')}.",
            *figures,
            "Confusion matrix (rows: the readers' class, columns: predicted):",
            head,
            *rows,
            *(f"  Note: {warning}" for warning in found.warnings),
            f"{NOTICE}.",
        ]
    )


def metric_words(metrics: Mapping[str, float]) -> list[tuple[str, str]]:
    """Each figure with its 95 % interval where it has one (`auc`, `auc_low`, `auc_high`)."""
    words = []
    for name, value in metrics.items():
        if name.endswith(("_low", "_high")):
            continue
        low, high = metrics.get(f"{name}_low"), metrics.get(f"{name}_high")
        interval = f" (95 % interval {low:.3f} to {high:.3f})" if low is not None and high is not None else ""
        words.append((name.replace("_", " "), f"{value:.3f}{interval}"))
    return words


def _point_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder of two classes")
    wish = parser.add_mutually_exclusive_group(required=True)
    wish.add_argument("--threshold", type=float, metavar="P", help="say the finding from this probability on")
    wish.add_argument(
        "--sensitivity", type=float, metavar="SHARE", help="reach this sensitivity, as specific as can be"
    )
    wish.add_argument(
        "--specificity", type=float, metavar="SHARE", help="reach this specificity, as sensitive as can be"
    )
    wish.add_argument("--best", action="store_true", help="where sensitivity + specificity is largest")


def _point(given: argparse.Namespace, progress: Progress) -> Result:
    wanted = Wanted(given.threshold, given.sensitivity, given.specificity, given.best)
    found = learning.choose_operating_point(given.model, wanted, progress)
    facts = {
        **asdict(found),
        "sensitivity": found.sensitivity,
        "specificity": found.specificity,
        "notice": NOTICE,
    }
    text = f"The finding is now said from probability {found.threshold:.3f} on. On the validation split:"
    return Result(f"{text} {found.in_words()}.\n{openings_words(given.model)} {NOTICE}.", facts)


def _report_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "model",
        nargs="?",
        type=Path,
        metavar="MODEL",
        help="a model folder; without one: a report for support",
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a copy there")
    add_support_arguments(parser)


def _report(given: argparse.Namespace, progress: Progress) -> Result:
    if given.model is None:
        return run_support(given, progress)
    page = learning.report(given.model, given.out, progress)
    return Result(f"Report: {page}. {NOTICE}.", {"file": str(page), "notice": NOTICE})


def _predict_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder")
    parser.add_argument(
        "files", nargs="*", type=Path, metavar="FILE_OR_FOLDER", help="DICOM or image files, folders"
    )
    parser.add_argument(
        "--columns",
        type=Path,
        metavar="CSV",
        help="a table with path and the columns that a model reads beside the image, such as patient_age",
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="write the predictions as a table")
    parser.add_argument(
        "--project",
        type=Path,
        metavar="PROJECT",
        help="predict the project's instances and keep it in the project",
    )
    parser.add_argument(
        "--sop", action="append", default=[], metavar="UID", help="with --project: only these"
    )
    parser.add_argument(
        "--unlabelled", action="store_true", help="with --project: only instances without a label"
    )


def _predict(given: argparse.Namespace, progress: Progress) -> Result:
    if bool(given.files) == (given.project is not None):
        raise UsageError("Say what to predict.", "Name files or folders, or --project PROJECT, not both.")
    if given.project is None:
        told = learning.predict_files(given.model, given.files, progress, table=given.columns)
    else:
        project = open_project(given.project)
        uids = learning.unlabelled(project) if given.unlabelled else given.sop
        pairs = learning.predict_project(project, given.model, uids, progress)
        told = [prediction for _, prediction in pairs]
    if given.csv:
        learning.write_predictions(given.csv, told)
    failed = [p for p in told if p.error]
    facts = {
        "predictions": [learning.prediction_json(p) for p in told],
        "failed": len(failed),
        "notice": NOTICE,
    }
    return Result(predictions_text(told, given.csv), facts, SOME_FAILED if failed else DONE)


def predictions_text(told: Sequence[Prediction], table: Path | None) -> str:
    """Predictions, for people; the first ones where a table holds them all."""
    good = [p for p in told if not p.error]
    refused = sum(not p.predicted for p in good)
    lines = [f"{len(good) - refused} images predicted."]
    if refused:
        lines.append(f"{refused} are unlike anything the model learned from and get no answer.")
    lines += [f"  {p.path}: {_answer(p)}" for p in good[:SHOWN]]
    if len(good) == 1 and good[0].similar:
        lines.append(f"  Most like it among what the model learned from: {', '.join(good[0].similar)}")
    if len(good) > SHOWN:
        lines.append(f"  … and {len(good) - SHOWN} more")
    lines += [f"  failed: {p.path}: {p.error}" for p in told if p.error]
    if table:
        lines.append(f"Table: {table}.")
    return "\n".join([*lines, f"{NOTICE}."])


def _answer(prediction: Prediction) -> str:
    if not prediction.predicted:
        return prediction.remark
    remark = f" – {prediction.remark}" if prediction.remark else ""
    return f"{prediction.predicted} ({prediction.probabilities[prediction.predicted]:.0%}){remark}"


def _heatmap_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", type=Path, metavar="MODEL", help="a model folder")
    parser.add_argument("file", type=Path, metavar="FILE", help="a DICOM or image file")
    parser.add_argument("--out", required=True, type=Path, metavar="PNG", help="where the map is written")
    parser.add_argument(
        "--class", dest="class_name", metavar="NAME", help="for this class (the predicted one)"
    )
    parser.add_argument(
        "--method", choices=tuple(MAPS), default="automatic", help="which map (automatic); see above"
    )
    source = parser.add_mutually_exclusive_group()
    source.add_argument(
        "--project",
        type=Path,
        metavar="PROJECT",
        help="its catalogue knows what a model reads beside the image",
    )
    source.add_argument("--columns", type=Path, metavar="CSV", help="or this table, as for predict")


def _heatmap(given: argparse.Namespace, progress: Progress) -> Result:
    request = learning.MapRequest(
        given.model,
        given.file,
        given.out,
        class_name=given.class_name,
        method=given.method,
        project=open_project(given.project) if given.project is not None else None,
        columns=given.columns,
    )
    heat = learning.write_heat_map(request, progress)
    facts = {
        "file": str(given.out),
        "class": heat.class_name,
        "method": heat.method,
        "similar": list(heat.similar),
        "missing": list(heat.missing),
        "notice": NOTICE,
    }
    progress.item("heatmap", facts)
    lines = [f"{given.out} shows what speaks for “{heat.class_name}” ({heat.method})."]
    if heat.missing:
        lines.append(f"Judged without: {', '.join(heat.missing)}.")
    if heat.similar:
        lines.append(f"Most like it among what the model learned from: {', '.join(heat.similar)}.")
    return Result("\n".join([*lines, f"{NOTICE}."]), facts)


def maps_text() -> str:
    """The maps in plain words, from the table that the trainer keeps."""
    return "\n".join(f"  {name:11} {words}" for name, words in MAPS.items())


TRAIN = Command(
    "train",
    "train a model on a data set folder",
    f"""Train a model. DATASET is a folder with manifest.csv (path, class, patient, split), as `leadglass export`
writes it, or a folder with a sub-folder of images per class. Patients are never divided between training,
validation and test. A training that was killed goes on from its last epoch when the same command runs again.

Recipes:
{recipes_text()}

  leadglass train knees-dataset --out knees-model
  leadglass train knees-dataset --out knees-best --recipe best --minutes 240
  leadglass train knees-dataset --out knees-lite0 --set architecture=efficientnet_lite0 --set "strategy=by rule" """,
    _train_arguments,
    _train,
)
EVALUATE = Command(
    "evaluate",
    "judge a model against the readers' labels",
    """Apply a model to a split of a data set that it did not learn from and compare it with the readers' labels.

  leadglass evaluate knees-model knees-dataset --split test""",
    _evaluate_arguments,
    _evaluate,
)
PREDICT = Command(
    "predict",
    "say what a model sees in images",
    f"""Predict classes for DICOM or image files, or for the instances of a project. {NOTICE}.

  leadglass predict knees-model new_images --csv predictions.csv
  leadglass predict knees-model --project knees.leadglass""",
    _predict_arguments,
    _predict,
)
OPERATING_POINT = Command(
    "operating-point",
    "choose from which probability on a model says the finding",
    """Choose where on the ROC curve of the validation split a model of two classes works. Prediction and report follow.
Choose before you look at the test split: each move after that is counted, and the report says so.

  leadglass operating-point knees-model --sensitivity 0.95""",
    _point_arguments,
    _point,
)
REPORT = Command(
    "report",
    "write a model's report and passport, or one for support",
    """Write report.html (one page that opens offline: figures with intervals and counts, calibration, groups, doubts,
model card, checklist for a publication) and passport.json (hashes, seeds, settings) anew into the model folder.
Training writes them too.

  leadglass report knees-model --out knees-report.html

Without a model it is a report for support: versions, settings, counts, timings and the program's own log, without
identities, paths and labels. It is shown, and saved only once it was read.

  leadglass report
  leadglass report --project knees.leadglass --out report.txt""",
    _report_arguments,
    _report,
)
HEATMAP = Command(
    "heatmap",
    "show where in an image a model looked",
    f"""Draw where in an image the model found what speaks for a class, as a grey PNG of the image's size: white speaks
most for it.

Maps:
{maps_text()}

  leadglass heatmap knees-model image.dcm --out map.png
  leadglass heatmap knees-model image.dcm --out check.png --method occlusion""",
    _heatmap_arguments,
    _heatmap,
)
