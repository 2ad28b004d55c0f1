"""What can be done with boxes that were drawn, or chosen to be shown again, and not applied yet."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from anonymizer import Region
from app.counted import counted
from app.gui.image.frames_choice import FramesChoice
from app.gui.image.shape_pen import HINTS, Shape
from app.gui.region_edits import Draft
from app.gui.widgets.flow import FlowLayout
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, card, label, set_role

NOTE = (
    "Shift+D begins a box by keys. "
    "Click a shape to choose it: arrows move, Shift+arrows resize, Del deletes. Del on a masked box shows it again, "
    "from the original (Shift+Del: on this frame alone); J, or dragging an edge, moves and resizes it. All of it can be "
    "taken back (Ctrl+Z)."
)
APPLYING = "Applying …"
IDENTIFIES = "what was read there IDENTIFIES the patient"


class DrawBar(QWidget):
    """A sentence and buttons; `apply_wanted(scope)` names for which images."""

    apply_wanted = Signal(str)
    undo_wanted = Signal()
    redo_wanted = Signal()
    left = Signal()
    shape_wanted = Signal(object)  # Shape

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label("", "caution")
        self.frames = FramesChoice()
        self.shapes = {shape: self._shape_button(shape) for shape in Shape}
        self.shapes[Shape.BOX].setChecked(True)
        self.apply_buttons = tuple(
            button(text, self._applier(scope), primary=scope == "instance", tip=tip)
            for scope, text, tip in (
                ("instance", "Apply", "To this image (Enter on the image)"),
                ("series", "Series", "To all images of the series that have this size (Shift+Enter)"),
                (
                    "device",
                    "Device",
                    "To all images of the same manufacturer, model, size and kind of colour (Ctrl+Enter)",
                ),
                (
                    "always",
                    "Always",
                    "To all images of this device, and at import from now on: a device rule (Ctrl+Shift+Enter)",
                ),
            )
        )
        self.apply_button = self.apply_buttons[0]
        self.undo_button = button("Undo", self.undo_wanted.emit, tip="Take the last step back (Ctrl+Z)")
        self.redo_button = button("Redo", self.redo_wanted.emit, tip="Take it again (Ctrl+Y)")
        self.leave_button = button(
            "Leave", self.left.emit, tip="Put the tool away (Esc); what was drawn waits"
        )
        self.panel = JobPanel()
        self._lay_out()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def _lay_out(self) -> None:
        """Few and low rows: what the bar takes the image loses."""
        frame, inside = card()
        inside.setContentsMargins(10, 6, 10, 6)
        inside.setSpacing(4)
        shapes, row = FlowLayout(), FlowLayout()
        for widget in (*self.shapes.values(), self.frames):
            shapes.addWidget(widget)
        for widget in (*self.apply_buttons, self.undo_button, self.redo_button, self.leave_button):
            row.addWidget(widget)
        inside.addLayout(shapes)
        inside.addWidget(self.text)
        inside.addLayout(row)
        inside.addWidget(self.panel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(frame)

    def show_draft(self, draft: Draft, *, running: bool, can_undo: bool, can_redo: bool) -> None:
        """Say what waits, and offer what can be done."""
        told = f"{_words(draft)} Enter applies it." if draft else HINTS[self.shape]
        self.text.setText(APPLYING if running else told)
        set_role(self.text, "bad" if IDENTIFIES in told and not running else "caution")
        self.text.setToolTip(f"{HINTS[self.shape]}\n{NOTE}")
        for each in self.apply_buttons:
            each.setEnabled(bool(draft) and not running)
        self.undo_button.setEnabled(can_undo and not running)
        self.redo_button.setEnabled(can_redo and not running)

    @property
    def shape(self) -> Shape:
        """What is drawn."""
        return next(shape for shape, tool in self.shapes.items() if tool.isChecked())

    def choose_shape(self, shape: Shape) -> None:
        """Show which shape is drawn, and how."""
        for each, tool in self.shapes.items():
            tool.setChecked(each is shape)
        self.text.setText(HINTS[shape])

    def _shape_button(self, shape: Shape) -> QToolButton:
        tool = QToolButton()
        tool.setText(shape.value)
        tool.setToolTip(f"{HINTS[shape]} (G: the next shape)")
        tool.setCheckable(True)
        tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        tool.clicked.connect(lambda _checked: self.shape_wanted.emit(shape))
        return tool

    def _applier(self, scope: str) -> Callable[[], None]:
        return lambda: self.apply_wanted.emit(scope)


def _words(draft: Draft) -> str:
    parts = [
        _count(len(draft.drawn), "drawn, not masked yet"),
        _count(_places(draft.shown), "to be shown again"),
        IDENTIFIES if any(region.kind == "identity" for region in draft.shown) else "",
    ]
    told = "; ".join(part for part in parts if part)
    return f"{told}." if told else ""


def _places(shown: Sequence[Region]) -> int:
    """How many boxes are meant: one that is shown in several frames counts once."""
    return len({(region.x, region.y, region.width, region.height, region.points) for region in shown})


def _count(number: int, what: str) -> str:
    return f"{counted(number, 'box', 'boxes')} {what}" if number else ""
