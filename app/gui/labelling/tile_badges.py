"""What stands on the corners of a small picture: how many images it stands for, and what is special about it."""

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from app.counted import counted
from app.gui import theme
from labeller import InstanceRow

MARGIN, PADDING = 4, 4
SMALLER = 0.85  # of the caption's letters


@dataclass(frozen=True, slots=True)
class Badge:
    """A word on a coloured ground."""

    text: str
    ground: str  # "#rrggbb"
    right: bool = False  # at the right corner, not below the others at the left


def badges(row: InstanceRow, number: int, *, mixed: bool = False) -> list[Badge]:
    """Say in badges what a tile of `number` images, of different labels if `mixed`, shows besides its label."""
    colours = theme.tokens()
    found = []
    if number > 1:
        found.append(Badge(counted(number), "#30363d", right=True))
    elif row.frames > 1:
        found.append(Badge(f"{row.frames:,} frames", "#30363d", right=True))
    if mixed:
        found.append(Badge("labels vary", colours.caution))
    if row.disputed:
        found.append(Badge("readers differ", colours.caution))
    if row.masked:
        found.append(Badge("pixels masked", "#30363d"))
    return found


def initials(reader: str | None) -> str:
    """Shorten a reader's name: "Dr. Ann Lee" becomes "DAL", a single word its first three letters."""
    words = "".join(sign if sign.isalnum() else " " for sign in reader or "").split()
    if len(words) == 1:
        return words[0][:3]
    return "".join(word[0].upper() for word in words[:3])


def paint(painter: QPainter, area: QRect, shown: list[Badge]) -> None:
    """Paint badges on a picture; those at the left stand below each other."""
    painter.save()
    font = QFont(painter.font())
    font.setPixelSize(max(9, round(QFontMetrics(font).ascent() * SMALLER)))
    painter.setFont(font)
    metrics, top = QFontMetrics(font), area.top() + MARGIN
    for badge in shown:
        text = metrics.elidedText(
            badge.text, Qt.TextElideMode.ElideRight, area.width() - 2 * (MARGIN + PADDING)
        )
        box = QRect(0, 0, metrics.horizontalAdvance(text) + 2 * PADDING, metrics.height())
        left = area.right() - MARGIN - box.width() if badge.right else area.left() + MARGIN
        box.moveTopLeft(QPoint(left, area.top() + MARGIN if badge.right else top))
        painter.fillRect(box, QColor(badge.ground))
        painter.setPen(theme.ink_on(QColor(badge.ground)))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        top = box.bottom() + 2 if not badge.right else top
    painter.restore()
