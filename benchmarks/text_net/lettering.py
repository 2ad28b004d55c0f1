"""Words as they are burned into images, drawn in every font that this computer has: glyph masks without a picture."""

import string
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2  # noqa: TID253 - draws everything here; nothing of the program imports this module
import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Bytes = npt.NDArray[np.uint8]
Rng = np.random.Generator

FOLDERS = ("/usr/share/fonts", "C:/Windows/Fonts", "/System/Library/Fonts")
HAN = ("Fallback", "CJK", "wqy")  # in the names of fonts with wide scripts
NO_LETTERS = ("D050000L", "StandardSymbols", "MathTeX")
HERSHEY = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX,
)  # fmt: skip
SCRIPTS = {
    "latin": "ÄÖÜäöüßÉÈÊéèêçÇñÑøØåÅŁłŞşČčŽžÝýğİ",
    "greek": "".join(map(chr, range(0x391, 0x3CA))).replace("\u03a2", ""),
    "cyrillic": "".join(map(chr, range(0x410, 0x450))),
    "han": "".join(map(chr, range(0x4E00, 0x9F00))),
    "kana": "".join(map(chr, range(0x3041, 0x3094))),
}  # fmt: skip
WIDE = frozenset({"han", "kana"})
UNITS = ("cm", "mm", "Hz", "%", "kV", "mAs", "dB", "s", "Y", "F", "M", "MHz", "°", "ms", "in", "Im")


@lru_cache(maxsize=1)
def fonts() -> dict[str, list[str]]:
    """Paths of fonts for Latin, Greek and Cyrillic letters, and of those for wide scripts."""
    own = Path(__file__).resolve().parents[2] / "resources" / "fonts" / "DejaVuSans.ttf"
    found = [
        path
        for folder in FOLDERS
        for path in Path(folder).rglob("*")
        if path.suffix in {".ttf", ".otf", ".ttc"}
    ]
    names = sorted({str(path) for path in [own, *found] if not any(n in path.name for n in NO_LETTERS)})
    wide = [name for name in names if any(mark in name for mark in HAN)]
    rest = [name for name in names if name not in wide]
    return {"narrow": rest, "wide": wide, "many": [n for n in rest if "DejaVuSans" in n]}


@lru_cache(maxsize=512)
def _font(path: str, points: int) -> Any:
    return ImageFont.truetype(path, points)


def words(rng: Rng) -> tuple[str, str]:
    """A random line and its script: names, numbers, dates, times, settings, markers."""
    kind = rng.random()
    if kind < 0.1:
        script = str(rng.choice(list(SCRIPTS)))
        return " ".join(_any_of(rng, SCRIPTS[script], 8) for _ in range(rng.integers(1, 4))), script
    if kind < 0.17:
        return _any_of(rng, string.ascii_uppercase + string.digits, 2), ""
    makers = (_name, _name, _number, _date, _setting)
    return " ".join(makers[int(rng.integers(len(makers)))](rng) for _ in range(rng.choice([1, 1, 1, 2]))), ""


def _any_of(rng: Rng, letters: str, longest: int) -> str:
    return "".join(letters[i] for i in rng.integers(0, len(letters), rng.integers(1, longest)))


def _name(rng: Rng) -> str:
    parts = []
    for _ in range(rng.integers(1, 4)):
        word = _any_of(rng, string.ascii_lowercase, 11)
        parts.append([word.upper(), word.title(), word][int(rng.choice(3, p=[0.5, 0.35, 0.15]))])
    return str(rng.choice([" ", "^", ", ", "-", ". ", ": "])).join(parts)


def _number(rng: Rng) -> str:
    digits = "".join(map(str, rng.integers(0, 10, rng.integers(1, 11))))
    return str(rng.choice(["", "", "#", "ID:", "MRN ", "No. ", "A", "(", "*"])) + digits


def _date(rng: Rng) -> str:
    between = str(rng.choice([".", "/", "-", ":", ""]))
    return between.join(f"{rng.integers(0, 60):02d}" for _ in range(rng.integers(2, 4)))


def _setting(rng: Rng) -> str:
    letters = _any_of(rng, string.ascii_letters, 6)
    value = f"{rng.uniform(0, 500):.{rng.integers(0, 3)}f}"
    return f"{letters}{rng.choice([' ', ':', '=', ': '])}{value}{rng.choice(['', ' '])}{rng.choice(UNITS)}"


def line(rng: Rng, height: int) -> Bytes:
    """Glyphs of one line, capitals `height` pixels high, cut tightly; 0 to 255. Empty where a font fails."""
    text, script = words(rng)
    if not script and rng.random() < 0.15:
        drawn = _stroked(rng, text, height)
    elif rng.random() < 0.15:
        # A bitmap font enlarged by whole steps, as old consoles draw.
        step = max(1, round(height / int(rng.choice([7, 8, 9, 10, 12]))))
        small = _drawn(rng, text, script, max(6, round(height / step)), smooth=False)
        drawn = small.repeat(step, 0).repeat(step, 1)
    else:
        drawn = _drawn(rng, text, script, height, smooth=bool(rng.random() < 0.7))
    rows, columns = np.nonzero(drawn > 64)
    if not len(rows):
        return np.zeros((0, 0), np.uint8)
    return drawn[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]


def _drawn(rng: Rng, text: str, script: str, height: int, *, smooth: bool) -> Bytes:
    listed = fonts()
    paths = listed["wide" if script in WIDE else "many" if script else "narrow"]
    if not paths:
        return np.zeros((0, 0), np.uint8)
    font = _font(str(rng.choice(paths)), max(6, round(max(height, 10 if script in WIDE else 0) / 0.72)))
    left, top, right, bottom = font.getbbox(text)
    sheet = Image.new("L", (max(1, int(right - left) + 4), max(1, int(bottom - top) + 4)))
    pen = ImageDraw.Draw(sheet)
    pen.fontmode = "L" if smooth else "1"
    pen.text((2 - left, 2 - top), text, fill=255, font=font)
    return np.asarray(sheet)


def _stroked(rng: Rng, text: str, height: int) -> Bytes:
    text = text.encode("ascii", "replace").decode()
    face, thick = HERSHEY[int(rng.integers(len(HERSHEY)))], max(1, round(height / rng.uniform(7, 18)))
    (_, tall), _ = cv2.getTextSize(text, face, 1, 1)
    scale = height / tall
    (width, tall), below = cv2.getTextSize(text, face, scale, thick)
    sheet = np.zeros((tall + below + 2 * thick + 8, width + 2 * thick + 8), np.uint8)
    edge = cv2.LINE_AA if rng.random() < 0.5 else cv2.LINE_8
    cv2.putText(sheet, text, (4 + thick, tall + thick + 2), face, scale, 255, thick, edge)
    return sheet
