"""How a project treats text that is burned into pixels: which of it is masked, and the keep-list."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from anonymizer import MEANINGS, MaskText, load_profile
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.masking.keep_list import KeepListDialog
from app.gui.session import Session
from app.gui.widgets.text import button, label
from app.project import Project
from app.workflows.pixel_policy import change_project, project_policy

TITLES = {
    MaskText.ALL: "Mask all text",
    MaskText.IDENTITIES: "Mask identities only",
    MaskText.REGIONS: "Mask declared regions only",
    MaskText.FLAG: "Mask nothing, only point it out",
}
LATER = "It holds for what is imported or masked again from now on."


class PixelRules(QWidget):
    """A choice of four with what it means, and a button for the keep-list."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.choice = QComboBox()
        self.choice.setAccessibleName("Text in pixels")
        self.choice.addItems([TITLES[mask] for mask in MaskText])
        self.choice.activated.connect(self._change)
        self.list_button = button("Keep-list …", self._open_list, tip="The texts that may stay in images")
        self.meaning = label("", "muted")
        row = QHBoxLayout()
        row.addWidget(self.choice)
        row.addWidget(self.list_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.meaning)

    def activate(self) -> None:
        """Show what the open project's file says now."""
        try:
            project = Project.open(self._session.project.folder)
            policy = project_policy(project, load_profile(project.profile, project.options))
        except USER_ERRORS as error:
            self.meaning.setText(f"{error} {error.remedy}".strip())
            return
        self.choice.setEnabled(self._session.writer is None)
        self.list_button.setEnabled(self._session.writer is None)
        self.choice.setCurrentIndex(list(MaskText).index(policy.mask))
        meaning = MEANINGS[policy.mask].removesuffix(" (default)")
        self.meaning.setText(f"{meaning[0].upper()}{meaning[1:]}. {LATER}")

    def _change(self, index: int) -> None:
        try:
            change_project(Project.open(self._session.project.folder), mask=str(list(MaskText)[index]))
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
        self.activate()

    def _open_list(self) -> None:
        dialog = KeepListDialog(self._session.project.folder, self)
        dialog.exec()
        dialog.deleteLater()
