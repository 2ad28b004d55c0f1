"""What it costs to look for burned-in text, beside the plain calls of RapidOCR and Tesseract on the same images.

    python benchmarks/burned_in_text.py [--only CT]

The images are made here, their identities are invented. Prints CPU seconds of this process and its children: user
time, so what else runs on the computer hardly counts. The column of Tesseract is empty where it is not installed. For
a series the plain calls are measured on one slice and multiplied.
"""

import argparse
import io
import os
import platform
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

from anonymizer.pixels import text_finder
from anonymizer.pixels.burned_in_text import PixelResult, mask_burned_in_text
from anonymizer.pixels.series_plan import plan_of, sample_of

Array = npt.NDArray[Any]

FRAMES, SLICES, SAMPLES = 50, 300, 10
INK = 4095  # the value of the text in 12 bits
LINES = ("WESTERHOUT, JOHANNA", "PID 48213377", "12.03.1961  F")


def slice_of(size: int, *, text: bool) -> Array:
    """12-bit image of an ellipse with noise, with or without three lines of text."""
    axis = np.linspace(-1, 1, size)
    body = 1400 * (axis[:, None] ** 2 / 0.5 + axis**2 / 0.8 < 1)
    noise = np.random.default_rng(1).normal(60, 20, (size, size))
    return np.asarray(_written((body + noise).clip(0, 4000), size // 40, 4095, text=text)).astype(np.uint16)


def cine(count: int = FRAMES, size: tuple[int, int] = (480, 640)) -> Array:
    """Frames of moving speckle in a fan, 8 bits, with three lines of text that stand still."""
    rng = np.random.default_rng(2)
    speckle = rng.rayleigh(45, size)
    y, x = np.mgrid[0 : size[0], 0 : size[1]]
    fan = (np.abs(np.arctan2(x - size[1] / 2, y + 70)) < 0.6) & (y > 90)
    frames = [
        _written(np.roll(speckle, 3 * i, 0).clip(0, 200) * fan, 12, 255, text=True) for i in range(count)
    ]
    return np.stack(frames).astype(np.uint8)


def _written(picture: Array, height: int, ink: float, *, text: bool) -> Array:
    stencil = Image.new("L", picture.shape[::-1])
    font = ImageFont.load_default(max(12, height))
    for number, line in enumerate(LINES if text else ()):
        at = (10, 10 + round(1.6 * max(12, height)) * number)
        ImageDraw.Draw(stencil).text(at, line, fill=255, font=font)
    weight = np.asarray(stencil) / 255
    return np.asarray(picture * (1 - weight) + ink * weight)


def dataset_of(pixels: Array, modality: str) -> Dataset:
    """An uncompressed grey image object; three dimensions are frames."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = SecondaryCaptureImageStorage, generate_uid()
    dataset.Modality, dataset.PhotometricInterpretation, dataset.SamplesPerPixel = modality, "MONOCHROME2", 1
    dataset.Rows, dataset.Columns = pixels.shape[-2:]
    if pixels.ndim == 3:
        dataset.NumberOfFrames = len(pixels)
    dataset.BitsAllocated = 8 * pixels.dtype.itemsize
    dataset.BitsStored = 12 if dataset.BitsAllocated == 16 else 8
    dataset.HighBit, dataset.PixelRepresentation = dataset.BitsStored - 1, 0
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def seconds(work: Callable[[], object]) -> float:
    """User time of one call, children included."""
    begun = os.times()
    work()
    ended = os.times()
    return ended.user - begun.user + ended.children_user - begun.children_user


def plain_call(pixels: Array) -> Callable[[], object]:
    """RapidOCR as its manual shows it, on each frame as 8 bits over the whole range of values."""
    from rapidocr_onnxruntime import RapidOCR

    engine = RapidOCR(intra_op_num_threads=1)
    return lambda: [engine(np.repeat(picture[..., None], 3, 2)) for picture in shown(pixels)]


def shown(pixels: Array) -> list[Array]:
    """Each frame as 8 bits over the whole range of values."""
    top = max(1, int(pixels.max()))
    return [(f * (255.0 / top)).astype(np.uint8) for f in (pixels if pixels.ndim == 3 else pixels[None])]


def tesseract(pixels: Array) -> Callable[[], object]:
    """Tesseract's plain call on each frame."""

    def call() -> None:
        for picture in shown(pixels):
            coded = io.BytesIO()
            Image.fromarray(picture).save(coded, "PNG", compress_level=0)
            command = ["tesseract", "stdin", "stdout"]
            one = {**os.environ, "OMP_THREAD_LIMIT": "1"}
            subprocess.run(command, input=coded.getvalue(), capture_output=True, check=True, env=one)

    return call


def main() -> None:
    """Make the images and print a row for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", default="", help="measure rows whose name holds this")
    only = parser.parse_args().only
    images = {
        "CT 512 x 512, no text": ("CT", slice_of(512, text=False)),
        "CT 512 x 512, text": ("CT", slice_of(512, text=True)),
        "US 768 x 1024, text": ("US", cine(1, (768, 1024))[0]),
        "CR 2048 x 2048, text": ("CR", slice_of(2048, text=True)),
        f"US 480 x 640, {FRAMES} frames": ("US", cine()),
    }
    text_finder.load()
    text_finder.read_text(slice_of(256, text=True))
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores; CPU seconds an instance")
    print(f"{'':28}{'masking':>10}{'finding':>10}{'RapidOCR':>10}{'Tesseract':>11}{'regions':>9}")
    for name, (modality, pixels) in images.items():
        if only not in name:
            continue
        dataset = dataset_of(pixels, modality)
        results: list[PixelResult] = []
        ours = seconds(partial(_mask, dataset, results))
        alone = seconds(partial(text_finder.find_text, pixels if pixels.ndim == 2 else pixels[0]))
        theirs = seconds(plain_call(pixels))
        other = f"{seconds(tesseract(pixels)):.2f}" if shutil.which("tesseract") else ""
        row = f"{name:28}{ours:10.2f}{alone:10.2f}{theirs:10.2f}{other:>11}{len(results[0].regions):9}"
        print(row, flush=True)
    if only in "CT series":
        print(_series_row(), flush=True)


def series(count: int) -> Array:
    """Slices of one series, 512 x 512, with text in the same place and noise of their own."""
    rng = np.random.default_rng(3)
    first = slice_of(512, text=True).astype(np.int32)
    noise = rng.integers(-25, 26, (count, *first.shape), dtype=np.int16)
    return np.where(first < INK, (first + noise).clip(0, INK - 1), first).astype(np.uint16)


def _series_row(count: int = SLICES) -> str:
    """Measure a series as the masking does it: a sample is searched, the other slices are compared with it."""
    slices = series(count)
    chosen = range(0, count, -(-count // SAMPLES))
    results: list[PixelResult] = []

    def whole() -> None:
        datasets = [dataset_of(pixels, "CT") for pixels in slices]
        plan = plan_of([sample_of(slices[index]) for index in chosen])
        if plan is None:
            raise RuntimeError("the samples of the series did not agree")
        plan = replace(plan, searched=frozenset(str(datasets[index].SOPInstanceUID) for index in chosen))
        results.extend(mask_burned_in_text(dataset, plan=plan) for dataset in datasets)

    ours = seconds(whole)
    theirs = seconds(plain_call(slices[:1])) * count
    other = f"{seconds(tesseract(slices[:1])) * count:.2f}" if shutil.which("tesseract") else ""
    masked = sum(len(result.regions) for result in results)
    return f"{f'CT series, {count} slices':28}{ours:10.2f}{'':10}{theirs:10.2f}{other:>11}{masked:9}"


def _mask(dataset: Dataset, results: list[PixelResult]) -> None:
    results.append(mask_burned_in_text(dataset))


if __name__ == "__main__":
    main()
