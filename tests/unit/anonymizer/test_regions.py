from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from anonymizer.pixels.decoding import Matrix
from anonymizer.pixels.regions import declared_regions, distinct, inside, ultrasound_regions, without
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
