"""Draws `leadglass.ico` beside the SVG anew, after the SVG was changed.

    python installer/icon/draw.py

Needs the development environment (Qt). The picture is kept in the repository, since the tools that build a release
cannot draw.
"""

import struct
import sys
from pathlib import Path

FOLDER = Path(__file__).parent
SIZES = (16, 24, 32, 48, 64, 256)


def picture(size: int) -> bytes:
    """The icon as PNG, `size` pixels wide and high."""
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    QSvgRenderer(str(FOLDER / "leadglass.svg")).render(painter)
    painter.end()
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload] # the stubs want bytes for the format
    return bytes(data.data())


def icon(pictures: dict[int, bytes]) -> bytes:
    """An .ico file with these PNG pictures (a directory of 16 bytes each, then the pictures)."""
    entries, start = [], 6 + 16 * len(pictures)
    for size, data in pictures.items():
        entries.append(struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(data), start))
        start += len(data)
    return struct.pack("<3H", 0, 1, len(pictures)) + b"".join(entries) + b"".join(pictures.values())


if __name__ == "__main__":
    (FOLDER / "leadglass.ico").write_bytes(icon({size: picture(size) for size in SIZES}))
    sys.exit(0)
