"""What Debian's `dciodvfy` (package dicom3tools) says about an output that it did not say about its input.

    python -m tests.corpora.dciodvfy REPORT OUT     # a report of `leadglass mask` and the folder that it wrote

Inputs that the tool cannot assess are given to it in a form that it can read: deflated data sets inflated, files
that are cut off as far as they go, and the SOP Class and Instance UIDs that only the file meta information holds
written into the data set, as masking does. Otherwise every fault of such an input would count as new.
"""

import argparse
import json
import re
import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pydicom
from pydicom.dataset import FileDataset
from pydicom.uid import ExplicitVRLittleEndian

from anonymizer.errors import AnonymizerError
from anonymizer.files.file_format import UNREADABLE, lenient, parse, serialise

AVAILABLE = shutil.which("dciodvfy") is not None
_VALUE = re.compile(r"= <[^>]*>|= '[^']*' \(\w*\)")
_INDEX = re.compile(r"\[\d+\]")
_CUT = "dataset read failed"
_SECONDS = 60


@cache
def errors(path: Path) -> Counter[str]:
    """The errors in one file, without values and item numbers."""
    with tempfile.TemporaryDirectory() as folder:
        found = _said_of(_assessable(path, Path(folder)))
        if any(_CUT in line for line in found):
            found = _said_of(_as_far_as_it_goes(path, Path(folder)))
    return Counter(_INDEX.sub("[n]", _VALUE.sub("", line)).strip() for line in found)


def _said_of(path: Path) -> list[str]:
    done = subprocess.run(["dciodvfy", "-new", str(path)], capture_output=True, timeout=_SECONDS, check=False)
    lines = (done.stdout + done.stderr).decode("latin-1").splitlines()
    return [line for line in lines if line.startswith("Error")] + ["The tool crashed."] * (
        done.returncode < 0
    )


def _as_far_as_it_goes(path: Path, folder: Path) -> Path:
    """A file that is cut off, closed where it ends."""
    with lenient():
        try:
            dataset = parse(path.read_bytes())
            for _ in dataset.iterall():  # opens every sequence, so that its lengths are made anew
                pass
            (folder / "closed.dcm").write_bytes(serialise(dataset))
        except (*UNREADABLE, AnonymizerError):
            return path
    return folder / "closed.dcm"


def new_errors(before: Path, after: Path) -> set[str]:
    """The kinds of error in a masked file that its original does not have."""
    return set(errors(after)) - set(errors(before))


def _assessable(path: Path, folder: Path) -> Path:
    with lenient():
        try:
            dataset = pydicom.dcmread(path)
            if not _prepare(dataset):
                return path
            dataset.save_as(folder / "assessed.dcm", enforce_file_format=True)
        except UNREADABLE:
            return path  # the tool then says itself what is wrong with it
    return folder / "assessed.dcm"


def _prepare(dataset: FileDataset) -> bool:
    meta, changed = dataset.file_meta, False
    if "TransferSyntaxUID" in meta and meta.TransferSyntaxUID.is_deflated:
        meta.TransferSyntaxUID, changed = ExplicitVRLittleEndian, True
    for keyword in ("SOPClassUID", "SOPInstanceUID"):
        stored = meta.get(f"MediaStorage{keyword}")
        if stored and keyword not in dataset:
            setattr(dataset, keyword, stored)
            changed = True
    return changed


def compare(report: Path, out: Path) -> Iterator[tuple[str, set[str]]]:
    """For each masked file of a report that stands alone on the disk: its original and its new errors."""
    for record in json.loads(report.read_text(encoding="utf-8"))["files"]:
        if record["outcome"] == "masked" and Path(record["path"]).is_file():
            yield record["path"], new_errors(Path(record["path"]), out / record["new_path"])


def main() -> None:
    """Print what is new and end with 1 if anything is."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("report", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    seen = worse = 0
    for path, found in compare(given.report, given.out):
        seen += 1
        worse += bool(found)
        for line in sorted(found):
            print(f"{path}: {line}")
    print(f"{seen} files compared, {worse} with new errors")
    raise SystemExit(1 if worse else 0)


if __name__ == "__main__":
    main()
