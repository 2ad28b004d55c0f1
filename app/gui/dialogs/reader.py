"""Who labels: a name and a role, chosen among the project's readers or typed; no password, as it proves nothing."""

from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QVBoxLayout, QWidget

from app import policy
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.session import Session
from app.gui.widgets.text import label

ROLES = ("", "radiologist", "resident", "radiographer", "student")


class ReaderDialog(QDialog):
    """Asks under which name labels are entered, and in which role that reader reads."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Reader")
        self._session = session
        self._roles = {reader.name: reader.role for reader in session.catalogue.readers()}
        allowed = policy.current().readers
        self.name, self.role = QComboBox(), QComboBox()
        self.name.setAccessibleName("Name")
        self.role.setAccessibleName("Role")
        self.name.setEditable(not allowed)
        self.role.setEditable(True)
        self.name.addItems(list(allowed) or sorted({*self._roles, session.reader}))
        self.role.addItems(list(dict.fromkeys((*ROLES, *self._roles.values()))))
        field = self.role.lineEdit()
        if field is not None:
            field.setPlaceholderText("such as resident")
        self.name.currentTextChanged.connect(self._show_role)
        form = QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("&Role", self.role)
        kinds = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel)
        self.buttons.button(kinds.Ok).setText("&Read as this reader")
        self.buttons.accepted.connect(self._take)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addWidget(label("Who is reading? The name stands beside every label.", "heading"))
        layout.addLayout(form)
        if allowed:
            layout.addWidget(label(f"{policy.SET_BY_IT}: these names.", "muted"))
        layout.addWidget(self.buttons)
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * 60)
        self.name.setCurrentText(session.reader)
        typed = self.name.lineEdit()
        if typed is not None:
            self.name.setCompleter(None)  # type: ignore[arg-type] # Enter would take another reader's name
            typed.selectAll()  # another name is typed over the one that is offered
        self._show_role(self.name.currentText())

    def _show_role(self, name: str) -> None:
        self.role.setCurrentText(self._roles.get(name.strip(), ""))
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(bool(name.strip()))

    def _take(self) -> None:
        name, role = self.name.currentText().strip(), self.role.currentText().strip()
        try:
            self._session.reader = name
            if self._session.writer is None and role != self._roles.get(name, ""):
                self._session.catalogue.add_reader(name, role)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self.accept()
