"""Curves: the course of a training, and ROC curves. Lines differ in pattern, not only in colour."""

from collections.abc import Mapping, Sequence
from typing import Any

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.gui import theme

PATTERNS = (Qt.PenStyle.SolidLine, Qt.PenStyle.DashLine, Qt.PenStyle.DotLine, Qt.PenStyle.DashDotLine)
Epoch = Mapping[str, float]


class Plot(pg.PlotWidget):  # type: ignore[misc]
    """Axes in the colours of the theme; the mouse does not move them."""

    def __init__(self, name: str, axes: tuple[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self._axes = axes
        self.setMouseEnabled(x=False, y=False)
        self.hideButtons()
        self.setMenuEnabled(False)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.legend = self.addLegend(offset=(-10, 10))
        self.setMinimumHeight(160)
        self.restyle()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        colours = theme.tokens()
        self.setBackground(QColor(colours.surface))
        for side, text in zip(("bottom", "left"), self._axes, strict=True):
            axis = self.getAxis(side)
            axis.setPen(pg.mkPen(colours.line))
            axis.setTextPen(pg.mkPen(colours.muted))
            self.setLabel(side, text, color=colours.muted)
            axis.setSIPrefixEnableRanges(
                ((-1.0, -1.0),)
            )  # switched off altogether, it still scales 0.9 to 900
        self.showGrid(x=True, y=True, alpha=0.15)
        self.legend.setLabelTextColor(QColor(colours.text))

    def line(self, name: str, points: tuple[Sequence[float], Sequence[float]], number: int) -> None:
        """Draw a line; `number` chooses colour and pattern."""
        colours = theme.tokens()
        choice = (colours.accent, colours.caution, colours.good, colours.bad)[number % 4]
        pen = pg.mkPen(choice, width=2, style=PATTERNS[number % len(PATTERNS)])
        alone = {"symbol": "o", "symbolBrush": choice, "symbolPen": None} if len(points[0]) == 1 else {}
        self.plot(list(points[0]), list(points[1]), pen=pen, name=name, antialias=True, **alone)


class HistoryPlot(QWidget):
    """Loss at the left, AUC or accuracy at the right; the best epoch is marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._epochs: list[Epoch] = []
        self._best: int | None = None
        self.loss = Plot("Loss by epoch", ("Epoch", "Loss"))
        self.score = Plot("Validation AUC and accuracy by epoch", ("Epoch", "Share of 1"))
        self.score.setYRange(0, 1, padding=0.02)
        self.score.legend.setOffset((-10, -10))
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.loss)
        layout.addWidget(self.score)

    def show_history(self, epochs: Sequence[Epoch], best: int | None = None) -> None:
        """Show a whole training; `best` is the number of its best epoch."""
        self._epochs, self._best = list(epochs), best
        self._draw()

    def add(self, epoch: Epoch) -> None:
        """Show one more epoch."""
        self._epochs = [other for other in self._epochs if other.get("epoch") != epoch.get("epoch")]
        self._epochs.append(epoch)
        self._draw()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        for plot in (self.loss, self.score):
            plot.restyle()
        self._draw()

    def _draw(self) -> None:
        for plot, names in ((self.loss, _LOSSES), (self.score, _SCORES)):
            plot.clear()
            for number, (key, name) in enumerate(names):
                known = [(e["epoch"], e[key]) for e in self._epochs if _is_number(e, key)]
                if known:
                    plot.line(name, ([x for x, _ in known], [y for _, y in known]), number)
            if self._best is not None:
                colour = theme.tokens().muted
                pen = pg.mkPen(colour, style=Qt.PenStyle.DashLine)
                plot.addItem(pg.InfiniteLine(self._best, pen=pen, label="best", labelOpts={"color": colour}))


class RocPlot(Plot):
    """ROC curves, one class against the others, with the diagonal of chance."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("ROC curves", ("1 – specificity", "Sensitivity"), parent)
        self._curves: Sequence[Mapping[str, Any]] = ()
        self.setXRange(0, 1, padding=0.02)
        self.setYRange(0, 1, padding=0.02)
        self.legend.setOffset((-10, -10))
        self.setMinimumHeight(240)

    def show_curves(self, curves: Sequence[Mapping[str, Any]]) -> None:
        """Show curves as evaluation.json has them; of two classes the finding's alone, as both say the same."""
        self._curves = curves[-1:] if len(curves) == 2 else curves  # noqa: PLR2004 - a finding and its absence
        self._draw()

    def restyle(self) -> None:
        """Take the colours of the theme now in use."""
        super().restyle()
        if hasattr(self, "_curves"):
            self._draw()

    def _draw(self) -> None:
        self.clear()
        self.plot([0, 1], [0, 1], pen=pg.mkPen(theme.tokens().line))
        for number, curve in enumerate(self._curves):
            points = (curve["false_positive_rate"], curve["true_positive_rate"])
            self.line(f"{curve['class_name']}, AUC {curve['auc']:.3f}", points, number)


_LOSSES = (("val_loss", "validation"), ("loss", "training"))
_SCORES = (
    ("val_auc", "AUC, validation"),
    ("val_accuracy", "accuracy, validation"),
    ("accuracy", "accuracy, training"),
)


def _is_number(epoch: Epoch, key: str) -> bool:
    return isinstance(epoch.get(key), int | float)
