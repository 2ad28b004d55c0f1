"""Where the model works: a point on the ROC curve, moved by mouse or keys, and what it does to the images."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from app.gui.labelling.confusion import ConfusionMatrix
from app.gui.runs import Judgement
from app.gui.training.result_plots import PointPlot
from app.gui.widgets.text import button, label
from trainer import PointChooser, PointFigures

FIXED = "The operating point is chosen on the validation split, never on the test split."
NONE = "This model has no operating point to choose; it says the most probable class."


class OperatingPane(QWidget):
    """ROC curve and confusion matrix side by side; both follow the point."""

    kept = Signal(float)  # the threshold that the model is to work with from now on
    cell_chosen = Signal(int, int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._points: PointChooser | None = None
        self._used = 0.5
        self._threshold = 0.5
        self._classes: tuple[str, ...] = ()
        self.plot = PointPlot()
        self.plot.dragged.connect(self._on_dragged)
        self.matrix = ConfusionMatrix(opens=True)
        self.matrix.chosen.connect(self.cell_chosen)
        self.told = label("")
        self.hint = label("", "muted")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Operating point, from never to always said; arrow keys move it")
        self.slider.setToolTip("Left, Right: one step. Home: never said. End: always said.")
        self.slider.valueChanged.connect(self._on_step)
        self.keep_button = button("&Work here", lambda: self.kept.emit(self._threshold), primary=True)
        self.back_button = button("&Back to the present one", self._back)
        self.best_button = button(
            "Best &sum",
            lambda: self._go(PointChooser.youden),
            tip="Where sensitivity + specificity is largest",
        )
        self.find_button = button(
            "&Find 95 %", lambda: self._go(lambda p: p.with_sensitivity(0.95)), tip="A sensitivity of 95 %"
        )
        self._lay_out()

    def show_split(self, judgement: Judgement, points: tuple[PointChooser, float] | None) -> None:
        """Show a split; `points` are the validation split's, with the threshold in use, where it is that one."""
        self._classes = judgement.classes
        self.plot.show_curves(judgement.curves)
        self.matrix.show_matrix(judgement.classes, judgement.confusion)
        self._points, self._used = points if points else (None, self._used)
        for widget in (self.slider, self.keep_button, self.back_button, self.best_button, self.find_button):
            widget.setVisible(points is not None)
        if points is None:
            point = _point_of(judgement)
            self.plot.show_point(point, movable=False)
            self.told.setText(f"{point.in_words()}." if point else "")
            self.hint.setText(FIXED if point else NONE)
            return
        self.hint.setText(
            "Drag the point, or move it with the arrow keys. Numbers in brackets: 95 % interval and images. "
            "A number of the table opens its images."
        )
        self.slider.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.slider.setRange(0, len(points[0]) - 1)
        self.slider.blockSignals(False)  # noqa: FBT003
        self._back()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        self.plot.restyle()
        self.matrix.update()

    @property
    def threshold(self) -> float:
        """Of the point in sight."""
        return self._threshold

    def _lay_out(self) -> None:
        sides = QHBoxLayout()
        sides.setSpacing(14)
        sides.addWidget(self.plot, 1)
        sides.addWidget(self.matrix, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        for widget in (self.find_button, self.best_button, self.back_button, self.keep_button):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.addWidget(self.told)
        layout.addLayout(row)
        layout.addLayout(sides, 1)
        layout.addWidget(self.hint)

    def _go(self, choose: Callable[[PointChooser], int]) -> None:
        if self._points is not None:
            self.slider.setValue(choose(self._points))
            self.slider.setFocus()

    def _back(self) -> None:
        if self._points is None:
            return
        self.slider.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.slider.setValue(self._points.place_of(self._used))
        self.slider.blockSignals(False)  # noqa: FBT003
        self._show(self._points.of(self._used))

    def _on_dragged(self, false_positive_rate: float, sensitivity: float) -> None:
        if self._points is not None:
            place = self._points.nearest(false_positive_rate, sensitivity)
            if place == self.slider.value():
                self._show(self._points.at(place))  # puts the point back on the curve
            self.slider.setValue(place)

    def _on_step(self, place: int) -> None:
        if self._points is not None:
            self._show(self._points.at(place))

    def _show(self, point: PointFigures) -> None:
        self._threshold = point.threshold
        self.plot.show_point(point, movable=True)
        missed, alarms = point.positives - point.found, point.negatives - point.spared
        self.matrix.show_matrix(self._classes, ((point.spared, alarms), (missed, point.found)))
        self.told.setText(
            f"“{self._classes[1]}” is said from probability {point.threshold:.3f} on. {point.in_words()}."
        )
        moved = abs(point.threshold - self._used) > 1e-9  # noqa: PLR2004 - not the one in use
        self.keep_button.setEnabled(moved)
        self.back_button.setEnabled(moved)


def _point_of(judgement: Judgement) -> PointFigures | None:
    """Where a model of two classes works, from its confusion matrix."""
    if len(judgement.classes) != 2 or not all(map(sum, judgement.confusion)):  # noqa: PLR2004 - finding and absence
        return None
    (spared, alarms), (missed, found) = judgement.confusion
    return PointFigures(0.0, found, found + missed, spared, spared + alarms)
