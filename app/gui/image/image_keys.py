"""The keys of the image view, in one table: what they do and what the help page says of them."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.gui.image.image_tools import ZOOM_STEP

if TYPE_CHECKING:
    from app.gui.image.image_view import ImageView

PAGE = 10  # frames
Action = Callable[["ImageView"], object]

KEYS: dict[Qt.Key, Action] = {
    Qt.Key.Key_Up: lambda view: view.scroll_frames(-1),
    Qt.Key.Key_Down: lambda view: view.scroll_frames(1),
    Qt.Key.Key_PageUp: lambda view: view.go_to_frame(view.frame_index - PAGE),
    Qt.Key.Key_PageDown: lambda view: view.go_to_frame(view.frame_index + PAGE),
    Qt.Key.Key_Home: lambda view: view.go_to_frame(0),
    Qt.Key.Key_End: lambda view: view.go_to_frame(view.frames - 1),
    Qt.Key.Key_I: lambda view: view.set_inverted(not view.inverted),
    Qt.Key.Key_F: lambda view: view.fit(),
    Qt.Key.Key_O: lambda view: view.actual_size(),
    Qt.Key.Key_R: lambda view: view.reset(),
    Qt.Key.Key_M: lambda view: view.toggle_regions(),
    Qt.Key.Key_C: lambda view: view.toggle_cine(),
    Qt.Key.Key_Plus: lambda view: view.zoom(ZOOM_STEP),
    Qt.Key.Key_Equal: lambda view: view.zoom(ZOOM_STEP),
    Qt.Key.Key_Minus: lambda view: view.zoom(1 / ZOOM_STEP),
    Qt.Key.Key_L: lambda view: setattr(view, "measuring", not view.measuring),
    Qt.Key.Key_Z: lambda view: view.magnify(on=True),
    Qt.Key.Key_BracketRight: lambda view: view.set_turn(view.turn.right()),
    Qt.Key.Key_BracketLeft: lambda view: view.set_turn(view.turn.right(3)),
    Qt.Key.Key_H: lambda view: view.set_turn(view.turn.mirror()),
    Qt.Key.Key_V: lambda view: view.set_turn(view.turn.mirror(upside_down=True)),
    Qt.Key.Key_Space: lambda view: setattr(view, "space_held", True),
}
PRESET_KEYS = tuple(Qt.Key(Qt.Key.Key_F1 + number) for number in range(9))

HELP = (
    ("wheel, Up, Down", "frames (Page Up, Page Down: ten)"),
    ("drag", "window and level"),
    ("right drag, Ctrl+wheel, + −", "zoom"),
    ("middle drag, Space+drag", "move the image"),
    ("F, O, R", "fit, one to one, reset"),
    ("I, M, C", "invert, outlines of masked regions, play"),
    ("L, then drag", "measure a distance; L again ends it"),
    ("Z, held", "magnifier at the mouse"),
    ("[  ]  H  V", "turn left, turn right, mirror, upside down: on the screen only"),
    ("Shift+F1 … Shift+F9", "windows that the file offers, then the usual ones"),
)


def act(view: "ImageView", event: QKeyEvent) -> bool:
    """Do what the key stands for; False if it stands for nothing here."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    key = Qt.Key(event.key())
    if held == Qt.KeyboardModifier.ShiftModifier and key in PRESET_KEYS:
        view.set_preset(PRESET_KEYS.index(key))
        return True
    plain = held == Qt.KeyboardModifier.NoModifier or (
        key == Qt.Key.Key_Plus and held == Qt.KeyboardModifier.ShiftModifier
    )
    action = KEYS.get(key) if plain else None
    if action is None:
        return False
    action(view)
    return True
