"""All trainings side by side: a table to sort, and the curves of the chosen ones over each other."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QItemSelectionModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app import NOTICE
from app.counted import counted
from app.gui.background import Latest
from app.gui.runs import Run, read_history, runs_in
from app.gui.training.curves import Plot
from app.gui.widgets.text import button, label
from trainer import ModelInfo

HEADINGS = ("Training", "AUC", "95 % interval", "Accuracy", "State", "Balancing", "Network", "Seed", "Epochs", "Time",
            "Balanced accuracy")  # fmt: skip
_SHOWN_AT_FIRST, _MOST_CURVES = 3, 4
_FOLDER = Qt.ItemDataRole.UserRole
_SORTED_BY = Qt.ItemDataRole.UserRole + 1


class RunsTable(QWidget):
    """`chosen(folder)` when a training is opened by double click or Enter."""

    chosen = Signal(str)
    experiment_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._histories: dict[str, list[dict[str, float]]] = {}
        self._reading = Latest(self)
        self._reading.done.connect(self._show)
        self.table = QTableWidget(0, len(HEADINGS))
        self.table.setAccessibleName("Trainings side by side")
        self.table.setHorizontalHeaderLabels(HEADINGS)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setTabKeyNavigation(False)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.table.itemSelectionChanged.connect(self._draw)
        self.table.itemActivated.connect(lambda item: self.chosen.emit(self._folder(item.row())))
        self.hint = label("", "muted")
        self.loss = Plot("Validation loss of the chosen trainings", ("Epoch", "Loss on validation"))
        self.area = Plot("Validation AUC of the chosen trainings", ("Epoch", "AUC on validation"))
        self.area.legend.setOffset((-10, -10))
        self._arrange()

    def refresh(self, models: Path) -> None:
        """Read the trainings as they are now."""
        self._reading.run(lambda: [(run, read_history(run.folder)) for run in runs_in(models)])

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        for plot in (self.loss, self.area):
            plot.restyle()
        self._draw()

    def names(self) -> list[str]:
        """The trainings in the order in which they stand."""
        return [
            item.text() if (item := self.table.item(row, 0)) else "" for row in range(self.table.rowCount())
        ]

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 8, 0, 0)
        top = QHBoxLayout()
        top.addWidget(self.hint, 1)
        top.addWidget(button("&New experiment…", self.experiment_wanted.emit))
        plots = QHBoxLayout()
        plots.addWidget(self.loss)
        plots.addWidget(self.area)
        column.addLayout(top)
        column.addWidget(self.table, 3)
        column.addLayout(plots, 2)

    def _show(self, found: Sequence[tuple[Run, list[dict[str, float]]]]) -> None:
        self._histories = {str(run.folder): history for run, history in found}
        self.table.setSortingEnabled(False)
        self.table.setRowCount(len(found))
        for row, (run, history) in enumerate(found):
            for column, (text, by) in enumerate(_cells(run, history)):
                item = _Cell(text)
                item.setData(_SORTED_BY, by)
                side = Qt.AlignmentFlag.AlignRight if isinstance(by, float) else Qt.AlignmentFlag.AlignLeft
                item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
                self.table.setItem(row, column, item)
            first = self.table.item(row, 0)
            if first is not None:
                first.setData(_FOLDER, str(run.folder))
        self.table.setSortingEnabled(True)
        self.table.sortItems(1, Qt.SortOrder.DescendingOrder)
        self.hint.setText(
            f"{counted(len(found), 'training')}, judged on validation: the best of many looks better than it is. "
            f"Choose up to {_MOST_CURVES} to see their curves; Enter opens one. {NOTICE}."
            if found
            else "No training yet. An experiment runs many, one after the other."
        )
        self._choose_first()

    def _choose_first(self) -> None:
        self.table.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for row in range(min(_SHOWN_AT_FIRST, self.table.rowCount())):
            self.table.selectionModel().select(self.table.model().index(row, 0), flags)

    def _draw(self) -> None:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})[:_MOST_CURVES]
        for plot, key in ((self.loss, "val_loss"), (self.area, "val_auc")):
            plot.clear()
            for number, row in enumerate(rows):
                history = self._histories.get(self._folder(row), [])
                known = [
                    (epoch["epoch"], epoch[key]) for epoch in history if key in epoch and "epoch" in epoch
                ]
                item = self.table.item(row, 0)
                if known and item is not None:
                    plot.line(item.text(), ([x for x, _ in known], [y for _, y in known]), number)

    def _folder(self, row: int) -> str:
        item = self.table.item(row, 0)
        return str(item.data(_FOLDER)) if item is not None else ""


class _Cell(QTableWidgetItem):
    """Sorted by what it means, not by how it is written."""

    def __lt__(self, other: QTableWidgetItem) -> bool:
        one, two = self.data(_SORTED_BY), other.data(_SORTED_BY)
        if isinstance(one, float) != isinstance(two, float):
            return not isinstance(one, float)
        return bool(one < two)


def _cells(run: Run, history: Sequence[Mapping[str, float]]) -> list[tuple[str, float | str]]:
    info = run.info
    if info is None:
        state = "cannot be read" if run.problem else f"not finished, {len(history)} epochs"
        nothing: list[tuple[str, float | str]] = [("", "")] * (len(HEADINGS) - 1)
        return [(run.name, run.name), *nothing[:3], (state, state), *nothing[4:]]
    found = info.metrics
    low, high = found.get("auc_low"), found.get("auc_high")
    interval = f"{low:.3f} – {high:.3f}" if low is not None and high is not None else ""
    return [
        (run.name, run.name),
        _figure(found.get("auc")),
        (interval, low if low is not None else ""),
        _figure(found.get("accuracy")),
        ("done", "done"),
        _setting(info, "balancing"),
        (info.architecture, info.architecture),
        (str(info.seed), float(info.seed)),
        (str(info.epochs), float(info.epochs)),
        (f"{info.seconds:,.0f} s", float(info.seconds)),
        _figure(found.get("balanced_accuracy")),
    ]


def _figure(value: float | None) -> tuple[str, float | str]:
    return ("", "") if value is None else (f"{value:.3f}", float(value))


def _setting(info: ModelInfo, name: str) -> tuple[str, str]:
    settings: Mapping[str, Any] = info.settings
    text = str(settings.get(name, ""))
    return text, text
