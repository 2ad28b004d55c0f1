"""Train: choose a data set and a recipe, press one button, watch, and read what came of it."""

import re
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
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
from app.gui.runs import EXPERIMENT, Run, read_history, read_run, runs_in
from app.gui.session import Session
from app.gui.training.curves import HistoryPlot
from app.gui.training.experiment_form import ExperimentForm
from app.gui.training.live_line import LiveLine
from app.gui.training.more_panel import MorePanel
from app.gui.training.readiness_card import ReadinessCard
from app.gui.training.recipe_cards import RecipeCards
from app.gui.training.results import Results
from app.gui.training.runs_table import RunsTable
from app.gui.training.time_allowed import TimeAllowed
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, label, scrolled
from app.workflows.experiments import confirmed_by_two
from trainer import (
    NEXT_RECIPE,
    RECIPES,
    Experiment,
    Readiness,
    TrainerError,
    experiment_in,
    write_experiment,
)
from trainer.readiness import readiness


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
        self.compare.restyle()

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
        recipe = self.recipes.recipe
        self._target = self._model_folder(dataset)
        arguments = ["train", str(dataset), "--recipe", recipe, "--out", str(self._target)]
        arguments += self.more.arguments()
        if self.mirror.isChecked():
            arguments += ["--set", "mirror=true"]
        arguments += self.time.arguments()
        arguments += self.ready.switches
        self._follow(self.jobs.start("Training", arguments))
        self._offers = NEXT_RECIPE.get(recipe, "")
        self.history.show_history(read_history(self._target))  # of a training that goes on
        self._show_readiness()

    def train_next(self) -> None:
        """Train with the recipe that is offered when the first look is done."""
        self.recipes.choose(self._offers)
        self.train()

    def new_experiment(self) -> None:
        """Ask what shall vary, then run all of it."""
        dataset = self.dataset()
        if dataset is None or not self.ready.allowed:
            self.session.status.emit("Choose a data set first that can be trained on.")
            return
        self.form = ExperimentForm(dataset, self)
        self.form.accepted.connect(lambda: self.run_experiment(self.form.experiment()))
        self.form.open()

    def run_experiment(self, experiment: Experiment) -> None:
        """Run a plan; one of the same name that was stopped goes on if it is the same plan."""
        self._target = self._experiment_folder(experiment)
        self._target.mkdir(parents=True, exist_ok=True)
        write_experiment(experiment, self._target / EXPERIMENT)
        self._offers = ""
        self._follow(
            self.jobs.start("Experiment", ["experiment", "run", str(self._target), *self.ready.switches])
        )
        self.history.show_history([])
        self._show_readiness()

    def _follow(self, job: Job) -> None:
        self._job = job
        self.panel.follow(job, pausable=True)
        job.item.connect(self._on_item)
        job.finished.connect(self._on_finished)
        job.ended.connect(self._on_ended)
        self.best.restart()
        self.next_button.hide()
        self.tabs.setCurrentIndex(0)

    def _experiment_folder(self, experiment: Experiment) -> Path:
        base = re.sub(r"[^\w-]+", "-", experiment.name).strip("-").lower()[:40] or "experiment"
        models = self.session.project.models
        names = (base, *(f"{base}-{number}" for number in range(2, 10_000)))
        return next(models / name for name in names if _free_for(experiment, models / name))

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
        self.mirror = QCheckBox("Left and right ma&y be exchanged")
        self.mirror.setToolTip(
            "Shows images mirrored now and then. Only where the side does not matter: not for hearts or other organs on "
            "one side, nor where the side is the answer. The quick look does without."
        )
        column.addWidget(label("Data set", "heading"))
        column.addLayout(row)
        self.ready = ReadinessCard(self.jobs)
        self.ready.changed.connect(self._allow)
        column.addWidget(self.ready)
        column.addWidget(label("Recipe", "heading"))
        column.addWidget(self.recipes)
        self.time = TimeAllowed(RECIPES[self.recipes.recipe])
        column.addWidget(self.time)
        column.addWidget(self.mirror)
        self.more = MorePanel(RECIPES[self.recipes.recipe])
        self.recipes.chosen.connect(lambda name: self.more.follow(RECIPES[name]))
        self.recipes.chosen.connect(lambda name: self.time.follow(RECIPES[name]))
        column.addWidget(self.more)
        self.train_button = button("&Train", self.train, primary=True)
        self.train_button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        column.addStretch(1)
        outer.addWidget(scrolled(choices), 1)
        outer.addWidget(self.train_button)  # below what scrolls: always in sight
        return setup

    def _progress(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(10, 0, 0, 0)
        self.panel = JobPanel()
        self.compare = RunsTable()
        self.compare.chosen.connect(self._open_run)
        self.compare.experiment_wanted.connect(self.new_experiment)
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
        self.tabs = QTabWidget()
        self.tabs.addTab(self._course(), "Course of the training")
        self.tabs.addTab(scrolled(self.results), "Results")
        self.tabs.addTab(self.compare, "Compare")
        column.addLayout(row)
        column.addWidget(self.panel)
        column.addWidget(self.tabs, 1)
        self.predict_button = button(
            "&Predict with it →", lambda: self.session.navigate.emit("predict"), primary=True
        )
        self.next_button = button("", self.train_next)
        self.next_button.hide()
        below = QHBoxLayout()
        below.addWidget(self.predict_button)
        below.addWidget(self.next_button)
        below.addStretch(1)
        column.addLayout(below)
        return right

    def _course(self) -> QWidget:
        self.best = LiveLine()
        self.history = HistoryPlot()
        course = QWidget()
        inside = QVBoxLayout(course)
        inside.setContentsMargins(0, 8, 0, 0)
        inside.addWidget(self.history, 1)
        inside.addWidget(self.best)
        return course

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
            self.ready.clear("Choose a data set.")
            return
        catalogue = self.session.catalogue

        def judged() -> tuple[Readiness, Path]:  # a listing of 100,000 files takes seconds
            ours = dataset.parent == self.session.project.exports
            confirmed = confirmed_by_two(catalogue) if ours else None
            return readiness(dataset, confirmed=confirmed), dataset

        self._judging.run(judged)

    def _on_judged(self, found: tuple[Readiness, Path]) -> None:
        self.ready.show_readiness(*found)

    def _on_not_judged(self, message: str, remedy: str) -> None:
        self.ready.clear(f"✕ {message} {remedy}".strip())

    def _allow(self) -> None:
        busy = self._job is not None and not self._job.over
        self.train_button.setEnabled(not busy and self.ready.allowed)

    def _model_folder(self, dataset: Path) -> Path:
        models = self.session.project.models
        mirrored = "-mirrored" if self.mirror.isChecked() else ""
        base = f"{dataset.name}-{self.more.run_name()}{mirrored}"
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
        self.compare.refresh(self.session.project.models)
        idle = self._job is None or self._job.over
        if idle:
            self._choose_run()

    def _choose_run(self) -> None:
        folder = self.runs.currentData()
        self.predict_button.setVisible(bool(folder))
        if folder:
            self._show_run(read_run(Path(str(folder))))

    def _open_run(self, folder: str) -> None:
        self.runs.setCurrentIndex(max(0, self.runs.findData(folder)))
        self._choose_run()

    def _show_run(self, run: Run) -> None:
        self.results.show_run(run, self.session.project.instances)
        best = run.info.best_epoch if run.info else None
        self.history.show_history(read_history(run.folder), best)
        self.best.setText(f"Best epoch: {best}" if best else _unfinished(run))
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
            self.best.epoch(facts)
        elif kind == "pace":
            self.best.pace(facts)
        elif kind == "run":
            self._on_run(facts)

    def _on_run(self, facts: dict[str, Any]) -> None:
        """A training of an experiment begins or ends."""
        if facts.get("state") == "running":
            self.history.show_history(read_history(Path(str(facts["folder"]))))
            self.best.restart()
            self.panel.title.setText(f"Training {facts['number']} of {facts['runs']}: {facts['name']}")
        self.compare.refresh(self.session.project.models)

    def _on_finished(self, _result: object) -> None:
        self.next_button.setVisible(bool(self._offers))
        if self._offers:
            self.next_button.setText(f"Train “{RECIPES[self._offers].title}” too →")
        self.panel.say(f"Trained. {NOTICE}.", "good")
        self.session.catalogue_changed.emit()

    def _on_ended(self) -> None:
        if self.session.is_open:
            self._list_runs(choose=self._target)
            self._show_readiness()
            if (self._target / EXPERIMENT).exists():
                self.tabs.setCurrentWidget(self.compare)
            if self.predict_button.isVisible():
                self.predict_button.setFocus()


def _unfinished(run: Run) -> str:
    if run.info is not None or run.problem:
        return ""
    return (
        "Not finished. Train with the same data set and recipe again: it goes on after the last epoch shown."
    )


def _free_for(experiment: Experiment, folder: Path) -> bool:
    """Whether nothing lies there, or this very plan that was not finished."""
    if not folder.exists():
        return True
    try:
        return experiment_in(folder) == experiment
    except TrainerError:
        return False
