"""Data set: what has been labelled, how it will be divided by patient, and writing it."""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.pages.base import Page
from app.gui.runs import SPLIT_NAMES
from app.gui.session import Session
from app.gui.split_preview import Preview, preview
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.figures import Figures
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, card, label
from app.project import Project
from labeller import InstanceFilter, InstanceRow

FORMATS = (
    ("png", "&PNG, 8 bit, as a viewer shows it: for most training programs"),
    ("dicom", "D&ICOM, masked, all grey levels: for programs that read DICOM"),
)
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
        self._rows: list[InstanceRow] = []
        self._exportable = 0
        self._names: list[str] = []
        self._written = Path()
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
        self._soon.timeout.connect(self._show_preview)
        self._reading = Latest(self)
        self._reading.done.connect(self._take)
        self._reading.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        session.catalogue_changed.connect(self._on_catalogue_changed)

    def activate(self) -> None:
        """Count the labels as they are now."""
        catalogue = self.session.catalogue
        labelled = catalogue.count(InstanceFilter(labelled=True))
        self.stack.setCurrentIndex(1 if labelled else 0)
        self._names = [row.name for row in catalogue.classes()]
        self.figures.show_figure("images", labelled)
        self.figures.show_figure("unlabelled", catalogue.count(InstanceFilter(labelled=False)))
        if not self.name.text() or self.panel.job is None or self.panel.job.over:
            self.name.setText(self._free_name())
        project = self.session.project
        self._reading.run(lambda: _labelled(project))  # 100,000 rows take seconds

    def fractions(self) -> tuple[float, float, float]:
        """Return the shares of patients for training, validation and test; they add up to 1."""
        train, validation = self.train.value(), self.validation.value()
        return train / 100, validation / 100, (100 - train - validation) / 100

    def target(self) -> Path:
        """Return the folder that the data set is written to."""
        return self.session.project.exports / self.name.text().strip()

    def export(self) -> None:
        """Write the data set."""
        split = ",".join(f"{share:.4f}" for share in self.fractions())
        arguments = ["export", str(self.session.project.folder), "--out", str(self.target())]
        arguments += ["--format", self.format(), "--seed", str(self.seed.value()), "--split", split]
        if self.replace.isVisible() and self.replace.isChecked():
            arguments.append("--overwrite")
        job = self.jobs.start("Export", arguments)
        self.panel.follow(job)
        job.finished.connect(self._on_finished)
        job.ended.connect(self._check)
        self._written = self.target()
        self.folder_button.hide()
        self.train_button.hide()
        self._check()

    def format(self) -> str:
        """Return the chosen format, "png" or "dicom"."""
        return FORMATS[max(0, self.formats.checkedId())][0]

    def _content(self) -> QWidget:
        content = QWidget()
        row = QHBoxLayout(content)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        row.addLayout(self._left(), 3)
        row.addLayout(self._right(), 2)
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
        inside.addLayout(self._form())
        column.addWidget(frame)
        self.export_button = button("&Export", self.export, primary=True)
        self.message = label("", "bad")
        column.addWidget(self.message)
        column.addWidget(self.export_button)
        self.panel = JobPanel()
        column.addWidget(self.panel)
        self.folder_button = button("&Open folder", self._open_folder)
        self.train_button = button(
            "&Train with it →", lambda: self.session.navigate.emit("train"), primary=True
        )
        after = QHBoxLayout()
        after.addWidget(self.train_button)
        after.addWidget(self.folder_button)
        after.addStretch(1)
        for widget in (self.folder_button, self.train_button):
            widget.hide()
        column.addLayout(after)
        column.addStretch(1)
        return column

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapAllRows)
        self.name = QLineEdit()
        self.replace = QCheckBox("&Replace the data set of that name")
        self.formats = QButtonGroup(self)
        choices = QVBoxLayout()
        for number, (_, text) in enumerate(FORMATS):
            choice = QRadioButton(text)
            choice.setChecked(number == 0)
            self.formats.addButton(choice, number)
            choices.addWidget(choice)
        self.train, self.validation, self.seed = _percent(70), _percent(15), QSpinBox()
        self.seed.setRange(0, 999_999)
        self.seed.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.test = label(wrap=False)
        form.addRow("&Name", self.name)
        form.addRow(self.replace)
        form.addRow("Format", choices)
        shares = QHBoxLayout()
        for text, widget in (("Tra&ining", self.train), ("&Validation", self.validation)):
            caption = label(text, wrap=False)
            caption.setTextFormat(caption.textFormat().AutoText)
            caption.setBuddy(widget)
            shares.addWidget(caption)
            shares.addWidget(widget)
        shares.addWidget(self.test)
        shares.addStretch(1)
        form.addRow("Shares of patients", shares)
        form.addRow("&Seed (the same seed divides the same way)", self.seed)
        for spin in (self.train, self.validation, self.seed):
            spin.valueChanged.connect(lambda _value: self._soon.start())
        self.name.textChanged.connect(lambda _text: self._check())
        self.replace.toggled.connect(lambda _on: self._check())
        return form

    def _take(self, rows: list[InstanceRow]) -> None:
        self._rows = rows
        self._show_preview()

    def _show_preview(self) -> None:
        self.validation.setMaximum(100 - self.train.value())
        found = preview(self._rows, self._names, self.fractions(), self.seed.value())
        self.test.setText(f"Test {100 * self.fractions()[2]:.0f} %")
        self.figures.show_figure("images", found.images)
        self.figures.show_figure("withheld", found.withheld)
        self._exportable = found.images
        self.figures.show_figure("patients", found.patients)
        self.table.fill([(row.name, row.images, row.patients, *row.by_split) for row in found.classes])
        self.warnings.setText(_in_lines(found))
        self.warnings.setVisible(bool(found.warnings))
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
        if left:
            text += f" {left:,} images could not be read and are left out."
        self.panel.say(text, "caution" if left else "good")
        self.folder_button.show()
        self.train_button.show()
        self.train_button.setFocus()

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


def _labelled(project: Project) -> list[InstanceRow]:
    with project.catalogue() as catalogue:
        return catalogue.instances(InstanceFilter(labelled=True))


def _percent(value: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, 100)
    spin.setSingleStep(5)
    spin.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    spin.setSuffix(" %")
    spin.setValue(value)
    return spin


def _in_lines(found: Preview) -> str:
    return "\n".join(f"⚠ {text}" for text in found.warnings)


def _counts_written(folder: Path) -> str:
    described = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    by_split = {split: sum(by_class.values()) for split, by_class in described["counts"].items()}
    parts = ", ".join(f"{count:,} {SPLIT_NAMES[split].lower()}" for split, count in by_split.items())
    return f"{sum(by_split.values()):,} images ({parts})"
