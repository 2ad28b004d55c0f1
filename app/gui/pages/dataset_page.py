"""Data set: what has been labelled, how it will be divided by patient, and writing it."""

import json
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import Job, JobRunner
from app.gui.labelling.dataset_form import DatasetForm
from app.gui.labelling.release_dialog import ReleaseDialog
from app.gui.pages.base import Page
from app.gui.runs import SPLIT_NAMES
from app.gui.session import Session
from app.gui.split_preview import Preview, preview
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.figures import Figures
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, card, label, scrolled
from app.project import Project
from app.workflows.datasets import given_splits
from app.workflows.projects import needs_passphrase, unlocked_if_possible
from labeller import Choice, InstanceFilter, Selection, select

FIGURES = (
    ("images", "images to be written"),
    ("patients", "patients"),
    ("unlabelled", "left out: no label yet"),
    ("withheld", "left out: mask not approved"),
)
LOCKED = "The vault is locked: what is written cannot be searched for the patients' names."
DUPLICATES = "Loo&k for near-duplicates"


class DatasetPage(Page):
    """The left shows what there is and how it splits, the right how it will be written."""

    title = "Data set"
    purpose = "Write the labelled images as a data set. A patient is never in two parts of it."
    help_lines = (("Alt+E", "export"),)

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._exportable = 0
        self._written = Path()
        self._found: list[str] = []
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
        session.vault_changed.connect(self._show_vault)

    def activate(self) -> None:
        """Count the labels as they are now."""
        catalogue = self.session.catalogue
        labelled = catalogue.count(InstanceFilter(labelled=True))
        self.stack.setCurrentIndex(1 if labelled else 0)
        self.form.show_classes(catalogue.counts_by_class())
        self.figures.show_figure("images", labelled)
        self.figures.show_figure("unlabelled", catalogue.count(InstanceFilter(labelled=False)))
        if not self.name.text() or self.panel.job is None or self.panel.job.over:
            self.name.setText(self._free_name())
        self._show_vault()
        self._select()

    def target(self) -> Path:
        """Return the folder that the data set is written to."""
        return self.session.project.exports / self.name.text().strip()

    def export(self) -> None:
        """Write the data set; what is found in it keeps it out."""
        self._export()

    def release(self, reader: str, reason: str) -> None:
        """Write it by a reader's decision, whatever is found in it."""
        self._export(f"--reader={reader}", f"--release-findings={reason}")

    def _export(self, *decision: str) -> None:
        arguments = [*self._arguments(), "--out", str(self.target()), *decision]
        if self.replace.isVisible() and self.replace.isChecked():
            arguments.append("--overwrite")
        job = self._start("Export", arguments)
        self._found = []
        job.item.connect(self._on_item)
        job.finished.connect(self._on_finished)
        self._written = self.target()
        for widget in (self.folder_button, self.train_button, self.release_button):
            widget.hide()

    def _start(self, title: str, arguments: list[str]) -> Job:
        job = self.jobs.start(title, arguments, environment=self.session.child_environment())
        self.panel.follow(job)
        job.ended.connect(self._on_ended)
        self._check()
        return job

    def look_for_duplicates(self) -> None:
        """Compare all images that would be written, and tell which look nearly the same; writes nothing."""
        job = self._start("Near-duplicates", [*self._arguments(), "--preview"])
        job.finished.connect(self._on_compared)

    def _arguments(self) -> list[str]:
        name = self.session.catalogue.label_set.name
        return ["export", str(self.session.project.folder), "--label-set", name, *self.form.arguments()]

    def _content(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(self._left(), 3)
        right = QWidget()
        right.setLayout(self._right())
        row.addWidget(scrolled(right), 3)
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

    def _right(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(10)
        frame, inside = card()
        inside.addWidget(label("How it is written", "heading"))
        inside.addLayout(self._naming())
        self.form = DatasetForm()
        self.form.changed.connect(self._on_changed)
        inside.addWidget(self.form)
        column.addWidget(frame)
        self.export_button = button("&Export", self.export, primary=True)
        self.message = label("", "bad")
        column.addWidget(self.message)
        self.duplicates_button = button(
            DUPLICATES, self.look_for_duplicates, tip="Compares all images; the first time takes a while"
        )
        row = QHBoxLayout()
        row.addWidget(self.export_button)
        row.addWidget(self.duplicates_button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self._locked())
        self.panel = JobPanel()
        column.addWidget(self.panel)
        self.folder_button = button("&Open folder", self._open_folder)
        self.train_button = button(
            "&Train with it →", lambda: self.session.navigate.emit("train"), primary=True
        )
        after = QHBoxLayout()
        self.release_button = button(
            "Release it &nevertheless…", self._ask_release, tip="A reader's decision, which is recorded"
        )
        after.addWidget(self.release_button)
        after.addWidget(self.train_button)
        after.addWidget(self.folder_button)
        after.addStretch(1)
        for widget in (self.folder_button, self.train_button, self.release_button):
            widget.hide()
        column.addLayout(after)
        column.addStretch(1)
        return column

    def _locked(self) -> QWidget:
        self.locked = QWidget()
        line = QHBoxLayout(self.locked)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(label(LOCKED, "caution"), 1)
        line.addWidget(button("Unloc&k…", self._unlock))
        return self.locked

    def _naming(self) -> QFormLayout:
        form = QFormLayout()
        self.name = QLineEdit()
        self.replace = QCheckBox("&Replace the data set of that name")
        form.addRow("Na&me", self.name)
        form.addRow(self.replace)
        self.name.textChanged.connect(lambda _text: self._check())
        self.replace.toggled.connect(lambda _on: self._check())
        return form

    def _on_changed(self) -> None:
        self._soon.start()

    def _select(self) -> None:
        """Choose beside the window's thread: 100,000 rows take seconds."""
        self.form.show_test_share()
        project, choice = self.session.project, self.form.choice()
        name, given = self.session.catalogue.label_set.name, self.form.given_file()
        self._reading.run(lambda: _selected(project, name, choice, given))

    def _show_preview(self, selection: Selection) -> None:
        found = preview(selection, self.form.fractions())
        self.figures.show_figure("images", found.images)
        self.figures.show_figure("withheld", found.withheld)
        self.figures.show_figure("unlabelled", found.unlabelled)
        self._exportable = found.images
        self.figures.show_figure("patients", found.patients)
        self.table.fill([(row.name, row.images, row.patients, *row.by_split) for row in found.classes])
        self.warnings.setText(_in_lines(found))
        self.warnings.setVisible(bool(found.warnings))
        self._check()

    def _on_refused(self, message: str, remedy: str) -> None:
        """Say beside the form what is wrong with it; a dialog for each letter typed would be in the way."""
        self._exportable = 0
        if self.form.given_file() is None:
            show_error(self, message, remedy)
        self.warnings.setText(f"⚠ {message} {remedy}".strip())
        self.warnings.show()
        self._check()

    def _check(self) -> None:
        name = self.name.text().strip()
        exists = bool(name) and (self.target() / "dataset.json").exists()
        self.replace.setVisible(exists)
        message = "" if name else "Give the data set a name."
        if any(sign in name for sign in '/\\:*?"<>|') or name.startswith("."):
            message = "The name becomes a folder's: no / \\ : * ? \" < > | and no dot at the beginning."
        self.message.setText(message)
        self.message.setVisible(bool(message))
        busy = self.panel.job is not None and not self.panel.job.over
        self.duplicates_button.setEnabled(bool(self._exportable) and not busy)
        allowed = bool(self._exportable) and not message and not busy
        self.export_button.setEnabled(allowed and (not exists or self.replace.isChecked()))

    def _free_name(self) -> str:
        exports = self.session.project.exports
        names = ("dataset", *(f"dataset-{number}" for number in range(2, 10_000)))
        return next(name for name in names if not (exports / name / "dataset.json").exists())

    def _on_catalogue_changed(self) -> None:
        if self.isVisible():
            self.activate()

    def _on_finished(self, result: dict[str, Any]) -> None:
        counts = _counts_written(self._written)
        failed = result.get("failed")
        left = len(failed) if isinstance(failed, list | tuple | dict) else int(failed or 0)
        text = f"{counts} written to exports/{self._written.name}. Not for diagnostic use."
        across = list(result.get("duplicates") or ())
        if across:
            text += f" {len(across):,} groups of near-duplicates stand in several parts; see DATACARD.md."
        if left:
            text += f" {left:,} images are left out: dataset.json says why."
        searched = bool(result.get("names_searched"))
        if not searched:
            text += " The vault was locked, so it was not searched for the patients' names."
        self.panel.say(text, "caution" if left or across or not searched else "good")
        self.folder_button.show()
        self.train_button.show()
        self.train_button.setFocus()

    def _on_compared(self, result: dict[str, Any]) -> None:
        groups, across = list(result.get("duplicates") or ()), list(result.get("across_splits") or ())
        if not groups:
            self.panel.say("No two images look nearly the same.", "good")
            return
        text = f"{sum(map(len, groups)):,} images in {len(groups):,} groups look nearly the same"
        if across:
            text += f"; {len(across):,} groups stand in several parts. Choose what is done about them above."
        else:
            text += ", each group in one part only."
        self.panel.say(text, "caution" if across else "good")

    def _on_item(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == "finding":
            self._found.append(str(facts["text"]))

    def _on_ended(self) -> None:
        self._check()
        job = self.panel.job
        refused = bool(self._found) and job is not None and job.error is not None
        self.release_button.setVisible(refused)

    def _ask_release(self) -> None:
        dialog = ReleaseDialog(self.session, self._found, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.released.connect(self.release)
        dialog.open()

    def _unlock(self) -> None:
        try:
            unlocked(self.session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _show_vault(self) -> None:
        open_now = not self.session.is_open or self.session.vault is not None
        self.locked.setVisible(not open_now and needs_passphrase(self.session.project))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


def _selected(project: Project, label_set: str, choice: Choice, given: Path | None) -> Selection:
    if given is not None:
        vault = unlocked_if_possible(project)
        with closing(vault) if vault is not None else nullcontext():
            choice = replace(choice, given=given_splits(project, vault, given))
    with project.catalogue() as catalogue:
        return select(catalogue.in_set(label_set), choice)


def _in_lines(found: Preview) -> str:
    return "\n".join(f"⚠ {text}" for text in found.warnings)


def _counts_written(folder: Path) -> str:
    described = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    by_split = {split: sum(by_class.values()) for split, by_class in described["counts"].items()}
    parts = ", ".join(f"{count:,} {SPLIT_NAMES[split].lower()}" for split, count in by_split.items())
    return f"{sum(by_split.values()):,} images ({parts})"
