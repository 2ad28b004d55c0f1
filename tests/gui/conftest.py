"""A window of its own for each test; Qt warnings and what is left running fail it."""

import os
import threading
import time
from collections.abc import Iterator
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QThreadPool
from pytestqt.qtbot import QtBot

from anonymizer import DECODERS
from app.gui.application import make_window
from app.gui.main_window import MainWindow
from app.project import Project
from app.workflows.projects import create_project
from labeller import NewInstance

CLASSES = ("clear", "finding")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = str(Path(__file__).parent)
    for item in items:
        if str(item.path).startswith(here):
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))
            # The offscreen platform has neither a window manager nor a configured set of fonts.
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints", "font", "QFont"))


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    return ["leadglass"]


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    before, children = set(threading.enumerate()), set(_children())
    yield
    QThreadPool.globalInstance().waitForDone(5_000)
    DECODERS.end()  # as when the program ends
    deadline = time.monotonic() + 3
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not [thread for thread in left if not thread.daemon]
    # multiprocessing keeps a helper process once a test before this one has masked in its own process
    assert not set(_children()) - children, "a child process outlived its test"


def _children() -> list[str]:
    file = Path(f"/proc/self/task/{os.getpid()}/children")
    return file.read_text(encoding="ascii").split() if file.exists() else []


@pytest.fixture
def window(qtbot: QtBot, qapp: object) -> Iterator[MainWindow]:
    shown = make_window(qapp)  # type: ignore[arg-type]
    qtbot.addWidget(shown, before_close_func=lambda it: it.jobs.shutdown(3_000))
    shown.show()
    qtbot.waitExposed(shown)
    yield shown
    shown.jobs.shutdown(3_000)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty project."""
    return create_project(tmp_path / "knees.leadglass")


@pytest.fixture
def labelled(project: Project) -> Project:
    """A project with 24 instances of 12 patients, 20 of them labelled; finding: a bright square."""
    with project.catalogue() as catalogue:
        for name in CLASSES:
            catalogue.add_class(name)
        new = [_instance(project, number) for number in range(24)]
        catalogue.add_instances(new)
        for place, name in enumerate(CLASSES):
            uids = [one.sop_instance_uid for one in new[:20] if int(one.patient[1:]) % 2 == place]
            catalogue.set_label(uids, name, reader="A", means="key")
    return project


@pytest.fixture
def with_one(project: Project) -> Project:
    """A project with one image and no label class."""
    with project.catalogue() as catalogue:
        catalogue.add_instances([_instance(project, 0)])
    return project


def _instance(project: Project, number: int) -> NewInstance:
    patient = number // 2
    uid = f"2.25.{1000 + number}"
    write_dicom(project.instances / f"{uid}.dcm", uid, bright=patient % 2 == 1, patient=f"P{patient:03}")
    return NewInstance(
        sop_instance_uid=uid,
        file=f"{uid}.dcm",
        patient=f"P{patient:03}",
        study=f"2.25.1{patient}",
        series=f"2.25.2{patient}",
        sop_class_uid=SecondaryCaptureImageStorage,
        grade="pass",
        modality="DX",
        rows=64,
        columns=64,
        instance_number=number,
    )


def write_dicom(path: Path, uid: str, *, bright: bool = False, patient: str = "P1") -> Path:
    """Write a small grey image; `bright` puts a square into it."""
    path.write_bytes(_dicom(uid, bright, patient))
    return path


@cache  # nearly every test begins with the same two dozen
def _dicom(uid: str, bright: bool, patient: str) -> bytes:
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = f"{uid}.1", f"{uid}.2"
    dataset.PatientID, dataset.PatientName, dataset.Modality = patient, f"{patient}^Invented", "DX"
    dataset.Rows = dataset.Columns = 64
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    pixels = np.random.default_rng(int(uid.rpartition(".")[2])).integers(20, 90, (64, 64), np.uint8)
    if bright:
        pixels[20:44, 20:44] = 230
    dataset.PixelData = pixels.tobytes()
    stream = BytesIO()
    dataset.save_as(stream, enforce_file_format=True)
    return stream.getvalue()
