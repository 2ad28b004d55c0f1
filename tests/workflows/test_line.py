"""The whole line on the sample: no planted identity in any byte, and a prediction at the end."""

import csv
import json
from pathlib import Path

import pytest

from tests.workflows.conftest import leadglass, planted

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, sample: Path) -> dict[str, object]:
    """The line run once; the tests below look at what it left."""
    folder = tmp_path_factory.mktemp("line")
    project = folder / "knees.leadglass"
    config = {"LEADGLASS_CONFIG": str(folder / "config")}
    steps = [
        ("new", project),
        ("import", project, sample / "instances"),
        ("label", project, "--from", sample / "labels.csv"),
        ("export", project, "--out", folder / "dataset"),
        ("train", folder / "dataset", "--out", folder / "model", "--recipe", "quick", "--knowingly"),
        ("evaluate", folder / "model", folder / "dataset"),
        ("predict", folder / "model", project / "instances", "--csv", folder / "predictions.csv"),
        ("verify", project / "instances", "--against", sample / "instances"),
    ]
    ended = {str(step[0]): leadglass(*step, "--json", **config) for step in steps}
    return {"folder": folder, "project": project, "ended": ended}


def test_every_step_succeeds(line: dict) -> None:
    assert {name: (e.code, e.err if e.code else "") for name, e in line["ended"].items()} == dict.fromkeys(
        line["ended"], (0, "")
    )


def test_every_file_of_the_sample_is_masked(line: dict, sample: Path) -> None:
    files = [path for path in (sample / "instances").rglob("*") if path.is_file()]
    assert line["ended"]["import"].json["masked"] == len(files)


def test_no_planted_identity_is_in_any_byte(line: dict, sample: Path) -> None:
    identities = [text.encode(e) for text in planted(sample) for e in ("utf-8", "latin-1")]
    for path in line["folder"].rglob("*"):
        if path.is_file() and "config" not in path.parts:
            body = path.read_bytes().lower() + str(path.relative_to(line["folder"])).encode().lower()
            found = [text for text in identities if text.lower() in body]
            assert not found, f"{path} holds {found}"


def test_no_planted_identity_can_be_read_in_the_pixels(line: dict, sample: Path) -> None:
    from anonymizer import DicomImage, read_text

    identities = [text.lower().replace(" ", "") for text in planted(sample) if len(text) > 3]
    for path in (line["project"] / "instances").glob("*.dcm"):
        image = DicomImage.open(path)
        for frame in {0, image.frames - 1}:
            read = "".join(read_text(image.render(frame))).lower().replace(" ", "")
            assert not [text for text in identities if text in read], path


def test_patients_are_pseudonyms_and_never_divided_between_splits(line: dict) -> None:
    with (line["folder"] / "dataset" / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    splits: dict[str, set[str]] = {}
    for row in rows:
        splits.setdefault(row["patient"], set()).add(row["split"])
    assert len(rows) == line["ended"]["label"].json["labelled"]
    assert all(len(found) == 1 for found in splits.values())


def test_predictions_have_a_probability_per_class_and_the_notice(line: dict) -> None:
    with (line["folder"] / "predictions.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    classes = json.loads((line["folder"] / "model" / "run.json").read_text(encoding="utf-8"))["classes"]
    for row in rows:
        assert row["predicted"] in classes
        assert abs(sum(float(row[name]) for name in classes) - 1) < 1e-3
        assert row["notice"] == "Not for diagnostic use"


def test_importing_again_changes_nothing(line: dict, sample: Path) -> None:
    config = str(line["folder"] / "config")
    again = leadglass("import", line["project"], sample / "instances", "--json", LEADGLASS_CONFIG=config)
    assert again.code == 0, again.err
    assert again.json["skipped"] == again.json["total"]


def test_the_audit_trail_is_whole_and_shows_a_change(line: dict, tmp_path: Path) -> None:
    from app.audit import broken_at

    trail = line["project"] / "audit.jsonl"
    assert broken_at(trail) is None
    forged = tmp_path / "audit.jsonl"
    forged.write_text(
        trail.read_text(encoding="utf-8").replace('"masked": 2', '"masked": 9', 1), encoding="utf-8"
    )
    assert broken_at(forged) is not None
