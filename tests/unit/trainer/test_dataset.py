import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.trainer.conftest import read_png, write_dataset, write_image
from trainer import DataSetError, load_dataset
from trainer.dataset import ordered_classes
from trainer.readiness import readiness
from trainer.splits import split_patients

Manifest = Callable[..., Path]


def test_manifest_columns_may_come_in_any_order_with_others_between(manifest: Manifest) -> None:
    folder = manifest(
        "split,age,Class,patient,path",
        "train,50,a,p1,0.png",
        "val,51,b,p2,1.png",
        "train,,b,p3,2.png",
        "test,,a,p4,3.png",
        encoding="utf-8-sig",
    )
    dataset = load_dataset(folder, read_image=read_png)
    assert [(i.name, i.class_name, i.patient, i.split) for i in dataset.items] == [
        ("0.png", "a", "p1", "train"),
        ("1.png", "b", "p2", "validation"),
        ("2.png", "b", "p3", "train"),
        ("3.png", "a", "p4", "test"),
    ]
    assert dataset.counts()["train"] == {"a": 1, "b": 1}


def test_semicolons_as_a_spreadsheet_writes_them(manifest: Manifest) -> None:
    folder = manifest("path;class", "0.png;a", "1.png;b")
    assert load_dataset(folder, read_image=read_png).classes == ("a", "b")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("../outside.png,a,p9", "out of the data set folder"),
        ("/etc/hosts,a,p9", "not relative"),
        ("C:\\\\x.png,a,p9", "not relative"),
        ("missing.png,a,p9", "does not exist"),
        ("4.png,,p9", "missing"),
        ("0.png,a,p1", "named twice"),
    ],
)
def test_bad_rows_are_named_and_left_out(manifest: Manifest, row: str, reason: str) -> None:
    folder = manifest("path,class,patient", "0.png,a,p1", "1.png,b,p2", row)
    write_image(folder.parent / "outside.png", spot=False, seed=0)
    dataset = load_dataset(folder, read_image=read_png)
    assert [item.name for item in dataset.items] == ["0.png", "1.png"]
    (left_out,) = dataset.left_out
    assert reason in left_out.reason
    assert "Row 4" in left_out.reason


@pytest.mark.skipif(os.name != "posix", reason="symbolic links need rights on Windows")
def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder = tmp_path / "set"
    outside = write_image(tmp_path / "outside.png", spot=False, seed=0)
    for name in ("a/1.png", "a/2.png", "b/1.png"):
        write_image(folder / name, spot=False, seed=1)
    (folder / "b" / "link.png").symlink_to(outside)
    dataset = load_dataset(folder, read_image=read_png)
    assert [entry.name for entry in dataset.left_out] == ["b/link.png"]


def test_mostly_unusable_rows_are_an_error(manifest: Manifest) -> None:
    folder = manifest("path,class", "0.png,a", "x.png,b", "y.png,b")
    with pytest.raises(DataSetError, match="2 of 3 rows"):
        load_dataset(folder, read_image=read_png)


def test_a_patient_in_two_splits_is_refused_with_the_number(manifest: Manifest) -> None:
    folder = manifest(
        "path,class,patient,split",
        "0.png,a,p1,train",
        "1.png,b,p2,train",
        "2.png,a,p1,test",
        "3.png,b,p3,validation",
    )
    with pytest.raises(DataSetError, match=r"^1 patient") as caught:
        load_dataset(folder, read_image=read_png)
    assert caught.value.remedy
    assert "p1" not in str(caught.value)


def test_one_class_is_refused(manifest: Manifest) -> None:
    with pytest.raises(DataSetError, match="one class"):
        load_dataset(manifest("path,class", "0.png,a", "1.png,a"), read_image=read_png)


def test_folders_per_class_under_split_folders(tmp_path: Path) -> None:
    for split in ("train", "val", "test"):
        for class_name in ("normal", "spot"):
            write_image(tmp_path / split / class_name / "1.png", spot=False, seed=1)
    (tmp_path / "train" / "normal" / "notes.txt").write_text("no image", encoding="utf-8")
    dataset = load_dataset(tmp_path, read_image=read_png)
    assert dataset.counts() == {s: {"normal": 1, "spot": 1} for s in ("train", "validation", "test")}
    assert any("patient of its own" in text for text in dataset.warnings)


def test_missing_validation_is_taken_from_training_patients(tmp_path: Path) -> None:
    dataset = load_dataset(write_dataset(tmp_path, split="train"), read_image=read_png)
    assert {split: sum(counts.values()) for split, counts in dataset.counts().items()} == {
        "train": 20,
        "validation": 4,
    }
    assert any("validation" in text for text in dataset.warnings)


def test_split_keeps_patients_together_and_does_not_depend_on_order() -> None:
    items = [(f"p{n // 3}", "ab"[n // 3 % 2]) for n in range(300)]
    splits = split_patients(items, seed=3)
    of_patient = {(patient, split) for (patient, _), split in zip(items, splits, strict=True)}
    assert len(of_patient) == 100
    assert split_patients(items[::-1], seed=3) == splits[::-1]
    assert split_patients(items, seed=4) != splits
    for class_name in "ab":
        got = [s for (_, c), s in zip(items, splits, strict=True) if c == class_name]
        assert [got.count(s) // 3 for s in ("train", "validation", "test")] == [34, 8, 8]


def test_the_finding_is_the_last_class() -> None:
    assert ordered_classes({"effusion", "normal"}) == ("normal", "effusion")
    assert ordered_classes({"No finding", "Atelectasis"}) == ("No finding", "Atelectasis")


def test_readiness_tells_counts_and_doubts(dataset_folder: Path) -> None:
    ready = readiness(dataset_folder)
    assert ready.patients == {"normal": 12, "spot": 12}
    assert ready.counts["train"] == {"normal": 8, "spot": 8}
    assert any("12 patients" in text for text in ready.warnings)
    assert ready.refusals == ()


def test_readiness_tells_what_forbids_training(tmp_path: Path) -> None:
    assert "No usable images" in readiness(tmp_path).refusals[0]
    assert "no data set folder" in readiness(tmp_path / "none").refusals[0]


def _ready(folder: Path, rows: list[tuple[str, ...]], columns: str) -> tuple[str, ...]:
    for number, row in enumerate(rows):
        write_image(folder / row[0], spot=False, seed=number)
    lines = [columns, *(",".join(row) for row in rows)]
    (folder / "manifest.csv").write_text("\n".join(lines), encoding="utf-8")
    return readiness(folder).warnings


def test_a_class_from_one_scanner_alone_is_told(tmp_path: Path) -> None:
    rows = [(f"a{n}.png", "a", f"a{n}", "Acme") for n in range(4)]
    rows += [(f"b{n}.png", "b", f"b{n}", ("Acme", "Other")[n % 2]) for n in range(4)]
    told = _ready(tmp_path, rows, "path,class,patient,manufacturer")
    assert any("All images of “a” come from one manufacturer (Acme)" in text for text in told)
    assert not any("All images of “b”" in text for text in told)


def test_classes_that_no_second_reader_confirmed_are_told(tmp_path: Path) -> None:
    rows = [(f"a{n}.png", "a", f"a{n}", "R1; R2") for n in range(3)]
    rows += [(f"b{n}.png", "b", f"b{n}", "R1") for n in range(3)]
    told = _ready(tmp_path, rows, "path,class,patient,reader")
    assert "No second reader has confirmed any image of “b”." in told
    known = readiness(tmp_path, confirmed={"a": 3, "b": 1})
    assert not any("second reader" in text for text in known.warnings)


def test_inequality_twins_and_near_duplicates_are_told(tmp_path: Path) -> None:
    rows = [(f"a{n}.png", "a", f"a{n}") for n in range(8)] + [(f"b{n}.png", "b", f"b{n}") for n in range(2)]
    _ready(tmp_path, rows, "path,class,patient")
    (tmp_path / "b0.png").write_bytes((tmp_path / "a0.png").read_bytes())
    (tmp_path / "dataset.json").write_text('{"duplicates": [["a1", "a2"]]}', encoding="utf-8")
    told = readiness(tmp_path).warnings
    assert any("“a” has 4 times as many images as “b”" in text for text in told)
    assert any("1 file(s) stand under two patients" in text for text in told)
    assert any("1 file(s) stand under two classes" in text for text in told)
    assert any("1 group(s) of nearly the same images" in text for text in told)


def test_fewer_than_ten_patients_are_grave_and_ten_are_not(tmp_path: Path) -> None:
    rows = [(f"a{n}.png", "a", f"a{n}") for n in range(10)] + [(f"b{n}.png", "b", f"b{n}") for n in range(9)]
    _ready(tmp_path, rows, "path,class,patient")
    found = readiness(tmp_path)
    assert [text[:24] for text in found.grave] == ["Only 9 patient(s) of “b”"]
    assert not any("patient(s) of" in text for text in found.warnings)
    assert any('10 patients of class "a"' in text for text in found.warnings)
