import io
import random
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from anonymizer.batches.verify import Grade, verify_tree
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Outcome
from tests.corpora.odd_files import damaged
from tests.unit.anonymizer.picture_cases import HIDDEN, SECRET, jpeg, png, profile, ramp, tiff
from tests.unit.anonymizer.pixel_cases import background, readable, written

DEEP = ramp(40, 56, 1).astype(np.uint16) * 250


def cases():
    yield "jpeg", jpeg()
    yield "jpeg progressive", jpeg(progressive=True)
    yield "jpeg grey", jpeg(ramp(40, 56, 1))
    yield "png", png()
    for mode in ("RGBA", "L", "P", "1", "LA"):
        yield f"png {mode}", png(mode=mode)
    yield "png deep", png(DEEP)
    for compression in ("raw", "tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        yield f"tiff {compression}", tiff(compression=compression)
    yield "tiff big", tiff(big=True)
    yield "tiff deep", tiff([DEEP, DEEP[::-1].copy()])
    yield "tiff fax", tiff(compression="group4", mode="1")


CASES = dict(cases())


def mask(raw, tmp_path, settings, *, name=f"{SECRET}.dat", layout=Layout.TREE):
    folder = tmp_path / f"in {SECRET}"
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(raw)
    (source,) = find_sources([folder / name])
    return deidentify(source, tmp_path / "out", settings, layout)


def pages(raw):
    with Image.open(io.BytesIO(raw)) as image:
        for index in range(1 if image.format in ("JPEG", "MPO") else getattr(image, "n_frames", 1)):
            image.seek(index)
            yield (
                image.mode,
                image.getexif().get(0x0112, 1),
                np.array(image.convert("RGBA") if image.mode == "P" else image),
            )


@pytest.mark.parametrize("case", CASES)
def test_what_hides_in_a_picture_goes_and_every_pixel_stays(case, tmp_path, settings_for):
    raw = CASES[case]
    assert HIDDEN in raw
    record = mask(raw, tmp_path, settings_for())
    assert record.outcome is Outcome.MASKED, record.reason
    assert SECRET not in record.new_path
    masked = (tmp_path / "out" / record.new_path).read_bytes()
    assert not [form for form in (HIDDEN, SECRET[:4].encode("utf-16-be"), b"QUAM") if form in masked]
    with Image.open(io.BytesIO(masked)) as image:
        assert SECRET not in str(image.info)
        assert set(image.getexif()) <= {0x0112} or image.format == "TIFF"
    before, after = list(pages(raw)), list(pages(masked))
    assert len(before) == len(after)
    for (mode, turned, values), (new_mode, new_turned, new_values) in zip(before, after, strict=True):
        assert (mode, turned) == (new_mode, new_turned)
        assert np.array_equal(values, new_values)
    assert record.changes
    assert "not examined" in record.review[0]
    again = mask(raw, tmp_path, settings_for(), name="copy")
    assert again.new_path == record.new_path


def test_coded_pixels_of_a_jpeg_stay_to_the_byte(tmp_path, settings_for):
    raw = jpeg()
    masked = (tmp_path / "out" / mask(raw, tmp_path, settings_for()).new_path).read_bytes()
    assert raw[raw.rindex(b"\xff\xda") : -len(HIDDEN)] == masked[masked.index(b"\xff\xda") :]


def test_colours_stay_what_they_are(tmp_path, settings_for):
    for raw in (jpeg(), png(), tiff()):
        masked = (tmp_path / "out" / mask(raw, tmp_path, settings_for()).new_path).read_bytes()
        with Image.open(io.BytesIO(masked)) as image:
            cleaned = image.info["icc_profile"]
        shown = []
        for colours in (profile(), cleaned):
            target = ImageCms.createProfile("LAB")
            turn = ImageCms.buildTransform(
                ImageCms.ImageCmsProfile(io.BytesIO(colours)), target, "RGB", "LAB"
            )
            shown.append(np.asarray(ImageCms.applyTransform(Image.fromarray(ramp()), turn)))
        assert np.array_equal(*shown)


def test_text_in_a_picture_is_filled_without_loss_elsewhere(tmp_path, key):
    grey = np.asarray(written(background()) * 255).astype(np.uint8)
    settings = Settings(load_profile("basic"), key)
    for raw, suffix in (
        (jpeg(grey, orientation=1), ".png"),
        (png(grey), ".png"),
        (tiff([grey, grey // 2]), ".tif"),
    ):
        record = mask(raw, tmp_path, settings)
        assert record.outcome is Outcome.MASKED, record.reason
        assert record.new_path.endswith(suffix)
        assert record.regions
        masked = (tmp_path / "out" / record.new_path).read_bytes()
        assert HIDDEN not in masked
        from anonymizer.pixels.text_finder import read_text

        for number, ((_, turn, was), (_, turned, now)) in enumerate(
            zip(pages(raw), pages(masked), strict=True)
        ):
            upright = np.rot90(was, -1) if turn == 6 else was  # Pillow turns TIFF itself
            assert turned == 1
            kept = np.ones(upright.shape[:2], bool)
            for r in record.regions:
                if r.frame in (None, number):
                    kept[r.y : r.y + r.height, r.x : r.x + r.width] = False
            assert np.array_equal(upright[kept], now[kept])
            assert not readable(read_text(now), "WESTERHOUT JOHANNA 48213377")


@pytest.mark.parametrize(
    "raw",
    [
        jpeg()[:500],
        png()[:300],
        tiff()[:40],
        b"II*\0" + bytes(60),
        b"\xff\xd8\xff\xd9",
        png().replace(b"IHDR", b"IHDX"),
    ],
)
def test_a_broken_picture_is_quarantined_with_its_reason(raw, tmp_path, settings_for):
    record = mask(raw, tmp_path, settings_for())
    assert record.outcome is Outcome.QUARANTINED
    assert "picture" in record.reason
    assert SECRET not in record.reason
    assert not [p for p in (tmp_path / "out").rglob("*") if p.is_file()]


def test_moving_pictures_are_quarantined_and_stereo_ones_want_a_look(tmp_path, settings_for):
    frames = [Image.fromarray(ramp()), Image.fromarray(ramp()[::-1].copy())]
    moving, stereo = io.BytesIO(), io.BytesIO()
    frames[0].save(moving, "PNG", save_all=True, append_images=frames[1:])
    record = mask(moving.getvalue(), tmp_path, settings_for())
    assert record.outcome is Outcome.QUARANTINED
    assert "animated" in record.reason
    frames[0].save(stereo, "MPO", save_all=True, append_images=frames[1:])
    record = mask(stereo.getvalue(), tmp_path, settings_for())
    assert record.outcome is Outcome.MASKED
    assert "further pictures" in record.review[0]


@pytest.mark.parametrize(("raw", "word"), [
    (b"GIF89a" + bytes(40), "GIF"), (b"BM" + bytes(60), "BMP"), (b"%PDF-1.7 ", "PDF"), (b"MZ" + bytes(200), "program"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(90), "thumbnail"), (b"\x1f\x8b\x08" + bytes(40), "gzip"),
    (b"just some words\n", "text"), (b"PK\x03\x04" + bytes(60), "zip"), (b"<?xml version='1.0'?>", "XML"), (b"", "empty"),
])  # fmt: skip
def test_other_files_are_skipped_by_the_name_of_their_kind(raw, word, tmp_path, settings_for):
    record = mask(raw, tmp_path, settings_for())
    assert record.outcome is Outcome.SKIPPED
    assert word in record.reason


def test_pictures_in_archives_are_masked_and_a_project_leaves_them_out(tmp_path, settings_for):
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(f"{SECRET}/scan.jpg", jpeg())
    (source,) = find_sources([archive])
    record = deidentify(source, tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED
    assert Path(record.new_path).suffix == ".jpg"
    assert SECRET not in record.new_path
    flat = deidentify(source, tmp_path / "project", settings_for(), Layout.FLAT)
    assert flat.outcome is Outcome.SKIPPED
    assert "JPEG picture" in flat.reason


@pytest.mark.parametrize("case", CASES)
def test_masked_pictures_pass_verification_and_originals_do_not(case, tmp_path, settings_for):
    record = mask(CASES[case], tmp_path, settings_for())
    (tmp_path / "out" / f"canary.{case.split()[0]}").write_bytes(CASES[case])
    graded = {row.path: row for row in verify_tree(tmp_path / "out", workers=1)}
    assert graded[record.new_path].grade is Grade.PASS, graded[record.new_path].findings
    canary = graded[f"canary.{case.split()[0]}"]
    assert canary.grade is Grade.BLOCKED
    assert SECRET not in str(canary.findings)


@pytest.mark.parametrize("seed", range(3))
def test_damaged_pictures_end_with_a_reason_and_leave_nothing(seed, tmp_path, settings_for):
    chance = random.Random(seed)
    for number in range(150):
        raw = damaged(chance.choice(list(CASES.values())), chance)
        record = mask(raw, tmp_path, settings_for(), name=f"{number}")
        assert record.outcome is not Outcome.FAILED
        assert record.reason or record.outcome is Outcome.MASKED
        if record.new_path:
            assert HIDDEN not in (tmp_path / "out" / record.new_path).read_bytes()
