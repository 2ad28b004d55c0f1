"""Projects as people use them: locked vaults, labels by hand, corrections, and what goes wrong."""

import csv
import json
from pathlib import Path

import pytest

from anonymizer import DicomImage
from app.project import Project
from tests.workflows.conftest import leadglass


@pytest.fixture
def project(incoming: Path, tmp_path: Path) -> Path:
    """A project with the twelve radiographs."""
    folder = tmp_path / "hands.leadglass"
    assert leadglass("new", folder).code == 0
    ended = leadglass("import", folder, incoming, "--workers", "1")
    assert ended.code == 0, ended.err
    return folder


@pytest.mark.slow
def test_a_passphrase_locks_the_identities(incoming: Path, tmp_path: Path) -> None:
    folder = tmp_path / "locked.leadglass"
    right = {"LEADGLASS_PASSPHRASE": "seven brass lanterns"}
    assert leadglass("new", folder, "--protect", "passphrase", **right).code == 0
    without = leadglass("import", folder, incoming)
    assert without.code == 1
    assert "passphrase" in without.err
    wrong = leadglass("import", folder, incoming, LEADGLASS_PASSPHRASE="eight brass lanterns")
    assert wrong.code == 1
    assert "Traceback" not in wrong.err
    assert leadglass("import", folder, incoming, "--json", **right).json["masked"] == 12


def test_a_folder_that_is_not_empty_is_never_made_a_project(incoming: Path) -> None:
    before = sorted(incoming.iterdir())
    assert leadglass("new", incoming).code == 1
    assert sorted(incoming.iterdir()) == before


def test_labels_set_by_hand_take_original_and_masked_uids(project: Path) -> None:
    with Project.open(project).catalogue() as catalogue:
        masked = catalogue.uids()[0]
    original = "1.2.826.0.1.3680043.10.77.5.1.1.5"
    ended = leadglass(
        "label", project, "--set", "fracture", "--reader", "Reader Two", original, masked, "1.2.3", "--json"
    )
    assert ended.code == 1
    assert ended.json["labelled"] == 2
    assert ended.json["new_classes"] == ["fracture"]
    assert ended.json["problems"] == ["1.2.3: no such instance in the project"]
    with Project.open(project).catalogue() as catalogue:
        assert catalogue.history(masked)[-1].reader == "Reader Two"


@pytest.mark.slow
def test_a_list_with_unknown_rows_labels_the_rest(project: Path, tmp_path: Path) -> None:
    rows = (tmp_path / "labels.csv").read_text(encoding="utf-8") + "nowhere.dcm,wide,Reader One\n"
    (tmp_path / "more.csv").write_text(rows, encoding="utf-8")
    ended = leadglass("label", project, "--from", tmp_path / "more.csv", "--json")
    assert ended.code == 1
    assert ended.json["labelled"] == 12
    assert "line 14" in ended.json["problems"][0]


def test_a_region_masked_by_hand_is_black_and_noted_and_the_rest_unchanged(project: Path) -> None:
    opened = Project.open(project)
    with opened.catalogue() as catalogue:
        row = catalogue.instances(limit=1)[0]
    file = opened.instances / row.file
    before = DicomImage.open(file).frame(0).copy()
    ended = leadglass("mask-region", project, row.sop_instance_uid, "--region", "10,20,30,15")
    assert ended.code == 0, ended.err
    after = DicomImage.open(file).frame(0)
    assert len(set(after[20:35, 10:40].ravel().tolist())) == 1
    after = after.copy()
    after[20:35, 10:40] = before[20:35, 10:40]
    assert (after == before).all()
    with opened.catalogue() as catalogue:
        regions = catalogue.masking(row.sop_instance_uid)["regions"]
    assert [r["kind"] for r in regions][-1:] == ["drawn"]


@pytest.mark.slow
def test_a_region_outside_the_image_is_refused(project: Path) -> None:
    with Project.open(project).catalogue() as catalogue:
        sop = catalogue.uids()[0]
    ended = leadglass("mask-region", project, sop, "--region", "5000,5000,10,10")
    assert ended.code == 1
    assert "outside" in ended.err


def test_a_damaged_file_costs_itself_alone(incoming: Path, tmp_path: Path) -> None:
    (incoming / "im0003.dcm").write_bytes((incoming / "im0003.dcm").read_bytes()[:200])
    (incoming / "notes.txt").write_text("no DICOM", encoding="utf-8")
    folder = tmp_path / "p.leadglass"
    leadglass("new", folder)
    ended = leadglass("import", folder, incoming, "--json")
    assert ended.code in (0, 1)
    assert ended.json["masked"] == 11
    assert ended.json["quarantined"] == 1  # nothing of its data set is left, so nothing can be said of it
    assert ended.json["skipped"] == 1


@pytest.mark.slow
def test_data_sets_from_elsewhere_train_as_they_are(project: Path, tmp_path: Path) -> None:
    leadglass("label", project, "--from", tmp_path / "labels.csv")
    assert leadglass("export", project, "--out", tmp_path / "exported").code == 0
    with (tmp_path / "exported" / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        exported = list(csv.DictReader(stream))
    assert len(exported) >= 10  # a radiograph that is masked for the most part waits for a reader
    for row in exported:
        target = tmp_path / "plain" / row["class"]
        target.mkdir(parents=True, exist_ok=True)
        source = tmp_path / "exported" / row["path"]
        (target / source.name).write_bytes(source.read_bytes())
    model = tmp_path / "model"
    trained = leadglass("train", tmp_path / "plain", "--out", model, "--recipe", "quick", "--knowingly")
    assert trained.code == 0, trained.err
    assert "Not for diagnostic use" in trained.out
    judged = leadglass("evaluate", model, tmp_path / "plain", "--split", "all", "--json")
    assert judged.code == 0, judged.err
    assert judged.json["images"] == len(exported)
    (tmp_path / "plain" / "wide" / "broken.png").write_bytes(b"no image")
    table = tmp_path / "p.csv"
    told = leadglass("predict", model, tmp_path / "plain", "--csv", table)
    assert told.code == 1
    assert "broken.png" in told.out
    with table.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == len(exported) + 1
    heat = leadglass(
        "heatmap", model, next((tmp_path / "plain" / "wide").glob("2*.png")), "--out", tmp_path / "h.png"
    )
    assert heat.code == 0, heat.err
    from PIL import Image

    assert Image.open(tmp_path / "h.png").size == (80, 96)


@pytest.mark.slow
def test_a_project_says_which_text_it_masks_and_what_may_stay(tmp_path: Path) -> None:
    folder = tmp_path / "p.leadglass"
    leadglass("new", folder, "--pixels", "identities")
    ended = leadglass("pixels", folder, "--keep", "RUHE", "--review-over", "0.2", "--json")
    assert ended.json["mask"] == "identities"
    assert (ended.json["keep"], ended.json["review_over"]) == (["RUHE"], 0.2)
    leadglass("pixels", "--keep", "DEMAND")
    ended = leadglass("pixels", folder, "--forget", "RUHE", "--mask", "flag", "--json")
    assert (ended.json["mask"], ended.json["keep"]) == ("flag", ["DEMAND"])
    assert "DEMAND" in leadglass("pixels").out
    trail = [json.loads(line) for line in (folder / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["action"] for row in trail].count("treatment of burned-in text changed") == 4
    assert "RUHE" not in (folder / "audit.jsonl").read_text(encoding="utf-8")
    wrong = leadglass("pixels", folder, "--review-over", "7")
    assert (wrong.code, "review_over" in wrong.err) == (1, True)


def test_a_folder_that_is_not_there_is_told_as_such(tmp_path: Path) -> None:
    ended = leadglass("import", tmp_path / "gone.leadglass", tmp_path)
    assert ended.code == 1
    assert f"There is no folder {tmp_path / 'gone.leadglass'}" in ended.err
    assert "not a Leadglass project" not in ended.err
