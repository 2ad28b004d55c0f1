"""The steps of the work at the left edge of the window."""

from collections.abc import Collection, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QFrame, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app import policy
from app.gui.actions import step_keys
from app.gui.icons import icon
from app.gui.steps import Step
from app.gui.widgets.text import label


class Rail(QFrame):
    """One button a step, numbered in the order of the work."""

    chosen = Signal(str)  # name of the step

    def __init__(self, steps: Sequence[Step], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "rail")
        self._steps = tuple(steps)
        rules = policy.current()
        self.off = frozenset(
            step.name for step in steps if not rules.allows(step.feature)
        )  # by the site's IT
        self._group = QButtonGroup(self)
        self.buttons: dict[str, QToolButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 14, 8, 14)
        layout.setSpacing(4)
        self.project = label("", "muted")
        self.project.setContentsMargins(12, 0, 4, 0)
        layout.addWidget(self.project)
        layout.addSpacing(6)
        for number, step in enumerate(steps, start=1):
            self.buttons[step.name] = self._button(number, step)
            layout.addWidget(self.buttons[step.name])
        layout.addStretch(1)
        self.repaint_icons()

    def mark(self, name: str) -> None:
        """Show which step is open; none where the page is no step."""
        if name in self.buttons:
            self.buttons[name].setChecked(True)
        else:
            self._mark_none()

    def show_project(self, name: str) -> None:
        """Name the open project; without one the steps cannot be chosen."""
        self.project.setText(name)
        for step, widget in self.buttons.items():
            widget.setEnabled(bool(name) and step not in self.off)
        if not name:
            self._mark_none()

    def _mark_none(self) -> None:
        self._group.setExclusive(False)
        for widget in self.buttons.values():
            widget.setChecked(False)
        self._group.setExclusive(True)

    def allow_only(self, names: Collection[str]) -> None:
        """Grey out the other steps."""
        for name, widget in self.buttons.items():
            widget.setEnabled(name in names and name not in self.off)

    def repaint_icons(self) -> None:
        """Draw the icons again, in another theme or size."""
        side = round(self.fontMetrics().height() * 1.3)
        for name, widget in self.buttons.items():
            widget.setIcon(icon(name))
            widget.setIconSize(QSize(side, side))

    def _button(self, number: int, step: Step) -> QToolButton:
        widget = QToolButton()
        widget.setProperty("role", "step")
        widget.setText(f"  {number}  {step.title}")
        widget.setCheckable(True)
        widget.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        widget.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        off = f"{step.title} is switched off. {policy.SET_BY_IT}."
        widget.setToolTip(off if step.name in self.off else f"{step.title} ({step_keys(number)[0]})")
        widget.setAccessibleName(f"Step {number}: {step.title}")
        widget.clicked.connect(lambda: self.chosen.emit(step.name))
        self._group.addButton(widget)
        return widget
