"""How fast the window is: `python -m benchmarks.window [IMAGES]`.

Prints the time from the start of the program to its window, from a labelling key to the next image on the
screen, and of one step of a window/level drag. Images are synthetic radiographs of 2500 × 2000 pixels, 16 bits.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.application import make_application, make_window
from app.gui.image.image_frames import Window
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.project import Project
from app.workflows.projects import create_project
from labeller import NewInstance

ROWS, COLUMNS = 2500, 2000
PAUSE_MS = 700  # how long a quick reader looks at an image
START = """
import sys
from pathlib import Path
from app.gui.application import make_application, make_window
from app.gui.preferences import Preferences
application = make_application()
window = make_window(application, Preferences(Path(sys.argv[1])))
window.show()
window.repaint()
application.processEvents()
print("shown", flush=True)
"""


def percentile(taken: list[float], share: float) -> float:
    return sorted(taken)[min(len(taken) - 1, int(share * len(taken)))]


def tell(what: str, taken: list[float]) -> None:
    half, most = percentile(taken, 0.5), percentile(taken, 0.95)
    print(f"{what}: median {1000 * half:.0f} ms, 95th percentile {1000 * most:.0f} ms ({len(taken)} times)")


def time_to_window(folder: Path) -> float:
    start = time.perf_counter()
    command = [sys.executable, "-c", START, str(folder / "window.ini")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "shown"
        return time.perf_counter() - start


def write_image(file: Path, uid: str, seed: int, size: tuple[int, int]) -> None:
    rows, columns = size
    rng = np.random.default_rng(seed)
    coarse = rng.normal(2000, 400, (rows // 50, columns // 50))
    pixels = np.kron(coarse, np.ones((50, 50))) + rng.normal(0, 30, (rows, columns))
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = uid
    one.Modality, one.PatientID = "CR", "LG0"
    one.Rows, one.Columns, one.SamplesPerPixel = rows, columns, 1
    one.PhotometricInterpretation, one.PixelRepresentation = "MONOCHROME2", 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
    one.WindowCenter, one.WindowWidth = 2048, 4096
    one.PixelData = np.clip(pixels, 0, 4095).astype("<u2").tobytes()
    one.save_as(file, enforce_file_format=True)


def make_project(folder: Path, images: int, size: tuple[int, int] = (ROWS, COLUMNS)) -> Project:
    project = create_project(folder / "bench.leadglass")
    new = []
    for number in range(images):
        uid = f"2.25.{10**20 + number}"
        write_image(project.instances / f"{uid}.dcm", uid, number, size)
        new.append(
            NewInstance(
                sop_instance_uid=uid,
                file=f"{uid}.dcm",
                patient=f"LG{number:04}",
                study=f"2.25.{2 * 10**20 + number}",
                series=f"2.25.{3 * 10**20 + number}",
                sop_class_uid=ComputedRadiographyImageStorage,
                modality="CR",
                rows=size[0],
                columns=size[1],
            )
        )
    with project.catalogue() as catalogue:
        catalogue.add_class("normal")
        catalogue.add_class("finding")
        catalogue.add_instances(new)
    return project


def pause(milliseconds: int) -> None:
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def key_to_next(application: QApplication, page: LabelPage, key: Qt.Key) -> float:
    before = page.view.frame_shown
    start = time.perf_counter()
    QTest.keyClick(page.view, key)
    while page.view.frame_shown is None or page.view.frame_shown is before:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
    page.view.repaint()
    return time.perf_counter() - start


def drag_step(page: LabelPage, step: int) -> float:
    start = time.perf_counter()
    page.view.set_window(Window(2000 + step, 3000 + step))
    page.view.repaint()
    return time.perf_counter() - start


def main() -> None:
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        tell("Program start to window", [time_to_window(folder) for _ in range(3)])
        project = make_project(folder, images)
        application = make_application()
        window = make_window(application, Preferences(folder / "window.ini"))
        window.resize(1920, 1080)
        window.show()
        window.session.open(project.folder)
        window.go("label")
        page = window.current_page()
        assert isinstance(page, LabelPage)
        pause(3000)
        taken = []
        for number in range(images - 1):
            taken.append(key_to_next(application, page, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2]))
            pause(PAUSE_MS)
        tell(f"Key to next image, {PAUSE_MS} ms a look", taken)
        assert window.session.catalogue.counts_by_class() == {
            "normal": (images - 1 + 1) // 2,
            "finding": (images - 1) // 2,
        }
        tell("Step of a window/level drag", [drag_step(page, step) for step in range(40)])
        window.close()


if __name__ == "__main__":
    main()
