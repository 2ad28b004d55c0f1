import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from labeller import Catalogue, CatalogueError, InstanceFilter, LabelError, PredictionRow, RunRow
from tests.unit.labeller.samples import filled, label, new, uid


def test_instances_come_back_in_reading_order(tmp_path: Path) -> None:
    catalogue = Catalogue.create(tmp_path / "c.sqlite")
    numbers = [("B", "s", 2), ("A", "t", 1), ("A", "s", 10), ("A", "s", 9)]
    catalogue.add_instances(
        [
            new(i, patient=patient, study=study, series="r", instance_number=number)
            for i, (patient, study, number) in enumerate(numbers)
        ]
    )
    assert catalogue.uids() == [uid(3), uid(2), uid(1), uid(0)]
    assert [row.sop_instance_uid for row in catalogue.instances()] == catalogue.uids()
    assert [row.sop_instance_uid for row in catalogue.instances(offset=1, limit=2)] == [uid(2), uid(1)]
    assert [row.sop_instance_uid for row in catalogue.instances(offset=3)] == [uid(0)]


def test_entering_an_instance_again_renews_its_facts_and_keeps_its_label(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 2)
    label(catalogue, [0], "opacity")
    assert (
        catalogue.add_instances([new(0, modality="CR", masking={"regions": [{"kind": "text"}]}), new(7)]) == 1
    )
    row = catalogue.instance(uid(0))
    assert (row.modality, row.label, row.reader) == ("CR", "opacity", "Dr. A")
    assert catalogue.masking(uid(0)) == {"regions": [{"kind": "text"}]}
    catalogue.set_masking(uid(0), {"regions": [{"kind": "kept"}]})
    assert catalogue.masking(uid(0)) == {"regions": [{"kind": "kept"}]}


@pytest.mark.parametrize(
    ("only", "expected"),
    [
        (InstanceFilter(), 6),
        (InstanceFilter(modality="MR"), 1),
        (InstanceFilter(label="opacity"), 2),
        (InstanceFilter(labelled=True), 3),
        (InstanceFilter(labelled=False), 3),
        (InstanceFilter(labelled=False, modality="MR"), 1),
        (InstanceFilter(needs_review=True), 1),
        (InstanceFilter(needs_review=False), 5),
        (InstanceFilter(patient="LG0001"), 2),
        (InstanceFilter(text="thORax"), 1),
        (InstanceFilter(text="100%"), 1),
        (InstanceFilter(text="%"), 1),
    ],
)
def test_every_condition_of_a_filter_holds(tmp_path: Path, only: InstanceFilter, expected: int) -> None:
    catalogue = filled(tmp_path, 4)
    catalogue.add_instances(
        [
            new(4, modality="MR", body_part="THORAX"),
            new(5, review=("text near the border",), study_description="100% view"),
        ]
    )
    label(catalogue, [0, 1], "opacity")
    label(catalogue, [2], "normal")
    assert catalogue.count(only) == expected
    assert len(catalogue.uids(only)) == len(catalogue.instances(only)) == expected
    assert len(catalogue.instances(only, limit=100)) == expected


def test_the_next_unlabelled_instance_wraps_around_and_ends(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 4)
    assert catalogue.unlabelled_after(None) == uid(0)
    label(catalogue, [2], "normal")
    assert catalogue.unlabelled_after(uid(1)) == uid(3)
    assert catalogue.unlabelled_after(uid(3)) == uid(0)
    label(catalogue, [0, 1], "normal")
    assert catalogue.unlabelled_after(uid(3)) is None
    label(catalogue, [3], "normal")
    assert catalogue.unlabelled_after(None) is None


def test_counts_for_the_window(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 4)
    catalogue.add_instances([new(9, modality="CT")])
    label(catalogue, [0, 1, 2], "opacity")
    assert catalogue.counts_by_class() == {"normal": 0, "opacity": 3}
    assert catalogue.counts_by_modality() == {"CT": 1, "DX": 4}
    assert catalogue.facets("patient") == {"LG0000": 2, "LG0001": 2, "LG0004": 1}


def test_looking_at_an_instance_takes_its_mark_away(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 1)
    catalogue.set_review(uid(0), ["legible text"])
    assert catalogue.instance(uid(0)).review == ("legible text",)
    catalogue.set_review(uid(0))
    assert catalogue.count(InstanceFilter(needs_review=True)) == 0


def test_an_unknown_instance_is_told_apart_from_a_bug(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 1)
    for ask in (catalogue.instance, catalogue.masking, catalogue.history, catalogue.set_review):
        with pytest.raises(LabelError):
            ask("2.25.404")


def test_predictions_are_kept_by_run(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 2)
    for number, name in enumerate(("first", "second")):
        catalogue.add_run(RunRow(name, name, f"2026-01-0{number + 1}", "quick", {"auc": 0.9}))
        rows = [
            PredictionRow(uid(n), name, "opacity", {"opacity": 0.75, "normal": 0.25}, "now", 0.4, "ab")
            for n in (0, 1)
        ]
        catalogue.add_predictions(name, rows)
        catalogue.add_predictions(name, rows)
    assert [run.name for run in catalogue.runs()] == ["first", "second"]
    assert [p.run for p in catalogue.predictions(uid(0))] == ["second", "first"]
    assert [p.sop_instance_uid for p in catalogue.predictions(run="first")] == [uid(0), uid(1)]
    assert {(p.unlike, p.model_sha256) for p in catalogue.predictions()} == {(0.4, "ab")}
    with pytest.raises(LabelError, match="training run"):
        catalogue.add_predictions("third", [])


def test_what_was_reported_labelled_survives_a_kill(tmp_path: Path) -> None:
    filled(tmp_path, 200).close()
    script = (
        "import sys, pathlib\n"
        "from labeller import Catalogue\n"
        "with Catalogue.open(pathlib.Path(sys.argv[1])) as catalogue:\n"
        "    for number in range(200):\n"
        "        catalogue.set_label([f'2.25.{number}'], 'opacity', reader='Dr. A', means='key')\n"
        "        print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "catalogue.sqlite")],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 25:
                writer.kill()
                break
        told = 25 + len(writer.stdout.read().split())
    with Catalogue.open(tmp_path / "catalogue.sqlite") as catalogue:
        for number in range(told + 1):
            assert catalogue.instance(uid(number)).label == "opacity"
            assert len(catalogue.history(uid(number))) == 1
        assert catalogue.count(InstanceFilter(labelled=True)) <= told + 2


def test_writing_is_made_durable_before_it_is_reported(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 1)
    with catalogue._storage.writing(1) as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_second_writer_waits_then_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("labeller.storage.BUSY_MS", 100)
    catalogue = filled(tmp_path, 1)
    other = sqlite3.connect(tmp_path / "catalogue.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert catalogue.count() == 1
    with pytest.raises(CatalogueError, match="in use") as caught:
        label(catalogue, [0], "normal")
    assert caught.value.remedy
    other.execute("ROLLBACK")
    other.close()
    label(catalogue, [0], "normal")


def test_a_catalogue_is_never_replaced(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with pytest.raises(CatalogueError, match="already"):
        Catalogue.create(tmp_path / "catalogue.sqlite")
    with pytest.raises(CatalogueError, match="missing"):
        Catalogue.open(tmp_path / "nothing.sqlite")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "text").write_bytes(b"no database" * 100)
    with pytest.raises(CatalogueError, match="not a catalogue"):
        Catalogue.open(tmp_path / "text")
    with sqlite3.connect(tmp_path / "foreign") as foreign:
        foreign.execute("CREATE TABLE anything (x)")
    foreign.close()
    before = (tmp_path / "foreign").read_bytes()
    with pytest.raises(CatalogueError, match="another program"):
        Catalogue.open(tmp_path / "foreign")
    with sqlite3.connect(tmp_path / "foreign") as foreign:
        assert foreign.execute("SELECT name FROM sqlite_master").fetchall() == [("anything",)]
    foreign.close()
    assert len(before) == (tmp_path / "foreign").stat().st_size


def test_a_damaged_catalogue_is_told(tmp_path: Path) -> None:
    catalogue = filled(tmp_path, 2000)
    catalogue.close()
    file = tmp_path / "catalogue.sqlite"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(CatalogueError) as caught:
        Catalogue.open(file).count()
    assert "damaged" in str(caught.value)
    assert caught.value.remedy
