"""Masks of any shape: which pixels they cover, and that nothing else changes."""

import json
from dataclasses import asdict

import numpy as np
import pytest

from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.correction import lifted, masked_again
from anonymizer.pixels.decoding import decode_frame, matrix_of
from anonymizer.pixels.device_rule_file import RuleFile, read_rule_file, rules_text
from anonymizer.pixels.device_rules import Action, DeviceRule
from anonymizer.pixels.regions import area, distinct, overlap, without
from anonymizer.pixels.shapes import covered, fan, outside, polygon
from anonymizer.report import Region
from tests.unit.anonymizer.pixel_cases import dataset_of

VALUES = np.random.default_rng(5).integers(1, 200, (3, 60, 90)).astype(np.uint8)
SQUARE = ((10, 10), (30, 10), (30, 25), (10, 25))


def test_a_polygon_with_right_angles_is_the_rectangle():
    region = polygon(SQUARE)
    assert (region.x, region.y, region.width, region.height) == (10, 10, 20, 15)
    assert covered(region, (15, 20)).all()
    assert area(region) == 300


def test_a_triangle_covers_the_pixels_whose_centres_lie_inside():
    inside = covered(polygon([(0, 0), (4, 0), (0, 4)]), (4, 4))
    assert inside.sum(axis=1).tolist() == [3, 2, 1, 0]


@pytest.mark.parametrize("points", [[(0, 0), (5, 5)], [(0, 0), (5, 0), (9, 0)], [(1, 1)] * 5000])
def test_lines_and_points_are_no_polygon(points):
    with pytest.raises(ValueError, match="polygon"):
        polygon(points)


def test_only_pixels_in_the_polygon_are_masked_and_the_record_finds_it_again():
    dataset = dataset_of(VALUES[0])
    region = polygon([(5, 5), (60, 10), (20, 50)], kind="drawn", found_by="reader")
    result = mask_burned_in_text(dataset, find=False, drawn=[region])
    masked = np.zeros((60, 90), bool)
    masked[5:50, 5:60] = covered(region, (45, 55))
    after = decode_frame(dataset, 0)
    assert (after[masked] == VALUES[0].min()).all()
    assert np.array_equal(after[~masked], VALUES[0][~masked])
    assert 0.3 < masked[5:50, 5:60].mean() < 0.6
    assert [Region.of(json.loads(json.dumps(asdict(r)))) for r in result.regions] == [region]


def test_outside_a_fan_everything_goes_and_inside_every_pixel_stays():
    points = fan((45, 2), (8, 50), (50, 130))
    dataset = dataset_of(VALUES[0])
    mask_burned_in_text(dataset, find=False, drawn=[polygon(outside(points, 90, 60), kind="drawn")])
    inside = np.zeros((60, 90), bool)
    shape = polygon(points)
    inside[shape.y : shape.y + shape.height, shape.x : shape.x + shape.width] = covered(
        shape, (shape.height, shape.width)
    )
    after = decode_frame(dataset, 0)
    assert np.array_equal(after[inside], VALUES[0][inside])
    assert (after[~inside] == VALUES[0].min()).all()
    assert inside[30, 45]
    assert not inside[5, 5]
    assert not inside[4, 45]  # nearer to the apex than the fan begins


def test_a_region_of_every_frame_can_spare_one():
    dataset = dataset_of(VALUES, frames=3)
    box = Region(5, 5, 10, 10, kind="text")
    (spared,) = lifted([box], [Region(5, 5, 10, 10, frame=1)])
    assert (spared.kind, spared.spared) == ("text", (1,))
    mask_burned_in_text(dataset, find=False, drawn=[spared])
    assert np.array_equal(decode_frame(dataset, 1), VALUES[1])
    assert (decode_frame(dataset, 2)[5:15, 5:15] == VALUES[2].min()).all()
    assert masked_again(spared, [Region(5, 5, 10, 10, frame=1)]) == box
    assert masked_again(spared, [Region(5, 5, 10, 10, frame=2)]) == spared


def test_what_a_polygon_keeps_is_what_lies_in_it_and_not_in_the_box_around_it():
    frame = polygon(outside(SQUARE, 90, 60))
    inner, corner = Region(15, 12, 5, 5), Region(60, 40, 8, 8)
    assert overlap(inner, frame) == 0
    assert without([inner, corner], [frame]) == (inner,)
    assert set(distinct([inner, frame])) == {inner, frame}
    assert distinct([corner, frame]) == (frame,)


def test_pairs_of_pixels_with_one_colour_are_masked_together():
    data = np.random.default_rng(1).integers(0, 256, (60, 45, 4)).astype(np.uint8)
    dataset = dataset_of(np.repeat(VALUES[0][..., None], 3, 2), photometric="YBR_FULL_422")
    dataset.PixelData = data.tobytes()
    mask_burned_in_text(dataset, find=False, drawn=[polygon([(3, 5), (50, 5), (3, 40)])])
    after = np.frombuffer(dataset.PixelData, np.uint8).reshape(60, 45, 4)
    changed = (after != data).any(axis=2)
    assert (after[changed] == (0, 0, 128, 128)).all()
    assert changed[10, 4]
    assert not changed[39, 20]
    assert not changed[:5].any()


def test_polygons_of_a_device_rule_are_written_read_and_masked(tmp_path):
    rule = DeviceRule("Room 2", Action.RECTANGLES, (("modality", ("US",)),), polygons=(SQUARE,))
    file = tmp_path / "rules.toml"
    file.write_text(rules_text(RuleFile((rule,))), encoding="utf-8")
    assert read_rule_file(file).rules == (rule,)
    dataset = dataset_of(VALUES[0])
    (region,) = rule.regions(dataset, matrix_of(dataset))
    assert (region.points, region.kind, region.found_by) == (SQUARE, "device rule", "Room 2")
