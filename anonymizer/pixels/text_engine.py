"""Neural networks on one core, by ONNX Runtime, and the one that reads lines of text: PP-OCRv4 (Apache-2.0).

The reader lies inside the wheel of rapidocr-onnxruntime and is opened by its path; nothing is fetched, and
without them the program says so instead of letting pixels pass unexamined.
"""

import importlib.util
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.errors import TextFinderError

Bytes = npt.NDArray[np.uint8]
Floats = npt.NDArray[np.float32]

READER = "ch_PP-OCRv4_rec_infer.onnx"
LINE_HEIGHT = 48  # the reader's input height in pixels
NARROWED, LEAST_NARROWED = 0.75, 96  # of a line's width, and pixels: enough to tell text from none
GLANCE = 0.5  # of a line's width: enough to tell which way is up
LEAST_WIDTH, MOST_WIDTH = 192, 3200  # pixels: more empty space behind a short line takes time alone
NOTHING, CLEAR = 0.25, 0.9  # confidence: what is between them is read once more at its whole width


def model_path(name: str) -> Path:
    """Return where a model lies. Raises TextFinderError where it is missing."""
    spec = importlib.util.find_spec("rapidocr_onnxruntime")
    folders = list(spec.submodule_search_locations or []) if spec is not None else []
    for folder in folders:
        path = Path(folder) / "models" / name
        if path.is_file():
            return path
    raise TextFinderError("The model that reads text is missing.", "Install Leadglass again.")


def session_of(path: Path) -> Any:
    """Return the network of an ONNX file, to run on one core. Raises TextFinderError where it cannot be loaded."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # the pool's workers share the cores already
        options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = False  # large images would keep their memory for ever
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:
        # onnxruntime raises its own kinds, none of which can be named before it is imported.
        raise TextFinderError(
            "A model that finds or reads text cannot be loaded.", "Install Leadglass again."
        ) from error


@lru_cache(maxsize=1)
def _reader() -> tuple[Any, tuple[str, ...]]:
    session = session_of(model_path(READER))
    listed = session.get_modelmeta().custom_metadata_map.get("character", "")
    if not listed:
        raise TextFinderError("The text reader's model is incomplete.", "Install Leadglass again.")
    return session, ("", *listed.splitlines(), " ")


def read_line(line: Bytes, *, whole: bool = False) -> tuple[str, float]:
    """Return what one horizontal line of text says, and the reader's confidence from 0 to 1.

    `line` is uint8, (rows, columns) or BGR (rows, columns, 3). `whole` is surer; else a line is narrowed first,
    which tells what is no text in half the time.
    """
    first = ("", 0.0) if whole else _read(line, NARROWED, LEAST_NARROWED)
    if not (whole or NOTHING < first[1] < CLEAR):
        return first
    return max(_read(line, 1.0, LEAST_WIDTH), first, key=lambda reading: reading[1])


def read_either(one: Bytes, other: Bytes, *, whole: bool = False) -> tuple[str, float]:
    """Return what `read_line` makes of an upright line turned either way: a glance tells which way is up."""
    share = GLANCE if whole else NARROWED
    glances = [(_read(line, share, LEAST_NARROWED), line) for line in (one, other)]
    (text, score), surer = max(glances, key=lambda glance: glance[0][1])
    if score <= NOTHING or (score >= CLEAR and not whole):
        return text, score
    full = _read(surer, 1.0, LEAST_WIDTH)
    return full if whole else max(full, (text, score), key=lambda reading: reading[1])


def _read(line: Bytes, share: float, least: int) -> tuple[str, float]:
    import cv2

    planes = line if line.ndim == 3 else np.repeat(line[..., None], 3, axis=2)  # noqa: PLR2004 - colour
    width = round(planes.shape[1] * LINE_HEIGHT * share / max(1, planes.shape[0]))
    resized = cv2.resize(np.ascontiguousarray(planes), (min(max(width, 16), MOST_WIDTH), LINE_HEIGHT))
    margin = max(0, least - resized.shape[1])
    batch = np.asarray(resized, np.float32) / 127.5 - 1.0
    batch = np.pad(batch, ((0, 0), (0, margin), (0, 0))).transpose(2, 0, 1)[None]
    session, characters = _reader()
    scores = session.run(None, {session.get_inputs()[0].name: np.ascontiguousarray(batch)})[0][0]
    return _decode(scores, characters)


def _decode(scores: Floats, characters: tuple[str, ...]) -> tuple[str, float]:
    """Undo the connectionist temporal coding: repeats fall together, class 0 is blank."""
    best, confidence = scores.argmax(axis=1), scores.max(axis=1)
    fresh = np.concatenate(([True], best[1:] != best[:-1])) & (best != 0)
    if not fresh.any():
        return "", 0.0
    text = "".join(characters[i] for i in best[fresh] if i < len(characters))
    return text, float(confidence[fresh].mean())
