"""Who is labelling."""

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.gui.session import Session
from app.gui.widgets.text import label
from labeller import Catalogue


class ReaderBox(QWidget):
    """The reader's name, chosen among those of the project or typed; labels are entered under it."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.box = QComboBox()
        self.box.setEditable(True)
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
        session.reader_changed.connect(self.box.setEditText)

    def show_readers(self, catalogue: Catalogue) -> None:
        """List the readers of the project."""
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems([reader.name for reader in catalogue.readers()])
            self.box.setEditText(self._session.reader)

    def fix(self, reader: str | None) -> None:
        """Show the reader that a task belongs to, unchangeable; None: whoever sits here, as ever."""
        self.box.setEnabled(reader is None)
        self.box.setEditText(reader or self._session.reader)

    def _take(self) -> None:
        name = self.box.currentText().strip()
        if name and name != self._session.reader:
            self._session.reader = name
