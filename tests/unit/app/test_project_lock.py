"""One window at a time writes into a project; the lock ends with its program."""

import subprocess
import sys
from pathlib import Path

from app.project_lock import Holder, ProjectLock

HOLD = """
import sys, time
from pathlib import Path
from app.project_lock import ProjectLock
lock = ProjectLock.take(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


def test_a_second_program_is_told_who_holds_it_until_it_dies(tmp_path: Path) -> None:
    file = tmp_path / "window.lock"
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "held\n"
    held = ProjectLock.take(file)
    assert isinstance(held, Holder)
    assert held.where
    assert str(held).startswith(held.who)
    child.kill()
    child.wait()
    child.stdout.close()
    mine = ProjectLock.take(file)
    assert isinstance(mine, ProjectLock)
    mine.release()


def test_it_is_free_after_release(tmp_path: Path) -> None:
    file = tmp_path / "window.lock"
    first = ProjectLock.take(file)
    assert isinstance(ProjectLock.take(file), Holder)
    first.release()
    second = ProjectLock.take(file)
    assert isinstance(second, ProjectLock)
    second.release()
