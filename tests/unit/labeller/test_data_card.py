"""What describes a data set: the card, Croissant, Parquet, and 16-bit pictures whose rule is stated."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeller import ExportError, Picture, read_manifest, sixteen_bits, stored_bits
from labeller.data_card import age_group
from tests.unit.labeller.samples import label, new, uid
from tests.unit.labeller.test_export import exported, request


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """A data set of two classes with sex, age, vendor; exported as 8-bit pictures."""
    from labeller import Catalogue

    made = Catalogue.create(tmp_path / "catalogue.sqlite")
    made.add_instances(
        [
            new(
                number, patient_sex="FM"[number % 2], patient_age=f"0{30 + number}Y", manufacturer="ACME | Imaging",
                body_part="CHEST",
            )
            for number in range(24)
        ]
    )  # fmt: skip
    (tmp_path / "instances").mkdir()
    for number in range(24):
        (tmp_path / "instances" / f"{uid(number)}.dcm").write_bytes(bytes([number, 7]))
    made.add_class("normal")
    made.add_class("opacity")
    label(made, range(12), "normal")
    label(made, range(12, 24), "opacity")
    exported(made, tmp_path, licence="https://creativecommons.org/licenses/by/4.0/", rendering="file")
    made.close()
    return tmp_path / "out"


def test_the_card_counts_and_says_how_it_was_made(data_set: Path) -> None:
    card = (data_set / "DATACARD.md").read_text(encoding="utf-8")
    assert "| F | 6 | 6 |" in card
    assert "| 30–39 years | 10 | 0 |" in card
    assert "ACME \\| Imaging" in card
    assert "| CHEST | 12 | 12 |" in card
    assert "Not for diagnostic use" in card
    assert "Masking profile and options: basic" in card
    assert "window: file" in card
    described = json.loads((data_set / "dataset.json").read_text(encoding="utf-8"))
    assert described["content_sha256"] in card
    assert described["characteristics"]["Sex"] == {
        "F": {"normal": 6, "opacity": 6},
        "M": {"normal": 6, "opacity": 6},
    }


def test_the_hash_of_everything_is_that_of_images_and_manifests(data_set: Path) -> None:
    paths = [p for p in data_set.rglob("*") if p.is_file() and (p.suffix == ".png" or p.stem == "manifest")]
    lines = [
        f"{hashlib.sha256(p.read_bytes()).hexdigest()}  {p.relative_to(data_set).as_posix()}\n"
        for p in sorted(paths, key=lambda p: p.relative_to(data_set).as_posix())
    ]
    described = json.loads((data_set / "dataset.json").read_text(encoding="utf-8"))
    assert described["content_sha256"] == hashlib.sha256("".join(lines).encode()).hexdigest()


def test_the_parquet_manifest_says_the_same(data_set: Path) -> None:
    import pyarrow.parquet as pq

    rows = pq.read_table(data_set / "manifest.parquet").to_pylist()
    assert [row["path"] for row in rows] == [row.path for row in read_manifest(data_set / "manifest.csv")]
    assert {row["window_center"] for row in rows} == {"40"}


def test_croissant_validates_and_its_records_are_the_manifest(data_set: Path) -> None:
    # Not in the lock file: one of its own dependencies has no wheel.
    mlcroissant = pytest.importorskip("mlcroissant")
    described = mlcroissant.Dataset(jsonld=data_set / "croissant.json")
    assert not described.metadata.issues.errors
    records = list(described.records("manifest"))
    assert len(records) == 24
    assert {record["manifest/class"] for record in records} == {b"normal", b"opacity"}


@pytest.mark.parametrize(
    ("age", "group"),
    [
        ("064Y", "60–69 years"), ("009M", "0–9 years"), ("130M", "10–19 years"), ("101Y", "90 years and over"),
        ("", "not known"), ("64", "not known"), ("003W", "0–9 years"),
    ],
)  # fmt: skip
def test_ages_are_told_in_decades(age: str, group: str) -> None:
    assert age_group(age) == group


@pytest.mark.parametrize("inverted", [False, True])
@pytest.mark.parametrize(
    ("values", "signed"),
    [
        (np.array([[0, 1], [4095, 65535]], np.int64), False),
        (np.array([[-1024, 0], [3071, 7]], np.int16), True),
        (np.array([[-40000, 0], [25000, 7]], np.int64), True),
    ],
)
def test_sixteen_bits_lose_nothing(values: np.ndarray, signed: bool, inverted: bool) -> None:
    made = sixteen_bits(values, signed=signed, inverted=inverted)
    assert made.pixels.dtype == np.uint16
    assert np.array_equal(restored(made), values)
    assert (float(made.facts["value_slope"]) < 0) is inverted


def test_signed_images_share_their_zero_whatever_they_hold() -> None:
    low = sixteen_bits(np.array([[-5, 9]], np.int16), signed=True, inverted=False)
    high = sixteen_bits(np.array([[5, 9]], np.int16), signed=True, inverted=False)
    assert low.facts == high.facts == {"value_slope": "1", "value_intercept": "-32768"}


def test_fractional_slopes_keep_the_stored_steps() -> None:
    stored = np.array([[-3, 0], [7, 100]], np.int16)
    made = stored_bits(stored, 0.25, 10.0, inverted=False)
    assert np.allclose(restored(made), stored * 0.25 + 10)


def test_values_wider_than_sixteen_bits_are_refused() -> None:
    with pytest.raises(ExportError, match="16 bits") as caught:
        sixteen_bits(np.array([[0, 70000]]), signed=False, inverted=False)
    assert "DICOM" in caught.value.remedy


def restored(made: Picture) -> np.ndarray:
    slope, intercept = (float(made.facts[name]) for name in ("value_slope", "value_intercept"))
    return made.pixels.astype(np.float64) * slope + intercept


@pytest.mark.parametrize(("kind", "mode", "suffix"), [("png16", "I;16", ".png"), ("jpeg", "L", ".jpg")])
def test_each_format_is_what_it_says(tmp_path: Path, kind: str, mode: str, suffix: str) -> None:
    from tests.unit.labeller.samples import filled

    made = filled(tmp_path, 4)
    (tmp_path / "instances").mkdir()
    for number in range(4):
        (tmp_path / "instances" / f"{uid(number)}.dcm").write_bytes(bytes([number]))
    label(made, range(4), "normal")
    ramp = np.arange(64, dtype=np.uint16 if kind == "png16" else np.uint8).reshape(8, 8)
    exported(made, tmp_path, image_format=kind, layout="splits", read_picture=lambda _path: Picture(ramp))
    found = sorted((tmp_path / "out" / "train").rglob("*.*"))
    assert found
    assert {path.suffix for path in found} == {suffix}
    with Image.open(found[0]) as image:
        assert image.mode == mode
        assert not image.getexif()
        if kind == "png16":
            assert np.array_equal(np.asarray(image), ramp)
    assert {row.split for row in read_manifest(tmp_path / "out" / "manifest.csv")} <= {"train", "validation"}
    assert request(tmp_path).layout == "classes"
