"""What older searches missed: upright, faint, tiny, coloured and slanted text; and what is no text, however busy."""

from itertools import pairwise

import cv2  # noqa: TID253 - draws the pictures; a test loads it anyway
import numpy as np
import pytest

from anonymizer.pixels import text_finder
from anonymizer.pixels.burned_in_text import FAINT_LINE, mask_burned_in_text
from anonymizer.pixels.text_boxes import Limits, boxes_of
from anonymizer.pixels.text_net import _spans
from tests.unit.anonymizer.pixel_cases import NAME, NUMBER, background, dataset_of, written

SIDE = 400


def masked(image):
    mask = np.zeros(image.shape[:2], bool)
    for b in text_finder.find_text(image):
        mask[b.y : b.y + b.height, b.x : b.x + b.width] = True
    return mask


def noisy(level=0.02):
    return background(SIDE, SIDE) + np.random.default_rng(5).normal(0, level, (SIDE, SIDE))


def glyphs(**where):
    return written(np.zeros((SIDE, SIDE)), **where) > 0.3


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
@pytest.mark.parametrize("ink", [1.0, 0.0], ids=["white", "black"])
def test_text_in_any_direction_is_found(turns, ink):
    image = np.rot90((written(noisy() + 0.2, ink=ink) * 3000).astype(np.int16), turns)
    assert masked(image)[np.rot90(glyphs(), turns)].mean() > 0.98


@pytest.mark.parametrize("size", [11, 12, 16, 30])
def test_small_and_larger_text_is_found(size):
    image = (written(noisy(), size=size) * 4000).astype(np.uint16)
    assert masked(image)[glyphs(size=size)].mean() > 0.97


def test_text_that_is_hardly_brighter_than_its_noisy_ground_is_found():
    picture = np.random.default_rng(6).normal(0.3, 0.02, (SIDE, SIDE))
    image = (written(picture, ink=0.37, size=20) * 4000).astype(np.uint16)
    assert masked(image)[glyphs(size=20)].mean() > 0.9


@pytest.mark.parametrize("turns", [0, 1])
@pytest.mark.parametrize("seed", [0, 1])
def test_small_text_that_hardly_rises_from_coarse_grain_is_found(seed, turns):
    """Letters 1.5 deviations above speckle whose blots are as wide as their strokes, upright ones too."""
    grain = cv2.GaussianBlur(np.random.default_rng(seed).normal(size=(SIDE, SIDE)), (0, 0), 1.0)
    where = {"at": (120, 150), "size": 12}
    stencil = written(np.zeros((SIDE, SIDE)), **where)
    picture = 100 + 25 * (grain / grain.std() * (1 - stencil) + 1.5 * stencil)
    image = np.ascontiguousarray(np.rot90(picture.clip(0, 255).astype(np.uint8), turns))
    found = masked(image)
    assert found[np.rot90(glyphs(**where), turns)].mean() > 0.95
    assert found.mean() < 0.1


def test_faint_text_beside_bright_text_is_found():
    picture = np.random.default_rng(6).normal(0.3, 0.02, (SIDE, SIDE))
    faint = {"at": (14, 40), "size": 20}
    image = written(written(picture, (NUMBER,), ink=0.38, **faint), (NAME,), size=20, ink=1.0)
    planted = written(np.zeros((SIDE, SIDE)), (NUMBER,), **faint) > 0.3
    assert masked((image * 4000).astype(np.uint16))[planted].mean() > 0.9


def test_ink_far_above_all_other_values_hides_no_other_text():
    picture = np.random.default_rng(9).normal(300, 10, (SIDE, SIDE))
    below = {"at": (60, 250), "size": 20}
    image = written(picture, (NUMBER,), ink=400, **below)
    image = written(image, ink=65535, size=24).round().astype(np.uint16)
    planted = written(np.zeros((SIDE, SIDE)), (NUMBER,), **below) > 0.3
    assert masked(image)[planted].mean() > 0.9


@pytest.mark.parametrize(
    "top", [1.02, 1.05, 1.2], ids=["soft edges alone", "some pixels of one value", "many"]
)
def test_small_ink_far_above_all_other_values_hides_no_other_text(top):
    picture = np.random.default_rng(0).normal(250, 30, (256, 256)).clip(0, None)
    below = {"at": (60, 180), "size": 14}
    image = written(picture, (NUMBER,), ink=325, **below)
    image = written(image, (NAME, NUMBER, NAME), size=11, ink=top * 65535).clip(0, 65535).round()
    planted = written(np.zeros((256, 256)), (NUMBER,), **below) > 0.3
    assert masked(image.astype(np.uint16))[planted].mean() > 0.9


def test_a_bright_image_with_saturated_pixels_and_dark_parts_hides_no_faint_text():
    picture = np.random.default_rng(9).normal(232, 5, (SIDE, SIDE))
    picture[:90] = np.random.default_rng(8).normal(20, 8, (90, SIDE))
    picture[90:100] = 255
    below = {"at": (60, 250), "size": 20}
    image = written(picture, (NUMBER,), ink=205, **below).clip(0, 255).round().astype(np.uint8)
    planted = written(np.zeros((SIDE, SIDE)), (NUMBER,), **below) > 0.3
    assert masked(image)[planted].mean() > 0.9


@pytest.mark.parametrize("colour", [(255, 240, 40), (40, 255, 60), (140, 170, 255), (255, 60, 60)])
def test_coloured_text_is_found(colour):
    weight = written(np.zeros((SIDE, SIDE)))[..., None]
    image = (noisy()[..., None] * 255 * (1 - weight) + np.array(colour) * weight).clip(0, 255)
    assert masked(image.astype(np.uint8))[weight[..., 0] > 0.3].mean() > 0.98


@pytest.mark.parametrize("seed", [0, 2])
@pytest.mark.parametrize("colour", [(140, 170, 255), (60, 230, 255)], ids=["light blue", "cyan"])
def test_coloured_text_is_found_amid_grey_speckle_as_bright_as_it(seed, colour):
    grain = cv2.GaussianBlur(np.random.default_rng(seed).rayleigh(1, (SIDE, SIDE)), (0, 0), 0.9)
    speckle = (130 + 60 * (grain - grain.mean()) / grain.std()).clip(0, 255)[..., None]
    weight = written(np.zeros((SIDE, SIDE)), (NUMBER,), at=(120, 150), size=11)[..., None]
    found = masked((speckle * (1 - weight) + np.array(colour) * weight).astype(np.uint8))
    assert found[weight[..., 0] > 0.3].mean() > 0.95
    assert found.mean() < 0.03


@pytest.mark.parametrize("ink", [(120, 150, 220), (140, 170, 255), (150, 150, 150), (70, 70, 70)])
@pytest.mark.parametrize("quality", [70, 75, 85])
def test_a_small_line_alone_on_a_dark_screen_that_was_compressed_is_found(quality, ink):
    dark = np.abs(np.random.default_rng(0).normal(0, 3, (768, 1024, 1)))
    weight = written(np.zeros((768, 1024)), (NUMBER,), at=(880, 5), size=11)[..., None]
    screen = (dark * (1 - weight) + np.array(ink) * weight).clip(0, 255).astype(np.uint8)
    _, coded = cv2.imencode(".jpg", screen[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    found = masked(np.ascontiguousarray(cv2.imdecode(coded, cv2.IMREAD_COLOR)[..., ::-1]))
    assert found[weight[..., 0] > 0.3].mean() > 0.95
    assert found.mean() < 0.03


def test_white_on_blue_is_found():
    weight = written(np.zeros((SIDE, SIDE)))[..., None]
    image = np.array((0, 0, 255)) * (1 - weight) + 255 * weight
    assert masked(image.astype(np.uint8))[weight[..., 0] > 0.3].mean() > 0.98


def test_green_on_a_white_box_is_found_on_a_screen_of_one_colour():
    screen = np.full((768, 1024, 3), 22, np.uint8)
    weight = written(np.zeros((24, 130)), (NUMBER,), at=(4, 4), size=12)[..., None]
    screen[:24, :130] = 255 * (1 - weight) + np.array((40, 255, 60)) * weight
    assert masked(screen)[:24, :130][weight[..., 0] > 0.3].mean() > 0.98


@pytest.mark.parametrize("ink", [12451, 12439])
def test_a_name_a_few_steps_from_a_screen_of_one_colour_is_found_beside_bright_text(ink):
    """A window of the file may show it plainly; of the range of values it is a two-thousandth."""
    screen = written(np.full((500, 800), 12445.0), (NUMBER,), at=(14, 400), ink=16383)
    screen = written(screen, (NAME,), at=(300, 40), size=14, ink=ink).round().astype(np.uint16)
    planted = written(np.zeros(screen.shape), (NAME,), at=(300, 40), size=14) > 0.4
    found = masked(screen)
    assert found[planted].mean() > 0.95
    assert found.mean() < 0.05


def test_what_compression_leaves_of_one_colour_is_no_text():
    noise = np.random.default_rng(4).normal(236, 1.5, (700, 900)).round().astype(np.uint8)
    _, coded = cv2.imencode(".jpg", np.repeat(noise[..., None], 3, axis=2), [cv2.IMWRITE_JPEG_QUALITY, 72])
    assert masked(cv2.imdecode(coded, cv2.IMREAD_COLOR)[:500, :700]).mean() < 0.002


def test_black_on_a_light_screen_that_was_compressed_is_found():
    screen = written(np.full((300, 400), 219.0), ("b. 13NOV44",), at=(1, 285), size=11, ink=0)
    planted = written(np.zeros(screen.shape), ("b. 13NOV44",), at=(1, 285), size=11) > 0.3
    _, coded = cv2.imencode(".jpg", screen.astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 72])
    assert masked(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE))[planted].mean() > 0.95


def test_specks_do_not_make_noise_of_a_weak_line(monkeypatch):
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[20:36, 100:200], marked[300:316, 100:220] = 0.995, 0.5
    for number in range(16):
        y, x = 60 + 20 * (number // 4), 20 + 100 * (number % 4)
        marked[y : y + 6, x : x + 6] = 0.5
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    monkeypatch.setattr(text_finder, "_legible", lambda *_: ())
    lines = text_finder.find_text(noisy())
    assert any(box.y < 308 < box.y + box.height for box in lines)


def test_many_weak_marks_beside_a_sure_line_are_noise(monkeypatch):
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[20:36, 100:200] = 0.995
    for number in range(16):
        y, x = 60 + 80 * (number // 4), 20 + 100 * (number % 4)
        marked[y : y + 16, x : x + 40] = 0.5
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    found = masked((noisy() * 4000).clip(0, 4095).astype(np.uint16))
    assert found[20:36, 100:200].all()
    assert not found[60:].any()


@pytest.mark.parametrize(
    ("thick", "mark", "counts"),
    [(20, 0.5, True), (44, 0.5, False), (44, 0.95, True), (70, 0.95, False), (70, 0.995, True)],
)
def test_the_thicker_a_mark_the_surer_it_must_be(monkeypatch, thick, mark, counts):
    """Bone and blood flow are marked too, thickly and never as surely as large letters."""
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[20:36, 100:200], marked[200 : 200 + thick, 100:300] = 0.995, mark
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    monkeypatch.setattr(text_finder, "_legible", lambda *_: ())
    found = masked((noisy() * 4000).clip(0, 4095).astype(np.uint16))
    assert found[20:36, 100:200].all()
    assert found[200 : 200 + thick, 100:300].all() == found[180:].any() == counts


def test_slanted_text_is_found():
    stencil = (written(np.zeros((SIDE, SIDE)), at=(90, 150)) * 255).astype(np.uint8)
    turned = cv2.warpAffine(stencil, cv2.getRotationMatrix2D((200, 200), 20, 1), (SIDE, SIDE)) / 255.0
    image = noisy() * (1 - turned) + turned
    assert masked((image * 4000).clip(0, 4095).astype(np.uint16))[turned > 0.5].mean() > 0.95


def test_scripts_that_the_reader_does_not_know_are_found():
    # The font that comes with the program has them; Pillow's own has not.
    from PIL import Image, ImageDraw, ImageFont

    from resources import find

    sheet = Image.new("L", (SIDE, SIDE))
    font = ImageFont.truetype(str(find("fonts", "DejaVuSans.ttf")), 18)
    ImageDraw.Draw(sheet).text((20, 20), "ИВАНОВ ИВАН  Γιώργος", fill=255, font=font)
    weight = np.asarray(sheet) / 255
    assert masked(((noisy() * (1 - weight) + weight) * 4000).astype(np.uint16))[weight > 0.3].mean() > 0.98


def ribs():
    y, x = np.mgrid[0:512, 0:512]
    return 0.4 + 0.3 * (np.sin((y + 0.002 * (x - 256) ** 2) / 9) > 0.4)


def threads():
    rough = np.random.default_rng(7).normal(size=(512, 512)).astype(np.float32)
    return cv2.GaussianBlur(rough, (0, 0), 1.2) * 0.4 + 0.5


def graticule():
    image = np.zeros((512, 512))
    image[::32], image[:, ::32] = 0.8, 0.8
    image[250:256, ::16] = 1
    return image


def branching_echoes():
    """Bright walls of vessels in grain."""
    rng = np.random.default_rng(11)
    image = np.zeros((512, 512), np.float32)
    for root in range(6):
        at, angle = np.array([80.0 * root + 40, 60.0]), 1.5
        for _ in range(40):
            angle += rng.normal(0, 0.3)
            end = at + 9 * np.array([np.cos(angle), np.sin(angle)])
            cv2.line(image, at.astype(int).tolist(), end.astype(int).tolist(), 1.0, 3, cv2.LINE_AA)
            at = end
    grain = cv2.GaussianBlur(rng.rayleigh(0.3, (512, 512)), (0, 0), 1.0)
    return np.maximum(cv2.GaussianBlur(image, (0, 0), 1.0) * (0.5 + grain), grain * 0.5)


@pytest.mark.parametrize(
    "picture",
    [
        ribs,
        threads,
        graticule,
        lambda: np.random.default_rng(8).rayleigh(0.2, (512, 512)),
        lambda: background(512, 512),
        branching_echoes,
    ],
    ids=["ribs", "threads", "graticule", "speckle", "smooth", "branches"],
)
def test_what_is_no_text_stays(picture):
    assert masked((picture() * 3000).clip(0, 4095).astype(np.uint16)).mean() < 0.01


def coloured_flow(*, velocity):
    """Speckle with blood in colours over it: power from red to white, velocity red and blue; edges as hard as ink's."""
    rng = np.random.default_rng(12)
    speckle = cv2.GaussianBlur(rng.rayleigh(40, (480, 640)), (0, 0), 1.0).clip(0, 160)
    speed = cv2.GaussianBlur(rng.normal(size=(480, 640)), (0, 0), 9)
    speed = (speed / speed.std() * 110).clip(-255, 255)
    speed[:150], speed[330:], speed[:, :120], speed[:, 520:] = 0, 0, 0, 0
    image = np.repeat(speckle.astype(np.uint8)[..., None], 3, axis=2)
    strong = np.abs(speed).astype(np.uint8)
    nothing = np.zeros_like(strong)
    power = cv2.applyColorMap(strong, cv2.COLORMAP_HOT)[..., ::-1]
    red, blue = np.where(speed > 0, strong, nothing), np.where(speed < 0, strong, nothing)
    painted = np.stack([red, nothing, blue], axis=2) if velocity else power
    there = (strong > 70) & (velocity | (speed > 0))
    image[there] = painted[there]
    return image


@pytest.mark.parametrize("velocity", [False, True], ids=["power", "velocity"])
def test_blood_in_colours_is_no_text(velocity):
    assert masked(coloured_flow(velocity=velocity)).mean() < 0.02


def test_a_paragraph_with_a_ragged_edge_is_covered_by_more_than_one_box():
    marked = np.zeros((60, 200), np.float32)
    marked[5:25, 5:190], marked[20:45, 5:60] = 0.9, 0.9
    boxes = list(boxes_of(marked, Limits(0.3, 0.6, 24)))
    covered = np.zeros(marked.shape, bool)
    for b in boxes:
        covered[b.y : b.y + b.height, b.x : b.x + b.width] = True
    assert covered[marked > 0].all()
    assert covered.sum() < 1.1 * (marked > 0).sum()


def test_a_line_goes_on_where_its_end_is_hardly_marked():
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[100:116, 100:200], marked[100:116, 200:240] = 0.98, 0.03
    marked[100:116, 90:100], marked[100:116, 60:90] = 0.4, 0.03
    ((left, right),) = {(b.x, b.x + b.width) for b in text_finder.lines_of(marked)}
    assert left <= 60
    assert 200 <= right < 210  # a sure end is one
    ((top, bottom),) = {(b.y, b.y + b.height) for b in text_finder.lines_of(marked.T)}
    assert (top, bottom) == (left, right)


@pytest.mark.parametrize("legible", [True, False])
def test_what_is_hardly_marked_is_text_only_where_it_can_be_read(monkeypatch, legible):
    where = {"lines": (NUMBER,), "at": (30, 120), "size": 16}
    ink = glyphs(**where)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = 0.1
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    image = written(noisy(), **where) if legible else noisy()
    assert masked((image * 4000).clip(0, 4095).astype(np.uint16))[ink].all() == legible


@pytest.mark.parametrize("there", [True, False])
def test_a_large_place_is_not_text_because_a_found_line_in_it_can_be_read(monkeypatch, there):
    where = {"lines": (NUMBER,), "at": (60, 120), "size": 16}
    ink = glyphs(**where)
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    line, place = np.zeros((2, SIDE, SIDE), np.float32)
    line[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] = 0.99 * there
    place[rows[0] - 12 : rows[-1] + 13, columns[0] - 8 : columns[-1] + 9] = 0.9
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (line, place))
    found = masked((written(noisy(), **where) * 4000).clip(0, 4095).astype(np.uint16))
    assert found[ink].all()
    assert bool(found[rows[0] - 12, columns[0]]) != there


@pytest.mark.parametrize("turns", [0, 1, 2, 3])
def test_text_at_the_very_edge_is_masked_to_the_edge(turns):
    where = {"at": (0, 120), "size": 14}
    first = int(np.flatnonzero(glyphs(**where).any(axis=1))[0])
    image, ink = (
        written(noisy(), (NUMBER,), **where)[first:],
        written(np.zeros((SIDE, SIDE)), (NUMBER,), **where),
    )
    image, ink = (image * 4000).clip(0, 4095).astype(np.uint16), ink[first:] > 0.3
    assert masked(np.rot90(image, turns))[np.rot90(ink, turns)].all()


def test_tiles_cover_an_image_of_any_size():
    for side in range(16, 9000, 16):
        spans = _spans(side)
        assert spans[0][0] == 0
        assert spans[-1][1] == side
        assert all(before[1] - after[0] >= 64 for before, after in pairwise(spans))


def test_the_same_image_gives_the_same_boxes():
    image = (written(noisy(), (NAME, NUMBER)) * 4000).astype(np.uint16)
    assert text_finder.find_text(image) == text_finder.find_text(image.copy())


@pytest.mark.parametrize("sure", [0.995, 0.0])
def test_what_is_marked_weakly_is_text_without_being_read_only_beside_a_sure_line(monkeypatch, sure):
    """Noise marks a place here and there; in an image with text such a place is faint text."""
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[100:116, 100:200], marked[300:316, 100:200] = sure, 0.5
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    found = masked((noisy() * 4000).clip(0, 4095).astype(np.uint16))
    assert found[300:316, 100:200].all() == bool(sure)
    assert found.any() == bool(sure)


@pytest.mark.parametrize(("mean", "width", "told"), [(0.5, 60, True), (0.3, 60, False), (0.5, 20, False)])
def test_a_lone_faint_line_that_nobody_can_read_is_left_and_told(monkeypatch, mean, width, told):
    marked = np.zeros((SIDE, SIDE), np.float32)
    marked[300:316, 100 : 100 + width] = mean
    monkeypatch.setattr(text_finder.text_net, "text_maps", lambda _: (marked, np.zeros_like(marked)))
    dataset = dataset_of((noisy() * 4000).clip(0, 4095).astype(np.uint16), bits=12, modality="MR")
    before = dataset.PixelData
    result = mask_burned_in_text(dataset)
    assert (result.review, result.changed) == ((FAINT_LINE,) if told else (), False)
    assert [region.found_by for region in result.regions] == ["doubt"] * told
    assert dataset.PixelData == before


@pytest.mark.parametrize("seed", [7, 16, 26])
def test_nothing_is_found_in_the_noise_of_a_small_slice(seed):
    picture = background() * (0.8 + 0.2 * np.sin(seed / 5))
    image = (picture + np.random.default_rng(seed).normal(0, 0.004, picture.shape)) * 2000
    assert not masked(image.round().clip(0, 4095).astype(np.uint16)).any()
