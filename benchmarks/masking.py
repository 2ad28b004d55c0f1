"""How fast instances are masked, beside a plain copy of the same files in the same run.

    python benchmarks/masking.py [--files 200] [--size 512] [--workers N] [SRC]

Without SRC it makes CT-like instances of its own. Prints files/s and MB/s and the ratio to `shutil.copytree`.
"""

import argparse
import os
import platform
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from app.program import command


def make(folder: Path, files: int, size: int) -> None:
    """CT-like instances of invented patients, ten a patient."""
    rng = np.random.default_rng(0)
    folder.mkdir(parents=True)
    for number in range(files):
        ds = Dataset()
        ds.file_meta = FileMetaDataset()
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = CTImageStorage
        ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = generate_uid(
            entropy_srcs=[f"i{number}"]
        )
        patient = number // 10
        ds.StudyInstanceUID = generate_uid(entropy_srcs=[f"s{patient}"])
        ds.SeriesInstanceUID = generate_uid(entropy_srcs=[f"r{patient}"])
        ds.PatientName, ds.PatientID = f"Invented{patient}^Name", f"P{patient:05d}"
        ds.PatientBirthDate, ds.StudyDate, ds.Modality = "19600102", "20240101", "CT"
        ds.StudyDescription, ds.BodyPartExamined = "CT chest", "CHEST"
        ds.Rows = ds.Columns = size
        ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
        ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
        ds.RescaleIntercept, ds.RescaleSlope = -1024, 1
        axis = np.linspace(-1, 1, size)
        body = 1100 * (axis[:, None] ** 2 + axis**2 < 0.7)
        ds.PixelData = (body + rng.normal(20, 10, (size, size)).clip(0)).astype(np.uint16).tobytes()
        ds.save_as(folder / f"{number:05d}.dcm", enforce_file_format=True)


def timed(what: str, count: int, megabytes: float, begun: float) -> float:
    """Print one row; returns its seconds."""
    seconds = time.perf_counter() - begun
    print(f"{what:34} {seconds:8.2f} s {count / seconds:10.1f} files/s {megabytes / seconds:9.1f} MB/s")
    return seconds


def main() -> None:
    """Make or take the files, copy them, mask them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("src", nargs="?", type=Path)
    parser.add_argument("--files", type=int, default=200)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        source = given.src or folder / "source"
        if given.src is None:
            make(source, given.files, given.size)
        paths = [path for path in source.rglob("*") if path.is_file()]
        megabytes = sum(path.stat().st_size for path in paths) / 1e6
        print(f"{len(paths)} files, {megabytes:.0f} MB, {given.workers} workers, {platform.platform()}")
        begun = time.perf_counter()
        shutil.copytree(source, folder / "copy")
        copied = timed("plain copy", len(paths), megabytes, begun)
        for title, extra in (("mask, headers only", ["--headers-only"]), ("mask, with burned-in text", [])):
            out = folder / title.replace(" ", "-").replace(",", "")
            words = [
                "mask",
                str(source),
                "--out",
                str(out),
                "--key",
                str(folder / "key"),
                "--progress",
                "none",
            ]
            begun = time.perf_counter()
            done = subprocess.run(
                command(*words, "--workers", str(given.workers), *extra),
                check=False,
                capture_output=True,
                text=True,
            )
            seconds = timed(title, len(paths), megabytes, begun)
            print(f"{'':34} {seconds / copied:8.1f} times the plain copy; {done.stdout.splitlines()[0]}")


if __name__ == "__main__":
    main()
