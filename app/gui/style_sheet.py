"""The one style sheet, filled with a theme's colours; widgets choose a look by their `role` property."""

from collections.abc import Mapping
from string import Template

from resources import find

_SHEET = Template("""
QToolTip { color: $text; background: $raised; border: 1px solid $line; padding: 4px; }
QLabel[role="title"] { font-size: ${title_size}pt; font-weight: 600; }
QLabel[role="heading"] { font-size: ${heading_size}pt; font-weight: 600; }
QLabel[role="muted"] { color: $muted; }
QLabel[role="good"] { color: $good; }
QLabel[role="caution"] { color: $caution; }
QLabel[role="bad"] { color: $bad; }
QLabel[role="figure"] { font-size: ${title_size}pt; font-weight: 600; }
QFrame[role="rail"] { background: $surface; border: none; border-right: 1px solid $line; }
QFrame[role="card"] { background: $surface; border: 1px solid $line; border-radius: 8px; }
QFrame[role="card"] QLabel { background: transparent; }
QFrame[role="drop"] { background: $surface; border: 2px dashed $line; border-radius: 10px; }
QFrame[role="drop"][over="true"] { border-color: $accent; background: $raised; }
QFrame[role="drop"]:focus { border-color: $accent; }
QPushButton {
  background: $raised; border: 2px solid $raised; border-radius: 6px; padding: 5px 14px; color: $text;
}
QPushButton:hover { border-color: $line; }
QPushButton:focus { border-color: $accent; }
QPushButton:pressed { background: $line; }
QPushButton:disabled { color: $muted; background: $window; border-color: $raised; }
QPushButton[role="primary"] {
  background: $accent; border-color: $accent; color: $on_accent; font-weight: 600; padding: 7px 20px;
}
QPushButton[role="primary"]:focus, QPushButton[role="primary"]:hover { border-color: $text; }
QPushButton[role="primary"]:disabled { background: $raised; border-color: $raised; color: $muted; }
QToolButton { border: 2px solid transparent; border-radius: 6px; padding: 4px; color: $text; }
QToolButton:hover { background: $raised; }
QToolButton:focus { border-color: $accent; }
QToolButton:checked { background: $raised; }
QToolButton[role="step"] { padding: 9px 12px; font-size: ${heading_size}pt;
  border-left: 4px solid transparent; }
QToolButton[role="step"]:checked { border-left-color: $accent; font-weight: 600; }
QToolButton[role="step"]:focus { border: 2px solid $accent; border-left-width: 4px; }
QToolButton[role="step"]:disabled { color: $muted; }
QLineEdit, QPlainTextEdit, QTextEdit, QTextBrowser, QSpinBox, QDoubleSpinBox, QComboBox {
  background: $surface; border: 2px solid $line; border-radius: 6px; padding: 4px 6px; color: $text;
  selection-background-color: $accent; selection-color: $on_accent;
}
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QTextBrowser:focus, QSpinBox:focus,
QDoubleSpinBox:focus, QComboBox:focus { border-color: $accent; }
QComboBox::drop-down { border: none; width: 22px; }
QComboBox::down-arrow { image: url("$arrow"); width: 12px; height: 12px; }
QSpinBox, QDoubleSpinBox { padding: 4px 18px 4px 8px; }
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit { border: none; background: transparent; }
QSpinBox::up-button, QDoubleSpinBox::up-button { subcontrol-position: top right; border: none; width: 18px; }
QSpinBox::down-button, QDoubleSpinBox::down-button {
  subcontrol-position: bottom right; border: none; width: 18px;
}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow { image: url("$up"); width: 10px; height: 10px; }
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow { image: url("$arrow"); width: 10px; height: 10px; }
QCheckBox::indicator, QListWidget::indicator, QRadioButton::indicator {
  width: ${indicator}px; height: ${indicator}px; border: 2px solid $muted; background: $surface;
}
QCheckBox::indicator, QListWidget::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: ${indicator_round}px; }
QCheckBox::indicator:checked, QListWidget::indicator:checked {
  background: $accent; border-color: $accent; image: url("$check");
}
QRadioButton::indicator:checked { border-color: $accent; image: url("$dot"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $line; }
QCheckBox:disabled { color: $muted; }
QFrame[role="choice"] { background: $surface; border: 2px solid $line; border-radius: 8px; }
QFrame[role="choice"][chosen="true"] { border-color: $accent; }
QFrame[role="choice"] QLabel, QFrame[role="choice"] QRadioButton, QFrame[role="choice"] QCheckBox {
  background: transparent;
}
QFrame[role="choice"] QRadioButton, QFrame[role="choice"] QCheckBox { font-weight: 600; }
QFrame[role="choice"] QCheckBox:disabled { color: $text; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $line; }
QAbstractItemView { background: $surface; border: 1px solid $line; border-radius: 6px; gridline-color: $line;
  selection-background-color: $raised; selection-color: $text; alternate-background-color: $window;
  outline: none; }
QAbstractItemView:focus { border: 2px solid $accent; }
QHeaderView::section { background: $window; color: $muted; border: none; border-bottom: 1px solid $line;
  padding: 5px 8px; }
QTableView::item, QListView::item { padding: 4px 6px; }
QTableView::item:selected, QListView::item:selected { background: $raised; color: $text; }
QProgressBar { background: $raised; border: none; border-radius: 5px; min-height: 10px; max-height: 10px; }
QProgressBar::chunk { background: $accent; border-radius: 5px; }
QCheckBox, QRadioButton { spacing: 8px; padding: 2px; border: 1px solid transparent; border-radius: 4px; }
QCheckBox:focus, QRadioButton:focus { border-color: $accent; }
QTabBar::tab { background: transparent; padding: 7px 14px; border-bottom: 3px solid transparent;
  color: $muted; }
QTabBar::tab:selected { color: $text; border-bottom-color: $accent; }
QTabBar::tab:focus { color: $accent; }
QTabWidget::pane { border: none; border-top: 1px solid $line; }
QStatusBar { background: $surface; border-top: 1px solid $line; }
QStatusBar::item { border: none; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QMenuBar { background: $surface; } QMenuBar::item { padding: 5px 10px; }
QMenuBar::item:selected, QMenu::item:selected { background: $raised; color: $text; }
QMenu { background: $surface; border: 1px solid $line; } QMenu::item { padding: 5px 26px 5px 14px; }
QMenu::item:disabled { color: $muted; }
QMenu::separator { height: 1px; background: $line; margin: 4px 8px; }
QSplitter::handle { background: $line; } QSplitter::handle:horizontal { width: 3px; }
QSplitter::handle:vertical { height: 3px; }
QScrollArea { border: none; background: transparent; }
QScrollArea > QWidget > QWidget[role="scrolled"] { background: transparent; }
QGroupBox { border: 1px solid $line; border-radius: 8px; margin-top: 1.2em; padding: 8px; }
QGroupBox::title { subcontrol-origin: margin; left: 10px; padding: 0 4px; color: $muted; }
""")


def style_sheet(colours: Mapping[str, str], points: float) -> str:
    """Return the style sheet for text of `points` points; only headings differ from the font."""
    side = round(points * 1.15)
    sizes = {
        "title_size": f"{points * 1.6:.1f}",
        "heading_size": f"{points * 1.12:.1f}",
        "indicator": str(side),
        "indicator_round": str(side // 2 + 2),
    }
    pictures = {"arrow": "down", "up": "up", "check": "check", "dot": "dot"}
    paths = {name: find("icons", f"{file}.svg").as_posix() for name, file in pictures.items()}
    return _SHEET.substitute(colours, **sizes, **paths)
