"""Only what passed, or was looked at and approved by a reader, leaves a project."""

import json
import sqlite3
from pathlib import Path

import pytest

from labeller import (
    Catalogue,
    CatalogueError,
    ExportError,
    ExportRequest,
    LabelError,
    export_dataset,
    withheld_because,
)
from labeller.release import HELD_BACK
from tests.unit.labeller.samples import filled, label, new, picture, uid

LOOK = "Pixels were not examined for burned-in text."


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Instance 0 passes, 1 and 2 want a look, 3 is blocked, 4 was never verified."""
    made = filled(tmp_path, 1)
    made.add_instances([new(number, grade="review", review=(LOOK,)) for number in (1, 2)])
    made.add_instances([new(3, grade="blocked"), new(4, grade="")])
    for number in range(5):
        (tmp_path / f"{uid(number)}.dcm").write_bytes(bytes([number]))
    label(made, range(5), "normal")
    return made


def exported(catalogue: Catalogue, folder: Path, name: str = "out"):
    request = ExportRequest(picture, lambda row: folder / row.file, image_format="dicom")
    return export_dataset(catalogue, folder / name, request)


def approve(catalogue: Catalogue, *numbers: int) -> None:
    catalogue.decide([uid(n) for n in numbers], "approve", reader="Dr. A", means="command line")


def test_only_what_passed_or_was_approved_is_exported_and_the_rest_is_counted(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    approve(catalogue, 1)
    summary = exported(catalogue, tmp_path)
    assert summary.images == 2
    assert sorted(summary.withheld.values()) == [1, 1, 1]
    assert "they wait for a reader's look" in summary.withheld
    described = json.loads((tmp_path / "out" / "dataset.json").read_text(encoding="utf-8"))
    assert described["withheld"] == dict(summary.withheld)
    assert not (tmp_path / "out" / "images" / "normal" / f"{uid(3)}.dcm").exists()


def test_where_nothing_may_leave_the_reasons_are_told(tmp_path: Path) -> None:
    made = filled(tmp_path, 0)
    made.add_instances([new(1, grade="review", review=(LOOK,))])
    label(made, [1], "normal")
    with pytest.raises(ExportError, match="1 because they wait") as caught:
        exported(made, tmp_path)
    assert "leadglass review" in caught.value.remedy


def test_a_decision_is_kept_with_reader_reasons_and_grade(catalogue: Catalogue) -> None:
    approve(catalogue, 1)
    catalogue.decide([uid(1)], "reject", reader="Dr. B", means="window")
    first, second = catalogue.decisions(uid(1))
    assert (first.verdict, first.reader, first.reasons, first.grade) == (
        "approved", "Dr. A", (LOOK,), "review",
    )  # fmt: skip
    assert (second.verdict, second.reader, second.means) == ("rejected", "Dr. B", "window")
    assert first.at <= second.at
    assert withheld_because(catalogue.instance(uid(1))) == "a reader holds them back"
    assert catalogue.instance(uid(1)).review == (HELD_BACK,)


def test_withdrawing_takes_back_one_decision_after_the_other(catalogue: Catalogue) -> None:
    approve(catalogue, 1)
    catalogue.decide([uid(1)], "reject", reader="Dr. A", means="window")
    catalogue.decide([uid(1)], "withdraw", reader="Dr. A", means="window")
    assert withheld_because(catalogue.instance(uid(1))) == ""
    catalogue.decide([uid(1)], "withdraw", reader="Dr. A", means="window")
    assert catalogue.instance(uid(1)).review == (LOOK,)
    assert withheld_because(catalogue.instance(uid(1))) == "they wait for a reader's look"
    with pytest.raises(LabelError, match="no decision"):
        catalogue.decide([uid(1)], "withdraw", reader="Dr. A", means="window")


def test_a_series_is_decided_at_once_and_each_instance_keeps_its_own_state(catalogue: Catalogue) -> None:
    both = [uid(1), uid(2)]
    before = [catalogue.instance(each).review for each in both]
    catalogue.decide([uid(2)], "reject", reader="Dr. A", means="window")
    made = catalogue.decide(both, "approve", reader="Dr. A", means="window")
    assert [(each.sop_instance_uid, each.verdict) for each in made] == [(each, "approved") for each in both]
    assert made[1].reasons == (*before[1], HELD_BACK)
    catalogue.decide(both, "withdraw", reader="Dr. A", means="window")
    assert catalogue.instance(uid(1)).review == before[0]
    assert catalogue.instance(uid(2)).decision == "rejected"


@pytest.mark.parametrize("number", [3, 4])
def test_what_is_blocked_or_unverified_cannot_be_approved(catalogue: Catalogue, number: int) -> None:
    with pytest.raises(LabelError, match="cannot be approved"):
        approve(catalogue, 1, number)
    assert catalogue.decisions(uid(1)) == []


def test_clearing_the_reasons_without_a_decision_releases_nothing(catalogue: Catalogue) -> None:
    catalogue.set_review(uid(1), ())
    assert withheld_because(catalogue.instance(uid(1)))


def test_an_approval_does_not_count_for_a_new_finding_but_for_the_same_one(catalogue: Catalogue) -> None:
    approve(catalogue, 1)
    catalogue.set_grade(uid(1), "review", [LOOK])
    assert withheld_because(catalogue.instance(uid(1))) == ""
    catalogue.set_grade(uid(1), "review", ["A date is left. ((0008,0020))"])
    assert withheld_because(catalogue.instance(uid(1)))
    catalogue.set_grade(uid(0), "blocked", ["An identity is left."])
    assert withheld_because(catalogue.instance(uid(0)))


def test_decisions_cannot_be_changed_or_deleted(catalogue: Catalogue, tmp_path: Path) -> None:
    approve(catalogue, 1)
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        for statement in ("DELETE FROM decision", "UPDATE decision SET reader_id = 1"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                file.execute(statement)
    file.close()
    with pytest.raises(CatalogueError):
        Catalogue.open(tmp_path / "missing.sqlite")


def test_a_catalogue_of_before_the_verification_keeps_everything_and_releases_nothing(
    tmp_path: Path,
) -> None:
    """The tables of version 2, made by its migrations, with an instance and a label."""
    from sqlalchemy import create_engine

    from labeller import storage

    path = tmp_path / "catalogue.sqlite"
    engine = create_engine(f"sqlite:///{path.as_posix()}")
    with engine.begin() as connection:
        storage.upgrade(connection, "0002")
    engine.dispose()
    with sqlite3.connect(path) as file:
        columns = [row[1] for row in file.execute("PRAGMA table_info(instance)")]
        values = dict.fromkeys(columns, "") | {
            "id": 1, "sop_instance_uid": uid(0), "file": f"{uid(0)}.dcm", "patient": "LG1", "rows": 1,
            "columns": 1, "frames": 1, "place": 0, "series_number": None, "instance_number": None,
            "review": "[]", "needs_review": 0,
        }  # fmt: skip
        marks = ", ".join("?" * len(columns))
        file.execute(f"INSERT INTO instance VALUES ({marks})", [values[name] for name in columns])
    file.close()
    with Catalogue.open(path) as catalogue:
        catalogue.add_class("normal")
        label(catalogue, [0], "normal")
        row = catalogue.instance(uid(0))
        assert (row.patient, row.label, row.grade) == ("LG1", "normal", "")
        assert "never verified" in withheld_because(row)
        catalogue.set_grade(uid(0), "pass")
        assert withheld_because(catalogue.instance(uid(0))) == ""
