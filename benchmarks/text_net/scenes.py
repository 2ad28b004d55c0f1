"""Training pictures: text of all kinds burned into radiology-like pictures, and things that look like text.

`scene` returns the planes that the net looks at and, for each pixel, whether it lies in a line of text.
"""

from dataclasses import dataclass, replace
from typing import Any

import cv2  # noqa: TID253 - draws everything here; nothing of the program imports this module
import numpy as np
import numpy.typing as npt

from anonymizer.pixels.text_views import planes
from benchmarks.text_net.backgrounds import Floats, background, echoes, flat, grainy, noise
from benchmarks.text_net.flow import with_flow
from benchmarks.text_net.lettering import line

Bytes = npt.NDArray[np.uint8]
Rng = np.random.Generator

SIZE = 384  # pixels: side of a scene
NOTHING, TEXT, EITHER = 0, 1, 2  # the classes of pixels; EITHER does not count
SMALL = 0.25  # share of blocks whose capitals are under 10 pixels high
WITHOUT_TEXT = 0.35  # share of scenes
ENLARGED = 0.3  # share of scenes that are twice as large as they were stored
TALLEST = 44  # pixels of capitals; larger text is found in a reduced image
FLOW = 0.5  # share of the ultrasound that has colours laid over it
NOISY = 0.25  # share of the pictures with hard text that are noise alone
GRAINY = 0.6  # share of the pictures with hard text that get grain laid over them
FADING = 0.3  # share of hard blocks whose lines fade towards one end
COLOURED_INK = 0.5  # share of the blocks of ultrasound and screens whose letters have a colour
GRAIN, GRAIN_SCREENS = 0.18, 0.6  # share of pictures, and of screens, with grain over all
LOSSY, LOSSY_SCREENS = 0.4, 0.7  # share of pictures of 8 bits, and of screens, that are compressed with loss
INKS = (
    (255, 240, 40), (40, 255, 60), (60, 230, 255), (255, 160, 30), (140, 170, 255), (255, 90, 90), (200, 160, 255),
    (90, 120, 255), (255, 0, 0), (255, 0, 255),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Style:
    """How the lines of one block are drawn: contrast in units of the range of values, and what is around them."""

    ink: str
    around: str
    strength: float
    blur: float
    turn: float
    least: float = 1.4  # faint ink: the least contrast in units of the spread of the surroundings
    end: float = 1.0  # share of the ink that is left at one end of a line


@dataclass(frozen=True, slots=True)
class Shares:
    """How often a picture is ultrasound or a screen beyond what the lot gives, and how often its text is hard: 0 to 1.

    Hard text is mostly faint and small and often upright, in grain.
    """

    ultrasound: float = 0.2
    screens: float = 0.08
    hard: float = 0.0


USUAL = Shares()


def scene(rng: Rng, shares: Shares = USUAL) -> tuple[Bytes, Bytes]:
    """Return the planes (SIZE, SIZE, 4) and the classes of the pixels (SIZE, SIZE) of a new picture."""
    if rng.random() >= ENLARGED:
        stored, classes = _image(rng, shares, TALLEST)
        return planes(stored), classes
    # Small images are searched enlarged too, with all that compression left in them.
    stored, classes = _image(rng, shares, TALLEST // 2)
    top, left = rng.integers(0, SIZE // 2 + 1, 2)
    part = slice(top, top + SIZE // 2), slice(left, left + SIZE // 2)
    whole = (SIZE, SIZE)
    large = np.asarray(cv2.resize(stored[part], whole, interpolation=cv2.INTER_CUBIC))
    return planes(large), np.asarray(cv2.resize(classes[part], whole, interpolation=cv2.INTER_NEAREST))


def _image(rng: Rng, shares: Shares, tallest: int) -> tuple[npt.NDArray[Any], Bytes]:
    """Return an image as it is stored, and the classes of its pixels; capitals have at most `tallest` pixels."""
    heard = rng.random() < shares.ultrasound
    faint = shares.hard > 0 and rng.random() < shares.hard
    screen = not heard and rng.random() < shares.screens / (1 - shares.ultrasound)
    picture = _ground(rng, heard=heard, screen=screen, faint=faint)
    classes = np.zeros((SIZE, SIZE), np.uint8)
    tint = np.ones((SIZE, SIZE, 3), np.float32)
    if rng.random() > WITHOUT_TEXT:
        for _ in range(rng.integers(3, 9) if faint else rng.integers(1, 6)):
            style, height = (hard_style(rng), hard_height(rng)) if faint else (style_of(rng), height_of(rng))
            height = min(height, tallest)
            if not ((heard or screen) and rng.random() < COLOURED_INK):
                block(rng, picture, classes, (style, height))
                continue
            before = picture.copy()
            block(rng, picture, classes, (light(rng, style), height))
            tint *= _tint(rng, picture - before)
    grained = rng.random() < (GRAIN_SCREENS if screen else GRAIN)
    grain = float(rng.choice([0.003, 0.01, 0.03])) if grained else 0.0
    picture = picture + grain * rng.normal(size=picture.shape).astype(np.float32)
    if not (heard or screen):
        stored = _stored(rng, picture, bits=int(rng.choice([8, 8, 10, 12, 12, 14, 16])))
        return _coloured(rng, stored), classes
    eight = _stored(rng, picture, bits=8, lossy=LOSSY_SCREENS if screen else LOSSY)
    shown = with_flow(rng, eight, classes != NOTHING) if heard and rng.random() < FLOW else eight
    return _tinted(rng, shown, tint) if tint.min() < 1 else shown, classes


def _ground(rng: Rng, *, heard: bool, screen: bool, faint: bool) -> Floats:
    """Return a picture without text, some with what looks like it; under faint text mostly grainy."""
    made = echoes(rng, SIZE) if heard else flat(rng, SIZE) if screen else background(rng, SIZE)
    if faint and not screen:
        made = (
            noise(rng, SIZE) if rng.random() < NOISY else grainy(rng, made) if rng.random() < GRAINY else made
        )
    picture = np.clip(made, -0.2, 1.2).astype(np.float32) * float(rng.uniform(0.4, 1))
    if rng.random() < (0.2 if faint else 0.45):
        clutter(rng, picture)
    return picture


def light(rng: Rng, style: Style) -> Style:
    """The style with ink lighter than what is around it, as coloured letters are: much of it or little."""
    ink = str(rng.choice(["bright", "middle", "faint"]))
    return replace(style, ink=ink, around="" if rng.random() < 0.8 else style.around)


def _tint(rng: Rng, added: Floats) -> Floats:
    """What share of each channel stays where ink was added, so that the ink has one colour: (rows, columns, 3)."""
    colour = np.array(INKS[int(rng.integers(len(INKS)))], np.float32)
    alpha = np.clip(added / max(float(np.quantile(added, 0.999)), 1e-3), 0, 1)
    return np.asarray(1 - alpha[..., None] * (1 - colour / colour.max()), np.float32)


def _tinted(rng: Rng, shown: Bytes, tint: Floats) -> Bytes:
    """The picture as RGB with coloured letters, some of them compressed with loss."""
    grey = shown if shown.ndim == 3 else np.repeat(shown[..., None], 3, axis=2)
    coloured = (grey * tint).astype(np.uint8)
    if rng.random() < 0.5:
        coded = cv2.imencode(".jpg", coloured, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(65, 96))])[1]
        coloured = np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)
    return coloured


def _stored(rng: Rng, picture: Floats, bits: int, lossy: float = LOSSY) -> npt.NDArray[Any]:
    """The picture in whole numbers of 8 to 16 bits; a share of those of 8 bits is compressed with loss."""
    top = (1 << bits) - 1
    reach = 1.0 if bits == 8 else float(rng.choice([1, 1, 0.3, 0.05]))
    low = min(0.0, float(picture.min()))
    values = np.clip((picture - low) * top * reach / 1.2, 0, top)
    if rng.random() < 0.1 and reach < 1:  # dead pixels and metal, far above all else
        values[rng.integers(0, SIZE, 3), rng.integers(0, SIZE, 3)] = top
    if bits > 8:
        return np.asarray(values.round().astype(np.uint16))
    eight = values.round().astype(np.uint8)
    if rng.random() < lossy:
        coded = cv2.imencode(".jpg", eight, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(55, 96))])[1]
        eight = np.asarray(cv2.imdecode(coded, cv2.IMREAD_GRAYSCALE), np.uint8)
    return eight


def _coloured(rng: Rng, stored: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Some 8-bit pictures in three channels, tinted: the text shows in some of them only."""
    if stored.dtype != np.uint8 or rng.random() < 0.6:
        return stored
    other = np.clip(background(rng, SIZE) * 255 * rng.uniform(0, 1), 0, 255).astype(np.uint8)
    channels = [stored, np.minimum(stored, other), (stored * rng.uniform(0.3, 1)).astype(np.uint8)]
    if rng.random() < 0.3:  # dark on a bright channel: only the weakest channel shows it
        channels = [np.maximum(stored, 200), stored, stored]
    return np.stack([channels[i] for i in rng.permutation(3)], axis=2)


def clutter(rng: Rng, picture: Floats) -> None:
    """Draw what looks like text and is none: rulers, graticules, crosses, electrodes, curves, screws."""
    for _ in range(rng.integers(1, 5)):
        value = float(rng.choice([0, 1, 1, rng.uniform(0, 1)]))
        makers = (_ruler, _grid, _marks, _curve, _dots, _bars)
        makers[int(rng.integers(len(makers)))](rng, picture, value)


def _ruler(rng: Rng, picture: Floats, value: float) -> None:
    at, step, long = int(rng.integers(0, SIZE - 12)), float(rng.uniform(3, 25)), int(rng.integers(3, 12))
    thick, every = int(rng.choice([1, 1, 2])), int(rng.choice([1, 5, 10]))
    target = picture if rng.random() < 0.5 else picture.T
    start, end = np.sort(rng.integers(0, SIZE, 2))
    if rng.random() < 0.6:
        target[start:end, at : at + thick] = value
    for number, position in enumerate(np.arange(start, end, step)):
        reach = long if number % every == 0 else long // 2
        target[int(position) : int(position) + thick, at : at + reach + 1] = value


def _grid(rng: Rng, picture: Floats, value: float) -> None:
    step, thick = int(rng.integers(4, 60)), int(rng.choice([1, 1, 2]))
    top, left = rng.integers(0, SIZE // 2, 2)
    part = picture[top : top + rng.integers(40, SIZE), left : left + rng.integers(40, SIZE)]
    for offset in range(thick):
        part[offset::step] = value
        if rng.random() < 0.7:
            part[:, offset::step] = value


def _marks(rng: Rng, picture: Floats, value: float) -> None:
    kinds = (
        cv2.MARKER_CROSS,
        cv2.MARKER_TILTED_CROSS,
        cv2.MARKER_STAR,
        cv2.MARKER_DIAMOND,
        cv2.MARKER_SQUARE,
    )
    for _ in range(rng.integers(1, 6)):
        at = (int(rng.integers(SIZE)), int(rng.integers(SIZE)))
        kind = int(kinds[int(rng.integers(len(kinds)))])
        cv2.drawMarker(picture, at, value, kind, int(rng.integers(5, 24)), int(rng.choice([1, 1, 2])))
    ends = rng.integers(0, SIZE, (2, 2))
    one, two = (int(ends[0, 0]), int(ends[0, 1])), (int(ends[1, 0]), int(ends[1, 1]))
    if rng.random() < 0.5:
        cv2.arrowedLine(picture, one, two, value, int(rng.integers(1, 4)), tipLength=0.1)
    else:
        length = int(rng.integers(3, 10))
        for share in np.arange(0, 1, 2 * length / max(np.hypot(*(ends[0] - ends[1])), 1)):
            start = ends[0] + (ends[1] - ends[0]) * share
            cv2.circle(picture, (int(start[0]), int(start[1])), int(rng.integers(1, 3)), value, -1)


def _curve(rng: Rng, picture: Floats, value: float) -> None:
    """A trace: electrocardiogram, Doppler envelope, histogram."""
    x = np.arange(0, SIZE, 2)
    beat = np.exp(-(((x % rng.integers(30, 120)) - 15) ** 2) / rng.uniform(2, 60)) * rng.uniform(5, 80)
    y = rng.uniform(0.2, 1) * SIZE - beat + np.cumsum(rng.normal(0, rng.uniform(0, 1.5), len(x)))
    cv2.polylines(picture, [np.stack([x, y], 1).astype(np.int32)], False, value, 1, cv2.LINE_AA)  # noqa: FBT003


def _dots(rng: Rng, picture: Floats, value: float) -> None:
    """Screws, clips, seeds, electrodes: small solid shapes, strewn or in a row."""
    start, step = rng.uniform(0, SIZE, 2), rng.uniform(-25, 25, 2)
    row, size = rng.random() < 0.5, int(rng.integers(1, 8))
    for number in range(rng.integers(1, 15)):
        at = start + number * step if row else rng.uniform(0, SIZE, 2)
        radii = (size, max(1, int(size * rng.uniform(0.2, 1))))
        turn = float(rng.uniform(0, 180))
        cv2.ellipse(picture, (int(at[0]), int(at[1])), radii, turn, 0, 360, value, -1, cv2.LINE_AA)


def _bars(rng: Rng, picture: Floats, value: float) -> None:
    """Grey scales, frames, plates, wires."""
    top, left = (int(v) for v in rng.integers(0, SIZE - 20, 2))
    down, right = top + int(rng.integers(8, 200)), left + int(rng.integers(3, 40))
    kind = rng.random()
    if kind < 0.4:
        part = picture[top:down, left:right]
        part[:] = np.linspace(0, 1, part.shape[0], dtype=np.float32)[:, None]
    elif kind < 0.7:
        cv2.rectangle(picture, (left, top), (right, down), value, int(rng.choice([-1, 1, 2])))
    else:
        end = (int(rng.integers(SIZE)), int(rng.integers(SIZE)))
        cv2.line(picture, (left, top), end, value, int(rng.integers(1, 6)), cv2.LINE_AA)


def style_of(rng: Rng) -> Style:
    """A way of drawing by lot."""
    turns = [0.0] * 13 + [
        90.0,
        90.0,
        270.0,
        270.0,
        180.0,
        float(rng.uniform(-30, 30)),
        float(rng.uniform(-6, 6)),
    ]
    return Style(
        ink=str(rng.choice(["bright", "bright", "beyond", "faint", "faint", "faint", "dark", "middle"])),
        around=str(rng.choice(["", "", "", "", "", "outline", "shadow", "box"])),
        strength=float(rng.uniform(0.6, 1)) if rng.random() < 0.2 else 1.0,
        blur=float(rng.uniform(0.3, 0.9)) if rng.random() < 0.2 else 0.0,
        turn=float(rng.choice(turns)),
    )


def hard_style(rng: Rng) -> Style:
    """A way of drawing that is hard to see, by lot; a fifth is drawn in any way, as faint text stands beside bright."""
    if rng.random() < 0.2:
        return style_of(rng)
    turn = float(rng.choice([0, 0, 0, 90, 270]))
    blur = float(rng.uniform(0.3, 0.7)) if rng.random() < 0.15 else 0.0
    end = float(rng.uniform(0.5, 1)) if rng.random() < FADING else 1.0
    return Style("faint", "", 1.0, blur, turn, least=float(rng.uniform(1.0, 1.6)), end=end)


def height_of(rng: Rng) -> int:
    """Pixels of capitals, by lot."""
    return (
        int(rng.integers(6, 10))
        if rng.random() < SMALL
        else int(np.clip(rng.lognormal(2.55, 0.45), 6, TALLEST))
    )


def hard_height(rng: Rng) -> int:
    """Pixels of capitals that are small for the most part, by lot."""
    return int(np.clip(rng.lognormal(2.4, 0.4), 6, 40))


def block(rng: Rng, picture: Floats, classes: Bytes, how: tuple[Style, int]) -> None:
    """Write one to five lines of one style and height, at the border or anywhere, where nothing is written yet."""
    style, height = how
    x, y = _corner(rng)
    for _ in range(rng.choice([1, 1, 2, 3, 4])):
        glyphs = _turned(line(rng, height), style.turn)
        if not glyphs.size:
            continue
        if min(glyphs.shape) and not _written(rng, picture, classes, (glyphs, x, y, style, height)):
            return
        gap = height * float(rng.uniform(0.2, 0.8)) + 1
        if style.turn in {90.0, 270.0}:
            x += int(glyphs.shape[1] + gap)
        else:
            y += int(glyphs.shape[0] + gap)


def _corner(rng: Rng) -> tuple[int, int]:
    edges = [int(rng.choice([0, 1, 2, 4, 8, 12])), int(rng.integers(-20, SIZE - 10))]
    return int(rng.permutation(edges)[0]), int(rng.permutation(edges)[0])


def _turned(glyphs: Bytes, degrees: float) -> Bytes:
    if not glyphs.size:
        return glyphs
    if degrees % 90 == 0:
        return np.ascontiguousarray(np.rot90(glyphs, int(degrees // 90)))
    rows, columns = glyphs.shape
    turn = cv2.getRotationMatrix2D((columns / 2, rows / 2), degrees, 1.0)
    wide = int(abs(turn[0, 0]) * columns + abs(turn[0, 1]) * rows) + 2
    tall = int(abs(turn[0, 1]) * columns + abs(turn[0, 0]) * rows) + 2
    turn[:, 2] += (wide - columns) / 2, (tall - rows) / 2
    return np.asarray(cv2.warpAffine(glyphs, turn, (wide, tall)), np.uint8)


def _written(rng: Rng, picture: Floats, classes: Bytes, what: tuple[Bytes, int, int, Style, int]) -> bool:
    glyphs, x, y, style, height = what
    left, top = max(0, -x), max(0, -y)
    glyphs = glyphs[top : SIZE - min(y, SIZE), left : SIZE - min(x, SIZE)]
    x, y = max(0, x), max(0, y)
    rows, columns = glyphs.shape
    if min(rows, columns) < 3 or glyphs.max() <= 64 or np.any(classes[y : y + rows, x : x + columns] == TEXT):
        return False
    region = slice(y, y + rows), slice(x, x + columns)
    margin = max(3, height // 3)
    near = picture[max(0, y - margin) : y + rows + margin, max(0, x - margin) : x + columns + margin]
    value, boxed = _value(rng, near, style)
    _surround(near, glyphs, (x, y, margin), ("box" if boxed else style.around, value))
    alpha = glyphs.astype(np.float32) / 255
    if style.blur:
        alpha = cv2.GaussianBlur(alpha, (0, 0), style.blur)
    alpha = alpha * style.strength
    if style.end < 1:
        alpha = alpha * _fading(rng, alpha.shape, style.end)
    picture[region] = picture[region] * (1 - alpha) + value * alpha
    _classify(classes, glyphs, (x, y, height), slanted=style.turn % 90 != 0)
    return True


def _fading(rng: Rng, shape: tuple[int, ...], end: float) -> Floats:
    """Shares of the ink along the longer side of a line, 1 at one end."""
    along = np.linspace(1, end, max(shape), dtype=np.float32)[:: int(rng.choice([-1, 1]))]
    return along[None] if shape[1] >= shape[0] else along[:, None]


def _value(rng: Rng, near: Floats, style: Style) -> tuple[float, bool]:
    """Return the ink's value, and whether it needs a box around to be seen."""
    mean, spread = float(near.mean()), float(near.std())
    if style.ink == "faint":
        contrast = max(rng.uniform(0.02, 0.12), rng.uniform(style.least, style.least + 0.9) * spread)
        return mean + contrast * (1 if mean < rng.uniform(0.2, 0.8) else -1), False
    values = {
        "bright": rng.uniform(0.8, 1),
        "beyond": rng.uniform(1, 1.2),
        "dark": 0.0,
        "middle": rng.uniform(0.3, 0.8),
    }
    value = float(values[style.ink])
    return value, abs(value - mean) < max(1.6 * spread, 0.06)


def _surround(near: Floats, glyphs: Bytes, at: tuple[int, int, int], how: tuple[str, float]) -> None:
    """Draw the outline, shadow or box of a line into its surroundings."""
    around, value = how
    contrary = 0.0 if value > 0.45 else 1.0
    x, y, margin = at
    top, left = min(margin, y), min(margin, x)
    if around == "box":
        edge = max(2, margin // 2)
        near[
            max(0, top - edge) : top + glyphs.shape[0] + edge,
            max(0, left - edge) : left + glyphs.shape[1] + edge,
        ] = contrary
    elif around:
        reach = max(1, margin // 5)
        sheet = np.zeros(near.shape, np.float32)
        sheet[top : top + glyphs.shape[0], left : left + glyphs.shape[1]] = glyphs / 255.0
        if around == "outline":
            sheet = cv2.dilate(sheet, np.ones((2 * reach + 1, 2 * reach + 1), np.float32))
        else:
            sheet = np.roll(sheet, (reach, reach), (0, 1))
        near[:] = near * (1 - sheet) + contrary * sheet


def _classify(classes: Bytes, glyphs: Bytes, at: tuple[int, int, int], *, slanted: bool) -> None:
    """Mark the line's rectangle as text and a rim around it as either."""
    x, y, height = at
    rows, columns = glyphs.shape
    region = np.ones(glyphs.shape, np.uint8)
    if slanted:
        corners = cv2.boxPoints(cv2.minAreaRect(cv2.findNonZero((glyphs > 64).astype(np.uint8))))
        region = cv2.fillPoly(np.zeros(glyphs.shape, np.uint8), [corners.round().astype(np.int32)], 1)
    rim = max(2, height // 5)
    part = classes[max(0, y - rim) : y + rows + rim, max(0, x - rim) : x + columns + rim]
    part[part == NOTHING] = EITHER
    part = classes[y : y + rows, x : x + columns]
    part[region > 0] = TEXT
