"""Plots of a result: a ROC curve with a point to drag, reliability, and what more labels would bring."""

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from app.gui import theme
from app.gui.training.curves import Plot, RocPlot
from trainer import LearningPoint, PointFigures, ReliabilityBin


class PointPlot(RocPlot):
    """ROC curves with the place at which the model works; `dragged(1 – specificity, sensitivity)` as it moves."""

    dragged = Signal(float, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._place: tuple[float, float] | None = None
        self._movable = False
        self.target = pg.TargetItem(size=15, movable=True)
        self.target.sigPositionChanged.connect(self._on_moved)
        self._draw_point()

    def show_point(self, point: PointFigures | None, *, movable: bool) -> None:
        """Show where the model works; None where there is no such place."""
        self._place = None if point is None else (1 - point.specificity, point.sensitivity)
        self._movable = movable
        self._draw_point()

    def _draw(self) -> None:
        super()._draw()
        if hasattr(self, "target"):
            self._draw_point()

    def _draw_point(self) -> None:
        colours = theme.tokens()
        if self.target.scene() is None:
            self.addItem(self.target)  # drawing the curves took it away
        self.target.setVisible(self._place is not None)
        self.target.movable = self._movable
        self.target.setPen(pg.mkPen(colours.text, width=2))
        self.target.setHoverPen(pg.mkPen(colours.accent, width=3))
        self.target.setBrush(QColor(colours.surface))
        self.target.setZValue(10)
        if self._place is not None:
            self.target.blockSignals(True)  # noqa: FBT003 - Qt's own signature
            self.target.setPos(QPointF(*self._place))
            self.target.blockSignals(False)  # noqa: FBT003

    def _on_moved(self) -> None:
        at = self.target.pos()
        self.dragged.emit(min(1.0, max(0.0, at.x())), min(1.0, max(0.0, at.y())))


class ReliabilityPlot(Plot):
    """What was said against what was: on the diagonal, a probability means what it says."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Reliability diagram", ("Probability said", "Share observed"), parent)
        self.legend.setOffset((10, 10))
        self._steps: Sequence[ReliabilityBin] = ()
        self.setXRange(0, 1, padding=0.02)
        self.setYRange(0, 1, padding=0.02)
        self.setMinimumHeight(240)

    def show_steps(self, steps: Sequence[ReliabilityBin]) -> None:
        """Show these, with 95 % intervals."""
        self._steps = steps
        self._draw()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        super().restyle()
        if hasattr(self, "_steps"):
            self._draw()

    def _draw(self) -> None:
        self.clear()
        colours = theme.tokens()
        self.plot([0, 1], [0, 1], pen=pg.mkPen(colours.line))
        for number, name in enumerate(dict.fromkeys(step.class_name for step in self._steps)):
            steps = [step for step in self._steps if step.class_name == name]
            for step in steps:
                ends = [step.share_low, step.share_high]
                self.plot([step.mean_probability] * 2, ends, pen=pg.mkPen(colours.muted))
            self.line(name, ([s.mean_probability for s in steps], [s.share for s in steps]), number)


class LearningPlot(Plot):
    """AUC on validation by the number of images learned from."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Learning curve", ("Images learned from", "AUC on validation"), parent)
        self._points: Sequence[LearningPoint] = ()
        self.legend.setOffset((-10, -10))
        self.setMinimumHeight(220)

    def show_points(self, points: Sequence[LearningPoint]) -> None:
        """Show these; bars are the lowest and highest of several draws of patients."""
        self._points = points
        self._draw()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        super().restyle()
        if hasattr(self, "_points"):
            self._draw()

    def _draw(self) -> None:
        self.clear()
        for point in self._points:
            ends = [point.lowest, point.highest]
            self.plot(
                [point.images] * 2, ends, pen=pg.mkPen(theme.tokens().muted, style=Qt.PenStyle.SolidLine)
            )
        if self._points:
            areas = [point.auc for point in self._points]
            self.line("mean of three draws of patients", ([p.images for p in self._points], areas), 0)
