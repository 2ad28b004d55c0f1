"""The log of the catalogue is written back beside whoever labels, and nothing is lost meanwhile."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from labeller import Catalogue, write_back
from tests.unit.labeller.samples import new

NUMBER = 3_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "catalogue.sqlite"
    with Catalogue.create(path) as catalogue:
        catalogue.add_class("clear")
        catalogue.add_instances([new(number) for number in range(NUMBER)])
    return path


@pytest.fixture
def catalogue(file: Path) -> Iterator[Catalogue]:
    with Catalogue.open(file) as opened:
        yield opened


def in_the_file(file: Path) -> int:
    """How many labels stand in the file itself, its log left out."""
    with closing(sqlite3.connect(f"{file.as_uri()}?immutable=1", uri=True)) as connection:
        return int(connection.execute("SELECT count(*) FROM current_label").fetchone()[0])


def seen_by_others(file: Path) -> int:
    with Catalogue.open(file) as other:
        return sum(other.counts_by_class().values())


def label_all(catalogue: Catalogue, times: int = 1) -> None:
    for number in range(times):
        catalogue.set_label(catalogue.uids(), "clear", reader=f"Reader {number}", means="grid")


def test_a_change_is_kept_without_writing_the_log_back(catalogue: Catalogue, file: Path) -> None:
    label_all(catalogue, 6)  # more than SQLite itself would leave in a log
    assert file.with_name(f"{file.name}-wal").stat().st_size > 1_000 * 4_096
    assert in_the_file(file) == 0
    assert seen_by_others(file) == NUMBER


def test_the_log_is_written_back_in_a_while(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_back, "SECONDS", 0.05)
    with Catalogue.open(file) as catalogue:
        label_all(catalogue)
        deadline = time.monotonic() + 20
        while in_the_file(file) < NUMBER and time.monotonic() < deadline:
            time.sleep(0.02)
        assert in_the_file(file) == NUMBER
        size = file.with_name(f"{file.name}-wal").stat().st_size
        for _ in range(3):  # the log begins anew each time
            time.sleep(0.3)
            label_all(catalogue)
        assert file.with_name(f"{file.name}-wal").stat().st_size < 2 * size


def test_a_log_that_grows_too_long_is_written_back_at_once(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeller.storage._PRAGMAS", ("journal_mode = WAL", "wal_autocheckpoint = 100"))
    with Catalogue.open(file) as catalogue:
        label_all(catalogue)
        assert in_the_file(file) == NUMBER


def test_closing_writes_back_and_leaves_no_thread(catalogue: Catalogue, file: Path) -> None:
    others = set(threading.enumerate())  # of catalogues that are open elsewhere
    label_all(catalogue)
    mine = [thread for thread in set(threading.enumerate()) - others if thread.name == "catalogue log"]
    assert len(mine) == 1
    catalogue.close()
    assert not mine[0].is_alive()
    assert in_the_file(file) == NUMBER
    assert not file.with_name(f"{file.name}-wal").exists()


def test_a_log_that_cannot_be_written_back_loses_nothing(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(write_back, "SECONDS", 0.05)
    connect = Engine.raw_connection

    def fail_beside(engine: Engine) -> object:
        if threading.current_thread().name == "catalogue log":
            raise sqlite3.OperationalError("disk I/O error")
        return connect(engine)

    monkeypatch.setattr(Engine, "raw_connection", fail_beside)
    with Catalogue.open(file) as catalogue:
        label_all(catalogue)
        deadline = time.monotonic() + 20
        while not caplog.records and time.monotonic() < deadline:
            time.sleep(0.02)
        assert "log was not written back" in caplog.text
        assert sum(catalogue.counts_by_class().values()) == NUMBER
    assert in_the_file(file) == NUMBER
