"""How the window looks: two sets of colour tokens, from which a palette and one style sheet are made.

Image data is never themed: viewers paint on a neutral black of their own.
"""

from dataclasses import asdict, dataclass

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from app.gui.style_sheet import style_sheet


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of a theme, named by what they are for; text colours reach 4.5 : 1 on `window`."""

    window: str
    surface: str
    raised: str
    line: str
    text: str
    muted: str
    accent: str
    on_accent: str
    good: str
    caution: str
    bad: str
    violet: str
    teal: str


DARK = Tokens(
    window="#14171b",
    surface="#1b1f25",
    raised="#262c34",
    line="#3b444f",
    text="#e4e8ec",
    muted="#a0abb7",
    accent="#6fb3e8",
    on_accent="#0c1a26",
    good="#6cc798",
    caution="#e5b75a",
    bad="#f08a84",
    violet="#b9a3f0",
    teal="#62c8c8",
)
LIGHT = Tokens(
    window="#f2f4f6",
    surface="#ffffff",
    raised="#e6eaee",
    line="#b9c2cb",
    text="#1b2229",
    muted="#515c68",
    accent="#1663a3",
    on_accent="#ffffff",
    good="#1d6b42",
    caution="#7a5200",
    bad="#ad2a24",
    violet="#6440b8",
    teal="#0b6a70",
)
THEMES = {"dark": DARK, "light": LIGHT}
SMALLEST, LARGEST = 0.8, 2.0


@dataclass(slots=True)
class _Look:
    name: str = "dark"
    scale: float = 1.0
    base_points: float = 0.0


_look = _Look()


def tokens() -> Tokens:
    """Return the colours now in use, for what is painted by hand (bars, curves, confusion matrices)."""
    return THEMES[_look.name]


def current() -> tuple[str, float]:
    """Return the name of the theme and the scale of the text now in use."""
    return _look.name, _look.scale


def ink_on(ground: QColor) -> QColor:
    """Black or white, whichever stands out more; 4.5 : 1 at least on any colour (WCAG 2.2, relative luminance)."""
    red, green, blue = (
        ((part + 0.055) / 1.055) ** 2.4 for part in (ground.redF(), ground.greenF(), ground.blueF())
    )
    luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    return QColor("#000000" if (luminance + 0.05) ** 2 > 1.05 * 0.05 else "#ffffff")


def apply_theme(application: QApplication, name: str, scale: float = 1.0) -> None:
    """Give the whole application the theme `name` and text of `scale` times the system font's size."""
    if not _look.base_points:
        _look.base_points = max(application.font().pointSizeF(), 9.0)
    _look.name = name if name in THEMES else "dark"
    _look.scale = min(max(scale, SMALLEST), LARGEST)
    points = _look.base_points * _look.scale
    font = QFont(application.font())
    font.setPointSizeF(points)
    application.setFont(font)
    application.setStyle("Fusion")
    application.setPalette(_palette(tokens()))
    application.setStyleSheet(style_sheet(asdict(tokens()), points))


def _palette(colours: Tokens) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    pairs = {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.window,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.raised,
        role.ButtonText: colours.text,
        role.ToolTipBase: colours.raised,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.on_accent,
        role.Link: colours.accent,
        role.Mid: colours.line,
    }
    for which, colour in pairs.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(colours.muted))
    return palette
