"""List, image and details beside each other, each of a sensible width until the user drags."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

LIST_LETTERS = 30
DETAILS = 0.47  # of what the list leaves
DETAILS_LETTERS = 108  # as wide as that is enough: the image gets the rest


class ThreePanes(QSplitter):
    """Three widgets in a row; a share that the user has dragged stays."""

    def __init__(self, *panes: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._dragged = False
        self.setChildrenCollapsible(False)
        for place, pane in enumerate(panes):
            self.addWidget(pane)
            self.setStretchFactor(place, min(place, 1))
        self.splitterMoved.connect(self._on_dragged)

    def _on_dragged(self) -> None:
        self._dragged = True

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Share the width anew."""
        super().resizeEvent(event)
        if not self._dragged:
            listed = LIST_LETTERS * self.fontMetrics().averageCharWidth()
            rest = max(0, self.width() - listed)
            details = min(round(rest * DETAILS), DETAILS_LETTERS * self.fontMetrics().averageCharWidth())
            self.setSizes([listed, rest - details, details])
