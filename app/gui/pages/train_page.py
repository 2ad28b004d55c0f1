"""Train: choose a data set and a recipe, press one button, watch, and read what came of it."""

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QSizePolicy,
    QSplitter,
    QStackedWidget,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app import NOTICE
from app.gui.background import Latest
from app.gui.jobs import Job, JobRunner
from app.gui.labelling_tasks import ChosenImages
from app.gui.pages.base import Page
from app.gui.runs import Run, read_history, read_run, runs_in
from app.gui.session import Session
from app.gui.training.curves import HistoryPlot
from app.gui.training.more_panel import MorePanel
from app.gui.training.recipe_cards import RecipeCards
from app.gui.training.results import Results
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, card, label, scrolled
from trainer import RECIPES, Readiness, readiness


class TrainPage(Page):
    """The left is what to train, the right how it goes and what came of it."""

    title = "Train"
    purpose = f"Learn to tell the classes apart from a data set. {NOTICE}."
    help_lines = (("Alt+T", "train"), ("Alt+U", "earlier runs"))

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._elsewhere: list[Path] = []
        self._job: Job | None = None
        self._judging = Latest(self)
        self._judging.done.connect(self._on_judged)
        self._judging.failed.connect(self._on_not_judged)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "There is no data set yet",
                "Write one from the labelled images; a folder with one sub-folder of images per class will do too.",
                ("Go to &Data set", lambda: session.navigate.emit("dataset")),
                ("&Other folder…", self._choose_folder),
            )
        )
        splitter = QSplitter(Qt.Orientation.Horizontal)
        setup = self._setup()
        splitter.addWidget(setup)
        splitter.addWidget(self._progress())
        splitter.setChildrenCollapsible(False)
        letter = self.fontMetrics().averageCharWidth()
        setup.setMinimumWidth(letter * 56)
        splitter.setSizes([letter * 62, letter * 90])
        splitter.setStretchFactor(1, 1)
        self.stack.addWidget(splitter)
        self.body.addWidget(self.stack, 1)

    def activate(self) -> None:
        """List the data sets and runs as they are now."""
        self._list_datasets()
        self._list_runs()
        self.history.restyle()
        self.results.restyle()

    def dataset(self) -> Path | None:
        """Return the chosen data set folder."""
        chosen = self.datasets.currentData()
        return Path(str(chosen)) if chosen else None

    def train(self) -> None:
        """Start the training; one that was cut short with the same choices goes on."""
        dataset = self.dataset()
        if dataset is None:
            return
        if not self.more.is_possible():
            self.more.unfold.setChecked(True)
            return
        self._target = self._model_folder(dataset)
        arguments = ["train", str(dataset), "--recipe", self.recipes.recipe, "--out", str(self._target)]
        arguments += self.more.arguments()
        self._job = self.jobs.start("Training", arguments)
        self.panel.follow(self._job)
        self._job.item.connect(self._on_item)
        self._job.finished.connect(self._on_finished)
        self._job.ended.connect(self._on_ended)
        self.history.show_history([])
        self._best: tuple[float, int] | None = None
        self.best.setText("")
        self.tabs.setCurrentIndex(0)
        self._show_readiness()

    def _setup(self) -> QWidget:
        setup = QWidget()
        outer = QVBoxLayout(setup)
        outer.setContentsMargins(0, 0, 10, 0)
        choices = QWidget()
        column = QVBoxLayout(choices)
        column.setContentsMargins(0, 0, 6, 0)
        column.setSpacing(10)
        self.datasets = QComboBox()
        self.datasets.setAccessibleName("Data set")
        self.datasets.currentIndexChanged.connect(self._show_readiness)
        row = QHBoxLayout()
        row.addWidget(self.datasets, 1)
        row.addWidget(button("&Other folder…", self._choose_folder))
        self.recipes = RecipeCards()
        column.addWidget(label("Data set", "heading"))
        column.addLayout(row)
        column.addWidget(self._readiness())
        column.addWidget(label("Recipe", "heading"))
        column.addWidget(self.recipes)
        self.more = MorePanel(RECIPES[self.recipes.recipe])
        self.recipes.chosen.connect(lambda name: self.more.follow(RECIPES[name]))
        column.addWidget(self.more)
        self.train_button = button("&Train", self.train, primary=True)
        self.train_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addStretch(1)
        outer.addWidget(scrolled(choices), 1)
        outer.addWidget(self.train_button)  # below what scrolls: always in sight
        return setup

    def _readiness(self) -> QWidget:
        frame, inside = card()
        self.ready_text = label()
        self.counts = SmallTable("Images by class and split", ("Class", "Patients", "Train / val / test"))
        self.ready_warnings = label("", "caution")
        for widget in (self.ready_text, self.counts, self.ready_warnings):
            inside.addWidget(widget)
        return frame

    def _progress(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(10, 0, 0, 0)
        self.panel = JobPanel()
        self.best = label("", "muted")
        self.history = HistoryPlot()
        self.results = Results(self.jobs)
        self.results.images_wanted.connect(self._read_again)
        self.results.point_wanted.connect(self._move_point)
        self.runs = QComboBox()
        self.runs.setAccessibleName("Earlier runs")
        self.runs.activated.connect(self._choose_run)
        caption = label("R&uns", wrap=False)
        caption.setTextFormat(Qt.TextFormat.AutoText)
        caption.setBuddy(self.runs)
        row = QHBoxLayout()
        row.addWidget(caption)
        row.addWidget(self.runs, 1)
        course = QWidget()
        inside = QVBoxLayout(course)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.addWidget(self.history, 1)
        inside.addWidget(self.best)
        self.tabs = QTabWidget()
        self.tabs.addTab(course, "Course of the training")
        self.tabs.addTab(scrolled(self.results), "Results")
        column.addLayout(row)
        column.addWidget(self.panel)
        column.addWidget(self.tabs, 1)
        self.predict_button = button(
            "&Predict with it →", lambda: self.session.navigate.emit("predict"), primary=True
        )
        column.addWidget(self.predict_button)
        return right

    def _list_datasets(self) -> None:
        exports = self.session.project.exports
        found = [folder.parent for folder in exports.glob("*/dataset.json")]
        found.sort(key=lambda folder: folder.stat().st_mtime, reverse=True)
        chosen = self.dataset()
        self.datasets.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.datasets.clear()
        for folder in [*found, *self._elsewhere]:
            self.datasets.addItem(folder.name if folder in found else str(folder), str(folder))
        place = self.datasets.findData(str(chosen)) if chosen in [*found, *self._elsewhere] else 0
        self.datasets.setCurrentIndex(place)
        self.datasets.blockSignals(False)  # noqa: FBT003
        runs = runs_in(self.session.project.models)
        self.stack.setCurrentIndex(1 if self.datasets.count() or runs else 0)
        self._show_readiness()

    def _choose_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "A data set folder, or one with a folder per class")
        if name:
            self._elsewhere.append(Path(name))
            self._list_datasets()
            self.datasets.setCurrentIndex(self.datasets.findData(name))

    def _show_readiness(self) -> None:
        dataset = self.dataset()
        self.train_button.setEnabled(False)
        if dataset is None:
            self.ready_text.setText("Choose a data set.")
            return
        self._judging.run(lambda: readiness(dataset))  # a listing of 100,000 files takes seconds

    def _on_judged(self, found: Readiness) -> None:
        busy = self._job is not None and not self._job.over
        self.train_button.setEnabled(not busy and not found.refusals)
        self._describe(found)

    def _on_not_judged(self, message: str, remedy: str) -> None:
        self.ready_text.setText(f"✕ {message} {remedy}".strip())

    def _describe(self, found: Readiness) -> None:
        splits = ("train", "validation", "test")
        self.counts.fill(
            [
                (name, patients, " / ".join(f"{found.counts.get(s, {}).get(name, 0):,}" for s in splits))
                for name, patients in found.patients.items()
            ]
        )
        height = self.counts.horizontalHeader().sizeHint().height() + 6
        rows = min(6, self.counts.rowCount())
        self.counts.setFixedHeight(height + rows * self.counts.verticalHeader().defaultSectionSize())
        self.counts.setVisible(bool(found.patients))
        total = sum(sum(by_class.values()) for by_class in found.counts.values())
        if found.refusals:
            self.ready_text.setText("\n".join(f"✕ {text}" for text in found.refusals))
        else:
            self.ready_text.setText(f"✓ Ready: {total:,} images, {len(found.patients)} classes.")
        self.ready_warnings.setText("\n".join(f"⚠ {text}" for text in found.warnings))
        self.ready_warnings.setVisible(bool(found.warnings))

    def _model_folder(self, dataset: Path) -> Path:
        models = self.session.project.models
        base = f"{dataset.name}-{self.more.run_name()}"
        names = (base, *(f"{base}-{number}" for number in range(2, 10_000)))
        return next(models / name for name in names if not (models / name / "run.json").exists())

    def _list_runs(self, choose: Path | None = None) -> None:
        chosen = str(choose) if choose else self.runs.currentData()
        self.runs.clear()
        for run in runs_in(self.session.project.models):
            self.runs.addItem(run.title(), str(run.folder))
        self.runs.setEnabled(self.runs.count() > 0)
        if not self.runs.count():
            self.runs.addItem("None yet", "")
        self.runs.setCurrentIndex(max(0, self.runs.findData(chosen)))
        idle = self._job is None or self._job.over
        if idle:
            self._choose_run()

    def _choose_run(self) -> None:
        folder = self.runs.currentData()
        self.predict_button.setVisible(bool(folder))
        if folder:
            self._show_run(read_run(Path(str(folder))))

    def _show_run(self, run: Run) -> None:
        self.results.show_run(run, self.session.project.instances)
        best = run.info.best_epoch if run.info else None
        self.history.show_history(read_history(run.folder), best)
        self.best.setText(f"Best epoch: {best}" if best else "")
        self.predict_button.setVisible(run.info is not None)
        self.tabs.setCurrentIndex(1 if run.info else 0)

    def _read_again(self, title: str, uids: list[str]) -> None:
        catalogue = self.session.catalogue
        here = set(catalogue.uids())
        wanted = [uid for uid in uids if uid in here]
        if wanted:
            self.session.work_on(ChosenImages(catalogue, title, wanted))
        else:
            self.session.status.emit("There is no such image in this project.")

    def _move_point(self, folder: Path, threshold: float) -> None:
        arguments = ["operating-point", str(folder), "--threshold", f"{threshold:.9f}"]
        job = self.jobs.start("Operating point", arguments, heavy=False)
        self.panel.follow(job)
        job.finished.connect(
            lambda _result: self.panel.say("The model works at this point from now on.", "good")
        )
        job.ended.connect(self._choose_run)

    def _on_item(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == "epoch":
            self.history.add(facts)
            self._note_best(facts)

    def _note_best(self, facts: dict[str, Any]) -> None:
        loss = facts.get("val_loss")
        if loss is None:
            return
        if self._best is None or loss < self._best[0]:
            self._best = (loss, int(facts["epoch"]))
        self.best.setText(
            f"Epoch {facts['epoch']} of at most {facts.get('epochs', '?')}; lowest validation loss so far in "
            f"epoch {self._best[1]}"
        )

    def _on_finished(self, _result: object) -> None:
        self.panel.say(f"Trained. {NOTICE}.", "good")
        self.session.catalogue_changed.emit()

    def _on_ended(self) -> None:
        if self.session.is_open:
            self._list_runs(choose=self._target)
            self._show_readiness()
            if self.predict_button.isVisible():
                self.predict_button.setFocus()
