"""Fields for settings, made from what each setting says of itself."""

from collections.abc import Callable, Mapping
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QSpinBox, QWidget

from app.gui.widgets.number import NumberField, WholeField
from trainer import Parameter, RecipeError, Value

_MOST = 10_000
_DECIMALS = 6
_ON_DEMAND = Qt.FocusPolicy.StrongFocus  # the wheel scrolls the form, and changes no field on the way
_TITLES = {
    "architecture": "Network",
    "trainable_from": "Learns from layer",
    "size": "Image size",
    "kernels": "Windows",
    "kernel_size": "Largest window",
    "filters": "Channels",
    "filter_growth": "Channel growth",
    "l2": "L2 penalty",
    "cut": "Cut after layer",
    "rivals": "Trained as well",
    "outcome": "What is kept",
    "seeds": "Beginnings",
}


class SettingField:
    """One setting: `widget` shows it, `value()` reads it in its own type."""

    def __init__(
        self, parameter: Parameter, changed: Callable[[], None], titles: Mapping[str, str] | None = None
    ) -> None:
        self.parameter = parameter
        self.widget = _made(parameter, changed, titles or {})
        self.widget.setAccessibleName(title_of(parameter))
        self.widget.setAccessibleDescription(parameter.words)
        self.widget.setFocusPolicy(_ON_DEMAND)

    def value(self) -> Value:
        """What is set; RecipeError where it is not possible."""
        widget = self.widget
        if isinstance(widget, QComboBox):
            return cast(Value, widget.currentData())
        if isinstance(widget, QCheckBox):
            return widget.isChecked()
        if isinstance(widget, QSpinBox | QDoubleSpinBox):
            return self.parameter.checked(widget.value())
        assert isinstance(widget, QLineEdit)
        return self.parameter.parsed(widget.text().strip())

    def show_value(self, value: Value) -> None:
        """Show a value without telling of a change."""
        widget = self.widget
        widget.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        if isinstance(widget, QComboBox):
            widget.setCurrentIndex(widget.findData(value))
        elif isinstance(widget, QCheckBox):
            widget.setChecked(bool(value))
        elif isinstance(widget, QSpinBox):
            widget.setValue(int(value))
        elif isinstance(widget, QDoubleSpinBox):
            widget.setValue(float(value))
        elif isinstance(widget, QLineEdit):
            widget.setText(str(value))
        widget.blockSignals(False)  # noqa: FBT003

    def is_possible(self) -> bool:
        """Whether what is set can be used."""
        try:
            self.value()
        except RecipeError:
            return False
        return True


def title_of(parameter: Parameter) -> str:
    """The setting's name as a form shows it."""
    return _TITLES.get(parameter.name) or parameter.name.replace("_", " ").capitalize()


def _made(parameter: Parameter, changed: Callable[[], None], titles: Mapping[str, str]) -> QWidget:
    if parameter.choices:
        box = _Choices()
        for choice in parameter.choices:
            box.addItem(titles.get(str(choice), str(choice)), choice)
        box.currentIndexChanged.connect(changed)
        return box
    if isinstance(parameter.default, bool):
        tick = QCheckBox(title_of(parameter))
        tick.toggled.connect(changed)
        return tick
    if isinstance(parameter.default, int):
        whole = WholeField()
        whole.setRange(int(max(parameter.low, -_MOST)), int(min(parameter.high, _MOST)))
        whole.valueChanged.connect(changed)
        return whole
    if isinstance(parameter.default, float):
        return _number(parameter, changed)
    line = QLineEdit()
    line.textChanged.connect(changed)
    return line


def _number(parameter: Parameter, changed: Callable[[], None]) -> QDoubleSpinBox:
    number = NumberField()
    number.setDecimals(_DECIMALS)
    number.setRange(max(parameter.low, -_MOST), min(parameter.high, _MOST))
    number.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
    number.valueChanged.connect(changed)
    return number


class _Choices(QComboBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()
