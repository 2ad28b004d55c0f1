"""How fast the grid of small pictures is: `python -m benchmarks.grid [INSTANCES]` (100,000 unless said otherwise).

Prints the time to the first painted grid, of one step of scrolling, of labelling 5,000 selected instances with
their history, how many thumbnails of 512 × 512 images are made in a second, and the window's memory.
"""

import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.gui.application import make_application, make_window
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.gui.thumbnails import draw
from app.project import Project
from app.workflows.projects import create_project
from benchmarks.masking import make
from benchmarks.window import Taken, tell
from labeller import NewInstance

FILES = 200  # different images; more instances share their files
SELECTED = 5_000


def fill(project: Project, number: int) -> None:
    project.instances.rmdir()
    make(project.instances, FILES, 512)
    files = sorted(path.name for path in project.instances.iterdir())
    with project.catalogue() as catalogue:
        for name in ("normal", "finding"):
            catalogue.add_class(name)
        for first in range(0, number, 5_000):
            catalogue.add_instances([instance(n, files) for n in range(first, min(first + 5_000, number))])


def instance(number: int, files: list[str]) -> NewInstance:
    return NewInstance(
        sop_instance_uid=f"2.25.7{number}",
        file=files[number % len(files)],
        patient=f"P{number // 300:05}",
        study=f"2.25.1{number // 300}",
        series=f"2.25.2{number // 300}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        modality="CT",
        rows=512,
        columns=512,
        instance_number=number % 300,
    )


def timed(work: Callable[[], object]) -> Taken:
    wall, processor = time.perf_counter(), time.thread_time()
    work()
    QApplication.processEvents()
    return time.perf_counter() - wall, time.thread_time() - processor


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEADGLASS_CONFIG"] = folder
        project = create_project(Path(folder, "grid.leadglass"))
        fill(project, number)
        window = make_window(application, Preferences(Path(folder, "window.ini")))
        window.resize(1600, 1000)
        window.show()
        tell("project opened, grid of the Label page painted", [timed(lambda: opened(window, project))])
        page = window.current_page()
        assert isinstance(page, LabelPage)
        grid, bar = page.grid, page.grid.verticalScrollBar()
        tell(
            "grid painted for the first time",
            [timed(lambda: (page.browsing.toggle_grid(), grid.viewport().repaint()))],
        )
        steps = [timed(lambda: scrolled(grid, bar.value() + 60)) for _ in range(300)]
        tell("step of scrolling by 60 pixels", steps)
        jumps = [timed(lambda at=n: scrolled(grid, bar.maximum() * at // 50)) for n in range(50)]
        tell("jump to another place", jumps)
        grid.choose(range(min(SELECTED, number)))
        uids = page.list.selected()
        tell(
            f"labelling {len(uids):,} selected with history",
            [timed(lambda: page.session.catalogue.set_label(uids, "normal", reader="R", means="grid"))],
        )
        begun = time.perf_counter()
        files = sorted(project.instances.iterdir())[:100]
        for file in files:
            draw(file)
        print(
            f"thumbnails of 512 × 512, one thread: {len(files) / (time.perf_counter() - begun):.0f} a second"
        )
        QTest.qWait(500)
        print(
            f"largest memory of the window: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )
        window.jobs.shutdown()
        window.close()


def opened(window: object, project: Project) -> None:
    window.session.open(project.folder)  # type: ignore[attr-defined]
    window.go("label")  # type: ignore[attr-defined]
    window.repaint()  # type: ignore[attr-defined]


def scrolled(grid: object, value: int) -> None:
    grid.verticalScrollBar().setValue(value)  # type: ignore[attr-defined]
    grid.viewport().repaint()  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
