"""Tesseract, where it is installed as a program of its own: words that it reads in an image."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from PIL import Image

from anonymizer.pixels.decoding import Array
from anonymizer.pixels.text_views import grey_of, percentile
from anonymizer.report import Region

FAILURES = (OSError, subprocess.SubprocessError, UnicodeDecodeError)

_SURE, _LEAST = 70.0, 3  # per cent; letters and digits of a word
_SECONDS = 60
_SMALL = 1100  # pixels: longest side up to which an image is enlarged
_QUIET = {"OMP_THREAD_LIMIT": "1"}  # the pool's workers share the cores already


@lru_cache(1)
def program() -> str | None:
    """Return where Tesseract lies; None where it is not installed."""
    return shutil.which("tesseract")


def words(tesseract: str, picture: Array) -> Iterator[Region]:
    """Yield where words stand that the program reads for sure. Raises one of `FAILURES`."""
    view = percentile(grey_of(picture))
    factor = 2 if max(view.shape) < _SMALL else 1
    stream = io.BytesIO()
    enlarged = Image.fromarray(np.ascontiguousarray(view)).resize(
        (view.shape[1] * factor, view.shape[0] * factor)
    )
    enlarged.save(stream, "PNG")
    done = subprocess.run(
        [tesseract, "stdin", "stdout", "--psm", "11", "tsv"],
        input=stream.getvalue(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=_SECONDS,
        check=True,
        env={**os.environ, **_QUIET},
    )
    table = io.StringIO(done.stdout.decode("utf-8"))
    for row in csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE):
        text = row.get("text") or ""
        if float(row.get("conf") or -1) >= _SURE and sum(letter.isalnum() for letter in text) >= _LEAST:
            left, top, width, height = (int(row[k]) // factor for k in ("left", "top", "width", "height"))
            yield Region(left, top, max(1, width), max(1, height))
