"""A full disk, a drive that goes away, a clock set back: a clear message each time, and no label is lost."""

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event

from labeller import Catalogue, CatalogueError, InstanceFilter, LabelError, labels, safekeeping
from labeller.safekeeping import back_up, backups, latest_sound_backup
from tests.unit.labeller.samples import filled, label, new, uid


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with filled(tmp_path) as made:
        label(made, [0, 1], "normal")
        yield made


def labels_on_disk(folder: Path) -> dict[str, str | None]:
    with Catalogue.open(folder / "catalogue.sqlite") as other:
        return {row.sop_instance_uid: row.label for row in other.instances(InstanceFilter(labelled=True))}


def test_a_full_disk_is_told_and_what_was_labelled_is_kept(tmp_path: Path, catalogue: Catalogue) -> None:
    def no_more_pages(connection: sqlite3.Connection, *_rest: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = catalogue._storage._reads
    engine.dispose()
    event.listen(engine, "checkout", no_more_pages)
    with pytest.raises(CatalogueError, match="disk is full") as caught:
        catalogue.add_instances([new(n) for n in range(1000, 2000)])
    assert "what was done before is kept" in caught.value.remedy
    assert catalogue.count() == 40  # nothing of it was entered
    event.remove(engine, "checkout", no_more_pages)
    engine.dispose()
    label(catalogue, [2], "opacity")  # room was made
    assert labels_on_disk(tmp_path) == {uid(0): "normal", uid(1): "normal", uid(2): "opacity"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody move a file that is open")
def test_while_the_folder_is_moved_away_nothing_is_labelled_and_work_goes_on_when_it_comes_back(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    away = tmp_path / "away"
    away.mkdir()
    for file in tmp_path.glob("catalogue.sqlite*"):
        file.replace(away / file.name)
    with pytest.raises(
        CatalogueError, match="not where it was"
    ):  # the open file may be on a drive that is gone
        label(catalogue, [5], "opacity")
    with pytest.raises(CatalogueError, match="missing") as caught:
        Catalogue.open(tmp_path / "catalogue.sqlite")
    assert "folder is complete" in caught.value.remedy
    for file in away.iterdir():
        file.replace(tmp_path / file.name)
    label(catalogue, [5], "opacity")
    assert labels_on_disk(tmp_path) == {uid(0): "normal", uid(1): "normal", uid(5): "opacity"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets nobody replace a file that is open")
def test_a_label_goes_to_the_catalogue_that_stands_at_its_place_and_not_to_the_one_that_did(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    back_up(tmp_path / "catalogue.sqlite", tmp_path / "backups")
    (copy,) = backups(tmp_path / "backups")
    for file in tmp_path.glob("catalogue.sqlite*"):
        file.unlink()
    copy.replace(tmp_path / "catalogue.sqlite")  # as when the folder is brought back from a backup
    label(catalogue, [5], "opacity")
    assert labels_on_disk(tmp_path) == {uid(0): "normal", uid(1): "normal", uid(5): "opacity"}


def test_a_drive_that_reports_errors_is_told(tmp_path: Path, catalogue: Catalogue) -> None:
    def fail(*_anything: object) -> None:
        raise sqlite3.OperationalError("disk I/O error")

    engine = catalogue._storage._reads
    event.listen(engine, "before_cursor_execute", fail)
    with pytest.raises(CatalogueError, match="reports an error") as caught:
        label(catalogue, [5], "opacity")
    assert caught.value.remedy
    event.remove(engine, "before_cursor_execute", fail)
    assert labels_on_disk(tmp_path) == {uid(0): "normal", uid(1): "normal"}


def test_a_clock_that_is_set_back_confuses_neither_history_nor_undo(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labels, "now", lambda: "2001-01-01T00:00:00.000+00:00")
    events = catalogue.set_label([uid(0)], "opacity", reader="Dr. A", means="key")
    steps = catalogue.history(uid(0))
    assert [step.label for step in steps] == ["normal", "opacity"]  # as it was done, not as the clock says
    assert steps[0].at > steps[1].at
    catalogue.undo(events, reader="Dr. A")
    assert catalogue.instance(uid(0)).label == "normal"


def test_a_clock_that_is_set_back_never_costs_the_newest_copy(tmp_path: Path, catalogue: Catalogue) -> None:
    folder, file = tmp_path / "backups", tmp_path / "catalogue.sqlite"
    for day in range(1, safekeeping.KEPT + 2):
        back_up(file, folder, day=f"2026-03-{day:02}")
    label(catalogue, [7], "opacity")
    assert back_up(file, folder, day="2020-01-01") is not None
    newest = latest_sound_backup(folder)
    assert newest is not None
    with Catalogue.open(newest) as copy:
        assert copy.instance(uid(7)).label == "opacity"
    assert len(backups(folder)) == safekeeping.KEPT


def test_a_class_that_another_window_renamed_or_removed_is_told(tmp_path: Path, catalogue: Catalogue) -> None:
    with Catalogue.open(tmp_path / "catalogue.sqlite") as other:
        other.rename_class("normal", "clear")
        other.remove_class("opacity")
    for name in ("normal", "opacity"):
        with pytest.raises(LabelError, match="no label class"):
            label(catalogue, [3], name)
    assert labels_on_disk(tmp_path) == {uid(0): "clear", uid(1): "clear"}


def test_a_copy_of_a_half_written_catalogue_is_never_taken_for_a_good_one(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    folder, file = tmp_path / "backups", tmp_path / "catalogue.sqlite"
    good = back_up(file, folder, day="2026-03-01")
    torn = folder / "catalogue-2026-03-02.sqlite"
    assert good is not None
    torn.write_bytes(good.read_bytes()[: good.stat().st_size // 2])
    assert latest_sound_backup(folder) == good
