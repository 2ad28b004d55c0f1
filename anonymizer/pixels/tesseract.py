"""Tesseract, where it is installed as a program of its own: words that it reads in an image."""

import csv
import io
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from PIL import Image

from anonymizer.pixels.decoding import Array
from anonymizer.pixels.text_views import grey_of, percentile
from anonymizer.report import Region

FAILURES = (OSError, subprocess.SubprocessError, UnicodeDecodeError)

_SURE, _LEAST = 70.0, 3  # per cent; letters and digits of a word
_SECONDS = 60
_SMALL = 1100  # pixels: longest side up to which an image is enlarged
_MOST_SPOTS = 20_000  # of ink or of ground: speckle, on which, enlarged, the program works for a minute
_LOCAL = ("-c", "thresholding_method=2")  # ink by its surroundings (Sauvola): grain makes no spots then
_QUIET = {"OMP_THREAD_LIMIT": "1"}  # the pool's workers share the cores already


@lru_cache(1)
def program() -> str | None:
    """Return where Tesseract lies; None where it is not installed."""
    return shutil.which("tesseract")


def words(tesseract: str, picture: Array) -> Iterator[Region]:
    """Yield where words stand that the program reads for sure. Raises one of `FAILURES`."""
    view = np.ascontiguousarray(percentile(grey_of(picture)))
    small = max(view.shape) < _SMALL
    grain = small and _spots(view) > _MOST_SPOTS
    factor = 2 if small and not grain else 1
    stream = io.BytesIO()
    enlarged = Image.fromarray(view).resize((view.shape[1] * factor, view.shape[0] * factor))
    enlarged.save(stream, "PPM")  # packing a PNG took longer than reading it
    done = subprocess.run(
        [tesseract, "stdin", "stdout", "--psm", "11", *(_LOCAL if grain else ()), "tsv"],
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


def _spots(view: npt.NDArray[np.uint8]) -> int:
    """Return how many spots of ink or of ground the program's own threshold (Otsu's) makes, the greater of both."""
    import cv2

    _, ink = cv2.threshold(view, 0, 1, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    return max(cv2.connectedComponents(part, connectivity=4)[0] for part in (ink, 1 - ink))
