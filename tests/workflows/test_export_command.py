"""`leadglass export`: what it tells before it writes, and the choices that it takes."""

import csv
import json

import numpy as np
import pytest
from PIL import Image

from anonymizer import DicomImage
from anonymizer.pixels.rendering import display
from app.cli.main import main
from app.project import Project
from labeller import NewInstance
from tests.corpora import planted


@pytest.fixture
def project(tmp_path, capsys):
    """Eight instances of four patients; the first and the last show the same."""
    folder = tmp_path / "p.leadglass"
    assert main(["new", str(folder), "--profile", "research"]) == 0
    opened = Project.open(folder)
    with opened.catalogue() as catalogue:
        for number in range(8):
            write(opened, catalogue, number)
        for name in ("normal", "opacity"):
            catalogue.add_class(name)
        catalogue.set_label([f"2.25.{n}" for n in range(4)], "normal", reader="A", means="key")
        catalogue.set_label([f"2.25.{n}" for n in range(4, 8)], "opacity", reader="A", means="key")
    capsys.readouterr()
    return opened


def write(project, catalogue, number):
    dataset = planted.base(number)
    shown = np.random.default_rng(number % 7).integers(0, 255, (dataset.Rows, dataset.Columns))
    kind = np.dtype(f"u{dataset.BitsAllocated // 8}")
    dataset.PixelData = shown.astype(kind).tobytes()
    dataset.save_as(project.instances / f"2.25.{number}.dcm", enforce_file_format=True)
    facts = NewInstance(
        sop_instance_uid=f"2.25.{number}", file=f"2.25.{number}.dcm", patient=f"LG{number // 2}", study="2.25.8",
        series="2.25.9", sop_class_uid="1.2", modality="CT", grade="pass",
    )  # fmt: skip
    catalogue.add_instances([facts])


def run(capsys, *arguments):
    code = main([*map(str, arguments), "--json", "--progress", "none"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out) if captured.out else captured.err


@pytest.fixture
def splits(tmp_path):
    file = tmp_path / "splits.csv"
    file.write_text("patient,split\nLG0,train\nLG1,test\nLG2,train\nLG3,validation\n", encoding="utf-8")
    return file


def test_the_preview_tells_counts_and_near_duplicates_and_writes_nothing(project, splits, capsys):
    code, facts = run(capsys, "export", project.folder, "--preview", "--splits", splits)
    assert (code, facts["images"], facts["patients"]) == (0, 8, 4)
    assert facts["counts"]["test"] == {"normal": 2, "opacity": 0}
    assert facts["across_splits"] == [["2.25.0", "2.25.7"]]
    assert not any(project.exports.iterdir())


def test_given_splits_formats_and_layouts_are_obeyed(project, splits, tmp_path, capsys):
    out = tmp_path / "out"
    wanted = ["--splits", splits, "--format", "png16", "--layout", "splits", "--duplicates", "leave-out"]
    code, facts = run(capsys, "export", project.folder, "--out", out, *wanted)
    assert (code, facts["images"], list(facts["left_out"].values())) == (0, 7, [1])
    with (out / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["patient"], row["split"]) for row in rows} >= {("LG0", "train"), ("LG1", "test")}
    assert all(row["path"].startswith(f"{row['split']}/{row['class']}/") for row in rows)
    assert all((out / row["path"]).is_file() and row["value_slope"] for row in rows)


@pytest.mark.parametrize(("kind", "suffix", "close"), [("png", ".png", 0), ("jpeg", ".jpg", 12)])
def test_eight_bit_pictures_are_what_their_stated_window_shows(
    project, tmp_path, capsys, *, kind, suffix, close
):
    out = tmp_path / "out"
    code, facts = run(capsys, "export", project.folder, "--out", out, "--format", kind, "--window", "100,120")
    assert (code, facts["images"]) == (0, 8)
    with (out / "manifest.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["window_center"], row["window_width"]) for row in rows} == {("100", "120")}
    assert "100" in (out / "DATACARD.md").read_text(encoding="utf-8")
    for row in rows:
        assert row["path"].endswith(suffix)
        image = DicomImage.open(project.instances / f"{row['sop_instance_uid']}.dcm")
        expected = display(image.frame(0), center=100, width=120, invert=image.inverted, function="LINEAR")
        with Image.open(out / row["path"]) as opened:
            written = np.asarray(opened)
        assert (opened.mode, written.shape) == ("L", expected.shape)
        assert np.abs(written.astype(int) - expected.astype(int)).mean() <= close
    listed = (out / "checksums.txt").read_text(encoding="utf-8").splitlines()
    assert {line[66:] for line in listed} >= {row["path"] for row in rows}


def test_a_list_of_splits_that_fits_nobody_is_refused(project, tmp_path, capsys):
    (tmp_path / "other.csv").write_text("patient,split\nLG9,train\n", encoding="utf-8")
    code, error = run(capsys, "export", project.folder, "--preview", "--splits", tmp_path / "other.csv")
    assert code == 2
    assert "line 2: no such instance or patient" in error


def test_one_class_and_a_licence(project, tmp_path, capsys):
    out = tmp_path / "out"
    code, facts = run(
        capsys, "export", project.folder, "--out", out, "--class", "opacity", "--licence", "CC-BY-4.0"
    )
    assert (code, facts["classes"], facts["images"]) == (0, ["opacity"], 4)
    assert "Licence: CC-BY-4.0" in (out / "DATACARD.md").read_text(encoding="utf-8")
    assert json.loads((out / "croissant.json").read_text(encoding="utf-8"))["license"] == "CC-BY-4.0"


def test_a_folder_or_a_preview_must_be_asked_for(project, capsys):
    code, error = run(capsys, "export", project.folder)
    assert (code, "--out DIR, or --preview" in error) == (2, True)
