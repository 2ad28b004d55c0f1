"""Import: choose files and folders, see them masked one by one, know what became of each."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QListWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.masking.profile_card import ProfileCard
from app.gui.models.files import LOOKS, FileRow, FilesModel
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.widgets.drop_area import DropArea
from app.gui.widgets.figures import Figures
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.table_look import look_as_rows
from app.gui.widgets.text import button

LONGEST_COMMAND = 24_000  # characters; Windows takes 32,767 for a whole command line
BATCH_MS = 150
CAPTIONS = {
    "masked": "✓ masked",
    "review": "◐ masked, to be looked at",
    "quarantined": "■ quarantined",
    "failed": "✕ failed",
    "skipped": "– skipped",
}


class ImportPage(Page):
    """Sources at the top while they are chosen; then progress, counts and a line for every file."""

    title = "Import"
    purpose = "Bring images into the project. They are masked on the way in: names, dates, burned-in text."
    help_lines = (
        ("Alt+F, Alt+O", "add files, add a folder"),
        ("Del", "take the chosen source off the list"),
        ("Ctrl+Return", "start"),
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.sources: list[Path] = []
        self._pending: list[FileRow] = []
        self.model = FilesModel(self)
        self.body.addWidget(self._choosing(), 1)
        self.panel = JobPanel()
        self.body.addWidget(self.panel)
        self.body.addWidget(self._results(), 2)
        self._batches = QTimer(self, interval=BATCH_MS)
        self._batches.timeout.connect(self._flush)
        session.import_requested.connect(self.add)
        QShortcut(QKeySequence("Ctrl+Return"), self, self.start)
        delete = QShortcut(QKeySequence("Del"), self.source_list, self._remove)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self._show_sources()

    def activate(self) -> None:
        """Show the project's profile."""
        self.profile_card.show_project(self.session.project)

    def add(self, paths: Sequence[Path]) -> None:
        """Put files and folders on the list of what will be imported."""
        self.sources += [path for path in dict.fromkeys(paths) if path not in self.sources]
        self.choosing.show()
        self._show_sources()

    def start(self) -> None:
        """Mask everything on the list into the project."""
        if not self.sources or not self.start_button.isEnabled():
            return
        if sum(len(str(path)) + 3 for path in self.sources) > LONGEST_COMMAND:
            show_error(self, "That are too many single files.", "Add the folder that they lie in instead.")
            return
        try:
            if not unlocked(self.session, self):
                return
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self._run()

    def _run(self) -> None:
        arguments = ["import", str(self.session.project.folder), *map(str, self.sources)]
        job = self.jobs.start("Import", arguments, environment=self.session.child_environment())
        self.model.clear()
        self._pending.clear()
        self.panel.follow(job)
        job.item.connect(self._on_item)
        job.finished.connect(self._on_finished)
        job.ended.connect(self._on_ended)
        self._batches.start()
        self.choosing.hide()
        self.results.show()
        self.next_button.hide()
        self.more_button.hide()
        self._show_counts()

    def _choosing(self) -> QWidget:
        self.choosing = QWidget()
        row = QHBoxLayout(self.choosing)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(14)
        left = QVBoxLayout()
        self.drop_area = DropArea()
        self.drop_area.dropped.connect(self.add)
        self.drop_area.files_wanted.connect(self._ask_files)
        self.drop_area.folder_wanted.connect(self._ask_folder)
        self.source_list = QListWidget()
        self.source_list.setAccessibleName("What will be imported")
        self.remove_button = button("&Remove from the list", self._remove)
        self.start_button = button("&Start import", self.start, primary=True)
        actions = QHBoxLayout()
        actions.addWidget(self.start_button)
        actions.addWidget(self.remove_button)
        actions.addStretch(1)
        left.addWidget(self.drop_area, 2)
        left.addWidget(self.source_list, 1)
        left.addLayout(actions)
        row.addLayout(left, 3)
        self.profile_card = ProfileCard()
        row.addWidget(self.profile_card, 2)
        return self.choosing

    def _results(self) -> QWidget:
        self.results = QWidget()
        column = QVBoxLayout(self.results)
        column.setContentsMargins(0, 0, 0, 0)
        self.figures = Figures(tuple(CAPTIONS.items()))
        self.filter = QComboBox()
        self.filter.setAccessibleName("Which files are listed")
        self.filter.addItem("All files", "")
        for outcome in LOOKS:
            self.filter.addItem(f"Only {CAPTIONS[outcome]}", outcome)
        self.filter.currentIndexChanged.connect(
            lambda _index: self.model.show_only(str(self.filter.currentData()))
        )
        top = QHBoxLayout()
        top.addWidget(self.figures, 1)
        top.addWidget(self.filter)
        self.table = _table(self.model)
        self.next_button = button("&Look at what was masked →", self._go_on, primary=True)
        self.more_button = button("&Import more…", self._import_more)
        bottom = QHBoxLayout()
        bottom.addWidget(self.next_button)
        bottom.addWidget(self.more_button)
        bottom.addStretch(1)
        column.addLayout(top)
        column.addWidget(self.table, 1)
        column.addLayout(bottom)
        self.results.hide()
        return self.results

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Add files", "", "All files (*)")
        self.add([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Add a folder")
        if name:
            self.add([Path(name)])

    def _remove(self) -> None:
        row = self.source_list.currentRow()
        if row >= 0:
            del self.sources[row]
            self._show_sources()

    def _show_sources(self) -> None:
        self.source_list.clear()
        self.source_list.addItems([str(path) for path in self.sources])
        if self.sources:
            self.source_list.setCurrentRow(len(self.sources) - 1)
        for widget in (self.source_list, self.remove_button):
            widget.setVisible(bool(self.sources))
        self.start_button.setEnabled(bool(self.sources) and not self._importing())
        if self.sources:
            self.start_button.setFocus()

    def _importing(self) -> bool:
        return self.panel.job is not None and not self.panel.job.over

    def _on_item(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == "file":
            self._pending.append(FileRow.of(facts))

    def _flush(self) -> None:
        if self._pending:
            rows, self._pending = self._pending, []
            self.model.append(rows)
            self._show_counts()

    def _show_counts(self) -> None:
        for name in CAPTIONS:
            self.figures.show_figure(name, self.model.counts[name])

    def _on_finished(self, _result: object) -> None:
        self._flush()
        counts = self.model.counts
        done = counts["masked"] + counts["review"]
        text = f"{done:,} of {sum(counts.values()):,} files were masked and are in the project."
        if left := counts["quarantined"] + counts["failed"]:
            text += f" {left:,} are not; the table says why. Their originals are untouched."
        self.panel.say(text, "caution" if left else "good")
        self.sources.clear()

    def _on_ended(self) -> None:
        self._batches.stop()
        self._flush()
        self.session.catalogue_changed.emit()
        self.next_button.setVisible(self.session.is_open and self.session.catalogue.count() > 0)
        self.more_button.show()
        self._show_sources()
        (self.next_button if self.next_button.isVisible() else self.more_button).setFocus()

    def _go_on(self) -> None:
        self.session.navigate.emit("mask")

    def _import_more(self) -> None:
        self.choosing.show()
        self.drop_area.files_button.setFocus()


def _table(model: FilesModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    look_as_rows(table, "What became of each file")
    header = table.horizontalHeader()
    header.setStretchLastSection(True)
    header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
    letter = table.fontMetrics().averageCharWidth()
    for column, letters in enumerate((70, 18, 60)):
        table.setColumnWidth(column, letter * letters)
    table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    return table
