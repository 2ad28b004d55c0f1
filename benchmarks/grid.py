"""How fast the grid of small pictures is: `python -m benchmarks.grid [INSTANCES] [--project FOLDER]`, 100,000 by default.

Prints the time to the first painted grid, of one step of scrolling, of labelling 5,000 selected instances with
their history beside what SQLite alone takes to write such rows in the same minute, how many thumbnails of 512 × 512
images are made in a second, and the window's memory. With `--project` the project is kept there, and taken from there
the next time; `benchmarks.catalogue --file FOLDER/catalogue.sqlite` measures its catalogue.
"""

import argparse
import os
import resource
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from app.gui.application import make_application, make_window
from app.gui.labelling.thumbnail_grid import ThumbnailGrid
from app.gui.main_window import MainWindow
from app.gui.pages.label_page import LabelPage
from app.gui.preferences import Preferences
from app.gui.thumbnails import draw
from app.project import Project
from app.workflows.projects import create_project
from benchmarks import catalogue as instances
from benchmarks.masking import make
from benchmarks.window import Taken, pause, tell

SELECTED, SETS = 5_000, 5


def project_in(folder: Path, number: int) -> Project:
    """Return the project in a folder, made where there is none."""
    if folder.exists():
        return Project.open(folder)
    project = create_project(folder)
    project.instances.rmdir()
    make(project.instances, instances.FILES, 512)
    with project.catalogue() as catalogue:
        instances.fill(catalogue, number)
    return project


def timed(work: Callable[[], object]) -> Taken:
    wall, processor = time.perf_counter(), time.thread_time()
    work()
    QApplication.processEvents()
    return time.perf_counter() - wall, time.thread_time() - processor


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("instances", nargs="?", type=int, default=100_000)
    parser.add_argument("--project", type=Path)
    told = parser.parse_args()
    application = make_application()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LEADGLASS_CONFIG"] = folder
        project = project_in(told.project or Path(folder, "grid.leadglass"), told.instances)
        window = make_window(application, Preferences(Path(folder, "window.ini")))
        window.resize(1600, 1000)
        window.show()
        window.repaint()
        QApplication.processEvents()
        tell("project opened to the painted grid", [timed(lambda: opened(window, project))])
        page = window.current_page()
        assert isinstance(page, LabelPage)
        grid, bar = page.grid, page.grid.verticalScrollBar()
        page.browsing.toggle_grid()
        QApplication.processEvents()
        tell("from the image to the grid", [timed(lambda: (page.browsing.toggle_grid(), window.repaint()))])
        pause(3000)
        steps = [timed(lambda: scrolled(grid, bar.value() + 60)) for _ in range(300)]
        tell("step of scrolling by 60 pixels", steps)
        jumps = [timed(lambda at=n: scrolled(grid, bar.maximum() * at // 50)) for n in range(50)]
        tell("jump to another place", jumps)
        tell("the first label of a session, one image", [relabelled(page, range(1))])
        labelling(page, project.folder / "rows.sqlite")
        begun = time.perf_counter()
        files = sorted(project.instances.iterdir())[:100]
        for file in files:
            draw(file)
        print(
            f"thumbnails of 512 × 512, one thread: {len(files) / (time.perf_counter() - begun):.0f} a second"
        )
        pause(500)
        print(
            f"largest memory of the window: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"
        )
        window.jobs.shutdown()
        window.close()


def labelling(page: LabelPage, scratch: Path) -> None:
    number = min(SELECTED, len(page.model.uids) // SETS)
    sets = [range(n * number, (n + 1) * number) for n in range(SETS)]
    labelled = [relabelled(page, chosen) for chosen in sets]
    tell(f"labelling {number:,} selected with history", labelled)
    least = rows_alone(scratch, number)
    tell("SQLite alone, as many rows in three tables", least)
    times = statistics.median(wall for wall, _ in labelled) / statistics.median(wall for wall, _ in least)
    print(f"labelling over SQLite alone: {times:.1f} times")


def relabelled(page: LabelPage, chosen: range) -> Taken:
    """How long it takes to give the chosen images another label than the first of them has."""
    page.grid.choose(chosen)
    QApplication.processEvents()
    uids = page.list.selected()
    held = page.session.catalogue.instance(uids[0]).label
    other = next(name for name in instances.CLASSES if name != held)
    return timed(lambda: page.session.catalogue.set_label(uids, other, reader="R", means="grid"))


def rows_alone(file: Path, number: int) -> list[Taken]:
    """How long SQLite takes to put rows like those of labels on the disk: the least that labelling can take.

    The history with the index of its instances, and for what counts and what the reader thinks two tables with a key
    of three numbers; nothing is looked up, checked or read back.
    """
    keys = "a INTEGER, b INTEGER, c INTEGER, d INTEGER"
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute(
            "CREATE TABLE history (id INTEGER PRIMARY KEY, a INTEGER, label TEXT, at TEXT, shown TEXT)"
        )
        connection.execute("CREATE INDEX instances ON history (a)")
        for table in ("counts", "thinks"):
            connection.execute(f"CREATE TABLE {table} ({keys}, PRIMARY KEY (a, b, c)) WITHOUT ROWID")
        taken = [timed(lambda first=n * number: _write(connection, first, number)) for n in range(SETS)]
    for each in file.parent.glob(f"{file.name}*"):
        each.unlink()
    return taken


def _write(connection: sqlite3.Connection, first: int, number: int) -> None:
    rows = range(first, first + number)
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(
        "INSERT INTO history (a, label, at, shown) VALUES (?, 'Pneumonia', '2026-01-01T12:00:00.000+00:00', 'masked')",
        ((row,) for row in rows),
    )
    for table in ("counts", "thinks"):
        connection.executemany(f"INSERT INTO {table} VALUES (?, 1, 1, 1)", ((row,) for row in rows))
    connection.execute("COMMIT")


def opened(window: MainWindow, project: Project) -> None:
    """Open a project in which somebody labelled before: its Label page comes first, and then the grid."""
    window.session.preferences.set_page(project.identifier, "label")
    window.session.open(project.folder)
    page = window.current_page()
    assert isinstance(page, LabelPage)
    page.browsing.toggle_grid()
    window.repaint()


def scrolled(grid: ThumbnailGrid, value: int) -> None:
    grid.verticalScrollBar().setValue(value)  # `timed` has it painted


if __name__ == "__main__":
    main()
