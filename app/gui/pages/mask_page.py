"""Mask: see what was masked and why, answer for words and texts, read by which rules the project masks."""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QStackedWidget, QTabWidget, QWidget

from anonymizer import Region
from app.gui.contact_sheet import ContactSheet, Group
from app.gui.image.image_keys import MOUSE
from app.gui.jobs import JobRunner
from app.gui.masking.rules_view import RulesView
from app.gui.pages.base import Page
from app.gui.pages.mask_images import MaskImages
from app.gui.region_edits import Draft
from app.gui.session import Session
from app.gui.widgets.empty_state import EmptyState
from app.gui.word_review import WordReviewPane


class MaskPage(Page):
    """One tab for the instances, one for free text, one for the rules."""

    title = "Mask"
    purpose = "See what was masked and why. Say that it is right, mask more, or hold it back."
    key_places = ("mask", "image")
    help_lines = (
        ("Up, Down", "previous, next instance (in the list)"),
        ("Enter, Backspace, Esc", "close the polygon, take its last corner back, drop it"),
        ("Alt+arrows", "turn the chosen fan, open its top; Shift+arrows widen and deepen it"),
        ("arrows, Shift+arrows", "move, resize the chosen box by a pixel (Ctrl: ten)"),
        ("Enter", "apply to this image (Shift: the series, Ctrl: all of this device, Ctrl+Shift: always)"),
        ("Ctrl+C", "copy the chosen rows of the header, or the chosen texts"),
        ("W", "words and texts, and back to the instances"),
        ("Shift+C", "contact sheet, and back; Enter shows a picture in its image"),
        ("U", "contact sheet: what is masked, or what was left and looks most like text"),
        (
            "F, S, M",
            "contact sheet: fine; show all of these again; mask all of these (Shift+arrows, Ctrl+A choose several)",
        ),
        ("Shift+R", "the rules: profile, options, own words"),
        ("K, M", "keep, mask the chosen words (with Shift: in all projects of the site)"),
        ("Del, Enter", "take the answer away, show an example"),
        ("Ctrl+Enter", "mask again what the answers change"),
        *MOUSE,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.images = MaskImages(session, jobs)
        self.words = WordReviewPane(session, jobs)
        self.rules = RulesView(session, jobs)
        self.sheet = ContactSheet(session)
        self.tabs = QTabWidget()
        self.tabs.addTab(self.images, "Instances")
        self.tabs.addTab(self.words, "Words and texts")
        self.tabs.addTab(self.rules, "Rules")
        self.tabs.addTab(self.sheet, "Contact sheet")
        tips = (
            "Images and headers, one by one (W)",
            "Distinct free text (W)",
            "How the project masks (Shift+R)",
            "All that is masked, and what was left and may be text, each picture once (Shift+C)",
        )
        for place, tip in enumerate(tips):
            self.tabs.setTabToolTip(place, tip)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "There is nothing to look at yet",
                "Import images first; they are masked on the way in.",
                ("Go to &Import", lambda: session.navigate.emit("import")),
            )
        )
        self.stack.addWidget(self.tabs)
        self.body.addWidget(self.stack, 1)
        QShortcut(QKeySequence("W"), self.tabs, self.switch)
        QShortcut(QKeySequence("Shift+R"), self.tabs, self.show_rules)
        QShortcut(QKeySequence("Shift+C"), self.tabs, self.show_sheet)
        self.sheet.opened.connect(self._show_box)
        self.sheet.mask_wanted.connect(self._mask_groups)
        self.sheet.show_wanted.connect(self._show_groups)
        self._take_back = QShortcut(QKeySequence("Ctrl+Z"), self.sheet, self.images.approving.take_back)
        self.tabs.currentChanged.connect(lambda _place: self._show_tab())
        self.words.example_wanted.connect(self._show_example)
        self.words.counted.connect(self._show_open)
        session.catalogue_changed.connect(self._on_catalogue_changed)

    def activate(self) -> None:
        """Bring the tab in sight up to date."""
        self.stack.setCurrentIndex(1 if self.session.catalogue.count() else 0)
        self._show_tab()

    def switch(self) -> None:
        """From the instances to words and texts, and back."""
        other = self.words if self.tabs.currentWidget() is self.images else self.images
        self.tabs.setCurrentWidget(other)

    def show_words(self) -> None:
        """Show the distinct words and texts."""
        self.tabs.setCurrentWidget(self.words)

    def _show_open(self, number: int) -> None:
        count = f" ({number:,} to answer)" if number else ""
        self.tabs.setTabText(self.tabs.indexOf(self.words), f"Words and texts{count}")

    def show_rules(self) -> None:
        """Show by which rules the project masks."""
        self.tabs.setCurrentWidget(self.rules)

    def show_sheet(self) -> None:
        """Show all that is masked, and back."""
        shown = self.tabs.currentWidget() is self.sheet
        self.tabs.setCurrentWidget(self.images if shown else self.sheet)

    def _show_box(self, sop: str, number: int) -> None:
        self.tabs.setCurrentWidget(self.images)
        self.images.show_box(sop, number)

    def _mask_groups(self, groups: list[Group]) -> None:
        for sops, regions in groups:
            boxes = (Region(r.x, r.y, r.width, r.height, r.frame, kind="waiting") for r in regions)
            self.images.by_hand.apply_to(sops, Draft(drawn=tuple(boxes)))

    def _show_groups(self, groups: list[Group]) -> None:
        for sops, regions in groups:
            self.images.by_hand.apply_to(sops, Draft(shown=tuple(regions)))

    def _show_tab(self) -> None:
        shown = self.tabs.currentWidget()
        if shown is not self.sheet:
            self.sheet.stop()
        if isinstance(shown, (MaskImages, WordReviewPane, RulesView, ContactSheet)):
            shown.activate()

    def _show_example(self, sop: str, path: str) -> None:
        self.tabs.setCurrentWidget(self.images)
        self.images.show_attribute(sop, path)

    def _on_catalogue_changed(self) -> None:
        self.images.mark_stale()
        self.sheet.mark_stale()
        if self.isVisible():
            self.activate()
