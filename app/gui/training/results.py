"""What a training reached: warnings, confusion matrix, ROC curves, and figures with their intervals."""

from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app import NOTICE
from app.gui.labelling.confusion import ConfusionMatrix
from app.gui.runs import SPLIT_NAMES, Judgement, Run, read_judgements
from app.gui.training.curves import RocPlot
from app.gui.widgets.job_panel import in_words
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import label
from trainer import figure_row


class Results(QWidget):
    """Shows a run's evaluation, split by split."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._found: list[Judgement] = []
        self.heading = label("", "heading")
        self.facts = label("", "muted")
        self.splits = QComboBox()
        self.splits.setAccessibleName("Which split")
        self.splits.currentIndexChanged.connect(self._show_split)
        self.warnings = label("", "caution")
        self.matrix, self.roc = ConfusionMatrix(), RocPlot()
        self.table = SmallTable("Figures", ("Figure", "Value", "95 % interval", "Images", "Dummy"))
        self.table.setMinimumHeight(round(self.fontMetrics().height() * 12))
        top = QHBoxLayout()
        top.addWidget(self.heading, 1)
        top.addWidget(self.splits)
        middle = QHBoxLayout()
        middle.setSpacing(14)
        middle.addWidget(self.matrix, 1)
        middle.addWidget(self.roc, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(top)
        layout.addWidget(self.facts)
        layout.addWidget(self.warnings)
        layout.addLayout(middle, 3)
        layout.addWidget(self.table, 3)
        layout.addWidget(label(f"{NOTICE}.", "muted"))

    def show_run(self, run: Run) -> None:
        """Show this run."""
        self.heading.setText(run.name)
        self.facts.setText(_facts(run))
        self._found = read_judgements(run.folder)
        self.splits.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.splits.clear()
        for judgement in self._found:
            self.splits.addItem(SPLIT_NAMES.get(judgement.split, judgement.split), judgement.split)
        self.splits.blockSignals(False)  # noqa: FBT003
        self.splits.setVisible(bool(self._found))
        self._run_warnings = run.info.warnings if run.info else (run.problem,) if run.problem else ()
        self._show_split()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        self.roc.restyle()
        self.matrix.update()

    def _show_split(self) -> None:
        there = 0 <= self.splits.currentIndex() < len(self._found)
        for widget in (self.matrix, self.roc, self.table):
            widget.setVisible(there)
        warnings = list(self._run_warnings)
        if there:
            judgement = self._found[self.splits.currentIndex()]
            warnings += [text for text in judgement.warnings if text not in warnings]
            self._show_judgement(judgement)
        self.warnings.setText("\n".join(f"⚠ {text}" for text in warnings))
        self.warnings.setVisible(bool(warnings))

    def _show_judgement(self, judgement: Judgement) -> None:
        self.matrix.show_matrix(judgement.classes, judgement.confusion)
        self.roc.show_curves(judgement.curves)
        self.table.fill([figure_row(figure) for figure in judgement.figures])
        split = SPLIT_NAMES.get(judgement.split, judgement.split)
        self.splits.setToolTip(f"{split}: {judgement.images:,} images of {judgement.patients:,} patients")
        self.heading.setText(
            f"{self.heading.text().split('  ·  ')[0]}  ·  {split}: {judgement.images:,} images of "
            f"{judgement.patients:,} patients"
        )


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
