"""What goes into a data set: rules for several readers, given splits, near-duplicates, and why others stay out."""

import io
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from labeller import Catalogue, Choice, ExportError, ManifestError, preview, read_given_splits, select
from labeller.duplicates import FingerprintCache, fingerprint, near_duplicates
from tests.unit.labeller.samples import filled, label, picture, uid
from tests.unit.labeller.test_export import exported, request


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Twelve instances of six patients: A labelled all "normal", B and C partly "opacity"."""
    made = filled(tmp_path, 12)
    (tmp_path / "instances").mkdir()
    for number in range(12):
        (tmp_path / "instances" / f"{uid(number)}.dcm").write_bytes(bytes([number, 7]))
    label(made, range(12), "normal", reader="A")
    label(made, range(4), "opacity", reader="B")
    label(made, range(2), "opacity", reader="C")
    label(made, [4, 5], "normal", reader="B")
    return made


def labels(catalogue: Catalogue, rule: str) -> dict[str, str | None]:
    return {one.row.sop_instance_uid: one.row.label for one in select(catalogue, Choice(rule=rule)).chosen}


def test_the_latest_label_counts_unless_another_rule_is_chosen(catalogue: Catalogue) -> None:
    assert list(labels(catalogue, "latest").values()).count("opacity") == 4
    assert set(labels(catalogue, "first").values()) == {"normal"}


def test_a_majority_is_more_than_half_and_ties_are_left_out(catalogue: Catalogue) -> None:
    found = select(catalogue, Choice(rule="majority"))
    by_uid = {one.row.sop_instance_uid: one.row for one in found.chosen}
    assert (by_uid[uid(0)].label, by_uid[uid(0)].reader) == ("opacity", "B; C")
    assert uid(2) not in by_uid
    assert found.left_out == {"no class has more than half of their readers": 2}
    assert len(by_uid) == 10


def test_consensus_takes_what_readers_agree_on_or_settled(catalogue: Catalogue) -> None:
    found = select(catalogue, Choice(rule="consensus"))
    assert {one.row.sop_instance_uid for one in found.chosen} == {uid(4), uid(5)}
    assert found.left_out == {"their readers disagree": 4, "one reader alone labelled them": 6}
    catalogue.set_label([uid(2)], "opacity", reader="A", means="consensus")
    assert labels(catalogue, "consensus")[uid(2)] == "opacity"


def test_answers_that_are_no_class_stay_out_unless_asked_for(catalogue: Catalogue) -> None:
    unsure = next(one.name for one in catalogue.answers() if one.kind == "unsure")
    label(catalogue, [10, 11], unsure, reader="A")
    found = select(catalogue, Choice())
    assert len(found.chosen) == 10
    assert list(found.left_out.values()) == [2]
    asked = select(catalogue, Choice(unusable=True))
    assert (len(asked.chosen), unsure in asked.classes) == (12, True)


def test_unknown_rules_and_classes_are_refused(catalogue: Catalogue) -> None:
    for wrong in (Choice(rule="vote"), Choice(duplicates="hide"), Choice(classes=("tumour",))):
        with pytest.raises(ExportError):
            select(catalogue, wrong)


def test_given_splits_are_kept_and_the_others_divided(catalogue: Catalogue, tmp_path: Path) -> None:
    file = tmp_path / "splits.csv"
    file.write_text(f"sop_instance_uid;patient;split\n{uid(0)};;test\n;LG0001;val\n2.25.99;;test\n;LG2;\n")
    known = {uid(number) for number in range(12)} | {"LG0001"}
    given = read_given_splits(
        file, lambda sop, patient: next((n for n in (sop, patient) if n in known), None)
    )
    assert given.problems == ("line 4: no such instance or patient in the project",)
    found = {one.row.patient: one.split for one in select(catalogue, Choice(given=given.splits)).chosen}
    assert (found["LG0000"], found["LG0001"]) == ("test", "validation")
    assert len(found) == 6


def test_given_splits_never_divide_a_patient(catalogue: Catalogue, tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="two splits"):
        select(catalogue, Choice(given={uid(0): "train", uid(1): "test"}))
    file = tmp_path / "splits.csv"
    file.write_text("patient,split\nLG0001,elsewhere\n")
    with pytest.raises(ManifestError, match="Line 2"):
        read_given_splits(file, lambda _sop, patient: patient)


def smooth(seed: int, size: int = 256) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 256, (12, 12), np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def jpeg(pixels: np.ndarray, quality: int) -> np.ndarray:
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format="JPEG", quality=quality)
    return np.asarray(Image.open(content))


def test_the_same_image_in_other_clothes_is_a_near_duplicate() -> None:
    image = smooth(1)
    prints = {
        "original": fingerprint(image),
        "compressed": fingerprint(jpeg(image, 40)),
        "smaller": fingerprint(np.asarray(Image.fromarray(image).resize((180, 180)))),
        "darker": fingerprint((image * 0.7 + 10).astype(np.uint8)),
        "16 bits": fingerprint(image.astype(np.uint16) * 100 + 500),
        "noisy": fingerprint(
            np.clip(image + np.random.default_rng(2).normal(0, 5, image.shape), 0, 255).astype(np.uint8)
        ),
    }
    others = {f"other {seed}": fingerprint(smooth(seed)) for seed in range(10, 60)}
    assert near_duplicates({**others, **prints}) == [tuple(prints)]


def test_flat_images_are_not_compared() -> None:
    assert fingerprint(np.full((50, 50), 7, np.uint8)) == b""
    assert near_duplicates({"a": b"", "b": b""}) == []


def test_every_pair_within_the_distance_is_found_and_no_other() -> None:
    generator = np.random.default_rng(3)
    prints: dict[str, bytes] = {}
    for number in range(200):
        bits = generator.integers(0, 2, 256, np.uint8)
        prints[f"a{number}"] = np.packbits(bits).tobytes()
        bits[generator.choice(256, 15 if number % 2 else 16, replace=False)] ^= 1
        prints[f"b{number}"] = np.packbits(bits).tobytes()
    assert near_duplicates(prints) == [(f"a{n}", f"b{n}") for n in range(1, 200, 2)]


def test_ten_thousand_hashes_are_compared_in_seconds_also_where_many_are_alike() -> None:
    generator = np.random.default_rng(4)
    base = generator.integers(0, 2, 256, np.uint8)
    prints = {}
    for number in range(10_000):
        bits = base.copy()
        bits[generator.choice(256, 60, replace=False)] ^= 1
        prints[str(number)] = np.packbits(bits).tobytes()
    begun = time.monotonic()
    assert near_duplicates(prints) == []
    assert time.monotonic() - begun < 30


@pytest.fixture
def doubled(catalogue: Catalogue, tmp_path: Path) -> Catalogue:
    """Instance 10, of another patient, shows what instance 0 shows."""
    (tmp_path / "instances" / f"{uid(10)}.dcm").write_bytes(bytes([0, 7]))
    return catalogue


def halves() -> dict[str, str]:
    """Patients 0 to 2 for training, the others for validation."""
    return {f"LG{number:04}": "train" if number < 3 else "validation" for number in range(6)}


def test_near_duplicates_across_splits_are_told_before_and_after(doubled: Catalogue, tmp_path: Path) -> None:
    found = preview(doubled, request(tmp_path, given=halves()))
    assert found.duplicates == ((uid(0), uid(10)),)
    assert found.across() == [(uid(0), uid(10))]
    summary = exported(doubled, tmp_path, given=halves())
    assert summary.duplicates == ((uid(0), uid(10)),)
    assert any("look nearly the same" in warning for warning in summary.warnings)
    assert "1 groups stand in several splits" in (tmp_path / "out" / "DATACARD.md").read_text(
        encoding="utf-8"
    )


def test_near_duplicates_can_be_kept_in_one_split(doubled: Catalogue, tmp_path: Path) -> None:
    for seed in range(5):
        found = preview(doubled, request(tmp_path, duplicates="together", seed=seed))
        split = {one.row.patient: one.split for one in found.chosen}
        assert split["LG0000"] == split["LG0005"]
        assert len(found.chosen) == 12


def test_near_duplicates_can_be_left_out(doubled: Catalogue, tmp_path: Path) -> None:
    summary = exported(doubled, tmp_path, duplicates="leave-out", given=halves())
    assert (summary.images, summary.duplicates) == (11, ())
    assert summary.left_out == {"they are near-duplicates of another patient's image": 1}


def test_images_are_hashed_once(catalogue: Catalogue, tmp_path: Path) -> None:
    read: list[Path] = []

    def counted(path: Path):
        read.append(path)
        return picture(path)

    kept = tmp_path / "fingerprints.sqlite"
    for _ in range(2):
        preview(catalogue, request(tmp_path, read_picture=counted, fingerprints=kept))
    assert len(read) == 12
    (tmp_path / "instances" / f"{uid(3)}.dcm").write_bytes(b"another")
    preview(catalogue, request(tmp_path, read_picture=counted, fingerprints=kept))
    assert len(read) == 13


def test_a_damaged_store_of_hashes_is_told_with_a_remedy(tmp_path: Path) -> None:
    (tmp_path / "fingerprints.sqlite").write_bytes(b"no database at all, only some text" * 40)
    with pytest.raises(ExportError) as caught, FingerprintCache(tmp_path / "fingerprints.sqlite"):
        pass
    assert "Delete fingerprints.sqlite" in caught.value.remedy
