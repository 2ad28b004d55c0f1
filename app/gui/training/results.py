"""What a training reached: doubts, the operating point, figures with intervals, calibration, groups and errors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSizePolicy, QTabWidget, QVBoxLayout, QWidget

from app import NOTICE
from app.counted import counted
from app.gui.background import Latest
from app.gui.jobs import JobRunner
from app.gui.runs import SPLIT_NAMES, Judgement, Run, read_judgements
from app.gui.training.errors_pane import ErrorsPane
from app.gui.training.operating_pane import OperatingPane
from app.gui.training.result_plots import LearningPlot, ReliabilityPlot
from app.gui.widgets.job_panel import in_words
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, label
from trainer import (
    GROUP_COLUMNS,
    REPORT,
    Figure,
    Group,
    Known,
    LearningPoint,
    ModelInfo,
    PointChooser,
    TrainerError,
    cell,
    figure_row,
    learning_words,
    openings_words,
    operating_points,
    read_beside,
    read_known,
)

_ERRORS = 2  # place of its tab
_GROUP_KINDS = ("auc", "sensitivity", "specificity")


@dataclass(frozen=True, slots=True)
class _Loaded:
    """What lies in the model folder beside the figures."""

    known: Known
    points: tuple[PointChooser, float] | None
    learning_curve: tuple[LearningPoint, ...]
    doubts: tuple[str, ...]
    openings: str


class _Tabs(QTabWidget):
    """By their size hints the plots would be taller than the window, and half of each out of sight."""

    def hasHeightForWidth(self) -> bool:
        """Take the room that there is."""
        return False


class Results(QWidget):
    """Shows a run's evaluation, split by split."""

    images_wanted = Signal(str, list)  # a title, SOP Instance UIDs: to be shown on the Label page
    point_wanted = Signal(object, float)  # model folder, threshold

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: list[Judgement] = []
        self._loaded: _Loaded | None = None
        self._folder, self._instances = Path(), Path()
        self._run_warnings: tuple[str, ...] = ()
        self._reading = Latest(self)
        self._reading.done.connect(self._take)
        self._reading.failed.connect(lambda message, remedy: self._say(f"{message} {remedy}".strip()))
        self.heading, self.facts = label("", "heading"), label("", "muted")
        self.openings = label("", "muted")
        self.splits = QComboBox()
        self.splits.setAccessibleName("Which split")
        self.splits.currentIndexChanged.connect(self._show_split)
        self.report_button = button(
            "&Open the report", self.open_report, tip="One page for the browser or the printer"
        )
        self.warnings = label("", "caution")
        self.point = OperatingPane()
        self.point.kept.connect(lambda threshold: self.point_wanted.emit(self._folder, threshold))
        self.point.cell_chosen.connect(self._open_cell)
        self.matrix, self.roc = self.point.matrix, self.point.plot
        self.table = SmallTable("Figures", ("Figure", "Value", "95 % interval", "Images", "Dummy"))
        self.reliability, self.calibration = ReliabilityPlot(), label("", "muted")
        self.groups = SmallTable(
            "Results by group", ("Group", "Images / patients", "AUC", "Sensitivity", "Specificity")
        )
        self.group_doubts = label("", "caution")
        self.no_groups = label("The data set names no sex, age, scanner or body part that differs.", "muted")
        self.errors = ErrorsPane(jobs)
        self.errors.relabel_wanted.connect(
            lambda uids: self.images_wanted.emit("Model and reader disagree", uids)
        )
        self.learning, self.learning_words = LearningPlot(), label("", "muted")
        self._lay_out()

    def show_run(self, run: Run, instances: Path) -> None:
        """Show this run; `instances` holds the project's masked instances."""
        chosen = self.splits.currentData() if run.folder == self._folder else None
        self._folder, self._instances, self._loaded = run.folder, instances, None
        self.heading.setText(run.name)
        self.facts.setText(_facts(run))
        self._found = read_judgements(run.folder)
        self.splits.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.splits.clear()
        for judgement in self._found:
            self.splits.addItem(SPLIT_NAMES.get(judgement.split, judgement.split), judgement.split)
        self.splits.setCurrentIndex(max(0, self.splits.findData(chosen)))
        self.splits.blockSignals(False)  # noqa: FBT003
        self.splits.setVisible(bool(self._found))
        self.report_button.setVisible((run.folder / REPORT).is_file())
        self._run_warnings = run.info.warnings if run.info else (run.problem,) if run.problem else ()
        self._show_split()
        self._reading.drop()
        if run.info is not None:
            info = run.info
            self._reading.run(lambda: _load(info))  # images.json of 100,000 images takes seconds

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        for plot in (self.point, self.reliability, self.learning):
            plot.restyle()

    def open_report(self) -> None:
        """Show report.html in the browser."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder / REPORT)))

    def _lay_out(self) -> None:
        self.tabs = _Tabs()
        pages = (
            ("Operating point", (self.point,)),
            ("Figures", (self.table,)),
            ("Errors", (self.errors,)),
            ("Probabilities", (self.reliability, self.calibration)),
            ("Groups", (self.group_doubts, self.groups, self.no_groups)),
            ("More labels?", (self.learning, self.learning_words)),
        )
        for title, widgets in pages:
            self.tabs.addTab(_page(widgets), title)
        self.tabs.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self.tabs.setMinimumHeight(round(self.fontMetrics().height() * 24))
        top = QHBoxLayout()
        for widget, stretch in ((self.heading, 1), (self.splits, 0), (self.report_button, 0)):
            top.addWidget(widget, stretch)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        for widget in (self.facts, self.openings, self.warnings):
            layout.addWidget(widget)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(label(f"{NOTICE}.", "muted"))

    def _take(self, loaded: _Loaded) -> None:
        self._loaded = loaded
        self._show_split()

    def _say(self, text: str) -> None:
        self._run_warnings = (*self._run_warnings, text)
        self._show_split()

    def _judgement(self) -> Judgement | None:
        place = self.splits.currentIndex()
        return self._found[place] if 0 <= place < len(self._found) else None

    def _show_split(self) -> None:
        judgement, loaded = self._judgement(), self._loaded
        self.tabs.setVisible(judgement is not None)
        self.openings.setText(loaded.openings if loaded else "")
        warnings = [*(loaded.doubts if loaded else ()), *self._run_warnings]
        if judgement is not None:
            warnings += judgement.warnings
            self._show_judgement(judgement)
        self.warnings.setText("\n".join(f"⚠ {text}" for text in dict.fromkeys(warnings)))
        self.warnings.setVisible(bool(warnings))

    def _show_judgement(self, judgement: Judgement) -> None:
        loaded, split = self._loaded, judgement.split
        self.point.show_split(judgement, loaded.points if loaded and split == "validation" else None)
        self.table.fill([figure_row(figure) for figure in judgement.figures])
        self.reliability.show_steps(judgement.reliability)
        self.calibration.setText(_calibration(judgement, loaded))
        self.groups.fill([_group(group) for group in judgement.groups])
        self.groups.setVisible(bool(judgement.groups))
        doubts = [f"⚠ {_group_name(group)}: {group.doubt}" for group in judgement.groups if group.doubt]
        self.group_doubts.setText("\n".join(doubts))
        self.group_doubts.setVisible(bool(doubts))
        self.no_groups.setVisible(not judgement.groups)
        there = loaded is not None and split in loaded.known.answers
        self.tabs.setTabEnabled(_ERRORS, there)
        if loaded is not None and there:
            self.errors.show_split(loaded.known, split, self._instances)
        points = loaded.learning_curve if loaded else ()
        self.learning.setVisible(bool(points))
        self.learning.show_points(points)
        self.learning_words.setText(
            learning_words(points)
            or "This run does not tell whether labelling on pays. A quick look tells it, where it has twenty images "
            "or more to train on and every class on validation."
        )
        name = SPLIT_NAMES.get(split, split)
        self.heading.setText(
            f"{self._folder.name}  ·  {name}: {counted(judgement.images)} of {counted(judgement.patients, 'patient')}"
        )

    def _open_cell(self, row: int, column: int) -> None:
        judgement, loaded = self._judgement(), self._loaded
        if judgement is None or loaded is None or judgement.split not in loaded.known.answers:
            return
        answers = loaded.known.answers[judgement.split]
        rules = loaded.known.rules
        if judgement.split == "validation" and loaded.points is not None:
            rules = rules.working_at(self.point.threshold)
        uids = [answers.instance(place) for place in cell(answers, rules, row, column)]
        title = f"Reader: {judgement.classes[row]}; model: {judgement.classes[column]}"
        self.images_wanted.emit(title, [uid for uid in uids if uid])


def _load(info: ModelInfo) -> _Loaded:
    beside = read_beside(info.folder)
    try:
        points = operating_points(info.folder)
    except TrainerError:  # there is none to choose; the pane says so
        points = None
    return _Loaded(
        read_known(info), points, beside.learning_curve, beside.doubts, openings_words(info.folder)
    )


def _page(widgets: Sequence[QWidget]) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 6, 0, 0)
    for widget in widgets:
        layout.addWidget(widget)
    return page


def _facts(run: Run) -> str:
    if run.info is None:
        return (
            run.problem
            or "This training is not finished. Train again with the same choices to go on with it."
        )
    info = run.info
    return (
        f"Recipe “{info.recipe}”, {in_words(info.seconds)} on {info.device}; the best of {info.epochs} epochs "
        f"is number {info.best_epoch}."
    )


def _calibration(judgement: Judgement, loaded: _Loaded | None) -> str:
    told = f"Probabilities: {loaded.known.rules.calibration.in_words()}. " if loaded else ""
    before = judgement.facts.get("ece_before")
    now = next((figure.value for figure in judgement.figures if figure.name == "ece"), None)
    if before is not None and now is not None:
        told += f"Calibration error before {before:.3f}, now {now:.3f}. "
    return f"{told}On the diagonal, a probability means what it says; lines are 95 % intervals."


def _group(group: Group) -> tuple[str, ...]:
    by_kind = {figure.kind: figure for figure in group.figures}
    mark = "⚠ " if group.doubt else ""
    counts = f"{group.images:,} / {group.patients:,}"
    return f"{mark}{_group_name(group)}", counts, *(_short(by_kind.get(kind)) for kind in _GROUP_KINDS)


def _group_name(group: Group) -> str:
    return f"{GROUP_COLUMNS.get(group.column, group.column)}: {group.value}"


def _short(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    if figure.low is None or figure.high is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} ({figure.low:.2f} – {figure.high:.2f})"
