"""Weights files from elsewhere, opened so that shapes are known before anything is read, and nothing is executed.

Three kinds: `.weights.h5` as Keras 3 writes it, `.npz` of plain arrays, and safetensors.
"""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from trainer.arrays import refuse_bombs
from trainer.errors import ModelFolderError, RecipeError
from trainer.weights_file import check_weights

Shape = tuple[int, ...]
_LARGEST, _LARGEST_HEADER = 2 << 30, 16 << 20
_KINDS: Mapping[str, Any] = MappingProxyType({"F64": "<f8", "F32": "<f4", "F16": "<f2"})
_REMEDY = "Ask for a file with weights only: .weights.h5 from Keras 3, .npz (not compressed) or .safetensors."


@dataclass(frozen=True, slots=True)
class ForeignFile:
    """A weights file: the arrays that it holds, by name, and how to read one."""

    kind: str  # ".weights.h5", ".npz" or ".safetensors"
    sha256: str
    shapes: Mapping[str, Shape]
    read: Callable[[str], NDArray[Any]]


def open_weights(path: Path) -> ForeignFile:
    """Look through a file without reading its arrays; RecipeError if it is none of the three or damaged."""
    name = path.name.lower()
    kind = next((kind for kind in _READERS if name.endswith(kind)), None)
    if kind is None:
        raise RecipeError(f"{path.name} is not a kind of weights file that is read here.", _REMEDY)
    if path.is_symlink() or not path.is_file():
        raise RecipeError(f"{path.name} is missing or not a plain file.", "Choose another file.")
    if path.stat().st_size > _LARGEST:
        raise RecipeError(f"{path.name} is too large to be the weights of a network here.", _REMEDY)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    try:
        shapes, read = _READERS[kind](path, sha256)
    except ModelFolderError as error:
        raise RecipeError(str(error), _REMEDY) from None
    except (OSError, ValueError, KeyError, TypeError, BadZipFile, RecursionError) as error:
        raise RecipeError(f"{path.name} is damaged or no {kind} file with plain arrays.", _REMEDY) from error
    return ForeignFile(kind, sha256, shapes, read)


_Opened = tuple[Mapping[str, Shape], Callable[[str], NDArray[Any]]]


def _hdf5(path: Path, sha256: str) -> _Opened:
    import h5py

    check_weights(path, sha256)
    shapes: dict[str, Shape] = {}

    def note(name: str, found: Any) -> None:
        if isinstance(found, h5py.Dataset):
            shapes[name] = tuple(found.shape)

    with h5py.File(path, "r") as stored:
        stored.visititems(note)

    def read(name: str) -> NDArray[Any]:
        with h5py.File(path, "r") as stored:
            return np.asarray(stored[name])

    return shapes, read


def _npz(path: Path, _sha256: str) -> _Opened:
    refuse_bombs(path)
    shapes: dict[str, Shape] = {}
    with ZipFile(path) as archive:
        for member in archive.namelist():
            with archive.open(member) as stream:
                np.lib.format.read_magic(stream)
                shapes[member.removesuffix(".npy")] = np.lib.format.read_array_header_1_0(stream)[0]

    def read(name: str) -> NDArray[Any]:
        with np.load(path, allow_pickle=False) as stored:
            return np.asarray(stored[name])

    return shapes, read


def _safetensors(path: Path, _sha256: str) -> _Opened:
    size = path.stat().st_size
    with path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        if length > min(size - 8, _LARGEST_HEADER):
            raise ValueError("the header claims more than the file holds")
        header = json.loads(stream.read(length))
    header.pop("__metadata__", None)
    places = {str(name): _place(entry, size - 8 - length) for name, entry in header.items()}

    def read(name: str) -> NDArray[Any]:
        kind, shape, begin = places[name]
        with path.open("rb") as stream:
            stream.seek(8 + length + begin)
            content = stream.read(math.prod(shape) * np.dtype(kind).itemsize)
        return np.frombuffer(content, kind).reshape(shape)

    return {name: shape for name, (_, shape, _) in places.items()}, read


def _place(entry: Mapping[str, Any], size: int) -> tuple[str, Shape, int]:
    """Type, shape and first byte of a tensor; ValueError unless it lies within the file and is as long as it says."""
    kind, shape = _KINDS[entry["dtype"]], tuple(entry["shape"])
    begin, end = entry["data_offsets"]
    whole = all(type(number) is int and number >= 0 for number in (*shape, begin, end))
    if not whole or end > size or end - begin != math.prod(shape) * np.dtype(kind).itemsize:
        raise ValueError("a tensor claims more than the file holds")
    return kind, shape, begin


_READERS: Mapping[str, Callable[[Path, str], _Opened]] = MappingProxyType(
    {".weights.h5": _hdf5, ".npz": _npz, ".safetensors": _safetensors}
)
