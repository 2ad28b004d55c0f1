"""The images on which model and reader disagree, those first of which the model was surest."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtWidgets import QSplitter, QTableView, QVBoxLayout, QWidget

from app.gui.image.heat_map import HeatMapView
from app.gui.jobs import JobRunner
from app.gui.models.rows_model import Index, RowsModel
from app.gui.shortcuts import bind
from app.gui.widgets.table_look import look_as_rows
from app.gui.widgets.text import button, label
from trainer import Known, worst_errors

_MOST = 2000


@dataclass(frozen=True, slots=True)
class WrongImage:
    """One such image."""

    sop_uid: str  # "" where the data set does not come from the project
    name: str
    reader: str
    said: str
    probability: float


class ErrorsModel(RowsModel[WrongImage]):
    """Columns: how sure the model was, reader, model, image."""

    headings = ("Sure", "Reader", "Model", "Image")

    def show_rows(self, rows: Sequence[WrongImage]) -> None:
        """Show these in place of the present ones."""
        self.beginResetModel()
        self.rows = list(rows)
        self.endResetModel()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The text of a cell."""
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return (f"{row.probability:.0%}", row.reader, row.said, row.name)[index.column()]
        return None


class ErrorsPane(QWidget):
    """The table at the left, the chosen image at the right; R opens it on the Label page."""

    relabel_wanted = Signal(list)  # SOP Instance UIDs, the chosen one first

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model_folder, self._instances = Path(), Path()
        self._classes: tuple[str, ...] = ()
        self.model = ErrorsModel(self)
        self.table = QTableView()
        self.table.setModel(self.model)
        look_as_rows(self.table, "Images on which model and reader disagree")
        self.table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.table.selectionModel().currentRowChanged.connect(self._on_row)
        self.table.doubleClicked.connect(lambda _index: self.relabel())
        self.summary = label("", "muted")
        self.view = HeatMapView(jobs)
        self.view.switch.setChecked(False)
        self.relabel_button = button(
            "&Read these again  (R)", self.relabel, tip="Opens them on the Label page, the chosen one first"
        )
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 8, 0)
        column.addWidget(self.summary, alignment=Qt.AlignmentFlag.AlignTop)
        for widget in (self.table, self.relabel_button):
            column.addWidget(widget)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(left)
        splitter.addWidget(self.view)
        splitter.setChildrenCollapsible(False)
        letter = self.fontMetrics().averageCharWidth()
        splitter.setSizes([letter * 70, letter * 50])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(splitter)
        bind(self.table, {"results.read_again": self.relabel})

    def show_split(self, known: Known, split: str, instances: Path) -> None:
        """Show the errors of a split; `instances` holds the project's masked instances."""
        answers = known.answers[split]
        self._model_folder, self._instances = known.info.folder, instances
        self.view.keep_in(instances.parent)
        self._classes = answers.classes
        errors = worst_errors(answers, known.rules)
        rows = [
            WrongImage(
                answers.instance(error.place),
                f"{answers.patients[error.place]} · {answers.names[error.place].rpartition('/')[2]}",
                answers.classes[error.label],
                answers.classes[error.predicted],
                error.probability,
            )
            for error in errors[:_MOST]
        ]
        self.model.show_rows(rows)
        self.summary.setText(_in_words(len(errors), len(answers)))
        for part in (self.table, self.relabel_button, self.view):
            part.setVisible(bool(rows))
        self.relabel_button.setEnabled(any(row.sop_uid for row in rows))
        for column in range(3):
            self.table.resizeColumnToContents(column)
        self.table.horizontalHeader().setStretchLastSection(True)
        if rows:
            self.table.selectRow(0)

    def relabel(self) -> None:
        """Ask for these images on the Label page, beginning with the chosen one."""
        place = max(0, self.table.currentIndex().row())
        rows = [*self.model.rows[place:], *self.model.rows[:place]]
        self.relabel_wanted.emit([row.sop_uid for row in rows if row.sop_uid])

    def _on_row(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if not current.isValid():
            return
        row = self.model.rows[current.row()]
        file = self._instances / f"{row.sop_uid}.dcm"
        if row.sop_uid and file.is_file():
            self.view.show_image(self._model_folder, file, self._classes, row.said)
        else:
            self.view.clear("The image is not one of this project; it cannot be shown here.")


def _in_words(errors: int, images: int) -> str:
    if not errors:
        return (
            f"Model and reader agree on all {images:,} images." if images > 1 else "Model and reader agree."
        )
    shown = f" The {_MOST:,} worst are shown." if errors > _MOST else ""
    return (
        f"{errors:,} of {images:,} images; first those of which the model was surest. It may be wrong, or the "
        f"label.{shown}"
    )
