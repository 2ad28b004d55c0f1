"""Buttons under an image for what its keys do, so that nobody must know the keys to begin."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QToolButton, QWidget

from anonymizer.pixels.rendering import WindowPreset
from app.gui.image.cine import FASTEST, SLOWEST
from app.gui.image.image_view import ImageView
from app.gui.shortcuts import KEYS, native
from app.gui.widgets.flow import FlowLayout

OWN = "As stored"


class ImageBar(QWidget):
    """Window presets, invert, fit, one to one, outlines and cine of one view."""

    def __init__(self, view: ImageView, *, regions: bool = False) -> None:
        super().__init__()
        self.view = view
        self.presets = QComboBox()
        self.presets.setAccessibleName("Window")
        self.presets.setToolTip("Window (Shift+F1 … Shift+F9)")
        self.presets.activated.connect(self._on_preset)
        layout = FlowLayout(self, spacing=2)  # a bar in one row would widen the window at the first cine
        self.presets.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.presets.setMinimumContentsLength(8)
        layout.addWidget(self.presets)
        self.invert = self._add("Invert", "image.invert", lambda: view.set_inverted(not view.inverted))
        self.invert.setCheckable(True)
        self._add("Fit", "image.fit", view.fit)
        self._add("1 : 1", "image.actual_size", view.actual_size)
        self._add("Reset", "image.reset", view.reset)
        self.ruler = self._add(
            "Ruler", "image.measure", lambda: setattr(view, "measuring", not view.measuring)
        )
        self.ruler.setCheckable(True)
        self.outlines = self._add("Outlines", "image.regions", view.toggle_regions)
        self.outlines.setCheckable(True)
        self.outlines.setVisible(regions)
        self.cine = self._add("Play", "image.cine", view.toggle_cine)
        self.pace = QDoubleSpinBox()
        self.pace.setRange(SLOWEST, FASTEST)
        self.pace.setDecimals(1)
        self.pace.setSuffix(" /s")
        self.pace.setAccessibleName("Frames per second")
        self.pace.setToolTip("Frames per second")
        self.pace.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.pace.valueChanged.connect(view.cine.set_rate)
        self.pace.editingFinished.connect(view.setFocus)
        layout.addWidget(self.pace)
        view.window_changed.connect(self.refresh)
        self.refresh()

    def _add(self, text: str, name: str, action: Callable[[], object]) -> QToolButton:
        tool = QToolButton()
        tool.setText(text)
        tool.setToolTip(", ".join((text, *map(native, KEYS.keys(name)))))
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.clicked.connect(lambda _checked: self._do(action))
        layout = self.layout()
        if layout is not None:
            layout.addWidget(tool)
        return tool

    def _do(self, action: Callable[[], object]) -> None:
        action()
        self.refresh()

    def _on_preset(self, number: int) -> None:
        if number == 0:
            self.view.set_window(None)
        else:
            self.view.set_preset(number - 1)
        self.view.setFocus()

    def refresh(self) -> None:
        """Show what holds for the image in sight."""
        frame = self.view.frame_shown
        offered = self.view.presets
        names = [OWN, *map(_words, offered)]
        if names != [self.presets.itemText(place) for place in range(self.presets.count())]:
            self.presets.clear()
            self.presets.addItems(names)
        self.presets.setEnabled(frame is not None and frame.windowed)
        self.invert.setChecked(self.view.inverted)
        self.ruler.setChecked(self.view.measuring)
        self.outlines.setChecked(self.view.show_regions)
        self.cine.setVisible(self.view.frames > 1)
        self.cine.setText("Stop" if self.view.playing else "Play")
        self.pace.setVisible(self.view.frames > 1)
        with QSignalBlocker(self.pace):
            self.pace.setValue(self.view.cine.rate)


def _words(preset: WindowPreset) -> str:
    if preset.table is not None:
        return preset.name
    return f"{preset.name}  (W {preset.width:.0f} L {preset.center:.0f})"
