"""Weight files that the program carries: plain arrays, read only after their checksum was verified."""

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.errors import ModelFolderError


def read_checked(path: Path) -> dict[str, NDArray[np.float32]]:
    """The arrays of a .npz file beside which `<name>.sha256` holds its SHA-256.

    Raises ModelFolderError if the file is not the one that was shipped. Pickled objects are never loaded.
    """
    expected = path.with_name(path.name + ".sha256").read_text(encoding="ascii").split()[0]
    if hashlib.sha256(path.read_bytes()).hexdigest() != expected:
        raise ModelFolderError(
            f"The carried weights file {path.name} is damaged or was changed.", "Install the program again."
        )
    with np.load(path, allow_pickle=False) as arrays:
        return {name: arrays[name] for name in arrays.files}
