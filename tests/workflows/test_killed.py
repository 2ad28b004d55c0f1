"""kill -9 in the middle loses nothing that was reported done, and the same command goes on from there."""

import json
from pathlib import Path

import pydicom
import pytest

from app.project import Project
from tests.workflows.conftest import kill_after, leadglass

pytestmark = pytest.mark.slow


def test_masking_goes_on(incoming: Path, tmp_path: Path) -> None:
    out, report, key = tmp_path / "out", tmp_path / "report.json", tmp_path / "key"
    arguments = (
        "mask",
        incoming,
        "--out",
        out,
        "--report",
        report,
        "--key",
        key,
        "--workers",
        "1",
        "--headers-only",
    )
    reported = kill_after(4, *arguments)
    before = {row["new_path"]: (out / row["new_path"]).stat().st_mtime_ns for row in reported}
    ended = leadglass(*arguments, "--json")
    assert ended.code == 0, ended.err
    assert ended.json["masked"] == 12
    rows = json.loads(report.read_text(encoding="utf-8"))["files"]
    assert sorted(Path(row["path"]).name for row in rows) == sorted(path.name for path in incoming.iterdir())
    assert {name: (out / name).stat().st_mtime_ns for name in before} == before
    assert not [path for path in out.rglob("*") if path.is_file() and path.suffix != ".dcm"]


def test_import_goes_on(incoming: Path, tmp_path: Path) -> None:
    project = tmp_path / "p.leadglass"
    leadglass("new", project)
    reported = kill_after(3, "import", project, incoming, "--workers", "1")
    with Project.open(project).catalogue() as catalogue:
        known = set(catalogue.uids())
    assert {row["facts"]["sop_instance_uid"] for row in reported} <= known
    ended = leadglass("import", project, incoming, "--json")
    assert ended.code == 0, ended.err
    assert ended.json["skipped"] >= 3
    with Project.open(project).catalogue() as catalogue:
        assert catalogue.count() == 12
    for path in (project / "instances").iterdir():
        assert pydicom.dcmread(path).PatientIdentityRemoved == "YES"
    assert len(list((project / "instances").iterdir())) == 12


def test_training_goes_on(incoming: Path, tmp_path: Path) -> None:
    project, dataset, model = tmp_path / "p.leadglass", tmp_path / "dataset", tmp_path / "model"
    leadglass("new", project)
    leadglass("import", project, incoming)
    leadglass("label", project, "--from", tmp_path / "labels.csv")
    assert leadglass("export", project, "--out", dataset, "--split", "0.6,0.4,0").code == 0
    train = (
        "train",
        dataset,
        "--out",
        model,
        "--recipe",
        "standard",
        "--epochs",
        "6",
        "--set",
        "rivals=",
        "--knowingly",
    )
    reported = kill_after(3, *train, kind="epoch")
    ended = leadglass(*train, "--progress", "json")
    assert ended.code == 0, ended.err
    events = [json.loads(line) for line in ended.out.splitlines()]
    epochs = [event["epoch"] for event in events if event.get("kind") == "epoch"]
    assert epochs[0] == reported[-1]["epoch"] + 1
    assert (model / "run.json").exists()
