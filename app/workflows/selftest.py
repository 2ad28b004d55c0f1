"""The self-test of an installed copy: every part does its work once, on made-up data in a folder of its own.

What IT runs after a roll-out, and what the verification of a release runs. Each check is a row of `CHECKS`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from secrets import token_urlsafe

import resources
from app import policy
from app.components import training_installed
from app.program import command
from app.settings import PASSPHRASE_VARIABLE

PROGRAM_PARTS = ("pydicom", "numpy", "onnxruntime", "rapidocr-onnxruntime", "sqlalchemy", "cryptography", "pyarrow",
                 "pikepdf", "pyside6-essentials", "sqlcipher3")  # fmt: skip
TRAINING_PARTS = ("keras", "tensorboard", "tensorflow-cpu")
SAMPLE = (
    "Abernathy_Graham",
    "Bergstrand_Annika",
)  # two of the sample's patients are enough to see each step work
STEP_LIMIT_S = 600  # a minute is usual; a busy or old PC takes several
LONGEST_REASON = 600  # characters
PASSPHRASE = token_urlsafe(48)  # of the test project, where the site's IT wants vaults to have one
MANIFEST = "MANIFEST.sha256"  # at the top of an installed copy, made with it
TRAINING_MANIFEST = f"training/{MANIFEST}"  # that of the component for training, where it was added


class CheckError(Exception):
    """A check found something wrong; the message says what."""


class NotPresent(Exception):  # noqa: N818 - nothing is wrong: a component is not installed
    """There is nothing to check; the message says why."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check ended: `state` is "ok", "failed" or "absent"."""

    name: str
    state: str
    seconds: float
    note: str


@dataclass(frozen=True, slots=True)
class Check:
    """One row of the self-test."""

    name: str
    run: Callable[[Path], str]


def self_test(folder: Path) -> Iterator[Outcome]:
    """Run every check, whatever the others say; `folder` is empty and holds what they write."""
    for check in CHECKS:
        begun = time.monotonic()
        try:
            state, note = "ok", check.run(folder)
        except NotPresent as absent:
            state, note = "absent", str(absent)
        except CheckError as wrong:
            state, note = "failed", str(wrong)
        yield Outcome(check.name, state, round(time.monotonic() - begun, 1), note)


def _complete(_folder: Path) -> str:
    root = Path(sys.prefix).parent
    if not (root / MANIFEST).exists():
        raise NotPresent("runs from source: there is no list of files to compare with")
    wrong = []
    manifests = [root / name for name in (MANIFEST, TRAINING_MANIFEST) if (root / name).exists()]
    lines = [line for file in manifests for line in file.read_text(encoding="utf-8").splitlines()]
    for line in lines:
        digest, name = line.split("  ", 1)
        file = root / name
        if not file.exists() or _digest(file) != digest:
            wrong.append(name)
    if wrong:
        raise CheckError(f"{len(wrong)} files are missing or changed, such as {wrong[0]}: install again")
    return f"{len(lines)} files as delivered"


def _digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parts(_folder: Path) -> str:
    return ", ".join(f"{name} {_version(name)}" for name in PROGRAM_PARTS)


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError as error:
        raise CheckError(f"{name} is missing: install again") from error


def _masking(folder: Path) -> str:
    originals = folder / "originals"
    for patient in SAMPLE:
        shutil.copytree(resources.find("sample") / "instances" / patient, originals / patient)
    _leadglass(folder, "new", folder / "test.leadglass")
    imported = _leadglass(folder, "import", folder / "test.leadglass", originals)
    masked = imported["masked"]
    if not masked:
        raise CheckError("no instance of the sample was masked")
    _leadglass(folder, "verify", folder / "test.leadglass" / "instances", "--against", originals)
    return f"{masked} instances masked, no identity left"


def _labelling(folder: Path) -> str:
    _need_project(folder)
    labelled = _leadglass(folder, "label", folder / "test.leadglass", "--from",
                          resources.find("sample") / "labels.csv", allowed=(0, 1))  # fmt: skip
    _leadglass(folder, "export", folder / "test.leadglass", "--out", folder / "dataset", allowed=(0, 1))
    if not (folder / "dataset" / "manifest.csv").exists():
        raise CheckError("no data set was written")
    return f"{labelled['labelled']} labels set, data set exported"


def _encryption(folder: Path) -> str:
    project = folder / "encrypted.leadglass"
    _leadglass(folder, "new", project, "--encrypt")
    _leadglass(folder, "review", project)
    if (project / "catalogue.sqlcipher").read_bytes().startswith(b"SQLite format"):
        raise CheckError("the catalogue of an encrypted project is in clear")
    return "a catalogue encrypted and opened"


def _need_project(folder: Path) -> None:
    if not (folder / "test.leadglass").exists():
        raise NotPresent("there is no project to try it on")


def _window(folder: Path) -> str:
    _need_project(folder)
    out = folder / "pictures"
    _leadglass(folder, "screenshots", folder / "test.leadglass", "--out", out)
    pictures = [each for each in out.glob("*.png") if each.stat().st_size]
    if not pictures:
        raise CheckError("no page of the window could be drawn")
    return f"{len(pictures)} pages drawn"


def _training(folder: Path) -> str:
    if not training_installed():
        raise NotPresent("the component for training is not installed")
    parts = ", ".join(f"{name} {_version(name)}" for name in TRAINING_PARTS)
    _make_pictures(folder / "learn")
    _leadglass(folder, "train", folder / "learn", "--out", folder / "model", "--recipe", "quick")
    _leadglass(folder, "predict", folder / "model", folder / "learn", "--csv", folder / "p.csv")
    return f"{parts}; a model trained and predicted"


def _make_pictures(folder: Path) -> None:
    """Forty little pictures of two kinds that anybody could tell apart."""
    import numpy as np
    from PIL import Image

    generator = np.random.default_rng(7)
    for name, level in (("dark", 60), ("light", 180)):
        (folder / name).mkdir(parents=True)
        for number in range(20):
            values = generator.normal(level, 12, (64, 64)).clip(0, 255).astype(np.uint8)
            Image.fromarray(values).save(folder / name / f"{name}{number:02}.png")


def _leadglass(folder: Path, *arguments: str | Path, allowed: tuple[int, ...] = (0,)) -> dict[str, object]:
    """Run a command of this program with a configuration of its own; returns what it says as JSON."""
    environment = {
        **os.environ,
        "LEADGLASS_CONFIG": str(folder / "configuration"),
        "QT_QPA_PLATFORM": "offscreen",
        PASSPHRASE_VARIABLE: PASSPHRASE,
    }
    line = command(*map(str, arguments), "--json", "--progress", "json")
    try:
        ended = subprocess.run(line, capture_output=True, encoding="utf-8", env=environment, check=False,
                               timeout=STEP_LIMIT_S)  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise CheckError(f"“{arguments[0]}” took longer than {STEP_LIMIT_S} s") from error
    reason = "; ".join(_reasons(ended.stderr))[:LONGEST_REASON]
    if policy.SET_BY_IT in reason:
        raise NotPresent(f"not tried, since the rules of IT do not allow it: {reason}")
    if ended.returncode not in allowed or not ended.stdout.strip():
        reason = reason or " ".join(ended.stdout.split())[-LONGEST_REASON:] or "it gave no reason"
        raise CheckError(f"“{arguments[0]}” ended with {ended.returncode}: {reason}")
    told = json.loads(ended.stdout)
    assert isinstance(told, dict)
    return told


def _reasons(told: str) -> Iterator[str]:
    """Why a command did not do all of its work, each reason once: from what it told of files, and of itself."""
    seen = set()
    for line in told.splitlines():
        reason = _reason(line)
        if reason and reason not in seen:
            seen.add(reason)
            yield reason


def _reason(line: str) -> str:
    """The reason in a line of JSON; a line of anything else is one, such as a crash of a library."""
    try:
        event = json.loads(line)
    except ValueError:
        return line.strip()
    if event["event"] == "error":
        return f"{event['message']} {event['remedy']}".strip()
    if event["event"] == "item" and event.get("outcome") in ("failed", "quarantined"):
        return str(event["reason"])
    return ""


CHECKS = (
    Check("files", _complete),
    Check("parts", _parts),
    Check("masking", _masking),
    Check("labelling and export", _labelling),
    Check("encrypted catalogue", _encryption),
    Check("window", _window),
    Check("training and prediction", _training),
)
