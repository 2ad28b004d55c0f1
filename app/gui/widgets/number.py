"""Fields for numbers whose text keeps off the border, and that the wheel scrolls past."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractSpinBox, QDoubleSpinBox, QSpinBox, QWidget

_OFF_THE_BORDER = 6  # pixels; Qt gives the text of a styled spin box no padding of its own


class WholeField(QSpinBox):
    """For whole numbers."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _settle(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the form, and changes no field on the way."""
        event.ignore()


class NumberField(QDoubleSpinBox):
    """For any number."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        _settle(self)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The wheel scrolls the form, and changes no field on the way."""
        event.ignore()

    def textFromValue(self, value: float) -> str:
        """Without the noughts that only fill up."""
        return self.locale().toString(value, "g", self.decimals())


def _settle(field: QAbstractSpinBox) -> None:
    field.lineEdit().setTextMargins(_OFF_THE_BORDER, 0, 0, 0)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
