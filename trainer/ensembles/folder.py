"""The part of a model folder that makes an ensemble: its members, each with its hash, and how they are combined."""

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from trainer.atomic import write_json
from trainer.ensembles.combining import Combination
from trainer.errors import ModelFolderError
from trainer.model_folder import RUN, ModelInfo
from trainer.records import NOTICE

FILE, MEMBERS, FORMAT = "ensemble.json", "members", 1
MOST_MEMBERS = 50
_LARGEST = 4 << 20
_KEPT = (RUN, "weights.weights.h5", "classifier.npz", "judging.json", "familiarity.npz", "images.json")
_AGAIN = "Make the ensemble again from its members."


@dataclass(frozen=True, slots=True)
class Member:
    """A model inside the ensemble's folder."""

    folder: Path
    name: str  # of the folder that it was copied from
    sha256: str  # over its files


def copy_members(folders: Sequence[Path], out: Path) -> tuple[Member, ...]:
    """Copy what is needed of the models into the ensemble's folder, so that it can travel."""
    made = []
    for number, folder in enumerate(folders, start=1):
        target = out / MEMBERS / str(number)
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        for name in _KEPT:
            if (folder / name).is_file():
                shutil.copyfile(folder / name, target / name)
        made.append(Member(target, folder.name, digest(target)))
    return tuple(made)


def digest(folder: Path) -> str:
    """SHA-256 over the files of a member that count."""
    total = hashlib.sha256()
    for name in _KEPT:
        path = folder / name
        if path.is_symlink():
            raise ModelFolderError("A member of the ensemble holds a link.", _AGAIN)
        if path.is_file():
            with path.open("rb") as stream:
                total.update(f"{name} {hashlib.file_digest(stream, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


def write_ensemble(out: Path, members: Sequence[Member], combination: Combination) -> str:
    """Write ensemble.json and give its SHA-256."""
    listed = [{"name": member.name, "sha256": member.sha256} for member in members]
    write_json(out / FILE, {"format": FORMAT, "notice": NOTICE, "members": listed, **combination.as_json()})
    return _sha256(out / FILE)


def read_ensemble(info: ModelInfo) -> tuple[tuple[Member, ...], Combination]:
    """The members and how they are combined; ModelFolderError unless every file is unchanged."""
    path = info.folder / FILE
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LARGEST:
        raise ModelFolderError(f"The model's {FILE} is missing or not a plain file.", _AGAIN)
    if _sha256(path) != info.weights_sha256:
        raise ModelFolderError(f"The model's {FILE} is not the one that run.json names.", _AGAIN)
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        members = tuple(_members(info.folder, document))
        combination = Combination.from_json(document, members=len(members), classes=len(info.classes))
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ModelFolderError(f"The model's {FILE} is damaged.", _AGAIN) from None
    for member in members:
        if digest(member.folder) != member.sha256:
            raise ModelFolderError(f"The member “{member.name}” of the ensemble was changed.", _AGAIN)
    return members, combination


def _members(folder: Path, document: Any) -> Iterator[Member]:
    """Places come from the number alone, never from a name in the file."""
    if not 1 < len(document["members"]) <= MOST_MEMBERS:
        raise ValueError("not an ensemble of ours")
    for number, entry in enumerate(document["members"], start=1):
        yield Member(folder / MEMBERS / str(number), str(entry["name"])[:100], str(entry["sha256"]))


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
