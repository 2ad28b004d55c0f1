"""Which burned-in text is masked, what the keep-list lets stay, and what is said about it."""

import json

import numpy as np
import pytest

from anonymizer.errors import ProfileError
from anonymizer.files.source import find_sources
from anonymizer.identities.harvest import Harvest
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.pixels import text_engine, text_finder
from anonymizer.pixels.burned_in_text import LEFT, NONE_FOUND, mask_burned_in_text
from anonymizer.pixels.keep_list import keep_list_of
from anonymizer.pixels.text_boxes import TextBox
from anonymizer.pixels.verdicts import KEPT, Judge
from anonymizer.profiles.pixel_policy import EVERY_SERIES, MaskText, PixelPolicy, policy_from
from anonymizer.profiles.profile import load_profile
from tests.unit.anonymizer.pixel_cases import NAME, background, dataset_of, written

HARMLESS = "120 kV 5 mAs"


def known(*names):
    harvest = Harvest()
    for name in names:
        harvest.add_name(name)
    return harvest


def picture(*lines, rows=240, columns=320):
    """One line below the other, far enough apart to be lines of their own."""
    values = background(rows, columns)
    for number, line in enumerate(lines):
        values = written(values, (line,), at=(14, 14 + 60 * number), size=22)
    return np.round(values * 4095).astype(np.uint16)


def masked(values, policy=None, *, names=(), **facts):
    dataset = dataset_of(values, bits=12, modality="CR")
    for keyword, value in facts.items():
        setattr(dataset, keyword, value)
    judge = Judge(policy or PixelPolicy(), known(*names))
    return dataset, mask_burned_in_text(dataset, judge=judge)


@pytest.mark.parametrize(
    "text",
    [
        "L",
        "r",
        "PA ERECT",
        "R LAT",
        "Dist 2.34 cm",
        "120 kV 5 mAs",
        "1.2 x 3.4 cm",
        "MI 1.1",
        "W:400 L:40",
        "-12 HU",
        "kVp 120",
        "SAG T2 FSE",
        "2D 60%",
        "Gn 60",
        "IM 12/48",
        "AX5.0mm",
        "TR4000TE 98",
        "R T1",
    ],
)
def test_the_keep_list_knows_markers_measurements_technique_and_views(text):
    assert keep_list_of(PixelPolicy()).reason(text)


@pytest.mark.parametrize(
    "text",
    ["LEE", "R SMITH", "48213377", "12.03.1960", "L 48213377", "12:31:05", "45Y", "82 kg", "", "AP JONES", "R.S.",
     "PID 12 cm 4482", "DR", "TSE", "T2 TSE LEE", "P LOW", "F36Y", "IM 482133", "W48213", "TE 12345", "12/48", "R2D2",
     "DR 63 LEE", "MASON", "C5-1", "L. RAO", "L RAO", "A LI", "R Long", "AP Lee", "S POST", "LM", "RA", "120 kV Meier",
     "R 204", "Room 3", "LI RAO", "L S LI"],
)  # fmt: skip
def test_the_keep_list_allows_nothing_else(text):
    assert not keep_list_of(PixelPolicy()).reason(text)


@pytest.mark.parametrize(
    ("text", "modality", "why"),
    [("LM", "MG", "view"), ("LM", "DX", ""), ("RA", "CT", "orientation"), ("RA", "DX", ""),
     ("RAO", "XA", "view"), ("RAO 30°", "XA", "view, measurement"), ("LI", "DX", "side marker"),
     ("R", "", "side marker")],
)  # fmt: skip
def test_what_may_be_initials_or_a_surname_stays_only_where_it_is_something_else(text, modality, why):
    assert keep_list_of(PixelPolicy(), modality).reason(text) == why


def test_a_site_adds_texts_and_patterns_and_can_turn_the_starter_list_off():
    policy = PixelPolicy(keep=("Ruhe",), keep_patterns=(r"SEQ ?\d{1,2}",))
    assert keep_list_of(policy).reason("ruhe  L") == "site's keep-list, side marker"
    assert keep_list_of(policy).reason("SEQ 4")
    assert not keep_list_of(PixelPolicy(keep_list=False)).reason("L")


def test_technique_stays_visibly_and_the_name_goes():
    values = picture(HARMLESS, NAME)
    dataset, result = masked(values, names=["WESTERHOUT^JOHANNA"])
    (kept,) = [region for region in result.regions if region.kind == KEPT]
    assert (kept.found_by, kept.why) == ("keep-list", "technique")
    assert kept.read.replace(" ", "") == "120KV5MAS"
    assert any(region.kind == "identity" for region in result.regions)
    part = slice(kept.y, kept.y + kept.height), slice(kept.x, kept.x + kept.width)
    assert np.array_equal(dataset.pixel_array[part], values[part])
    assert dataset.BurnedInAnnotation == "NO"
    assert any("WESTERHOUT" in reading.text.upper() for reading in result.readings)
    assert "WESTERHOUT" not in repr(result).upper()


def test_a_text_of_the_list_that_is_the_patients_name_goes():
    _, result = masked(picture("PORTABLE"), names=["PORTABLE^A"])
    assert [region.kind for region in result.regions] == ["identity"]


def test_a_reading_that_is_not_sure_un_masks_nothing(monkeypatch):
    sure = text_engine.read_line
    monkeypatch.setattr(text_engine, "read_line", lambda line, **_: (sure(line)[0], 0.75))
    _, result = masked(picture(HARMLESS))
    assert [region.kind for region in result.regions] == ["text"]


@pytest.mark.parametrize(
    ("text", "kind"), [("kVp 120", KEPT), ("ERECT", "text"), ("L", "text"), ("3.4", "text")]
)
def test_values_need_less_confidence_than_words(monkeypatch, text, kind):
    monkeypatch.setattr(
        text_finder,
        "read_lines",
        lambda _image, *, boxes: [text_finder.Reading(b, text, 0.85) for b in boxes],
    )
    regions, _ = Judge().sorted(np.zeros((60, 200), np.uint8), [TextBox(40, 20, 80, 20, 0.9)])
    assert [region.kind for region in regions] == [kind]


def test_a_reading_that_changes_with_the_cut_un_masks_nothing(monkeypatch):
    widths = []

    def read(line, **_):
        widths.append(line.shape[1])
        return ("L" if line.shape[1] == min(widths) else "LE", 0.99)

    monkeypatch.setattr(text_engine, "read_line", read)
    _, result = masked(picture(HARMLESS))
    assert [region.kind for region in result.regions] == ["text"]


def test_a_line_that_stands_in_several_views_of_a_cine_is_read_once_and_masked(monkeypatch):
    read = []
    monkeypatch.setattr(
        text_engine, "read_line", lambda line, **_: read.append(line.shape) or ("SMITH", 0.95)
    )
    view = np.zeros((60, 200), np.uint8)
    first, like, other = (TextBox(x, y, 80, 20, 0.9) for x, y in ((5, 5), (7, 6), (100, 30)))
    there, _ = Judge().sorted(view, [first])
    again, _ = Judge().sorted(view, [like, other], there)
    assert len(read) == 2
    assert {(region.x, region.kind) for region in again} == {(7, "text"), (100, "text")}


def test_markers_and_measurements_stay_and_the_name_beside_them_goes(monkeypatch):
    """A reader that drops a space where more of the image is in sight is as sure as one that does not."""
    said = {20: "R", 100: "Dist 2.34 cm", 101: "JOHANNA", 102: "R", 103: "R LEE"}
    values = np.zeros((400, 500), np.uint16)
    boxes = [TextBox(40, 60 * n, width, 20, 0.9) for n, width in enumerate(said)]
    boxes[3] = TextBox(150, boxes[2].y, 102, 20, 0.9)  # beside the name

    def read(image, *, boxes):
        there = (said.get(box.width) or said[box.width - 24].replace(" ", "") for box in boxes)
        return [text_finder.Reading(box, text, 0.97) for box, text in zip(boxes, there, strict=True)]

    monkeypatch.setattr(text_finder, "read_lines", read)
    regions, _ = Judge(PixelPolicy(), known("WESTERHOUT^JOHANNA")).sorted(values, boxes)
    assert [region.kind for region in regions] == [KEPT, KEPT, "identity", "text", "text"]


@pytest.mark.slow
def test_a_marker_and_a_measurement_stay_to_the_bit_where_a_name_is_masked():
    values = written(background(400, 500), (NAME,), size=22)
    for text, at, size in (("L", (430, 60), 44), ("R", (40, 200), 44), ("Dist 2.34 cm", (150, 340), 20)):
        values = written(values, (text,), at=at, size=size)
    stored = np.round(values * 4095).astype(np.uint16)
    dataset, result = masked(stored, names=["WESTERHOUT^JOHANNA"])
    for part in ((slice(60, 110), slice(430, 470)), (slice(200, 250), slice(40, 80)),
                 (slice(338, 368), slice(148, 270))):  # fmt: skip
        assert np.array_equal(dataset.pixel_array[part], stored[part])
    assert {region.why for region in result.regions if region.kind == KEPT} >= {"side marker"}
    assert (dataset.pixel_array[14:40, 14:230] == stored.min()).all()


def test_a_marker_beside_other_text_is_an_initial():
    from anonymizer.pixels.verdicts import _lonely
    from anonymizer.report import Region

    marker = Region(100, 10, 14, 20, kind=KEPT, found_by="keep-list", why="side marker", read="R")
    name, far = Region(120, 12, 90, 18), Region(300, 12, 90, 18)
    words = keep_list_of(PixelPolicy())
    assert [r.kind for r in _lonely([marker, name], words)] == ["text", "text"]
    assert [r.kind for r in _lonely([marker, far], words)] == [KEPT, "text"]


def test_a_view_that_is_a_surname_too_stays_masked_below_other_text():
    from anonymizer.pixels.verdicts import _lonely
    from anonymizer.report import Region

    words = keep_list_of(PixelPolicy())
    kept = {"kind": KEPT, "found_by": "keep-list", "why": "view"}
    for text, kind in (("RAO", "text"), ("LI", "text"), ("LAT", KEPT), ("R", KEPT), ("RAO 30°", KEPT)):
        above, line = Region(20, 10, 60, 20, **kept, read="L"), Region(20, 34, 60, 20, **kept, read=text)
        assert [r.kind for r in _lonely([above, line], words)] == [KEPT, kind]
        assert [r.kind for r in _lonely([line], words)] == [KEPT]


def lead_marker(letter, *, rows=1024, columns=1024, modality="DX"):
    """A projection in grain with one large bright letter, as of lead, and where that stands."""
    rng = np.random.default_rng(1)
    picture = background(rows, columns) + rng.normal(0, 0.01, (rows, columns))
    picture = written(picture, (letter,), at=(140, 129), size=56, ink=0.97)
    stored = np.round(picture.clip(0, 1) * 4095).astype(np.uint16)
    return dataset_of(stored, bits=12, modality=modality), stored


@pytest.mark.slow
@pytest.mark.parametrize("modality", ["CR", "DX"])
def test_a_lone_side_marker_stays_though_pieces_of_its_outline_are_found_too(modality, monkeypatch):
    dataset, stored = lead_marker("R", modality=modality)
    boxes = TextBox(130, 129, 56, 64, 0.7), TextBox(136, 170, 20, 26, 0.5), TextBox(152, 165, 9, 16, 0.9)
    monkeypatch.setattr(text_finder, "look_for_text", lambda _image: text_finder.Found(boxes))
    result = mask_burned_in_text(dataset)
    assert {(region.kind, region.read) for region in result.regions} == {(KEPT, "R")}
    assert np.array_equal(dataset.pixel_array, stored)


@pytest.mark.slow
@pytest.mark.parametrize("modality", ["CR", "DX"])
@pytest.mark.parametrize("letter", ["L", "R", "RE"])
def test_a_lone_side_marker_of_a_projection_keeps_every_pixel(letter, modality):
    dataset, stored = lead_marker(letter, modality=modality)
    mask_burned_in_text(dataset)
    marker = slice(120, 210), slice(120, 400)
    assert np.array_equal(dataset.pixel_array[marker], stored[marker])


BLOCK = [("kVp 120", (12, 10)), (NAME, (12, 33)), ("R", (12, 56)), ("48213377", (12, 79))]


@pytest.mark.slow
def test_lines_that_are_found_as_one_block_are_judged_one_by_one(monkeypatch):
    """A side marker below a name was read together with it, as nothing, and masked."""
    values = background(240, 320)
    for text, at in BLOCK:
        values = written(values, (text,), at=at, size=22)
    stored = np.round(values * 4095).astype(np.uint16)
    block = TextBox(4, 6, 260, 100, 0.9)
    monkeypatch.setattr(text_finder, "look_for_text", lambda _image: text_finder.Found((block,)))
    dataset, result = masked(stored, names=["WESTERHOUT^JOHANNA"])
    kept = {region.read.replace(" ", ""): region for region in result.regions if region.kind == KEPT}
    assert {text: region.why for text, region in kept.items()} == {"KVP120": "technique", "R": "side marker"}
    assert sorted(region.kind for region in result.regions) == ["identity", KEPT, KEPT, "text"]
    lines = sorted((region.y, region.height) for region in result.regions)
    assert [y + height for y, height in lines] == [*(y for y, _ in lines[1:]), block.y + block.height]
    for region in result.regions:
        part = slice(region.y, region.y + region.height), slice(region.x, region.x + region.width)
        stays = region.kind == KEPT
        assert np.array_equal(dataset.pixel_array[part], stored[part]) == stays


def test_an_upright_line_and_a_single_one_are_not_cut():
    from anonymizer.pixels.line_cuts import lines_in

    picture = written(background(60, 320), (NAME,), at=(14, 14), size=22)
    view = np.round(picture * 255).astype(np.uint8)
    line, upright = TextBox(8, 8, 300, 40, 0.9), TextBox(8, 8, 40, 300, 0.9)
    assert lines_in(view, line) == (line,)
    assert lines_in(np.ascontiguousarray(view.T), upright) == (upright,)
    assert lines_in(np.zeros((60, 320), np.uint8), line) == (line,)


def test_identities_only_leaves_what_is_read_and_harmless_and_asks_for_a_look():
    values = picture("CHEST ROUTINE", NAME, "12.03.1960")
    dataset, result = masked(values, PixelPolicy(mask=MaskText.IDENTITIES), names=["WESTERHOUT^JOHANNA"])
    assert LEFT in result.review
    (left,) = [region for region in result.regions if region.kind == KEPT]
    assert left.y < 50
    assert left.read == ""
    assert {region.kind for region in result.regions} == {KEPT, "identity", "text"}
    assert dataset.BurnedInAnnotation == "YES"


@pytest.mark.parametrize("mask", [MaskText.REGIONS, MaskText.FLAG])
def test_where_no_text_is_masked_it_is_named_and_wants_a_look(mask):
    from anonymizer.report import Region

    values = picture("CHEST ROUTINE", NAME)
    dataset = dataset_of(values, bits=12, modality="CR")
    rule = Region(200, 150, 30, 30, kind="device rule", found_by="Room 2")
    drawn = [rule] if mask is MaskText.REGIONS else []
    result = mask_burned_in_text(dataset, drawn=drawn, judge=Judge(PixelPolicy(mask=mask)))
    assert LEFT in result.review
    assert not result.cleaned
    assert result.changed == (mask is MaskText.REGIONS)
    assert {region.kind for region in result.regions} == {KEPT, *(region.kind for region in drawn)}
    assert np.array_equal(dataset.pixel_array[:150], values[:150])


@pytest.mark.parametrize("modality", ["US", "IVUS", "SC", "OT", "DOC"])
@pytest.mark.parametrize("mask", [MaskText.ALL, MaskText.IDENTITIES, MaskText.REGIONS, MaskText.FLAG])
def test_an_ultrasound_or_a_capture_in_which_nothing_was_found_wants_a_look(modality, mask, monkeypatch):
    monkeypatch.setattr(text_finder, "look_for_text", lambda _: text_finder.Found())
    monkeypatch.setattr(text_finder, "find_residue", lambda _: ())
    values = np.round(background() * 4095).astype(np.uint16)
    policy = PixelPolicy(mask=mask, second_reader=False)
    dataset = dataset_of(values, bits=12, modality=modality)
    assert mask_burned_in_text(dataset, judge=Judge(policy)).review == (NONE_FOUND,)
    dataset = dataset_of(values, bits=12, modality="CT")
    assert mask_burned_in_text(dataset, judge=Judge(policy)).review == ()


@pytest.mark.parametrize(("over", "asked"), [(0.24, True), (0.26, False), (1.0, False)])
def test_the_share_that_is_masked_is_measured_over_the_whole_image(over, asked, monkeypatch):
    """Two rules that overlap: a quarter of the image in all."""
    from anonymizer.report import Region

    monkeypatch.setattr(text_finder, "look_for_text", lambda _: text_finder.Found())
    monkeypatch.setattr(text_finder, "find_residue", lambda _: ())
    drawn = [Region(0, 0, 320, 60, kind="device rule"), Region(0, 30, 100, 30, kind="device rule")]
    dataset = dataset_of(picture(), bits=12, modality="CR")
    judge = Judge(PixelPolicy(review_over=over, second_reader=False))
    assert bool(mask_burned_in_text(dataset, drawn=drawn, judge=judge).review) == asked


def test_how_much_may_be_masked_without_a_look_is_the_sites_choice():
    values = picture(NAME)
    assert not masked(values)[1].review
    assert "Over 1 % of the image" in masked(values, PixelPolicy(review_over=0.01))[1].review[0].replace(
        "1%", "1 %"
    )
    assert EVERY_SERIES in masked(values, PixelPolicy(review_all=True))[1].review


def test_a_profile_says_it_and_mistakes_are_named(tmp_path):
    file = tmp_path / "site.toml"
    file.write_text(
        'extends = "research"\n[pixels]\nmask = "identities"\nkeep = ["RUHE"]\n', encoding="utf-8"
    )
    profile = load_profile(str(file))
    assert (profile.pixels.mask, profile.pixels.keep) == (MaskText.IDENTITIES, ("RUHE",))
    assert profile.identity != load_profile("research").identity
    file.write_text("[pixels]\nreview_over = 40\n", encoding="utf-8")
    with pytest.raises(ProfileError, match=r"line 2.*review_over") as caught:
        load_profile(str(file))
    assert "0 to 1" in caught.value.remedy
    for row in ({"mask": "some"}, {"keep": "L"}, {"keep_patterns": ["("]}, {"series": 1}, {"nothing": 1}):
        with pytest.raises(ProfileError):
            policy_from(row, PixelPolicy())


def test_that_a_reader_approves_everything_is_taken_back_by_nobody_and_changes_no_file():
    site = policy_from({"review_all": True}, PixelPolicy())
    assert policy_from({"review_all": False, "mask": "flag"}, site).review_all
    assert site.identity == PixelPolicy().identity


def test_what_was_read_reaches_the_vault_and_no_report(tmp_path, key):
    dataset = dataset_of(picture(NAME, HARMLESS), bits=12, modality="CR")
    dataset.PatientID, dataset.PatientName = "4711", "WESTERHOUT^JOHANNA"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", Settings(load_profile(), key), Layout.FLAT)
    assert record.readings
    assert "WESTERHOUT" in " ".join(reading.text for reading in record.readings).upper()
    told = json.dumps(record.as_json()) + repr(record)
    assert "WESTERHOUT" not in told.upper()
    assert [region["why"] for region in record.as_json()["regions"] if region["kind"] == KEPT] == [
        "technique"
    ]
