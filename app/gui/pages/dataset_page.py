"""Data set: what has been labelled, how it will be divided by patient, and writing it."""

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from anonymizer import Vault
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.labelling.export_pane import ExportPane
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.split_preview import Preview, preview
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.figures import Figures
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import label, scrolled
from app.project import Project
from app.workflows.datasets import given_splits
from app.workflows.projects import unlocked_if_possible
from labeller import Choice, InstanceFilter, Selection, select

FIGURES = (
    ("images", "images to be written"),
    ("patients", "patients"),
    ("unlabelled", "left out: no label yet"),
    ("withheld", "left out: mask not approved"),
)


class DatasetPage(Page):
    """The left shows what there is and how it splits, the right how it will be written."""

    title = "Data set"
    purpose = "Write the labelled images as a data set. A patient is never in two parts of it."
    help_lines = (("Alt+E", "export"),)

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.pane = ExportPane(session, jobs)
        self.form = self.pane.form
        self.form.changed.connect(self._on_changed)
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.empty = EmptyState(
            "No image has a label yet",
            "Labels are what a data set is made of. Give each image its class first.",
            ("Go to &Label", lambda: session.navigate.emit("label")),
        )
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self._content())
        self._soon = QTimer(self, singleShot=True, interval=150)
        self._soon.timeout.connect(self._select)
        self._reading = Latest(self)
        self._reading.done.connect(self._show_preview)
        self._reading.failed.connect(self._on_refused)
        session.catalogue_changed.connect(self._on_catalogue_changed)

    def activate(self) -> None:
        """Count the labels as they are now."""
        catalogue = self.session.catalogue
        labelled = catalogue.count(InstanceFilter(labelled=True))
        self.stack.setCurrentIndex(1 if labelled else 0)
        self.form.show_classes(catalogue.counts_by_class())
        self.figures.show_figure("images", labelled)
        self.figures.show_figure("unlabelled", catalogue.count(InstanceFilter(labelled=False)))
        self.pane.activate()
        self._select()

    def _content(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(self._left(), 3)
        area = scrolled(self.pane)
        # As soon as what appeared has its place: on small screens it is below what is in sight.
        self.pane.told.connect(
            lambda widget: QTimer.singleShot(0, widget, lambda: area.ensureWidgetVisible(widget))
        )
        row.addWidget(area, 3)
        return content

    def _left(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        self.figures = Figures(FIGURES)
        self.table = SmallTable(
            "Classes and how they are divided",
            ("Class", "Images", "Patients", "Training", "Validation", "Test"),
        )
        self.warnings = label("", "caution")
        column.addWidget(self.figures)
        column.addWidget(self.table, 1)
        column.addWidget(self.warnings)
        return column

    def _on_changed(self) -> None:
        self._soon.start()

    def _select(self) -> None:
        """Choose beside the window's thread: 100,000 rows take seconds."""
        self.form.show_test_share()
        project, choice = self.session.project, self.form.choice()
        name, given = self.session.catalogue.label_set.name, self.form.given_file()
        opened = self.session.vault_opener() if self.session.vault is not None else None
        vault = opened or partial(unlocked_if_possible, project)
        self._reading.run(lambda: _selected(project, name, _given(project, choice, given, vault)))

    def _show_preview(self, selection: Selection) -> None:
        found = preview(selection, self.form.fractions())
        self.figures.show_figure("images", found.images)
        self.figures.show_figure("withheld", found.withheld)
        self.figures.show_figure("unlabelled", found.unlabelled)
        self.figures.show_figure("patients", found.patients)
        self.table.fill([(row.name, row.images, row.patients, *row.by_split) for row in found.classes])
        self.warnings.setText(_in_lines(found))
        self.warnings.setVisible(bool(found.warnings))
        self.pane.allow(found.images)

    def _on_refused(self, message: str, remedy: str) -> None:
        """Say beside the form what is wrong with it; a dialog for each letter typed would be in the way."""
        self.pane.allow(0)
        if self.form.given_file() is None:
            show_error(self, message, remedy)
        self.warnings.setText(f"⚠ {message} {remedy}".strip())
        self.warnings.show()

    def _on_catalogue_changed(self) -> None:
        if self.isVisible():
            self.activate()


def _given(project: Project, choice: Choice, file: Path | None, vault: Callable[[], Vault | None]) -> Choice:
    """Add the splits that a file gives."""
    if file is None:
        return choice
    opened = vault()
    with closing(opened) if opened is not None else nullcontext():
        return replace(choice, given=given_splits(project, opened, file))


def _selected(project: Project, label_set: str, choice: Choice) -> Selection:
    with project.catalogue() as catalogue:
        return select(catalogue.in_set(label_set), choice)


def _in_lines(found: Preview) -> str:
    return "\n".join(f"⚠ {text}" for text in found.warnings)
