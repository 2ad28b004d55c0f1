import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labeller import (
    Catalogue,
    Choice,
    ExportError,
    ExportRequest,
    ExportSummary,
    InstanceRow,
    Picture,
    export_dataset,
    read_manifest,
)
from labeller.folder_names import folder_names
from tests.unit.labeller.samples import filled, label, picture, uid


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Forty instances with files: 20 normal, 12 with opacity, 8 unlabelled."""
    made = filled(tmp_path, 40)
    (tmp_path / "instances").mkdir()
    for number in range(40):
        (tmp_path / "instances" / f"2.25.{number}.dcm").write_bytes(bytes([number, 7]))
    label(made, range(20), "normal")
    label(made, range(20, 32), "opacity", reader="Dr. B")
    return made


def exported(catalogue: Catalogue, folder: Path, **wanted: Any) -> ExportSummary:
    return export_dataset(catalogue, folder / "out", request(folder, **wanted))


def request(folder: Path, **wanted: Any) -> ExportRequest:
    chosen = {name: wanted.pop(name) for name in tuple(wanted) if name in Choice.__dataclass_fields__}
    options: dict[str, Any] = {
        "read_picture": picture,
        "file_of": lambda row: folder / "instances" / row.file,
        "choice": Choice(**chosen),
        "profile": "basic",
        "tool": "Leadglass 1",
    }
    return ExportRequest(**(options | wanted))


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_labelled_instances_become_a_data_set(tmp_path: Path, catalogue: Catalogue) -> None:
    steps: list[int] = []
    summary = exported(catalogue, tmp_path, on_step=steps.append)
    rows = read_manifest(tmp_path / "out" / "manifest.csv")
    assert len(rows) == summary.images == 32
    assert (summary.patients, summary.unlabelled, summary.failed) == (16, 8, ())
    assert steps == list(range(1, 33))
    first = next(row for row in rows if row.sop_instance_uid == uid(20))
    assert (first.path, first.class_name, first.patient) == (
        "images/opacity/2.25.20.png",
        "opacity",
        "LG0010",
    )
    assert (first.modality, first.reader) == ("DX", "Dr. B")
    with Image.open(tmp_path / "out" / first.path) as image:
        assert image.mode == "L"
        assert not image.info
        assert np.array_equal(np.asarray(image), picture(tmp_path / "instances" / "2.25.20.dcm").pixels)
    assert len({(row.patient, row.split) for row in rows}) == 16
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_the_description_counts_and_warns(tmp_path: Path, catalogue: Catalogue) -> None:
    catalogue.set_review(uid(3), ["legible text"])
    summary = exported(catalogue, tmp_path, seed=5)
    described = json.loads((tmp_path / "out" / "dataset.json").read_text(encoding="utf-8"))
    assert described["format"].startswith("leadglass-dataset-")
    assert described["classes"] == ["normal", "opacity"]
    assert described["counts"] == {k: dict(v) for k, v in summary.counts.items()}
    assert sum(sum(split.values()) for split in described["counts"].values()) == 31
    assert (described["seed"], described["profile"]) == (5, "basic")
    assert described["notice"] == "Not for diagnostic use"
    manifest = (tmp_path / "out" / "manifest.csv").read_bytes()
    assert described["sha256"] == hashlib.sha256(manifest).hexdigest()
    assert summary.withheld == described["withheld"] == {"they wait for a reader's look": 1}
    assert str(tmp_path) not in (tmp_path / "out" / "dataset.json").read_text(encoding="utf-8")


def test_every_file_has_its_checksum(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(catalogue, tmp_path)
    found = files(tmp_path / "out")
    lines = found.pop("checksums.txt").decode().splitlines()
    assert {line[66:]: line[:64] for line in lines} == {
        path: hashlib.sha256(content).hexdigest() for path, content in found.items()
    }


def test_masked_dicom_is_copied_byte_by_byte(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(catalogue, tmp_path, image_format="dicom", classes=("opacity",))
    found = [path for path in files(tmp_path / "out") if path.startswith("images/")]
    assert len(found) == 12
    copied = (tmp_path / "out" / "images" / "opacity" / "2.25.20.dcm").read_bytes()
    assert copied == (tmp_path / "instances" / "2.25.20.dcm").read_bytes()


def test_colour_images_stay_in_colour(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(
        catalogue, tmp_path, read_picture=lambda _path: Picture(np.full((3, 4, 3), (200, 0, 9), np.uint8))
    )
    with Image.open(tmp_path / "out" / "images" / "normal" / "2.25.0.png") as image:
        assert (image.mode, image.size, image.getpixel((0, 0))) == ("RGB", (4, 3), (200, 0, 9))


def test_an_instance_that_cannot_be_read_is_named(tmp_path: Path, catalogue: Catalogue) -> None:
    def read(path: Path) -> Picture:
        if path.stem == uid(1):
            raise ValueError("The pixel data are damaged.")
        return picture(path)

    (tmp_path / "instances" / "2.25.2.dcm").unlink()
    summary = exported(catalogue, tmp_path, read_picture=read)
    assert [(left.sop_instance_uid, left.reason) for left in summary.failed] == [
        (uid(2), "Its masked file is missing."),
        (uid(1), "The pixel data are damaged."),
    ]
    assert summary.images == 30
    assert not {uid(1), uid(2)} & {
        r.sop_instance_uid for r in read_manifest(tmp_path / "out" / "manifest.csv")
    }


def test_a_cancelled_export_goes_on_where_it_was(tmp_path: Path, catalogue: Catalogue) -> None:
    read: list[str] = []
    counted = counting(read)
    summary = exported(catalogue, tmp_path, read_picture=counted, cancelled=lambda: len(read) >= 10)
    assert summary.cancelled
    assert not (tmp_path / "out").exists()
    assert exported(catalogue, tmp_path, read_picture=counted).images == 32
    assert len(read) <= 32 + summary.images


def test_what_changed_in_between_is_exported_as_it_is_now(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(catalogue, tmp_path, cancelled=stop_after(10))
    (tmp_path / "instances" / "2.25.0.dcm").write_bytes(b"masked by hand")
    label(catalogue, [1], "opacity")
    half = tmp_path / ".out.leadglass-export" / "content" / "images" / "normal" / "2.25.3.png"
    half.write_bytes(half.read_bytes()[:20])
    exported(catalogue, tmp_path)
    shutil.rmtree(tmp_path / ".out.leadglass-export", ignore_errors=True)
    resumed = files(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    exported(catalogue, tmp_path)
    assert files(tmp_path / "out") == resumed
    assert "images/normal/2.25.1.png" not in resumed


def test_pictures_that_were_written_in_another_window_or_depth_are_not_kept(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    def dark(path: Path) -> Picture:
        return Picture(picture(path).pixels // 2)

    exported(catalogue, tmp_path, cancelled=stop_after(10), rendering="file")
    exported(catalogue, tmp_path, cancelled=stop_after(20), image_format="png16")
    exported(catalogue, tmp_path, rendering="40,400", read_picture=dark)
    resumed = files(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    exported(catalogue, tmp_path, rendering="40,400", read_picture=dark)
    assert files(tmp_path / "out") == resumed


def test_a_killed_export_goes_on_where_it_was(tmp_path: Path, catalogue: Catalogue) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from labeller import Catalogue, ExportRequest, export_dataset\n"
        "from tests.unit.labeller.samples import picture\n"
        "folder = Path(sys.argv[1])\n"
        "def told(done):\n"
        "    print(done, flush=True)\n"
        "    time.sleep(0.05)\n"
        "request = ExportRequest(picture, lambda row: folder / 'instances' / row.file, profile='basic',\n"
        "    on_step=told, tool='Leadglass 1')\n"
        "export_dataset(Catalogue.open(folder / 'catalogue.sqlite'), folder / 'out', request)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as job:
        assert job.stdout is not None
        for line in job.stdout:
            if int(line) == 12:
                job.kill()
                break
    assert not (tmp_path / "out").exists()
    read: list[str] = []
    assert exported(catalogue, tmp_path, read_picture=counting(read)).images == 32
    assert len(read) <= 20
    resumed = files(tmp_path / "out")
    shutil.rmtree(tmp_path / "out")
    exported(catalogue, tmp_path)
    assert files(tmp_path / "out") == resumed


def test_the_same_export_again_is_left_as_it_is(tmp_path: Path, catalogue: Catalogue) -> None:
    first = exported(catalogue, tmp_path)
    stamp = (tmp_path / "out").stat().st_mtime_ns
    assert exported(catalogue, tmp_path) == first
    assert (tmp_path / "out").stat().st_mtime_ns == stamp


def test_an_earlier_export_is_replaced_only_where_wanted(tmp_path: Path, catalogue: Catalogue) -> None:
    exported(catalogue, tmp_path)
    with pytest.raises(ExportError, match="already a data set"):
        exported(catalogue, tmp_path, seed=1)
    assert exported(catalogue, tmp_path, seed=1, overwrite=True).seed == 1
    assert json.loads((tmp_path / "out" / "dataset.json").read_text(encoding="utf-8"))["seed"] == 1
    (tmp_path / "out" / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ExportError, match="did not write"):
        exported(catalogue, tmp_path, seed=2, overwrite=True)


@pytest.mark.parametrize("content", ["notes.txt", "dataset.json"])
def test_a_folder_of_something_else_is_never_touched(
    tmp_path: Path, catalogue: Catalogue, content: str
) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / content).write_text('{"mine": 1}', encoding="utf-8")
    with pytest.raises(ExportError, match="something other"):
        exported(catalogue, tmp_path, overwrite=True)
    assert files(tmp_path / "out") == {content: b'{"mine": 1}'}


def test_an_empty_folder_may_be_used(tmp_path: Path, catalogue: Catalogue) -> None:
    (tmp_path / "out").mkdir()
    assert exported(catalogue, tmp_path).images == 32
    assert (tmp_path / "out" / "manifest.csv").exists()


def test_an_export_moved_aside_by_a_killed_replacement_comes_back(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    first = exported(catalogue, tmp_path)
    (tmp_path / "out").rename(tmp_path / ".out.leadglass-old")
    assert exported(catalogue, tmp_path) == first
    assert (tmp_path / "out" / "manifest.csv").exists()


def test_nothing_to_export_says_so(tmp_path: Path) -> None:
    empty = filled(tmp_path, 2)
    with pytest.raises(ExportError, match="no labelled instance"):
        exported(empty, tmp_path)
    with pytest.raises(ExportError, match="format"):
        exported(empty, tmp_path, image_format="gif")
    with pytest.raises(ExportError, match="tumour"):
        exported(empty, tmp_path, classes=("tumour",))


def test_folders_are_named_so_that_every_system_takes_them() -> None:
    names = ["a/b", "a\\b", "A_B", "con", "aux.1", "..", "Ä normal?", "x" * 64, "肺" * 64, "end. "]
    folders = folder_names(names)
    assert folders["a/b"] == "a_b"
    assert len({folder.casefold() for folder in folders.values()}) == len(names)
    for folder in folders.values():
        assert folder.strip(" .") == folder
        assert not set(folder) & set('<>:"/\\|?*')
        assert folder.split(".")[0].casefold() not in {"con", "aux"}
        assert 0 < len(folder.encode()) <= 104


def counting(read: list[str]) -> Callable[[Path], Picture]:
    def counted(path: Path) -> Picture:
        read.append(path.name)
        return picture(path)

    return counted


def stop_after(number: int) -> Callable[[], bool]:
    asked = iter(range(number))
    return lambda: next(asked, None) is None


def test_the_file_function_gets_the_row(tmp_path: Path, catalogue: Catalogue) -> None:
    rows: list[InstanceRow] = []

    def file_of(row: InstanceRow) -> Path:
        rows.append(row)
        return tmp_path / "instances" / row.file

    exported(catalogue, tmp_path, file_of=file_of)
    assert {row.label for row in rows} == {"normal", "opacity"}
