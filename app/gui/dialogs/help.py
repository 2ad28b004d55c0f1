"""Help (F1) and About: made from the same tables as the menus and the steps."""

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app import NAME, NOTICE, VERSION
from app.gui.actions import COMMANDS, step_keys
from app.gui.steps import STEPS

if TYPE_CHECKING:
    from app.gui.pages.base import Page

LICENCES = (
    ("PySide6 (Qt)", "LGPL-3.0"),
    ("pydicom, pylibjpeg-openjpeg, pyjpegls", "MIT"),
    ("python-gdcm", "BSD-3-Clause"),
    ("Keras, TensorFlow, RapidOCR", "Apache-2.0"),
    ("ONNX Runtime, SQLAlchemy, Alembic, pyqtgraph", "MIT"),
    ("NumPy, scikit-learn", "BSD-3-Clause"),
    ("cryptography", "Apache-2.0 or BSD-3-Clause"),
    ("Pillow", "MIT-CMU"),
)


class _TextDialog(QDialog):
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


class HelpDialog(_TextDialog):
    """What the present page is for, and every key."""

    def __init__(self, page: "Page | None", parent: QWidget | None = None) -> None:
        html = ""
        if page is not None:
            html = f"<h2>{escape(page.title)}</h2><p>{escape(page.purpose)}</p>{_table(page.help_lines)}"
        steps = [(", ".join(step_keys(number)), step.title) for number, step in enumerate(STEPS, start=1)]
        keys = [(", ".join(command.keys), command.help) for command in COMMANDS if command.keys]
        html += f"<h2>Steps of the work</h2>{_table(steps)}<h2>Everywhere</h2>{_table(keys)}"
        super().__init__("Help", html, parent)


class AboutDialog(_TextDialog):
    """Version, notice, and what the program is built on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        html = (
            f"<h2>{NAME} {escape(VERSION)}</h2><p><b>{NOTICE}.</b> A tool for research: no output of it may "
            "be used to decide on a patient's care.</p>"
            "<p>Works without a network; nothing leaves this computer.</p>"
            f"<p>Apache License 2.0. It stands on:</p>{_table(LICENCES)}"
        )
        super().__init__(f"About {NAME}", html, parent)


def _table(rows: Iterable[tuple[str, str]]) -> str:
    lines = [
        f"<tr><td><b>{escape(left)}</b>&nbsp;&nbsp;&nbsp;</td><td>{escape(right)}</td></tr>"
        for left, right in rows
    ]
    return f"<table cellpadding='3'>{''.join(lines)}</table>" if lines else ""
