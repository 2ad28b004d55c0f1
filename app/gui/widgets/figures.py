"""A row of figures, each with the word for what it counts."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.gui.widgets.text import label


class Figures(QWidget):
    """Large numbers with captions; set one with `show_figure`."""

    def __init__(self, captions: Sequence[tuple[str, str]], parent: QWidget | None = None) -> None:
        """Take the name of each figure and its caption."""
        super().__init__(parent)
        self._values: dict[str, QLabel] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(28)
        for name, caption in captions:
            column = QVBoxLayout()
            column.setSpacing(0)
            value = label("0", "figure", wrap=False)
            value.setAccessibleName(caption)
            column.addWidget(value)
            column.addWidget(label(caption, "muted", wrap=False))
            layout.addLayout(column)
            self._values[name] = value
        layout.addStretch(1)

    def show_figure(self, name: str, value: float | str) -> None:
        """Show a number (with separators of thousands) or a text."""
        self._values[name].setText(value if isinstance(value, str) else f"{value:,}")

    def text(self, name: str) -> str:
        """Return what a figure shows."""
        return self._values[name].text()
