"""The map over an image, and its check by covering."""

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from app.gui.image.heat_map import HeatMapView
from app.storage import sweep


class FakeJob(QObject):
    """A child that has been asked for a map."""

    step = Signal(object, object, str)
    finished = Signal(object)
    failed = Signal(str, str)

    def __init__(self, arguments: list[str]) -> None:
        super().__init__()
        self.arguments, self.over = arguments, False

    def cancel(self) -> None:
        self.over = True

    def answer(self, brightness: int, **facts: object) -> None:
        out = Path(self.arguments[self.arguments.index("--out") + 1])
        Image.fromarray(np.full((30, 40), brightness, np.uint8)).save(out, "PNG")
        self.over = True
        self.finished.emit(facts)


class FakeJobs:
    def __init__(self) -> None:
        self.jobs: list[FakeJob] = []

    def start(
        self, _title: str, arguments: list[str], *, environment: Mapping[str, str], heavy: bool
    ) -> FakeJob:
        self.environment = environment
        self.jobs.append(FakeJob(arguments))
        return self.jobs[-1]


@pytest.fixture
def jobs() -> FakeJobs:
    return FakeJobs()


@pytest.fixture
def view(qtbot: QtBot, jobs: FakeJobs, tmp_path: Path) -> HeatMapView:
    path = tmp_path / "image.png"
    Image.fromarray(np.full((30, 40), 90, np.uint8)).save(path)
    view = HeatMapView(jobs)  # type: ignore[arg-type]
    qtbot.addWidget(view)
    view._rest.setInterval(0)
    view.show_image(tmp_path, path, ("normal", "spot"), "spot")
    qtbot.waitUntil(lambda: len(jobs.jobs) == 1)
    return view


def method(job: FakeJob) -> str:
    return job.arguments[job.arguments.index("--method") + 1]


def test_the_check_is_another_map_with_progress_and_both_are_kept(
    view: HeatMapView, jobs: FakeJobs, qtbot: QtBot
) -> None:
    assert method(jobs.jobs[0]) == "automatic"
    jobs.jobs[0].answer(200)
    assert view.message.text() == "Bright: what speaks for “spot”."
    view.check.click()
    qtbot.waitUntil(lambda: len(jobs.jobs) == 2)
    assert method(jobs.jobs[1]) == "occlusion"
    jobs.jobs[1].step.emit(40, 100, "")
    assert "40 %" in view.message.text()
    jobs.jobs[1].answer(120)
    assert "found by covering" in view.message.text()
    view.check.click()
    assert view.message.text() == "Bright: what speaks for “spot”."
    assert len(jobs.jobs) == 2


def test_a_map_that_was_given_up_says_nothing_of_the_other(
    view: HeatMapView, jobs: FakeJobs, qtbot: QtBot
) -> None:
    view.check.click()
    assert jobs.jobs[0].over
    jobs.jobs[0].step.emit(90, 100, "")
    assert "90" not in view.message.text()


def test_what_the_model_was_not_told_and_what_is_most_like_the_image_stand_beside_the_map(
    view: HeatMapView, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path
) -> None:
    view.use_project(tmp_path, {"KEY": "of the catalogue"})
    view.check.click()
    qtbot.waitUntil(lambda: len(jobs.jobs) == 2)
    assert jobs.jobs[1].arguments[-2:] == ["--project", str(tmp_path)]
    assert jobs.environment == {"KEY": "of the catalogue"}
    assert view.similar() == ()
    with qtbot.waitSignal(view.changed):
        jobs.jobs[1].answer(
            90, method="occlusion", missing=["patient_age"], similar=["images/spot/1.2.3.png"]
        )
    assert "Judged without: patient_age." in view.message.text()
    assert view.similar() == ("images/spot/1.2.3.png",)


def test_a_map_leaves_no_file_and_one_of_a_crash_is_swept(
    view: HeatMapView, jobs: FakeJobs, qtbot: QtBot, tmp_path: Path
) -> None:
    project = tmp_path / "p.leadglass"
    project.mkdir()
    view.keep_in(project)
    view.check.click()
    qtbot.waitUntil(lambda: len(jobs.jobs) == 2)
    out = Path(jobs.jobs[1].arguments[jobs.jobs[1].arguments.index("--out") + 1])
    assert out.parent == project
    out.touch()
    os.utime(out, (0, 0))  # long ago: nobody writes it any more
    sweep(project)
    assert list(project.iterdir()) == []
    jobs.jobs[1].answer(120)
    assert list(project.iterdir()) == []


def test_a_file_that_is_gone_leaves_no_other_image_under_its_name(view: HeatMapView, tmp_path: Path) -> None:
    assert view.view.frames == 1
    view.show_image(tmp_path, tmp_path / "gone.png", ("normal", "spot"), "spot")
    assert view.view.frames == 0
    assert "cannot be opened" in view.view.message
