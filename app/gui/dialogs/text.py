"""A dialog with a text to read, and tables in it."""

from collections.abc import Iterable
from html import escape

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget


class TextDialog(QDialog):
    """Shows a page of HTML that the program made itself."""

    def __init__(self, title: str, html: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        layout = QVBoxLayout(self)
        self.text = QTextBrowser()
        self.text.setHtml(html)
        layout.addWidget(self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        letter = self.fontMetrics().averageCharWidth()
        self.resize(letter * 90, letter * 75)


def html_table(rows: Iterable[tuple[str, str]]) -> str:
    """Return rows of two plain texts, the left one bold; "" for none."""
    lines = [
        f"<tr><td><b>{escape(left)}</b>&nbsp;&nbsp;&nbsp;</td><td>{escape(right)}</td></tr>"
        for left, right in rows
    ]
    return f"<table cellpadding='3'>{''.join(lines)}</table>" if lines else ""
