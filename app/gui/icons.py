"""Icons: the program's own SVG drawings, painted in a colour of the theme."""

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.gui import theme
from resources import find

_SIDE = 96  # drawn large; Qt scales it down for each screen


def icon(name: str, colour: str | None = None) -> QIcon:
    """Paint `resources/icons/<name>.svg` in `colour` (default: the text's), muted while disabled."""
    result = QIcon(_draw(name, colour or theme.tokens().text))
    result.addPixmap(_draw(name, theme.tokens().muted), QIcon.Mode.Disabled)
    return result


def _draw(name: str, colour: str) -> QPixmap:
    text = find("icons", f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(text.replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(_SIDE, _SIDE))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap
