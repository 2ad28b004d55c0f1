"""A second reader for what was masked: Tesseract, where it is installed as a program of its own.

It shares nothing with the search: neither detector nor recogniser nor views. What it still reads is for a person to
look at; it masks nothing by itself, so what is written does not depend on whether it is installed.
"""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from functools import lru_cache

import numpy as np
from PIL import Image
from pydicom.dataset import Dataset

from anonymizer.pixels.decoding import Array, Matrix
from anonymizer.pixels.regions import without
from anonymizer.pixels.rendering import DicomImage
from anonymizer.pixels.text_views import grey_of, percentile
from anonymizer.report import Region

DISAGREES = "A second reader (Tesseract) still reads text in the image."
FAILED = "The second reader (Tesseract) could not look at the image."

_SURE, _LEAST = 70.0, 3  # per cent; letters and digits of a word
_SECONDS = 60
_SMALL = 1100  # pixels: longest side up to which an image is enlarged
_QUIET = {"OMP_THREAD_LIMIT": "1"}  # the pool's workers share the cores already


@lru_cache(1)
def program() -> str | None:
    """Return where Tesseract lies; None where it is not installed."""
    return shutil.which("tesseract")


def second_look(dataset: Dataset, matrix: Matrix, kept: Sequence[Region]) -> tuple[str, ...]:
    """Read the first and last frame as they are written now; the reasons for a look, () where there is none.

    `kept` are regions in which text may stand. Raises PixelError.
    """
    tesseract = program()
    if tesseract is None:
        return ()
    image = DicomImage(dataset, allow_gdcm=True)
    for index in sorted({0, matrix.frames - 1}):
        picture = image.frame(index) if image.is_colour else image.stored(index)
        try:
            found = list(_words(tesseract, percentile(grey_of(picture))))
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            return (FAILED,)
        if without(found, kept):
            return (DISAGREES,)
    return ()


def _words(tesseract: str, view: Array) -> Iterator[Region]:
    """Yield where words stand that are read for sure."""
    factor = 2 if max(view.shape) < _SMALL else 1
    picture = Image.fromarray(np.ascontiguousarray(view))
    stream = io.BytesIO()
    picture.resize((view.shape[1] * factor, view.shape[0] * factor)).save(stream, "PNG")
    done = subprocess.run(
        [tesseract, "stdin", "stdout", "--psm", "11", "tsv"],
        input=stream.getvalue(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_SECONDS,
        check=True,
        env={**os.environ, **_QUIET},
    )
    for row in csv.DictReader(
        io.StringIO(done.stdout.decode("utf-8")), delimiter="\t", quoting=csv.QUOTE_NONE
    ):
        text = row.get("text") or ""
        if float(row.get("conf") or -1) >= _SURE and sum(letter.isalnum() for letter in text) >= _LEAST:
            left, top, width, height = (int(row[k]) // factor for k in ("left", "top", "width", "height"))
            yield Region(left, top, max(1, width), max(1, height))
