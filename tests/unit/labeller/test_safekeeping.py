"""A damaged catalogue is noticed, and the copy of an earlier day takes its place."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from labeller import (
    Catalogue,
    CatalogueDamagedError,
    CatalogueError,
    back_up,
    is_sound,
    keep_latest,
    latest_sound_backup,
    restore,
)
from labeller.safekeeping import KEPT, backups
from tests.unit.labeller.samples import filled, label, uid


def damage(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[4096:12_288] = b"\xee" * 8192
    file.write_bytes(content)


def test_a_catalogue_in_use_is_copied_once_a_day_with_all_its_labels(tmp_path: Path) -> None:
    file, folder = tmp_path / "catalogue.sqlite", tmp_path / "backups"
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "opacity")
        copy = back_up(file, folder, day="2026-03-01")
        assert back_up(file, folder, day="2026-03-01") is None
    with Catalogue.open(copy) as copied:
        assert copied.instance(uid(0)).label == "opacity"


def test_the_oldest_copies_go(tmp_path: Path) -> None:
    filled(tmp_path).close()
    for day in range(1, KEPT + 4):
        back_up(tmp_path / "catalogue.sqlite", tmp_path / "backups", day=f"2026-03-{day:02}")
    left = backups(tmp_path / "backups")
    assert len(left) == KEPT
    assert left[0].stem == f"catalogue-2026-03-{KEPT + 3:02}"


def test_the_latest_work_is_kept_beside_the_copies_of_days_until_the_next_of_them(tmp_path: Path) -> None:
    file, folder = tmp_path / "catalogue.sqlite", tmp_path / "backups"
    filled(tmp_path).close()
    os.utime(file, (1, 1))
    morning = back_up(file, folder, day="2026-03-01")
    assert keep_latest(file, folder) is None  # nothing is new
    with Catalogue.open(file) as catalogue:
        label(catalogue, [0], "opacity")
        evening = keep_latest(file, folder)
        assert keep_latest(file, folder) is None
    assert backups(folder) == [evening, morning]
    with Catalogue.open(evening) as copied:
        assert copied.instance(uid(0)).label == "opacity"
    assert latest_sound_backup(folder) == evening
    damage(evening)  # it was copied unseen: what is known to be whole stands behind it
    assert latest_sound_backup(folder) == morning
    next_morning = back_up(file, folder, day="2026-03-02")
    assert backups(folder) == [next_morning, morning]


def test_damage_is_noticed_and_the_newest_whole_copy_found(tmp_path: Path) -> None:
    file, folder = tmp_path / "catalogue.sqlite", tmp_path / "backups"
    with filled(tmp_path) as catalogue:
        label(catalogue, range(20), "opacity")
    good = back_up(file, folder, day="2026-03-01")
    newer = back_up(file, folder, day="2026-03-02")
    assert is_sound(file)
    damage(file)
    damage(newer)
    assert not is_sound(file)
    assert latest_sound_backup(folder) == good
    aside = restore(good, file)
    assert is_sound(file)
    assert not is_sound(aside)
    with Catalogue.open(file) as catalogue:
        assert catalogue.counts_by_class()["opacity"] == 20


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite").write_bytes(b"nothing of the kind" * 100)
    with pytest.raises(CatalogueDamagedError):
        Catalogue.open(tmp_path / "catalogue.sqlite")
    assert not is_sound(tmp_path / "catalogue.sqlite")


def test_a_catalogue_that_cannot_be_read_is_not_called_damaged(tmp_path: Path) -> None:
    good = tmp_path / "backups" / "catalogue-2026-03-01.sqlite"
    filled(tmp_path).close()
    back_up(tmp_path / "catalogue.sqlite", good.parent, day="2026-03-01")
    with pytest.raises(CatalogueError, match="cannot be opened") as caught:
        is_sound(tmp_path / "gone" / "catalogue.sqlite")
    assert not isinstance(caught.value, CatalogueDamagedError)
    good.with_name("catalogue-2026-03-02.sqlite").mkdir()
    assert latest_sound_backup(good.parent) == good


def test_a_copy_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    filled(tmp_path).close()
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(CatalogueError, match="No copy"):
        back_up(tmp_path / "catalogue.sqlite", tmp_path / "backups")
    assert sorted(path.name for path in tmp_path.iterdir() if path.suffix == ".tmp") == []


def test_a_catalogue_to_look_at_only_refuses_to_write_and_says_why(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with Catalogue.open(tmp_path / "catalogue.sqlite", read_only="Ada is working in it.") as catalogue:
        assert catalogue.count() == 40
        with pytest.raises(CatalogueError, match="look at only") as caught:
            label(catalogue, [0], "opacity")
        assert caught.value.remedy == "Ada is working in it."


def test_an_older_catalogue_is_not_changed_by_looking(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        file.execute("UPDATE alembic_version SET version_num = '0001'")
    file.close()
    with pytest.raises(CatalogueError, match="older version"):
        Catalogue.open(tmp_path / "catalogue.sqlite", read_only="x")


ANOTHER_PROGRAM = """
import sys
from pathlib import Path
from labeller import Catalogue
with Catalogue.open(Path(sys.argv[1])) as catalogue:
    print(catalogue.instance("2.25.0").label)
    catalogue.set_label(["2.25.1"], "normal", reader="Dr. B", means="key")
"""


def another_program(file: Path) -> str:
    ended = subprocess.run(
        [sys.executable, "-c", ANOTHER_PROGRAM, str(file)], capture_output=True, encoding="utf-8", check=True
    )
    return ended.stdout.strip()


def test_looking_at_a_catalogue_beside_takes_no_locks_away_from_who_works_in_it(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "opacity")
        assert is_sound(file)
        back_up(file, tmp_path / "backups", day="2026-03-01")
        Catalogue.open(file).close()
        assert another_program(file) == "opacity"
        assert catalogue.instance(uid(1)).label == "normal", "what another program wrote is seen"
        label(catalogue, [0], "normal")
        assert another_program(file) == "normal", "and what is written here is not lost"
