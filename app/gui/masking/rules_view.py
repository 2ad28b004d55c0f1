"""By which rules the open project masks, to be read at any time: profile, options, own words, how it is locked."""

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from anonymizer import conflicts, load_profile
from app.errors import USER_ERRORS
from app.gui.masking.option_cards import OptionCards
from app.gui.masking.profile_card import ProfileCard
from app.gui.masking.warnings import Warnings
from app.gui.session import Session
from app.gui.widgets.text import label, scrolled
from app.workflows.site_words import site_words, vocabulary_file

FIXED = "A project keeps its rules from its first import on. For other rules, make another project."


class RulesView(QWidget):
    """The profile at the left, the ten options with what each keeps and costs at the right."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.card = ProfileCard()
        self.card.kept.hide()  # the options beside it say more
        self.words = label("")
        self.warnings = Warnings()
        self.options = OptionCards(editable=False)
        self.area = scrolled(self.options)
        left, row = QVBoxLayout(), QHBoxLayout(self)
        row.setContentsMargins(0, 10, 0, 0)
        row.setSpacing(16)
        left.addWidget(self.card)
        left.addWidget(self.warnings, 1)
        left.addWidget(label("Own words", "heading"))
        left.addWidget(self.words)
        left.addWidget(label(FIXED, "muted"))
        left.addStretch(1)
        row.addLayout(left, 5)
        row.addWidget(self.area, 8)

    def activate(self) -> None:
        """Show the open project's rules."""
        project = self.session.project
        self.card.show_project(project)
        try:
            profile = load_profile(project.profile, project.options)
            self.options.choose(profile.options)
            self.warnings.show_conflicts(conflicts(profile))
            self.words.setText(self._own_words())
        except USER_ERRORS as error:
            self.words.setText(f"{error} {error.remedy}".strip())
        self.area.setFocus()

    def _own_words(self) -> str:
        site = site_words()
        lines = [f"Site: {len(site.keep):,} kept, {len(site.mask):,} masked ({vocabulary_file()})"]
        if self.session.vault is None:
            lines.append("Project: to be seen once the vault is unlocked")
        else:
            own = self.session.vault.words.own_words()
            lines.append(f"Project: {len(own.keep):,} kept, {len(own.mask):,} masked (in the vault)")
        return "\n".join(lines)
