"""Says in plain words how a project masks."""

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from anonymizer import OPTIONS, load_profile
from app.errors import USER_ERRORS
from app.gui.widgets.text import label
from app.project import Project


class ProfileCard(QFrame):
    """The profile's title and description, what it keeps on request, and how identities are locked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "card")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 14, 16, 14)
        layout.setSpacing(8)
        layout.addWidget(label("How this project masks", "muted"))
        self.title = label("", "heading")
        self.description = label()
        self.kept = label()
        self.lock = label("", "muted")
        for widget in (self.title, self.description, self.kept, self.lock):
            layout.addWidget(widget)
        layout.addStretch(1)

    def show_project(self, project: Project) -> None:
        """Show the profile of this project."""
        try:
            profile = load_profile(project.profile, project.options)
        except USER_ERRORS as error:
            self.title.setText("The profile cannot be read")
            self.description.setText(f"{error} {error.remedy}")
            return
        self.title.setText(profile.title)
        self.description.setText(profile.description)
        kept = [f"•  {option.keeps}" for option in OPTIONS if profile.has(option.name)]
        self.kept.setText("Kept on request:\n" + "\n".join(kept) if kept else "Nothing is kept on request.")
        self.lock.setText(f"Original identities are encrypted, locked by a {project.protection}.")
