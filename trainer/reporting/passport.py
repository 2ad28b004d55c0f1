"""The model passport: everything that is needed to know this model again, to judge it and to make it anew."""

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import trainer
from trainer.atomic import write_json
from trainer.ensembles.combining import METHODS
from trainer.model_folder import ENSEMBLE, WEIGHTS, ModelInfo
from trainer.recipes import FROM_SCRATCH, NETWORK, RECIPES
from trainer.records import NOTICE
from trainer.reporting.claim import filled
from trainer.results import answers, familiarity, rules
from trainer.results.answers import Answers
from trainer.results.groups import groups_of
from trainer.results.openings import in_words, openings
from trainer.results.rules import Rules

FILE = "passport.json"
_HASHED = (
    WEIGHTS,
    "classifier.npz",
    "ensemble.json",
    rules.FILE,
    familiarity.FILE,
    answers.FILE,
    "history.csv",
)


@dataclass(frozen=True, slots=True)
class Known:
    """A model folder, read once for report and passport."""

    info: ModelInfo
    rules: Rules
    answers: Mapping[str, Answers]


def write_passport(known: Known) -> dict[str, Any]:
    """Write passport.json and give what it says."""
    document = passport(known)
    write_json(known.info.folder / FILE, document)
    return document


def passport(known: Known) -> dict[str, Any]:
    """Who the model is, in a form for programs."""
    info = known.info
    return {
        "format": 1,
        "notice": NOTICE,
        "model": {
            "name": info.folder.name,
            "classes": list(info.classes),
            "architecture": info.architecture,
            "weights_sha256": info.weights_sha256,
            "files_sha256": dict(_hashes(info.folder)),
        },
        "data": {
            "sha256": info.dataset_sha256,
            "counts": {split: dict(counts) for split, counts in info.counts.items()},
            "test_split": in_words(info.folder),
            "test_openings": [asdict(each) for each in openings(info.folder)],
        },
        "training": {
            "recipe": info.recipe,
            "settings": dict(info.settings),
            "asked_for": {name: value for name, value in info.identity.items() if name != "listing"},
            "preprocessing": info.preprocessing.as_json(),
            "seed": info.seed,
            "epochs": info.epochs,
            "best_epoch": info.best_epoch,
            "seconds": info.seconds,
            "device": info.device,
        },
        "judging": {
            "calibration": known.rules.calibration.as_json(),
            "operating_point": None if known.rules.point is None else known.rules.point.as_json(),
            "limits": None if known.rules.limits is None else known.rules.limits.as_json(),
        },
        "code": {"version": _version(), "sha256": code_sha256(), "libraries": dict(info.versions)},
        "claim": [
            {"item": item.number, "asks": item.asks, "answer": answer}
            for item, answer in filled(claims(known))
        ],
    }


def code_sha256() -> str:
    """Over the trainer's own source files: two models of one code version were trained by the same lines."""
    root = Path(trainer.__file__).parent
    files = sorted(root.rglob("*.py"), key=lambda file: file.relative_to(root).as_posix())
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes().replace(b"\r\n", b"\n")
        total.update(f"{file.relative_to(root).as_posix()}\t{len(content)}\n".encode() + content)
    return total.hexdigest()


def _is_several(info: ModelInfo) -> bool:
    return info.architecture == ENSEMBLE


def _of_the_first(info: ModelInfo) -> str:
    return "Of the first member: " if _is_several(info) else "Images are "


def _length(info: ModelInfo) -> str:
    return f"{info.settings['members']} members" if _is_several(info) else f"{info.epochs} epochs"


def _chosen(info: ModelInfo) -> str:
    return "of each member its own best epoch" if _is_several(info) else f"epoch {info.best_epoch}"


def claims(known: Known) -> dict[str, str]:
    """What the program can answer of the checklist."""
    info, found = known.info, known.answers
    shape = info.preprocessing
    colours = "colours kept" if shape.colour else "as grey values"
    recipe = RECIPES.get(info.recipe)
    counted = "; ".join(f"{split}: {sum(counts.values())} images" for split, counts in info.counts.items())
    return {
        "method": f"{_method(info)}, supervised classification",
        "data_source": f"Data set with content hash {info.dataset_sha256[:16]}…; where it was acquired is yours to say",
        "preprocessing": f"{_of_the_first(info)}shown as a viewer shows it, resized with its proportions kept to "
        f"{shape.size} × {shape.size} pixels, padded with black, {colours}, scaled as (x − {shape.offset:g}) / "
        f"{shape.scale:g}",
        "selection": "All images of the data set that could be read; the warnings name those that could not",
        "deidentification": "Data sets that this program exports were masked and checked for identity beforehand "
        "(DATACARD.md says how); of another data set it is yours to say",
        "missing": "Images without a label are not part of it; what is not known is a group of its own",
        "reference": "The readers' labels of the data set; who read and how disagreements were settled is in DATACARD.md",
        "tool": f"Leadglass {_version()}",
        "sample_size": f"{counted}; no power calculation was made by the program",
        "partitions": f"By patient, each class spread alike, seed {info.seed}, unless the data set brought its own parts",
        "disjoint": "Patient: no patient is in two parts; the program refuses such a data set",
        "model": f"{info.architecture}; one image of {shape.size} × {shape.size} × {shape.channels} in, "
        f"{len(info.classes)} probabilities out ({', '.join(info.classes)})",
        "versions": ", ".join(f"{name} {number}" for name, number in info.versions.items()),
        "initialisation": _initialisation(info),
        "training": f"{recipe.description if recipe else info.recipe} {_length(info)}, seed {info.seed}; classes "
        "weighted to count alike",
        "model_selection": f"Best AUC on the validation split, then the lower loss: {_chosen(info)}",
        "ensembling": METHODS[str(info.settings["method"])] if info.architecture == ENSEMBLE else "None",
        "metrics": "AUC, sensitivity, specificity, predictive values, F1, accuracy, balanced accuracy, kappa, average "
        "precision, Brier score, calibration error; per class and over all",
        "uncertainty": "95 % intervals: Wilson for proportions, bootstrap over patients for the rest; a dummy "
        "classifier beside them",
        "robustness": "Results by group below"
        if any(groups_of(each.facts) for each in found.values())
        else "",
        "explaining": "Heat maps in the program: "
        + ("by covering" if _is_several(info) else "Grad-CAM, by covering"),
        "flow": f"{counted}; images left out are named in the warnings",
        "demographics": "; ".join(_demographics(found)),
        "performance": ", ".join(("validation", "test") if "test" in found else ("validation",)) + ": below",
        "accuracy": "The table of figures below",
        "failures": "; ".join(
            f"{split}: {int((each.labels != known.rules.said(each.raw)).sum())} of {len(each)} wrong"
            for split, each in found.items()
        ),
        "limitations": "; ".join(info.warnings),
    }


def _demographics(found: Mapping[str, Answers]) -> Iterator[str]:
    for split, each in found.items():
        for column in ("patient_sex", "age_group"):
            values = groups_of(each.facts).get(column)
            if values:
                counts = ", ".join(f"{name} {number}" for name, number in sorted(Counter(values).items()))
                yield f"{split}, {'sex' if column == 'patient_sex' else 'age'}: {counts} (images)"


def _hashes(folder: Path) -> Iterator[tuple[str, str]]:
    for name in _HASHED:
        if (folder / name).is_file():
            with (folder / name).open("rb") as stream:
                yield name, hashlib.file_digest(stream, "sha256").hexdigest()


def _method(info: ModelInfo) -> str:
    if info.architecture == ENSEMBLE:
        return f"Ensemble of {info.settings['members']} models"
    used = info.used_recipe()
    if used.classifier == NETWORK:
        return f"Convolutional neural network ({info.architecture})"
    joined = f", joined with {used.columns}" if used.columns else ""
    return f"{used.classifier.capitalize()} on {info.architecture}{joined}"


def _initialisation(info: ModelInfo) -> str:
    if info.architecture == ENSEMBLE:
        return "Each member as its own passport says"
    used = info.used_recipe()
    if used.strategy == FROM_SCRATCH:
        return f"At random with seed {info.seed}"
    origin = info.identity.get("imported_weights")
    return (
        f"Weights imported from a file with SHA-256 {origin}"
        if origin
        else "Weights learned on ImageNet, carried with the program"
    )


def _version() -> str:
    try:
        return version("leadglass")
    except PackageNotFoundError:  # run from a source tree that was not installed
        return "0+source"
