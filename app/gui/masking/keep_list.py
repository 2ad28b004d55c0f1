"""The keep-list, seen and edited: texts that may stay in images, of the project and of the whole site."""

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from anonymizer import load_profile
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.widgets.text import button, label
from app.project import Project
from app.workflows.pixel_policy import keep_no_longer, keep_texts, project_policy, site_keep_list

PURPOSE = (
    "A text of this list stays in an image where recognition is sure of every character, nothing of it is an identity "
    "of the patient and no other text stands beside it."
)
STARTER = {
    True: "Besides these: side markers, orientation, views, technique and measurements, as the program knows them.",
    False: "The program's own list of side markers, views and measurements is turned off by the profile.",
}
AGAIN = "What is masked already stays masked until it is shown again or masked again."
PROJECT, SITE = "In this project", "In all projects of this site"


class KeepListDialog(QDialog):
    """A list of texts, a field to add one, a button to take one out."""

    def __init__(self, folder: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._folder = folder
        self.setWindowTitle("Keep-list")
        self.resize(520, 480)
        self.where = QComboBox()
        self.where.setAccessibleName("Whose list")
        self.where.addItems([PROJECT, SITE])
        self.where.currentIndexChanged.connect(lambda _index: self.show_list())
        self.list = QListWidget()
        self.list.setAccessibleName("Kept texts")
        self.list.itemSelectionChanged.connect(self._enable)
        self.field = QLineEdit()
        self.field.setAccessibleName("Text to keep")
        self.field.setPlaceholderText("Text to keep, as it stands in the image")
        self.field.textChanged.connect(lambda _text: self._enable())
        self.field.returnPressed.connect(self.add)
        self.add_button = button("&Add", self.add, tip="Keep this text (Enter)")
        self.remove_button = button("&Take out", self.remove, tip="Keep the chosen text no longer (Del)")
        self.starter = label("", "muted")
        self._lay_out()
        key = QShortcut(QKeySequence(Qt.Key.Key_Delete), self.list, self.remove)
        key.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.show_list()
        self.field.setFocus()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.addWidget(label(PURPOSE))
        column.addWidget(self.where)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.field, 1)
        row.addWidget(self.add_button)
        row.addWidget(self.remove_button)
        column.addLayout(row)
        column.addWidget(self.starter)
        column.addWidget(label(AGAIN, "muted"))
        closing = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        closing.rejected.connect(self.reject)
        closing.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        for each in (self.add_button, self.remove_button):
            each.setAutoDefault(False)
        column.addWidget(closing)

    def show_list(self) -> None:
        """Read the list anew."""
        try:
            project = Project.open(self._folder)
            texts = tuple(project.pixels.get("keep", ())) if self._of_project else site_keep_list()
            policy = project_policy(project, load_profile(project.profile, project.options))
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self.list.clear()
        self.list.addItems(sorted(texts))
        self.starter.setText(STARTER[policy.keep_list])
        self._enable()

    def add(self) -> None:
        """Keep the text of the field."""
        text = self.field.text().strip()
        if text:
            self._change(text, keep=True)
            self.field.clear()

    def remove(self) -> None:
        """Keep the chosen text no longer."""
        for item in self.list.selectedItems():
            self._change(item.text(), keep=False)

    @property
    def _of_project(self) -> bool:
        return self.where.currentIndex() == 0

    def _change(self, text: str, *, keep: bool) -> None:
        try:
            project = Project.open(self._folder) if self._of_project else None
            (keep_texts if keep else keep_no_longer)([text], project)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
        self.show_list()

    def _enable(self) -> None:
        self.add_button.setEnabled(bool(self.field.text().strip()))
        self.remove_button.setEnabled(bool(self.list.selectedItems()))
