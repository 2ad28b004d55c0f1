"""What an unfinished training has reached, so that it goes on after a cancel, a crash or a power cut."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from trainer.atomic import write_atomically
from trainer.errors import ModelFolderError
from trainer.records import NOTICE

Arrays = dict[str, NDArray[Any]]
FOLDER = "checkpoint"
_STATE = "__state__"


class Checkpoint:
    """Named arrays and a state under `out/checkpoint`, tied to one data set, recipe and seed."""

    def __init__(self, out: Path, identity: Mapping[str, Any]) -> None:
        self.folder = out / FOLDER
        self.identity = dict(identity)

    def save(self, name: str, arrays: Arrays, state: Mapping[str, Any]) -> None:
        """Replace what was saved under that name, in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"identity": self.identity, "state": dict(state), "notice": NOTICE})
        packed: Arrays = {**arrays, _STATE: np.frombuffer(text.encode(), np.uint8)}

        def write(path: Path) -> None:
            with path.open("wb") as stream:
                np.savez(stream, **packed)  # type: ignore[arg-type]  # numpy types its keywords as one option

        write_atomically(self.folder / f"{name}.npz", write)

    def load(self, name: str) -> tuple[Arrays, dict[str, Any]] | None:
        """What was saved, or None. ModelFolderError if it belongs to another training or is damaged."""
        path = self.folder / f"{name}.npz"
        if not path.is_file():
            return None
        try:
            with np.load(path, allow_pickle=False) as stored:
                arrays = {key: stored[key] for key in stored.files}
            document = json.loads(arrays.pop(_STATE).tobytes())
        except (OSError, ValueError, KeyError, BadZipFile):
            raise ModelFolderError(
                "The unfinished training in this folder is damaged.", "Choose another folder for the model."
            ) from None
        if document["identity"] != self.identity:
            raise ModelFolderError(
                "This folder holds an unfinished training on other images or with other settings.",
                "Choose another folder for the model, or repeat the command that began it.",
            )
        return arrays, document["state"]

    def remove(self) -> None:
        """Delete it once the model is complete."""
        if self.folder.is_dir():
            shutil.rmtree(self.folder)
