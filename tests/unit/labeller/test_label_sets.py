"""Label sets, answers that are no class, several classes at once, parents, notes, and filters by them."""

import sqlite3
from pathlib import Path

import pytest

from labeller import Catalogue, InstanceFilter, LabelError, LabelSet
from labeller.storage import Storage, upgrade
from tests.unit.labeller.samples import filled, label, new, uid


def test_each_set_has_its_own_classes_labels_and_history(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "opacity")
        assert catalogue.add_label_set("View") == LabelSet("View", "image", several=False)
        views = catalogue.in_set("View")
        assert [known.name for known in views.classes()] == []
        views.add_class("normal")  # the same name as in the other set
        views.add_class("lateral")
        label(views, [0], "lateral")
        assert catalogue.instance(uid(0)).label == "opacity"
        assert views.instance(uid(0)).label == "lateral"
        assert views.instance(uid(1)).label is None
        assert views.count(InstanceFilter(labelled=True)) == 1
        assert catalogue.counts_by_class() == {"normal": 0, "opacity": 2}
        assert [event.label for event in views.history(uid(0))] == ["lateral"]
        assert views.labels_by_reader(uid(0)) == {"Dr. A": "lateral"}
        assert [known.name for known in catalogue.label_sets()] == ["Labels", "View"]
        assert views.label_set.name == "View"


def test_not_sure_is_an_answer_that_is_kept_but_not_used(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "opacity")
        label(catalogue, [1], "not sure")
        label(catalogue, [2], "not gradable")
        label(catalogue, [3], "skipped")
        assert catalogue.instance(uid(1)).kind == "unsure"
        assert catalogue.count(InstanceFilter(labelled=True)) == 4
        assert catalogue.uids(InstanceFilter(usable=True)) == [uid(0)]
        assert catalogue.uids(InstanceFilter(kind="unsure")) == [uid(1)]
        assert catalogue.counts_by_class() == {"normal": 0, "opacity": 1}
        assert catalogue.counts_of_answers() == {"not sure": 1, "not gradable": 1, "skipped": 1}
        assert [(a.name, a.shortcut) for a in catalogue.answers()] == [
            ("not sure", "Q"),
            ("not gradable", "X"),
            ("skipped", "K"),
        ]


def test_answers_that_are_no_class_are_no_opinion(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "opacity", "Dr. A")
        label(catalogue, [0], "not sure", "Dr. B")
        label(catalogue, [1], "normal", "Dr. B")
        assert catalogue.agreement().read_by_several == 1
        assert catalogue.disagreements() == [uid(1)]


def test_several_classes_hold_at_once_and_are_toggled(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        catalogue.add_label_set("Findings", several=True)
        findings = catalogue.in_set("Findings")
        for name in ("effusion", "fracture", "nodule"):
            findings.add_class(name)
        for name in ("nodule", "effusion"):
            findings.toggle_label([uid(0)], name, reader="Dr. A", means="key")
        assert findings.instance(uid(0)).label == "effusion + nodule"
        assert findings.counts_by_class() == {"effusion": 1, "fracture": 0, "nodule": 1}
        assert findings.uids(InstanceFilter(label="nodule")) == [uid(0)]
        (event,) = findings.toggle_label([uid(0)], "nodule", reader="Dr. A", means="key")
        assert (event.previous, event.label) == ("effusion + nodule", "effusion")
        findings.undo([event], reader="Dr. A")
        assert findings.instance(uid(0)).label == "effusion + nodule"
        findings.rename_class("nodule", "mass")
        assert findings.instance(uid(0)).label == "effusion + mass"
        for name in ("mass", "effusion"):
            findings.toggle_label([uid(0)], name, reader="Dr. A", means="key")
        assert findings.instance(uid(0)).label is None
        label(findings, [0], "none of these")
        assert findings.instance(uid(0)).kind == "none"
        assert findings.count(InstanceFilter(usable=True)) == 1
        assert findings.counts_by_class()["effusion"] == 0


def test_several_images_keep_what_else_they_have_when_one_class_is_toggled(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        catalogue.add_label_set("Findings", several=True)
        findings = catalogue.in_set("Findings")
        findings.add_class("effusion")
        findings.add_class("nodule")
        findings.toggle_label([uid(0)], "effusion", reader="Dr. A", means="key")
        events = findings.toggle_label([uid(0), uid(1)], "nodule", reader="Dr. A", means="key")
        assert [findings.instance(uid(n)).label for n in (0, 1)] == ["effusion + nodule", "nodule"]
        findings.undo(events, reader="Dr. A")
        assert [findings.instance(uid(n)).label for n in (0, 1)] == ["effusion", None]
        with pytest.raises(LabelError, match="Only one class"):
            catalogue.toggle_label([uid(0)], "normal", reader="Dr. A", means="key")


@pytest.mark.parametrize(("scope", "labelled"), [("series", 2), ("study", 2), ("patient", 4)])
def test_an_answer_is_about_all_images_of_its_scope(tmp_path: Path, scope: str, labelled: int) -> None:
    with filled(tmp_path, 4) as catalogue:
        catalogue.add_instances([new(n, patient="LG0000") for n in range(4)])
        catalogue.add_label_set("Diagnosis", scope=scope)
        diagnosis = catalogue.in_set("Diagnosis")
        diagnosis.add_class("ill")
        events = diagnosis.set_label([uid(0)], "ill", reader="Dr. A", means="key")
        assert len(events) == labelled
        assert diagnosis.count(InstanceFilter(labelled=True)) == labelled
        diagnosis.undo(events, reader="Dr. A")
        assert diagnosis.count(InstanceFilter(labelled=True)) == 0


def test_classes_have_definitions_colours_and_parents(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        catalogue.add_class("bacterial", definition="Lobar consolidation.", parent="opacity")
        known = {each.name: each for each in catalogue.classes()}
        assert known["bacterial"].parent == "opacity"
        assert known["bacterial"].definition == "Lobar consolidation."
        assert catalogue.change_class("bacterial", colour="#112233", parent="").parent is None
        catalogue.change_class("opacity", parent="bacterial")
        with pytest.raises(LabelError, match="under itself"):
            catalogue.change_class("bacterial", parent="opacity")
        with pytest.raises(LabelError, match="no class that others"):
            catalogue.change_class("normal", parent="not sure")
        with pytest.raises(LabelError, match="joins classes"):
            catalogue.add_class("a + b")
        with pytest.raises(LabelError, match="already a label class"):
            catalogue.add_class("Not Sure")


def test_a_note_stands_beside_the_label_and_in_its_history(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0], "opacity")
        catalogue.set_note([uid(0)], " motion artefact ", reader="Dr. A")
        assert catalogue.instance(uid(0)).note == "motion artefact"
        assert catalogue.uids(InstanceFilter(noted=True)) == [uid(0)]
        assert catalogue.history(uid(0))[-1].note == "motion artefact"
        with pytest.raises(LabelError, match="no label yet"):
            catalogue.set_note([uid(1)], "x", reader="Dr. A")


def test_images_are_found_by_facts_of_patient_reader_and_verification(tmp_path: Path) -> None:
    with filled(tmp_path, 4) as catalogue:
        ages = ("034Y", "071Y", "006M", "")
        catalogue.add_instances(
            [new(n, patient_age=ages[n], patient_sex="FM"[n % 2], body_part="CHEST") for n in range(4)]
        )
        label(catalogue, [0], "opacity", "Dr. A")
        label(catalogue, [1], "opacity", "Dr. B")
        assert catalogue.uids(InstanceFilter(age_from=30, age_to=40)) == [uid(0)]
        assert catalogue.uids(InstanceFilter(age_to=1)) == [uid(2)]
        assert catalogue.uids(InstanceFilter(patient_sex="M", body_part="CHEST")) == [uid(1), uid(3)]
        assert catalogue.uids(InstanceFilter(reader="Dr. B")) == [uid(1)]
        assert catalogue.uids(InstanceFilter(grade="blocked")) == []


def test_a_set_is_renamed_and_removed_only_while_nothing_was_labelled_in_it(tmp_path: Path) -> None:
    with filled(tmp_path) as catalogue:
        catalogue.add_label_set("View")
        catalogue.rename_label_set("View", "Projection")
        catalogue.in_set("Projection").add_class("lateral")
        catalogue.remove_label_set("Projection")
        assert [known.name for known in catalogue.label_sets()] == ["Labels"]
        with pytest.raises(LabelError, match="at least one"):
            catalogue.remove_label_set("Labels")
        catalogue.add_label_set("View")
        label(catalogue, [0], "opacity")
        with pytest.raises(LabelError, match="history is kept"):
            catalogue.remove_label_set("Labels")
        with pytest.raises(LabelError, match="already a label set"):
            catalogue.add_label_set("view")
        with pytest.raises(LabelError, match="not about"):
            catalogue.add_label_set("X", scope="hospital")
        with pytest.raises(LabelError, match="no label set"):
            catalogue.in_set("Y")


def test_a_catalogue_of_version_3_keeps_classes_labels_opinions_and_history(tmp_path: Path) -> None:
    file = tmp_path / "catalogue.sqlite"
    _version_3(file)
    with Catalogue.open(file) as catalogue:
        assert catalogue.label_sets() == [LabelSet("Labels", "image", several=False)]
        assert catalogue.instance(uid(0)).label == "opacity"
        assert catalogue.labels_by_reader(uid(0)) == {"Dr. A": "opacity"}
        assert [event.label for event in catalogue.history(uid(0))] == ["opacity"]
        assert [known.name for known in catalogue.classes()] == ["normal", "opacity"]
        label(catalogue, [0], "not sure")
        catalogue.add_class("new")
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        ids = [row[0] for row in connection.execute("SELECT id FROM label_class WHERE name = 'new'")]
        assert ids[0] > 9  # the id of a class that was removed before is never used again
    connection.close()


def _version_3(file: Path) -> None:
    from sqlalchemy import create_engine

    engine = create_engine(f"sqlite:///{file}")
    with engine.begin() as connection:
        upgrade(connection, "0003")
        for statement in (
            "INSERT INTO reader VALUES (1, 'Dr. A', '')",
            "INSERT INTO label_class VALUES (1, 'normal', '#000000', '1', 0), (2, 'opacity', '#111111', '2', 1)",
            "UPDATE sqlite_sequence SET seq = 9 WHERE name = 'label_class'",
        ):
            connection.exec_driver_sql(statement)
        columns = [row[1:4] for row in connection.exec_driver_sql("PRAGMA table_info(instance)")]
        facts = {"id": 1, "sop_instance_uid": uid(0), "review": "[]"}
        values = [facts.get(name, 0 if kind != "VARCHAR" else "") for name, kind, _ in columns]
        connection.exec_driver_sql(
            f"INSERT INTO instance VALUES ({','.join('?' * len(values))})", tuple(values)
        )
        for statement in (
            "INSERT INTO current_label VALUES (1, 2, 1)",
            "INSERT INTO reader_label VALUES (1, 1, 2)",
            "INSERT INTO label_event VALUES (1, 1, 2, 'opacity', NULL, NULL, NULL, 1, '2026-01-01', 'key')",
        ):
            connection.exec_driver_sql(statement)
    engine.dispose()
    Storage.open(file).close()
