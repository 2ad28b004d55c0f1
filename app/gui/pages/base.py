"""What all pages have in common: a title, a line that says what the page is for, and the session."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.gui.jobs import JobRunner
from app.gui.session import Session
from app.gui.widgets.text import label


class Page(QWidget):
    """A step of the work. Subclasses name `title`, `purpose` and `help_lines` and fill `self.body`."""

    title = ""
    purpose = ""
    key_places: tuple[str, ...] = ()  # whose keys work on the page; see `key_table`
    help_lines: tuple[tuple[str, str], ...] = ()  # other keys and what the mouse does, for the help page

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.jobs = jobs
        self.setAccessibleName(self.title)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(22, 16, 22, 16)
        outer.setSpacing(4)
        self.title_label = label(self.title, "title")
        self.purpose_label = label(self.purpose, "muted")
        outer.addWidget(self.title_label)
        outer.addWidget(self.purpose_label)
        outer.addSpacing(8)
        self.body = QVBoxLayout()
        self.body.setSpacing(10)
        outer.addLayout(self.body, 1)

    def activate(self) -> None:
        """Bring the page up to date; called each time it is shown and when its project changes."""
