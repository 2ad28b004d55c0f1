"""An afternoon of labelling: `python -m benchmarks.labelling [IMAGES]`, 5,000 unless told.

A scripted reader answers every image through the real window, one key each as soon as the image is in sight.
Prints how long the first and the last 500 answers took, key to next image drawn, and the memory after each. Images
are small synthetic radiographs of 16 bits (`benchmarks.window` has large ones); the catalogue has as many as were asked
for, which share a few files.
"""

import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.application import make_application, make_window
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.project import Project
from benchmarks.window import make_project, pause, percentile
from labeller import NewInstance

FILES, PART = 12, 500
SIZE = (500, 400)  # small: what is asked here is whether the hundredth answer is as quick as the first
KEYS = (Qt.Key.Key_1, Qt.Key.Key_2)


def fill(folder: Path, images: int) -> Project:
    project = make_project(folder / "bench.leadglass", FILES, SIZE)
    with project.catalogue() as catalogue:
        made = catalogue.instances()
        names = NewInstance.__dataclass_fields__.keys() & type(made[0]).__dataclass_fields__.keys()
        facts = [{name: getattr(row, name) for name in names} for row in made]
        catalogue.add_instances(
            [
                replace(
                    NewInstance(**facts[number % FILES]),
                    sop_instance_uid=f"2.25.{9 * 10**20 + number}",
                    patient=f"M{number:06}",
                    study=f"2.25.{7 * 10**20 + number}",
                    series=f"2.25.{8 * 10**20 + number}",
                )
                for number in range(images - FILES)
            ]
        )
    return project


def memory() -> float:
    """Resident memory in MB, 0 where the system does not tell."""
    status = Path("/proc/self/status")
    lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def answer(application: QApplication, page: LabelPage, number: int) -> float:
    while not page.view.seen:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
    before = page.list.place()
    start = time.perf_counter()
    QTest.keyClick(page.view, KEYS[number % 2])
    while page.list.place() == before or not page.view.seen:
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 5)
    page.view.repaint()
    return time.perf_counter() - start


def tell(what: str, taken: list[float]) -> None:
    half, most = (1000 * percentile(taken, share) for share in (0.5, 0.95))
    print(f"{what}: median {half:.0f} ms, 95th percentile {most:.0f} ms, {memory():.0f} MB", flush=True)


def main() -> None:
    images = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as name:  # a copy is made at closing
        folder = Path(name)
        project = fill(folder, images)
        application = make_application()
        window = make_window(application, Preferences(folder / "window.ini"))
        window.resize(1920, 1080)
        window.show()
        window.session.open(project.folder)
        window.go("label")
        page = window.current_page()
        assert isinstance(page, LabelPage)
        pause(2000)
        taken: list[float] = []
        for number in range(images - 1):
            taken.append(answer(application, page, number))
            if len(taken) % PART == 0:
                tell(f"Answers {len(taken) - PART + 1:,} to {len(taken):,}", taken[-PART:])
        first, last = taken[:PART], taken[-PART:]
        print(f"Last {PART} over first {PART}, medians: {percentile(last, 0.5) / percentile(first, 0.5):.2f}")
        assert sum(window.session.catalogue.counts_by_class().values()) == images - 1
        window.close()


if __name__ == "__main__":
    main()
