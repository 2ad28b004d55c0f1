"""Named arrays in a file of ours: plain, uncompressed, no pickled object, nothing that claims more than it holds."""

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
from numpy.typing import NDArray

from trainer.atomic import write_atomically

Arrays = Mapping[str, NDArray[Any]]
_MOST_ARRAYS = 10_000
_KINDS = "biuf"  # numbers only


def write_arrays(path: Path, arrays: Arrays) -> None:
    """Write a .npz file, complete or not at all; the same arrays give the same bytes."""

    def write(file: Path) -> None:
        with file.open("wb") as stream:
            np.savez(stream, **arrays)  # type: ignore[arg-type]  # numpy types its keywords as one option

    write_atomically(path, write)


def read_arrays(path: Path, largest: int) -> dict[str, NDArray[Any]]:
    """Read a .npz file of at most `largest` bytes; ValueError unless it is a plain one that holds what it claims.

    Names in the archive are never used as paths: nothing is unpacked to the disk.
    """
    if path.is_symlink() or not path.is_file() or path.stat().st_size > largest:
        raise ValueError("not a plain file")
    try:
        refuse_bombs(path)
        with np.load(path, allow_pickle=False) as stored:
            return {name: stored[name] for name in stored.files}
    except (OSError, KeyError, EOFError, BadZipFile) as error:
        raise ValueError("damaged") from error


def refuse_bombs(path: Path) -> None:
    """Arrays of ours are stored as they are; what claims or unpacks to more than the file holds is none."""
    size = path.stat().st_size
    with ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > _MOST_ARRAYS or sum(member.file_size for member in members) > size:
            raise ValueError("unpacks to more than it holds")
        for member in members:
            if not _is_plain_name(member.filename):
                raise ValueError("a name that leads elsewhere")
            with archive.open(member) as stream:
                if np.lib.format.read_magic(stream) != (1, 0):
                    raise ValueError("another format")
                shape, _, kind = np.lib.format.read_array_header_1_0(stream)
            if kind.kind not in _KINDS or math.prod(shape) * kind.itemsize > size:
                raise ValueError("claims more than it holds")


def _is_plain_name(name: str) -> bool:
    stem, dot, suffix = name.rpartition(".")
    return (
        bool(stem and dot)
        and suffix == "npy"
        and not stem.startswith("/")
        and not any(mark in stem for mark in ("\\", ":", ".."))
    )
