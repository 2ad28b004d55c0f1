"""By which rules the open project masks, to be read at any time: profile, options, own words, how it is locked."""

from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from anonymizer import conflicts, load_profile
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.masking.option_cards import OptionCards
from app.gui.masking.pixel_rules import PixelRules
from app.gui.masking.profile_card import ProfileCard
from app.gui.masking.warnings import Warnings
from app.gui.session import Session
from app.gui.widgets.text import label, scrolled
from app.project import Project
from app.workflows.pixel_policy import required_policy, wants_every_series
from app.workflows.site_words import site_words, vocabulary_file

EVERY_SERIES = "A reader &approves every series before it is exported"
EVERY_SERIES_TIP = (
    "On: nothing is decided by the program alone; each image waits on the Instances tab until somebody approved its "
    "series. Off: only what the program is not sure of waits. What was approved stays approved."
)
BY_SITE = "The site or the profile says so (review_all); no project takes it back."
FIXED = "A project keeps its profile and options from its first import on. For others, make another project."


class RulesView(QWidget):
    """The profile at the left, the ten options with what each keeps and costs at the right."""

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session, self._jobs = session, jobs
        self.pixels = PixelRules(session)
        self.every_series = QCheckBox(EVERY_SERIES)
        self.every_series.setToolTip(EVERY_SERIES_TIP)
        self.every_series.clicked.connect(self._ask_for_every_series)
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
        left.addWidget(label("Text in pixels", "heading"))
        left.addWidget(self.pixels)
        left.addWidget(label("Approval", "heading"))
        left.addWidget(self.every_series)
        left.addWidget(label("Own words", "heading"))
        left.addWidget(self.words)
        left.addWidget(label(FIXED, "muted"))
        left.addStretch(1)
        row.addLayout(left, 5)
        row.addWidget(self.area, 8)

    def activate(self) -> None:
        """Show the open project's rules."""
        project = self.session.project
        self._show_rule()
        self.pixels.activate()
        self.card.show_project(project)
        try:
            profile = load_profile(project.profile, project.options)
            self.options.choose(profile.options)
            self.warnings.show_conflicts(conflicts(profile))
            self.words.setText(self._own_words())
        except USER_ERRORS as error:
            self.words.setText(f"{error} {error.remedy}".strip())
        self.area.setFocus()

    def _show_rule(self) -> None:
        """Show the rule as the project's file has it: a command may have changed it."""
        try:
            project = Project.open(self.session.project.folder)
            by_site = required_policy(project).review_all
            self.every_series.setChecked(wants_every_series(project))
            self.every_series.setEnabled(self.session.writer is None and not by_site)
            self.every_series.setToolTip(BY_SITE if by_site else EVERY_SERIES_TIP)
        except USER_ERRORS as error:
            self.session.status.emit(str(error))

    def _ask_for_every_series(self, on: bool) -> None:  # noqa: FBT001 - a check box sends it
        self.every_series.setEnabled(False)
        folder = str(self.session.project.folder)
        job = self._jobs.start(
            "Changing what is to be approved",
            ["review", folder, "--every-series", "on" if on else "off"],
            environment=self.session.catalogue_environment(),
        )
        job.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        job.ended.connect(self._on_rule_changed)

    def _on_rule_changed(self) -> None:
        self._show_rule()
        self.session.catalogue_changed.emit()

    def _own_words(self) -> str:
        site = site_words()
        lines = [f"Site: {len(site.keep):,} kept, {len(site.mask):,} masked ({vocabulary_file()})"]
        if self.session.vault is None:
            lines.append("Project: to be seen once the vault is unlocked")
        else:
            own = self.session.vault.words.own_words()
            lines.append(f"Project: {len(own.keep):,} kept, {len(own.mask):,} masked (in the vault)")
        return "\n".join(lines)
