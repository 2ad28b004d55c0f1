"""Predict: let a trained model look at images, and see what it says, why, and where readers differ."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from app import NOTICE
from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.image.heat_map import HeatMapView
from app.gui.image.similar_strip import SimilarStrip
from app.gui.jobs import JobRunner
from app.gui.labelling_tasks import ChosenImages
from app.gui.models.predictions import (
    FIRST_CLASS,
    NO_ANSWER,
    Predicted,
    PredictionsModel,
    most_useful,
)
from app.gui.pages.base import Page
from app.gui.runs import runs_in
from app.gui.session import Session
from app.gui.thumbnails import Thumbnails
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.share_bar import ShareBar
from app.gui.widgets.table_look import look_as_rows
from app.gui.widgets.text import button, label
from app.project import Project
from labeller import InstanceFilter, InstanceRow

ALL, UNLABELLED, FILES, FOLDER = "all", "unlabelled", "files", "folder"
SOURCES = (
    (ALL, "All images of the project"),
    (UNLABELLED, "Images without a label"),
    (FILES, "Files…"),
    (FOLDER, "A folder…"),
)
BATCH_MS = 150


class PredictPage(Page):
    """Model and images at the top, the table at the left, the chosen image with its heat map at the right."""

    title = "Predict"
    purpose = f"See what a trained model says of images, and where in the image it looked. {NOTICE}."
    help_lines = (
        ("Alt+P", "predict"),
        ("Alt+R", "read the images that the model is least sure of"),
        ("Alt+S", "save the table as CSV"),
        ("Up, Down", "previous, next image"),
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self._pending: list[Predicted] = []
        self._small_pictures_of: Path | None = None  # the project
        self._in_project = True
        self._stale = True  # the catalogue changed since the table was filled
        self.model = PredictionsModel(self)
        self.bars = ShareBar(self)
        self.stack = QStackedWidget()
        self.stack.addWidget(
            EmptyState(
                "There is no trained model yet",
                "Train one from a data set; it takes one button.",
                ("Go to &Train", lambda: session.navigate.emit("train")),
            )
        )
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._choices())
        self.panel = JobPanel()
        column.addWidget(self.panel)
        self.results = QStackedWidget()
        self.results.addWidget(
            EmptyState(
                "This model has said nothing yet",
                "Predict lets it look at the images chosen above. What it says stands here, beside the readers' labels "
                "and with the places it looked at.",
            )
        )
        self.results.addWidget(self._results())
        column.addWidget(self.results, 1)
        self.stack.addWidget(content)
        self.body.addWidget(self.stack, 1)
        self._batches = QTimer(self, interval=BATCH_MS)
        self._batches.timeout.connect(self._flush)
        self._reading = Latest(self)
        self._reading.done.connect(self._show_rows)
        self._reading.failed.connect(lambda message, remedy: show_error(self, message, remedy))
        session.catalogue_changed.connect(self._on_catalogue_changed)

    def activate(self) -> None:
        """List the trained models and show what the chosen one said before."""
        runs = [run for run in runs_in(self.session.project.models) if run.info is not None]
        chosen = self.runs.currentData()
        self.runs.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.runs.clear()
        for run in runs:
            self.runs.addItem(run.title(), str(run.folder))
        self.runs.setCurrentIndex(max(0, self.runs.findData(chosen)))
        self.runs.blockSignals(False)  # noqa: FBT003
        self.stack.setCurrentIndex(1 if runs else 0)
        self._use_project()
        if runs and not self._predicting() and (self._stale or self.runs.currentData() != chosen):
            self._show_known()

    def _use_project(self) -> None:
        project = self.session.project
        if self._small_pictures_of != project.folder:
            self._small_pictures_of = project.folder
            self.heat_map.use_project(project.folder, self.session.catalogue_environment())
            self.similar.use_project(Thumbnails(project.thumbnails_file, self), project.instances)

    def predict(self) -> None:
        """Let the chosen model look at the chosen images."""
        source = str(self.sources.currentData())
        arguments = ["predict", str(self.model_folder()), *self._arguments(source)]
        if len(arguments) <= 2:  # noqa: PLR2004 - command and model: no images were chosen
            return
        self._in_project = source in {ALL, UNLABELLED}
        self._reading.drop()
        self.model.show_rows([])
        self.heat_map.clear()
        self.results.setCurrentIndex(1)
        self._pending.clear()
        environment = self.session.catalogue_environment()
        job = self.jobs.start("Prediction", arguments, environment=environment)
        self.panel.follow(job)
        job.item.connect(self._on_item)
        job.finished.connect(self._on_finished)
        job.ended.connect(self._on_ended)
        self._batches.start()
        self.predict_button.setEnabled(False)

    def model_folder(self) -> Path:
        """Return the chosen model folder."""
        return Path(str(self.runs.currentData()))

    def save(self) -> None:
        """Write the table as CSV."""
        name, _ = QFileDialog.getSaveFileName(self, "Save the table", "predictions.csv", "CSV (*.csv)")
        if name:
            self.save_to(Path(name))

    def save_to(self, file: Path) -> None:
        """Write the table to `file`, in the format of `leadglass predict --csv`."""
        from app.workflows.learning import write_predictions
        from trainer import Prediction

        rows = [
            Prediction(
                row.path,
                row.predicted,
                row.probabilities,
                row.error,
                row.unlike,
                "" if row.predicted or row.error else NO_ANSWER,
            )
            for row in self.model.rows
        ]
        try:
            write_predictions(file, rows)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
        else:
            self.session.status.emit(f"{len(rows):,} predictions saved.")

    def read_least_sure(self) -> None:
        """Label next what the model knows least of; its suggestion stays out of the reader's sight."""
        catalogue = self.session.catalogue
        here = set(catalogue.uids())
        uids = [row.path.stem for row in most_useful(self.model.rows) if row.path.stem in here]
        if uids:
            self.session.work_on(ChosenImages(catalogue, "Least sure of", uids))
        else:
            self.session.status.emit("There is no image of this project without a label in the table.")

    def _choices(self) -> QHBoxLayout:
        self.runs, self.sources = QComboBox(), QComboBox()
        for name, text in SOURCES:
            self.sources.addItem(text, name)
        self.runs.currentIndexChanged.connect(lambda _index: self._show_known())
        self.predict_button = button("&Predict", self.predict, primary=True)
        self.read_button = button(
            "&Read the least sure",
            self.read_least_sure,
            tip="Opens the images without a label on the Label page, those first that teach the model most; what it "
            "says of them is not shown there",
        )
        self.save_button = button("&Save as CSV…", self.save)
        row = QHBoxLayout()
        row.setSpacing(8)
        for text, widget in (("&Model", self.runs), ("&Images", self.sources)):
            caption = label(text, wrap=False)
            caption.setTextFormat(Qt.TextFormat.AutoText)
            caption.setBuddy(widget)
            row.addWidget(caption)
            row.addWidget(widget, 1)
        row.addWidget(self.predict_button)
        row.addWidget(self.read_button)
        row.addWidget(self.save_button)
        return row

    def _results(self) -> QWidget:
        self.summary = label("", "muted")
        self.table = _table(self.model)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.model.modelReset.connect(self._fit_columns)
        self.heat_map = HeatMapView(self.jobs)
        self.heat_map.changed.connect(self._show_similar)
        self.similar = SimilarStrip()
        right = QWidget()
        beside = QVBoxLayout(right)
        beside.setContentsMargins(0, 0, 0, 0)
        beside.addWidget(self.heat_map, 1)
        beside.addWidget(self.similar)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.table, 1)
        column.addWidget(self.summary)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(right)
        letter = self.fontMetrics().averageCharWidth()
        splitter.setSizes([letter * 108, letter * 50])
        splitter.setStretchFactor(1, 1)
        splitter.setChildrenCollapsible(False)
        return splitter

    def _arguments(self, source: str) -> list[str]:
        project = ["--project", str(self.session.project.folder)]
        match source:
            case "all":
                return project
            case "unlabelled":
                return [*project, "--unlabelled"]
            case "files":
                names, _ = QFileDialog.getOpenFileNames(self, "Images to predict")
                return names
            case _:
                name = QFileDialog.getExistingDirectory(self, "A folder of images to predict")
                return [name] if name else []

    def _predicting(self) -> bool:
        return self.panel.job is not None and not self.panel.job.over

    def _show_known(self) -> None:
        if not self.runs.count():
            return
        self._stale = False
        project, run = self.session.project, self.model_folder().name
        self._reading.run(lambda: _known(project, run))  # 100,000 rows take seconds

    def _show_rows(self, rows: Sequence[Predicted]) -> None:
        self.model.show_rows(rows)
        self.results.setCurrentIndex(1 if rows else 0)
        self._summarize()
        if rows:
            self.table.selectRow(0)

    def _on_item(self, kind: str, facts: dict[str, Any]) -> None:
        if kind != "prediction":
            return
        path = Path(str(facts["path"]))
        at = self.session.catalogue.instance(path.stem) if self._in_project else None
        self._pending.append(
            Predicted(
                path,
                _name(at) if at else path.name,
                str(facts["predicted"]),
                dict(facts["probabilities"]),
                at.label if at else None,
                str(facts.get("error") or ""),
                facts.get("unlike"),
            )
        )

    def _flush(self) -> None:
        if self._pending:
            rows, self._pending = self._pending, []
            self.model.append(rows)
            self._summarize()

    def _summarize(self) -> None:
        rows = self.model.rows
        judged = [row for row in rows if row.label is not None and row.answered]
        refused = sum(not row.predicted and not row.error for row in rows)
        text = f"{counted(len(rows))}."
        if refused:
            text += f" {refused:,} are unlike anything the model learned from and get no answer."
        if judged:
            same = sum(not row.differs for row in judged)
            text += (
                f" Of {len(judged):,} with a reader's label {same:,} agree; images the model learned from are "
                "among them, so this is no measure of its quality."
            )
        self.summary.setText(f"{text} {NOTICE}." if rows else "")
        self.save_button.setEnabled(bool(rows))
        self.read_button.setEnabled(any(row.label is None and not row.error for row in rows))

    def _on_finished(self, _result: object) -> None:
        self._flush()
        failed = sum(bool(row.error) for row in self.model.rows)
        text = f"{counted(len(self.model.rows) - failed)} predicted."
        self.panel.say(
            f"{text} {failed:,} could not be read." if failed else text, "caution" if failed else "good"
        )
        if self.model.rows:
            self.table.selectRow(0)
            self.table.setFocus()

    def _on_ended(self) -> None:
        self._batches.stop()
        self._flush()
        self.predict_button.setEnabled(True)
        self.session.catalogue_changed.emit()

    def _on_catalogue_changed(self) -> None:
        self._stale = not self.isVisible()

    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            row = self.model.rows[current.row()]
            self.heat_map.show_image(self.model_folder(), row.path, tuple(row.probabilities), row.likeliest)

    def _show_similar(self) -> None:
        names = self.heat_map.similar()
        catalogue = self.session.catalogue
        here = set(catalogue.uids()) if names else set()
        uids = [uid for name in names if (uid := PurePosixPath(name).stem) in here]
        self.similar.show_names(names, {uid: catalogue.instance(uid).label or "no label" for uid in uids})

    def _fit_columns(self) -> None:
        letter = self.fontMetrics().averageCharWidth()
        for column, letters in enumerate((18, 16, 18)):
            self.table.setColumnWidth(column, letter * letters)
        for column in range(FIRST_CLASS, self.model.columnCount()):
            self.table.setItemDelegateForColumn(column, self.bars)
            name = self.model.classes[column - FIRST_CLASS]
            width = self.fontMetrics().horizontalAdvance(name) + 4 * letter
            self.table.setColumnWidth(column, max(13 * letter, min(width, 24 * letter)))


def _known(project: Project, run: str) -> list[Predicted]:
    with project.catalogue() as catalogue:
        said = {row.sop_instance_uid: row for row in catalogue.predictions(run=run)}
        rows = catalogue.instances(InstanceFilter()) if said else []
    return [
        Predicted(
            project.instances / at.file,
            _name(at),
            row.predicted,
            row.probabilities,
            at.label,
            unlike=row.unlike,
        )
        for at in rows
        if (row := said.get(at.sop_instance_uid)) is not None
    ]


def _name(row: InstanceRow) -> str:
    number = "" if row.instance_number is None else f" · {row.instance_number}"
    return f"{row.patient} · {row.modality}{number}"


def _table(model: PredictionsModel) -> QTableView:
    table = QTableView()
    table.setModel(model)
    look_as_rows(table, "Predictions", lines=2)
    table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
    table.setSortingEnabled(True)
    table.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
    return table
