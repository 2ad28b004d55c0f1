"""A weights file from elsewhere, looked through before Keras may open it: plain HDF5 with numbers, nothing else."""

import hashlib
from pathlib import Path
from typing import Any

from trainer.errors import ModelFolderError

_LARGEST = 2 << 30
_DEEPEST, _MOST_OBJECTS = 32, 20_000  # our files are five deep and hold some hundred arrays
_NUMBERS = "biuf"
_DESCRIBES_A_NETWORK = ("model_config", "training_config", "keras_version", "layer_names")
_AGAIN = "Train the model again, or choose the folder of a model that this program made."


def check_weights(path: Path, sha256: str) -> None:
    """ModelFolderError unless the file has that hash and holds weights only.

    Refused are links within and to other files, data sets that lie elsewhere or claim more than the file holds,
    values that are no numbers, and files that carry a network of their own (which could name a Lambda or a saved
    model to run).
    """
    if path.is_symlink() or not path.is_file():
        raise ModelFolderError(f"The model's {path.name} is missing or not a plain file.", _AGAIN)
    if path.stat().st_size > _LARGEST:
        raise ModelFolderError(f"The model's {path.name} is too large to be one of ours.", _AGAIN)
    with path.open("rb") as stream:
        if hashlib.file_digest(stream, "sha256").hexdigest() != sha256:
            raise ModelFolderError("The model's weights are not those that run.json names.", _AGAIN)
    _Inspection(path).run()


class _Inspection:
    """One walk through the file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.left = _MOST_OBJECTS
        self.size = path.stat().st_size

    def run(self) -> None:
        import h5py

        try:
            with h5py.File(self.path, "r") as stored:
                if any(name in stored.attrs for name in _DESCRIBES_A_NETWORK):
                    raise _refusal("carries a network of its own")
                self.group(stored, 0)
        except (OSError, RuntimeError, KeyError, ValueError, TypeError):  # h5py raises all of them
            raise _refusal("is damaged") from None

    def group(self, group: Any, depth: int) -> None:
        import h5py

        for name in group:
            self.left -= 1
            if self.left < 0 or depth > _DEEPEST:
                raise _refusal("is not built as ours are")
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise _refusal("holds a link")
            child = group[name]
            if isinstance(child, h5py.Group):
                self.group(child, depth + 1)
            else:
                self.values(child)

    def values(self, child: Any) -> None:
        import h5py

        if not isinstance(child, h5py.Dataset) or child.is_virtual or child.external:
            raise _refusal("refers to other files")
        if child.dtype.kind not in _NUMBERS:
            raise _refusal("holds something else than numbers")
        if child.nbytes > self.size:
            raise _refusal("claims more than it holds")


def _refusal(what: str) -> ModelFolderError:
    return ModelFolderError(f"The model's weights file {what}.", _AGAIN)
