"""Help (F1) and About: made from the same tables as the menus and the steps."""

from html import escape
from typing import TYPE_CHECKING

from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QWidget

import resources
from app import NAME, NOTICE, VERSION, policy
from app.gui.dialogs.text import TextDialog, html_table
from app.gui.shortcuts import key_rows

if TYPE_CHECKING:
    from app.gui.pages.base import Page

PICTURE = 560
"""Width of a picture of the user guide in pixels: all of it is seen, and the text is near."""

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


class HelpDialog(TextDialog):
    """The user guide's chapter on the present page, and every key."""

    def __init__(self, page: "Page | None", parent: QWidget | None = None) -> None:
        keys = ""
        if page is not None:
            rows = [*key_rows(*page.key_places), *page.help_lines]
            keys = f"<p>{escape(page.purpose)}</p><h2>Keys of this page</h2>{html_table(rows)}"
        keys += f"<h2>Keys everywhere</h2>{html_table(key_rows('window'))}"
        super().__init__("Help", "", parent)
        self.resize(
            self.width() * 4 // 3, self.height() * 4 // 3
        )  # room for a picture and what is said of it
        self.text.setSearchPaths([str(resources.find("help"))])
        self.text.setHtml(chapter(page.title if page is not None else "") + keys)


def chapter(title: str) -> str:
    """Return the user guide's chapter on a page as HTML, the first chapter where it has none."""
    name = title.casefold().replace(" ", "")
    file = resources.ROOT / "help" / f"{name}.md"
    text = (file if file.is_file() else resources.find("help", "start.md")).read_text("utf-8")
    document = QTextDocument()
    document.setMarkdown(text)
    return document.toHtml().replace("<img ", f'<img width="{PICTURE}" ')


def _laid_down() -> str:
    """What the site's IT has laid down, where it has."""
    said = policy.current().sentences()
    lines = "".join(f"<li>{escape(each)}</li>" for each in said)
    return f"<p><b>{escape(policy.SET_BY_IT)}</b></p><ul>{lines}</ul>" if said else ""


class AboutDialog(TextDialog):
    """Version, notice, and what the program is built on."""

    def __init__(self, parent: QWidget | None = None) -> None:
        html = (
            f"<h2>{NAME} {escape(VERSION)}</h2><p><b>{NOTICE}.</b> A tool for research: no output of it may "
            "be used to decide on a patient's care.</p>"
            "<p>Works without a network; nothing leaves this computer.</p>"
            f"{_laid_down()}"
            f"<p>Apache License 2.0. It stands on:</p>{html_table(LICENCES)}"
        )
        super().__init__(f"About {NAME}", html, parent)
