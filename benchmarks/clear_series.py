"""How many strokes and seconds it takes to clear series on the Mask page: `python -m benchmarks.clear_series [SERIES]`.

Series of ten images (a third ultrasound in colour, 640 × 480; else 512 × 512, 12 bits) wait, because the project wants
every series approved. They are cleared through the window with keys, riskiest first; nothing is approved before its
image is on the screen. Printed are the strokes and the time from each key to the next series on the screen: what is
left of ten minutes is the reader's.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, UltrasoundImageStorage

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.application import make_application, make_window
from app.gui.masking.mask_list import Listed
from app.gui.pages.mask_page import MaskPage
from app.gui.preferences import Preferences
from app.project import Project
from app.workflows.approval import ask_for_every_series
from app.workflows.projects import create_project
from benchmarks.window import PAUSE_MS, Taken, tell, timed
from labeller import InstanceFilter, NewInstance

IMAGES = 10  # of a series
MINUTES = 10


def write_image(file: Path, uid: str, seed: int, *, ultrasound: bool) -> Dataset:
    rng = np.random.default_rng(seed)
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = UltrasoundImageStorage if ultrasound else CTImageStorage
    one.file_meta.MediaStorageSOPClassUID = one.SOPClassUID
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = uid
    one.Modality, one.PatientID = "US" if ultrasound else "CT", "LG0"
    one.PixelRepresentation = 0
    if ultrasound:
        one.Rows, one.Columns, one.SamplesPerPixel, one.PlanarConfiguration = 480, 640, 3, 0
        one.PhotometricInterpretation = "RGB"
        one.BitsAllocated, one.BitsStored, one.HighBit = 8, 8, 7
        one.PixelData = rng.integers(0, 120, (480, 640, 3), np.uint8).tobytes()
    else:
        one.Rows = one.Columns = 512
        one.SamplesPerPixel, one.PhotometricInterpretation = 1, "MONOCHROME2"
        one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
        one.PixelData = rng.integers(0, 4095, (512, 512), np.uint16).tobytes()
    one.save_as(file, enforce_file_format=True)
    return one


def make_project(folder: Path, series: int) -> Project:
    project = create_project(folder / "bench.leadglass")
    new = []
    for number in range(series * IMAGES):
        uid, place = f"2.25.{10**20 + number}", number // IMAGES
        written = write_image(project.instances / f"{uid}.dcm", uid, number, ultrasound=place % 3 == 0)
        boxes = [{"x": 10, "y": 10 + 30 * line, "width": 120, "height": 20} for line in range(3)]
        new.append(
            NewInstance(
                sop_instance_uid=uid,
                file=f"{uid}.dcm",
                patient=f"LG{place:04}",
                study=f"2.25.{2 * 10**20 + place}",
                series=f"2.25.{3 * 10**20 + place}",
                sop_class_uid=written.SOPClassUID,
                modality=written.Modality,
                rows=written.Rows,
                columns=written.Columns,
                grade="pass",
                instance_number=number % IMAGES,
                masking={"regions": boxes},
            )
        )
    with project.catalogue() as catalogue:
        catalogue.add_instances(new)
    ask_for_every_series(project, wanted=True)
    return project


def until_seen(application: QApplication, page: MaskPage, shown: str) -> None:
    """Wait until another series than `shown` is on the screen."""
    view = page.images.compare.after
    while page.images.list.current() == shown or view.frame_shown is None:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
    view.repaint()


def clear(application: QApplication, page: MaskPage, series: int) -> list[Taken]:
    """Approve all series by keys; how long each takes from the key to the next series on the screen."""
    taken: list[Taken] = []
    for _ in range(series - 1):
        shown = page.images.list.current()
        with timed(taken):
            QTest.keyClick(page.images.list.list, Qt.Key.Key_A)
            until_seen(application, page, shown)
        look(application)
    QTest.keyClick(page.images.list.list, Qt.Key.Key_A)
    return taken


def look(application: QApplication) -> None:
    """Look at the series for as long as a quick reader does."""
    end = time.perf_counter() + PAUSE_MS / 1000
    while (left := end - time.perf_counter()) > 0:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, max(1, int(1000 * left)))


def main() -> None:
    series = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = make_project(folder, series)
        application = make_application()
        window = make_window(application, Preferences(folder / "window.ini"))
        window.resize(1920, 1080)
        window.show()
        window.session.open(project.folder)
        window.go("mask")
        page = window.current_page()
        assert isinstance(page, MaskPage)
        page.images.list.filter.setCurrentText(Listed.SERIES.value)
        while len(page.images.list.model.uids) != series:
            application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
        until_seen(application, page, "")
        taken = clear(application, page, series)
        left = window.session.catalogue.count(InstanceFilter(needs_review=True))
        assert left == 0, left
        print(f"{series} series of {IMAGES} images cleared with {series} strokes (A), {left} images wait")
        tell("Key to the next series on the screen", taken)
        budget = MINUTES * 60 / series
        spent = sum(wall for wall, _ in taken) / len(taken)
        print(f"{MINUTES} minutes leave {budget - spent:.1f} s to look at each series")
        window.jobs.shutdown()
        window.close()


if __name__ == "__main__":
    main()
