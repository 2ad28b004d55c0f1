"""How fast the window is: `python -m benchmarks.window [IMAGES] [--jpeg2000] [--keep FOLDER] [--first N]`.

Thirty images unless it is told how many; `--first` walks through so many of them.

Prints the time from the start of the program to its window, from a labelling key to the next image on the
screen, and of one step of a window/level drag on an image of 4728 × 5928 pixels; beside it the processor time of the
window's thread, which says more where the machine is shared. Images are synthetic radiographs of 2500 × 2000 pixels,
16 bits, as they are or in JPEG 2000 without loss. With `--keep` they are kept there, and taken from there the next time.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian, JPEG2000Lossless

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest

from anonymizer import DECODERS, DicomImage
from app.gui.application import make_application, make_window
from app.gui.image.image_frames import Frame, Window
from app.gui.image.image_view import ImageView
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.project import Project
from app.workflows.projects import create_project
from labeller import NewInstance

ROWS, COLUMNS = 2500, 2000
MAMMOGRAM = (5950, 4750)  # a little more than 5928 × 4728, as the pattern wants multiples of 50
DIFFERENT = 24  # images; others are files of their own with the same pixels, as packing one takes seconds
PAUSE_MS = 700  # how long a quick reader looks at an image
Taken = tuple[float, float]  # seconds by the clock, and of the processor in the window's thread
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


def tell(what: str, taken: list[Taken]) -> None:
    (half, most), (busy, busiest) = (
        (1000 * percentile(each, 0.5), 1000 * percentile(each, 0.95))
        for each in map(list, zip(*taken, strict=True))
    )
    print(
        f"{what}: median {half:.1f} ms, 95th percentile {most:.1f} ms; processor {busy:.1f} and {busiest:.1f} ms "
        f"({len(taken)} times)",
        flush=True,
    )


@contextmanager
def timed(taken: list[Taken]) -> Iterator[None]:
    """Add how long what is done inside takes."""
    wall, processor = time.perf_counter(), time.thread_time()
    yield
    taken.append((time.perf_counter() - wall, time.thread_time() - processor))


def tell_memory() -> None:
    """Print what the window holds, and each process that decodes for it; Linux only."""
    if sys.platform == "linux":
        print(
            f"Memory of the window {memory('self'):.0f} MB, at most {memory('self', 'VmHWM'):.0f} MB; ",
            end="",
        )
        beside = [f"{memory(pid, 'VmHWM'):.0f} MB" for pid in DECODERS.processes]
        print(f"of the processes that decode at most {', '.join(beside) or 'none'}", flush=True)


def memory(process: object, of: str = "VmRSS") -> float:
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(of)), 0.0)


def start_window(folder: Path) -> None:
    command = [sys.executable, "-c", START, str(folder / "window.ini")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "shown"


def image(seed: int, size: tuple[int, int], *, packed: bool = False) -> Dataset:
    rows, columns = size
    rng = np.random.default_rng(seed)
    coarse = rng.normal(2000, 400, (rows // 50, columns // 50))
    pixels = np.kron(coarse, np.ones((50, 50))) + rng.normal(0, 30, (rows, columns))
    one = Dataset()
    one.file_meta = FileMetaDataset()
    one.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    one.SOPClassUID = one.file_meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = "2.25.1"
    one.Modality, one.PatientID = "CR", "LG0"
    one.Rows, one.Columns, one.SamplesPerPixel = rows, columns, 1
    one.PhotometricInterpretation, one.PixelRepresentation = "MONOCHROME2", 0
    one.BitsAllocated, one.BitsStored, one.HighBit = 16, 12, 11
    one.WindowCenter, one.WindowWidth = 2048, 4096
    one.PixelData = np.clip(pixels, 0, 4095).astype("<u2").tobytes()
    if packed:
        one.compress(JPEG2000Lossless, generate_instance_uid=False)
    return one


def write_image(file: Path, uid: str, one: Dataset) -> None:
    one.SOPInstanceUID = one.file_meta.MediaStorageSOPInstanceUID = uid
    one.save_as(file, enforce_file_format=True)


def make_project(
    folder: Path, images: int, size: tuple[int, int] = (ROWS, COLUMNS), *, packed: bool = False
) -> Project:
    project = create_project(folder)
    new, different = [], [image(seed, size, packed=packed) for seed in range(min(images, DIFFERENT))]
    for number in range(images):
        uid = f"2.25.{10**20 + number}"
        write_image(project.instances / f"{uid}.dcm", uid, different[number % DIFFERENT])
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


def until_shown(view: ImageView, before: Frame | None = None) -> None:
    """Wait, without taking the processor from what decodes, until another frame than `before` is on the screen."""
    loop = QEventLoop()
    view.shown.connect(loop.quit)
    while view.frame_shown is None or view.frame_shown is before:
        loop.exec()
        if view.message:
            raise RuntimeError(view.message)
    view.shown.disconnect(loop.quit)


def label_next(page: LabelPage, key: Qt.Key) -> None:
    before = page.view.frame_shown
    QTest.keyClick(page.view, key)
    until_shown(page.view, before)
    page.view.repaint()


def label_all(page: LabelPage, images: int) -> list[Taken]:
    taken: list[Taken] = []
    for number in range(images - 1):
        with timed(taken):
            label_next(page, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
        pause(PAUSE_MS)
    return taken


def drag(view: ImageView) -> list[Taken]:
    taken: list[Taken] = []
    for step in range(40):
        with timed(taken):
            view.set_window(Window(2000 + step, 3000 + step))
            view.repaint()
    return taken


def drag_large(folder: Path) -> list[Taken]:
    write_image(folder / "large.dcm", "2.25.1", image(1, MAMMOGRAM))
    view = ImageView()
    view.resize(1600, 1000)
    view.show()
    view.show_instance("large", lambda: DicomImage.open(folder / "large.dcm"))
    while view.frame_shown is None:
        pause(50)
    return drag(view)


def project_in(folder: Path, images: int, *, packed: bool) -> Project:
    """Return a project of radiographs that nobody has labelled, made where there is none."""
    if not folder.exists():
        return make_project(folder, images, packed=packed)
    project = Project.open(folder)
    with project.catalogue() as catalogue:
        catalogue.set_label(catalogue.uids(), None, reader="Benchmark", means="undo")
    return project


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("images", nargs="?", type=int, default=30)
    parser.add_argument("--jpeg2000", action="store_true")
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--first", type=int, help="how many of the images to walk through; all by default")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["LEADGLASS_CONFIG"] = name
        project = project_in(told.keep or folder / "bench.leadglass", told.images, packed=told.jpeg2000)
        starts: list[Taken] = []
        for _ in range(3):
            with timed(starts):
                start_window(folder)
        tell("Program start to window", starts)
        application = make_application()
        window = make_window(application, Preferences(folder / "window.ini"))
        window.resize(1920, 1080)
        window.show()
        window.session.open(project.folder)
        window.go("label")
        page = window.current_page()
        assert isinstance(page, LabelPage)
        until_shown(page.view)
        pause(3000)
        images = min(told.first or sys.maxsize, window.session.catalogue.count())
        tell(f"Key to next image, {PAUSE_MS} ms a look", label_all(page, images))
        assert window.session.catalogue.counts_by_class() == {
            "normal": images // 2,
            "finding": (images - 1) // 2,
        }
        tell_memory()
        tell("Step of a window/level drag", drag(page.view))
        tell(f"The same on {MAMMOGRAM[1]} × {MAMMOGRAM[0]} pixels", drag_large(folder))
        window.close()


if __name__ == "__main__":
    main()
