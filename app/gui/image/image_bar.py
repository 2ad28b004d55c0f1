"""Buttons under an image for what its keys do, so that nobody must know the keys to begin."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from app.gui.image.image_view import ImageView

OWN = "As the file says"


class ImageBar(QWidget):
    """Window presets, invert, fit, one to one, outlines and cine of one view."""

    def __init__(self, view: ImageView, *, regions: bool = False) -> None:
        super().__init__()
        self.view = view
        self.presets = QComboBox()
        self.presets.setAccessibleName("Window")
        self.presets.setToolTip("Window (Shift+F1 … Shift+F9)")
        self.presets.activated.connect(self._on_preset)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(self.presets)
        self.invert = self._add("Invert", "I", lambda: view.set_inverted(not view.inverted))
        self.invert.setCheckable(True)
        self._add("Fit", "F", view.fit)
        self._add("1 : 1", "O", view.actual_size)
        self._add("Reset", "R", view.reset)
        self.ruler = self._add("Ruler", "L", lambda: setattr(view, "measuring", not view.measuring))
        self.ruler.setCheckable(True)
        self.outlines = self._add("Outlines", "M", view.toggle_regions)
        self.outlines.setCheckable(True)
        self.outlines.setVisible(regions)
        self.cine = self._add("Play", "C", view.toggle_cine)
        layout.addStretch(1)
        view.window_changed.connect(self.refresh)
        self.refresh()

    def _add(self, text: str, key: str, action: Callable[[], object]) -> QToolButton:
        tool = QToolButton()
        tool.setText(text)
        tool.setToolTip(f"{text} ({key})")
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
        names = [OWN, *(f"{each.name}  (W {each.width:.0f} L {each.center:.0f})" for each in offered)]
        if names != [self.presets.itemText(place) for place in range(self.presets.count())]:
            self.presets.clear()
            self.presets.addItems(names)
        self.presets.setEnabled(frame is not None and frame.windowed)
        self.invert.setChecked(self.view.inverted)
        self.ruler.setChecked(self.view.measuring)
        self.outlines.setChecked(self.view.show_regions)
        self.cine.setVisible(self.view.frames > 1)
        self.cine.setText("Stop" if self.view.playing else "Play")
