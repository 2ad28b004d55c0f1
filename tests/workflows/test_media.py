"""Media with a DICOMDIR come out as media, with a DICOMDIR of their own."""

import json
import shutil
import zipfile
from pathlib import Path

import pytest
from pydicom.data import get_testdata_file
from pydicom.fileset import FileSet

from tests.workflows.conftest import leadglass


@pytest.mark.slow
def test_a_disc_comes_out_as_a_disc(tmp_path: Path) -> None:
    disc = tmp_path / "disc"
    source = Path(get_testdata_file("DICOMDIR")).parent
    shutil.copytree(source / "77654033", disc / "77654033")
    shutil.copy(source / "DICOMDIR", disc / "DICOMDIR")
    with zipfile.ZipFile(tmp_path / "disc.zip", "w") as archive:
        for path in sorted(p for p in disc.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(disc))
    trees = []
    for number, given in enumerate((disc, disc / "DICOMDIR", tmp_path / "disc.zip")):
        out, report = tmp_path / f"out{number}", tmp_path / "report.json"
        ended = leadglass("mask", given, "--out", out, "--report", report, "--headers-only", "--json")
        assert ended.json["dicomdir"] == ended.json["masked"] == 7
        rows = json.loads(report.read_text(encoding="utf-8"))["files"]
        (directory,) = (row for row in rows if row["path"].endswith("DICOMDIR"))
        assert "rebuilt" in directory["reason"]
        assert len(FileSet(out / "DICOMDIR")) == 7
        trees.append({p.relative_to(out): p.read_bytes() for p in out.rglob("*") if p.is_file()})
    assert trees[0] == trees[2]


def test_a_medium_is_written_on_request(tmp_path: Path, incoming: Path) -> None:
    out = tmp_path / "out"
    ended = leadglass("mask", incoming, "--out", out, "--headers-only", "--dicomdir")
    assert "A new DICOMDIR lists 12 instances." in ended.out
    assert {path.name for path in out.iterdir()} == {"DICOM", "DICOMDIR"}
