"""Who is labelling."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app import policy
from app.gui.session import Session
from app.gui.widgets.text import label
from labeller import Catalogue


class ReaderBox(QWidget):
    """The reader's name, chosen among those of the project or typed; labels are entered under it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.box = QComboBox()
        self._allowed = policy.current().readers
        self.box.setEditable(not self._allowed)
        if self._allowed:
            self.box.setToolTip(policy.SET_BY_IT)
        self.box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.box.setAccessibleName("Reader")
        self.box.activated.connect(lambda _index: self._take())
        field = self.box.lineEdit()
        if field is not None:
            field.editingFinished.connect(self._take)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label("Reader", "muted", wrap=False))
        layout.addWidget(self.box, 1)
        session.reader_changed.connect(self._show)

    def show_readers(self, catalogue: Catalogue) -> None:
        """List the readers of the project."""
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems(list(self._allowed) or [reader.name for reader in catalogue.readers()])
            self._show(self._session.reader)

    def fix(self, reader: str | None) -> None:
        """Show the reader that a task belongs to, unchangeable; None: whoever sits here, as ever."""
        self.box.setEnabled(reader is None)
        self._show(reader or self._session.reader)

    def _show(self, name: str) -> None:
        """Show a name; among those that IT has listed none is shown for somebody who is not listed."""
        if self._allowed:
            self.box.setCurrentIndex(self.box.findText(name))
        else:
            self.box.setEditText(name)

    def _take(self) -> None:
        name = self.box.currentText().strip()
        if name and name != self._session.reader:
            self._session.reader = name
