"""One window at a time writes into a project; the lock ends with its program."""

import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
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


def test_who_works_there_is_told_with_the_time_and_the_day_where_it_is_another_one() -> None:
    now = datetime.now(UTC)
    assert re.fullmatch(r"anna on pc7 \(since \d\d:\d\d\)", str(Holder("anna", "pc7", now.isoformat())))
    long_ago = Holder("anna", "pc7", (now - timedelta(days=3)).isoformat())
    assert re.fullmatch(r"anna on pc7 \(since \d\d:\d\d on \d{4}-\d\d-\d\d\)", str(long_ago))
    assert str(Holder("somebody", "another computer", since="")) == "somebody on another computer"
