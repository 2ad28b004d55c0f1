"""The program as a user runs it: a child process, with the sample or small synthetic instances."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

import resources
from anonymizer import SecretKey
from app.program import command


@dataclass(frozen=True)
class Ended:
    """A command that ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        assert self.out, f"it ended with {self.code} and told nothing but: {self.err}"
        return json.loads(self.out)


def leadglass(*arguments: object, **environment: str) -> Ended:
    """Run one command to its end."""
    done = subprocess.run(
        command(*map(str, arguments)),
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=280,
        stdin=subprocess.DEVNULL,
        env={**os.environ, **environment},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def kill_after(items: int, *arguments: object, kind: str = "file") -> list[dict[str, Any]]:
    """Start a command, kill -9 it once it reported so many items done; returns those it reported."""
    child = subprocess.Popen(
        command(*map(str, arguments), "--progress", "json"),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
    )
    reported = []
    assert child.stdout is not None
    for line in child.stdout:
        event = json.loads(line)
        if event["event"] == "item" and event["kind"] == kind:
            reported.append(event)
            if len(reported) == items:
                child.send_signal(signal.SIGKILL)
                break
    child.stdout.close()
    assert child.wait(60) == -signal.SIGKILL, "it ended before it could be killed"
    return reported


@pytest.fixture(scope="session")
def sample() -> Path:
    return resources.find("sample")


def planted(sample: Path) -> list[str]:
    """Every identity planted in the sample."""
    data = json.loads((sample / "identities.json").read_text(encoding="utf-8"))
    found: set[str] = set()

    def collect(value: object) -> None:
        if isinstance(value, str):
            found.add(value)
        elif isinstance(value, list):
            for part in value:
                collect(part)
        elif isinstance(value, dict):
            for part in value.values():
                collect(part)

    collect([row for name, row in data["files"].items()])
    return sorted(found)


def radiograph(folder: Path, number: int, *, patient: int, text: str = "") -> Path:
    """A small synthetic computed radiograph of an invented patient."""
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.SOPClassUID = ComputedRadiographyImageStorage
    ds.SOPInstanceUID = f"1.2.826.0.1.3680043.10.77.{patient}.1.1.{number}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = (
        f"1.2.826.0.1.3680043.10.77.{patient}",
        f"1.2.826.0.1.3680043.10.77.{patient}.1",
    )
    ds.file_meta.MediaStorageSOPClassUID, ds.file_meta.MediaStorageSOPInstanceUID = (
        ds.SOPClassUID,
        ds.SOPInstanceUID,
    )
    ds.PatientName, ds.PatientID, ds.PatientBirthDate = (
        f"Zembrovka{patient}^Tulia",
        f"MRN77{patient:04d}",
        "19510213",
    )
    ds.PatientSex, ds.Modality, ds.StudyDate, ds.StudyTime = "F", "CR", "20240214", "101500"
    ds.AccessionNumber, ds.StudyID, ds.ReferringPhysicianName = f"ACC77{patient:04d}", "1", "Quilbrathe^Odo"
    ds.SeriesNumber, ds.InstanceNumber, ds.BodyPartExamined = 1, number, "CHEST"
    ds.SamplesPerPixel, ds.PhotometricInterpretation, ds.PixelRepresentation = 1, "MONOCHROME2", 0
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 16, 12, 11
    rng = np.random.default_rng(number)
    rows, columns = np.mgrid[-1:1:96j, -1:1:80j]
    bright = np.exp(-(rows**2 + columns**2) * (2 if patient % 2 else 6))
    pixels = np.clip(bright * 3000 + rng.normal(300, 30, bright.shape), 0, 4095).astype(np.uint16)
    ds.Rows, ds.Columns, ds.PixelData = *pixels.shape, pixels.tobytes()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"im{number:04d}.dcm"
    ds.save_as(path, enforce_file_format=True)
    return path


@pytest.fixture
def incoming(tmp_path: Path) -> Path:
    """Twelve radiographs of twelve invented patients, two classes, and a label list."""
    folder = tmp_path / "incoming"
    rows = ["path,class,reader"]
    for number in range(12):
        path = radiograph(folder, number, patient=number)
        rows.append(f"{path},{'wide' if number % 2 else 'narrow'},Reader One")
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def key(tmp_path: Path) -> Path:
    """A site's key, always the same."""
    SecretKey(bytes(range(32))).save(tmp_path / "site.key")
    return tmp_path / "site.key"


@pytest.fixture
def imported(incoming: Path, tmp_path: Path, key: Path) -> Path:
    """A project of these radiographs."""
    project = tmp_path / "whole.leadglass"
    assert leadglass("new", project, "--key", key).code == 0
    assert leadglass("import", project, incoming).code == 0
    return project
