"""Colours: what is written on a coloured ground can be read."""

import colorsys

import pytest
from PySide6.QtGui import QColor

from app.gui.theme import ink_on


def luminance(colour: QColor) -> float:
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("hue", range(0, 360, 20))
def test_writing_on_any_colour_reaches_the_contrast_that_accessibility_asks_for(hue: int) -> None:
    for saturation in (0.0, 0.5, 1.0):
        for value in (0.0, 0.25, 0.5, 0.75, 1.0):
            ground = QColor.fromRgbF(*colorsys.hsv_to_rgb(hue / 360, saturation, value))
            light, dark = sorted((luminance(ground), luminance(ink_on(ground))), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_yellow_bears_black_and_blue_white() -> None:
    assert ink_on(QColor("#ffff00")) == QColor("#000000")
    assert ink_on(QColor("#0000ff")) == QColor("#ffffff")
