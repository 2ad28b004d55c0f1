"""What keys and mouse do on an image; the keys themselves stand in `key_table` and can be changed."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QKeyEvent

from app.gui.image.image_tools import ZOOM_STEP
from app.gui.shortcuts import KEYS, key_words

if TYPE_CHECKING:
    from app.gui.image.image_view import ImageView

PAGE = 10  # frames
Action = Callable[["ImageView"], object]


def _preset(view: "ImageView", *, number: int) -> None:
    view.set_preset(number)


ACTIONS: dict[str, Action] = {
    "image.previous": lambda view: view.scroll_frames(-1),
    "image.next": lambda view: view.scroll_frames(1),
    "image.ten_back": lambda view: view.go_to_frame(view.frame_index - PAGE),
    "image.ten_on": lambda view: view.go_to_frame(view.frame_index + PAGE),
    "image.first": lambda view: view.go_to_frame(0),
    "image.last": lambda view: view.go_to_frame(view.frames - 1),
    "image.invert": lambda view: view.set_inverted(not view.inverted),
    "image.fit": lambda view: view.fit(),
    "image.actual_size": lambda view: view.actual_size(),
    "image.reset": lambda view: view.reset(),
    "image.regions": lambda view: view.toggle_regions(),
    "image.cine": lambda view: view.toggle_cine(),
    "image.slower": lambda view: view.change_pace(1 / ZOOM_STEP),
    "image.faster": lambda view: view.change_pace(ZOOM_STEP),
    "image.larger": lambda view: view.zoom(ZOOM_STEP),
    "image.smaller": lambda view: view.zoom(1 / ZOOM_STEP),
    "image.measure": lambda view: setattr(view, "measuring", not view.measuring),
    "image.magnify": lambda view: view.magnify(on=True),
    "image.pan": lambda view: setattr(view, "space_held", True),
    "turn.right": lambda view: view.set_turn(view.turn.right()),
    "turn.left": lambda view: view.set_turn(view.turn.right(3)),
    "turn.mirror": lambda view: view.set_turn(view.turn.mirror()),
    "turn.upside_down": lambda view: view.set_turn(view.turn.mirror(upside_down=True)),
    **{f"image.window_{n}": partial(_preset, number=n - 1) for n in range(1, 10)},
}

MOUSE = (
    ("wheel", "frames, or the images of the stack"),
    ("drag", "window and level"),
    ("right drag, Ctrl+wheel", "zoom"),
    ("middle drag", "move the image"),
)


def act(view: "ImageView", event: QKeyEvent) -> bool:
    """Do what the key stands for; False if it stands for nothing here."""
    for key in key_words(event):
        name = KEYS.meaning("image", key) or KEYS.meaning("turn", key)
        if name:
            ACTIONS[name](view)
            return True
    return False


def let_go(view: "ImageView", event: QKeyEvent) -> None:
    """End what holds only while its key is held."""
    if event.isAutoRepeat():
        return
    names = {KEYS.meaning("image", key) for key in key_words(event)}
    if "image.pan" in names:
        view.space_held = False
    if "image.magnify" in names:
        view.magnify(on=False)
