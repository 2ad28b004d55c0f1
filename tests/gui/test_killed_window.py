"""The window killed right after a key: what was answered is there when it is opened again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.project import Project

pytestmark = pytest.mark.slow

ANSWERS = 3
READER = """
import sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, Qt
from PySide6.QtTest import QTest
from app.gui.application import make_application, make_window
from app.gui.preferences import Preferences

application = make_application()
window = make_window(application, Preferences(Path(sys.argv[2])))
window.show()
window.session.open(Path(sys.argv[1]))
window.session.reader = "Reader A"
window.go("label")
page = window.current_page()

def wait_for(there):
    while not there():
        application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)

for number in range(int(sys.argv[3])):
    wait_for(lambda: page.view.seen)
    answered, place = page.model.uids[page.list.place()], page.list.place()
    QTest.keyClick(page.view, Qt.Key.Key_2)
    wait_for(lambda: page.list.place() != place and page.view.seen)
    print(answered, flush=True)
wait_for(lambda: False)
"""


def label_until_killed(project: Project, preferences: Path) -> list[str]:
    """A reader answers in a window of its own; it is killed when the image after the last answer is in sight."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(project.folder), str(preferences), str(ANSWERS)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path.cwd())},
    ) as child:
        assert child.stdout is not None
        answered = [child.stdout.readline().strip() for _ in range(ANSWERS)]
        child.kill()
        assert child.wait(60) == (-signal.SIGKILL if os.name == "posix" else 1)
    return answered


def test_an_answer_is_kept_whose_window_was_killed_when_the_next_image_showed(
    labelled: Project, tmp_path: Path
) -> None:
    with labelled.catalogue() as catalogue:
        catalogue.set_label(catalogue.uids(), None, reader="A", means="key")
    answered = label_until_killed(labelled, tmp_path / "window.ini")
    with labelled.catalogue() as catalogue:
        assert [row.sop_instance_uid for row in catalogue.instances() if row.label] == answered
        assert {catalogue.instance(uid).label for uid in answered} == {"finding"}
        assert [catalogue.history(uid)[-1].means for uid in answered] == ["key"] * ANSWERS
    again = label_until_killed(labelled, tmp_path / "window.ini")  # the dead window's lock holds nobody up
    assert not set(again) & set(answered)
    with labelled.catalogue() as catalogue:
        assert sum(1 for row in catalogue.instances() if row.label) == 2 * ANSWERS
