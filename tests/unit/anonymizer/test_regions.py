from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from anonymizer.pixels.decoding import Matrix
from anonymizer.pixels.regions import (
    declared_regions,
    distinct,
    inside,
    ultrasound_regions,
    unexpected,
    without,
)
from anonymizer.pixels.verdicts import KEPT, united
from anonymizer.report import Region

MATRIX = Matrix(rows=400, columns=500, frames=1, samples=1, bits_allocated=8)


def scan(*corners):
    dataset = Dataset()
    items = []
    for left, top, right, bottom in corners:
        item = Dataset()
        item.RegionLocationMinX0, item.RegionLocationMinY0 = left, top
        item.RegionLocationMaxX1, item.RegionLocationMaxY1 = right, bottom
        items.append(item)
    dataset.SequenceOfUltrasoundRegions = Sequence(items)
    return dataset


def test_the_banner_above_all_ultrasound_regions_is_masked_and_nothing_of_them():
    (banner,) = declared_regions(scan((50, 60, 400, 300), (50, 40, 400, 390)), MATRIX)
    assert (banner.x, banner.y, banner.width, banner.height) == (0, 0, 500, 40)
    assert banner.kind == "outside ultrasound region"


def test_a_region_that_starts_at_the_top_or_far_below_makes_no_banner():
    assert declared_regions(scan((0, 0, 499, 399)), MATRIX) == ()
    assert declared_regions(scan((0, 200, 499, 399)), MATRIX) == ()
    assert declared_regions(Dataset(), MATRIX) == ()


def test_nonsense_regions_are_left_out():
    areas = ultrasound_regions(scan((300, 60, 100, 300), (10, 20, 9000, 9000)), MATRIX)
    assert [(a.x, a.y, a.width, a.height) for a in areas] == [(10, 20, 490, 380)]


def test_what_a_reader_keeps_is_not_masked():
    label, name = Region(10, 10, 20, 20), Region(10, 100, 200, 20)
    assert without([label, name], [Region(5, 5, 30, 30)]) == (name,)


def test_regions_are_cut_to_the_image_and_swallowed_by_larger_ones():
    assert inside(Region(-5, -5, 10, 10), MATRIX) == Region(0, 0, 5, 5)
    assert inside(Region(600, 0, 10, 10), MATRIX) is None
    assert distinct([Region(5, 5, 2, 2), Region(0, 0, 20, 20)]) == (Region(0, 0, 20, 20),)
    assert len(distinct([Region(5, 5, 2, 2), Region(0, 0, 20, 20, frame=1)])) == 2


def test_what_is_read_once_more_over_a_kept_line_and_masked_ones_around_it_is_expected() -> None:
    kept, above, below = Region(10, 30, 80, 12), Region(10, 10, 80, 20), Region(10, 42, 80, 20)
    read_again = Region(12, 20, 60, 32)
    assert unexpected([read_again], [kept], [above, below]) == ()
    assert unexpected([read_again], [kept], []) == (read_again,)
    assert unexpected([read_again], [], [above, below]) == (read_again,)
    longer = Region(12, 20, 200, 32)  # a name goes on behind the kept text
    assert unexpected([longer], [kept], [above, below]) == (longer,)


def test_a_kept_line_stays_where_a_masked_neighbour_reaches_less_than_half_over_it() -> None:
    line = Region(10, 30, 80, 20, kind=KEPT, found_by="keep-list", read="R")
    neighbour, same = Region(10, 42, 80, 30), Region(12, 34, 76, 18)
    assert united([line, neighbour]) == [neighbour, line]
    assert united([line, same]) == [same]
