"""A data set is searched before it is put in place; a project is verified against its own patients."""

import json

import pytest

from anonymizer import Identity, verify_data_set
from anonymizer.verification.companions import COLUMNS
from app.cli.main import main
from app.project import Project
from tests.corpora import planted

WHO = Identity(patient_name=f"{planted.SURNAME}^{planted.GIVEN}", patient_id=planted.PATIENT_ID)


@pytest.fixture
def project(tmp_path, capsys):
    """A project into which one instance was imported, approved and labelled."""
    (tmp_path / "in").mkdir()
    planted.base(1).save_as(tmp_path / "in" / "a.dcm", enforce_file_format=True)
    folder = tmp_path / "p.leadglass"
    assert main(["new", str(folder), "--profile", "research"]) == 0
    assert main(["import", str(folder), str(tmp_path / "in"), "--workers", "1", "--progress", "none"]) == 0
    opened = Project.open(folder)
    with opened.catalogue() as catalogue:
        (row,) = catalogue.instances()
        catalogue.add_class("normal")
        catalogue.set_label([row.sop_instance_uid], "normal", reader=f"Dr. {planted.SURNAME}", means="key")
        if row.review:
            catalogue.decide([row.sop_instance_uid], "approve", reader="A", means="window")
    capsys.readouterr()
    return opened


def run(capsys, *arguments):
    code = main([*map(str, arguments), "--json", "--progress", "none"])
    captured = capsys.readouterr()
    return code, captured


@pytest.mark.parametrize("kind", ["png", "dicom"])
def test_a_clean_data_set_is_put_in_place(project, tmp_path, capsys, kind):
    """The reader bears the patient's name; a reader is no patient."""
    code, captured = run(capsys, "export", project.folder, "--out", tmp_path / "out", "--format", kind)
    assert code == 0, captured
    assert (tmp_path / "out" / "manifest.csv").is_file()


def test_a_class_named_after_a_patient_keeps_the_data_set_out(project, tmp_path, capsys):
    with project.catalogue() as catalogue:
        catalogue.rename_class("normal", f"like {planted.SURNAME}")
    code, captured = run(capsys, "export", project.folder, "--out", tmp_path / "out")
    assert code == 1
    assert "identity was found" in captured.err
    assert "manifest.csv" in captured.err
    assert planted.SURNAME not in captured.err
    assert not (tmp_path / "out").exists()


def test_a_reader_releases_what_was_found_and_the_audit_trail_says_so(project, tmp_path, capsys):
    with project.catalogue() as catalogue:
        catalogue.rename_class("normal", f"like {planted.SURNAME}")
    export = ("export", project.folder, "--out", tmp_path / "out", "--release-findings")
    code, captured = run(capsys, *export, "the class is called so")
    assert (code, (tmp_path / "out").exists()) == (2, False)
    assert "reader" in captured.err
    code, captured = run(capsys, *export, f"it is {planted.SURNAME}", "--reader", "Reader A")
    assert (code, (tmp_path / "out").exists()) == (2, False)
    assert planted.SURNAME not in captured.err
    code, captured = run(capsys, *export, "the class is called so", "--reader", "Reader A")
    assert code == 0, captured
    lines = [json.loads(line) for line in project.audit_file.read_text(encoding="utf-8").splitlines()]
    (entry,) = [line for line in lines if line["action"] == "released with findings"]
    assert (entry["reader"], entry["reason"]) == ("Reader A", "the class is called so")
    assert entry["at"]
    assert entry["findings"]
    assert planted.SURNAME not in json.dumps(entry)
    assert (
        "recorded decision" in json.loads((tmp_path / "out" / "dataset.json").read_text("utf-8"))["checked"]
    )


def test_what_stands_beside_pictures_and_in_names_is_found(tmp_path):
    from PIL import Image, PngImagePlugin

    extra = PngImagePlugin.PngInfo()
    extra.add_text("Comment", "hello")
    Image.new("L", (4, 4)).save(tmp_path / "a.png", pnginfo=extra)
    Image.new("L", (4, 4)).save(tmp_path / "clean.png")
    Image.new("L", (4, 4)).save(tmp_path / f"{planted.PATIENT_ID}.png")
    (tmp_path / "dataset.json").write_text(json.dumps({"classes": [planted.GIVEN]}), encoding="utf-8")
    found = {record.path: record.findings[0].kind for record in verify_data_set(tmp_path, [WHO])}
    assert found == {
        "a.png": "image comment", f"{planted.PATIENT_ID}.png": "known identity", "dataset.json": "known identity",
    }  # fmt: skip
    assert planted.GIVEN not in str(verify_data_set(tmp_path, [WHO]))


def test_a_project_is_verified_and_what_is_found_holds_the_instance_back(project, tmp_path, capsys):
    code, captured = run(capsys, "verify", project.folder, "--headers-only", "--workers", "1")
    assert (code, json.loads(captured.out)["grades"]) == (0, {"pass": 1})
    (file,) = project.instances.glob("*.dcm")
    raw = file.read_bytes()
    text = planted.SURNAME.encode()
    place = raw.index(b"Axial 2.5mm")
    file.write_bytes(raw[:place] + text[:11] + raw[place + 11 :])
    code, captured = run(capsys, "verify", project.folder, "--headers-only", "--workers", "1")
    assert (code, json.loads(captured.out)["grades"]) == (1, {"blocked": 1})
    assert planted.SURNAME not in captured.out
    code, captured = run(capsys, "export", project.folder, "--out", tmp_path / "out")
    assert code == 1
    assert "identity was found in them" in captured.err
    assert run(capsys, "review", project.folder, "--approve", file.stem, "--reader", "A")[0] == 1


def test_what_stands_beside_the_images_of_a_data_set_is_searched_and_no_other_file(project, tmp_path, capsys):
    written = tmp_path / "out"
    assert run(capsys, "export", project.folder, "--out", written, "--format", "png")[0] == 0
    assert set((written / "manifest.csv").read_text("utf-8").splitlines()[0].split(",")) == COLUMNS
    verify = ("verify", written, "--headers-only", "--workers", "1", "--against", tmp_path / "in")
    code, captured = run(capsys, *verify)
    assert (code, json.loads(captured.out)["files"]) == (0, [])
    card = written / "DATACARD.md"
    card.write_text(f"{card.read_text('utf-8')}\nLike {planted.SURNAME}\n", encoding="utf-8")
    (written / "notes.txt").write_text("nothing in particular", encoding="utf-8")
    code, captured = run(capsys, *verify)
    assert code == 1
    assert planted.SURNAME not in captured.out
    assert {one["path"]: one["grade"] for one in json.loads(captured.out)["files"]} == {
        "DATACARD.md": "blocked",
        "notes.txt": "review",
    }
