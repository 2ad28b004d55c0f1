"""The first page: make a project, open one, or try the sample."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app import NAME, NOTICE
from app.gui.icons import icon
from app.gui.session import Session
from app.gui.widgets.text import button, label


class StartPage(QWidget):
    """Shown while no project is open."""

    new_wanted = Signal()
    open_wanted = Signal()
    sample_wanted = Signal()
    project_chosen = Signal(object)  # Path

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        inner = QWidget()
        inner.setMaximumWidth(self.fontMetrics().averageCharWidth() * 100)
        layout = QVBoxLayout(inner)
        layout.setSpacing(14)
        layout.addStretch(1)
        layout.addWidget(label(NAME, "title"))
        layout.addWidget(
            label(
                "Take patients' names out of radiological images, label the images, and train a model with "
                "them: on this computer, without a network.",
            )
        )
        layout.addLayout(self._buttons())
        self.recent_heading = label("Recent projects", "heading")
        self.recent = QListWidget()
        self.recent.setAccessibleName("Recent projects")
        self.recent.itemActivated.connect(self._choose)
        self.recent.itemClicked.connect(self._choose)
        layout.addSpacing(10)
        layout.addWidget(self.recent_heading)
        layout.addWidget(self.recent)
        layout.addWidget(label(f"{NOTICE}. Nothing leaves this computer.", "muted"))
        layout.addStretch(2)
        outer = QHBoxLayout(self)
        outer.addStretch(1)
        outer.addWidget(inner, 6)
        outer.addStretch(1)

    def activate(self) -> None:
        """Show the projects opened lately."""
        self.recent.clear()
        for path in self._session.preferences.recent:
            entry = QListWidgetItem(icon("folder"), f"{path.name.removesuffix('.leadglass')}\n{path.parent}")
            entry.setData(Qt.ItemDataRole.UserRole, str(path))
            self.recent.addItem(entry)
        side = self.fontMetrics().height() + 6
        self.recent.setIconSize(QSize(side, side))
        for widget in (self.recent, self.recent_heading):
            widget.setVisible(self.recent.count() > 0)
        self.new_button.setFocus()

    def _buttons(self) -> QHBoxLayout:
        self.new_button = button("&New project…", self.new_wanted.emit, primary=True)
        self.open_button = button("&Open project…", self.open_wanted.emit)
        self.sample_button = button("Open the &sample project", self.sample_wanted.emit)
        self.sample_button.setToolTip("A dozen images with invented identities, to try every step")
        row = QHBoxLayout()
        row.setSpacing(10)
        for widget in (self.new_button, self.open_button, self.sample_button):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _choose(self, entry: QListWidgetItem) -> None:
        self.project_chosen.emit(Path(str(entry.data(Qt.ItemDataRole.UserRole))))
