"""Every key of the program in one table, by the place where it works; users can change them.

A name is that of the place, a dot, and what the key does there. Menus and steps of the work are entered from
their own tables.
"""

from collections.abc import Collection
from dataclasses import dataclass
from itertools import combinations

from app.gui.actions import COMMANDS, step_keys
from app.gui.steps import STEPS

PLACES = {
    "window": "Everywhere",
    "image": "On an image",
    "turn": "On an image that may be turned",
    "answer": "Answers on the Label page",
    "label": "Label page",
    "grid": "Grid of small images",
    "mask": "Mask page",
    "results": "Errors of a model",
}
"""The places where keys work, with their titles in the list of keys."""

ANSWERS = {
    **{digit: f"label with class {digit}" for digit in "123456789"},
    "0": "label with class 10, or none of the classes where several may hold",
    "Q": "not sure",
    "X": "not gradable",
    "K": "skip",
}
"""What the keys that a label set gives to its answers stand for; the actions are named after them."""


@dataclass(frozen=True, slots=True)
class KeyAction:
    """What keys do at one place; `keys` are those that the program comes with, in Qt's portable words."""

    name: str
    words: str
    keys: tuple[str, ...]

    @property
    def place(self) -> str:
        """One of PLACES."""
        return self.name.partition(".")[0]


def _of(place: str, *rows: tuple[str, str, str]) -> tuple[KeyAction, ...]:
    return tuple(KeyAction(f"{place}.{name}", words, tuple(keys.split())) for name, words, keys in rows)


_WINDOW = (
    *(
        KeyAction(f"window.{command.method}", command.help, command.keys)
        for command in COMMANDS
        if command.method
    ),
    *(
        KeyAction(f"window.step_{step.name}", f"go to {step.title}", step_keys(number))
        for number, step in enumerate(STEPS, start=1)
    ),
)

_IMAGE = _of(
    "image",
    ("previous", "previous frame, or image of the stack", "Up"),
    ("next", "next frame, or image of the stack", "Down"),
    ("ten_back", "ten frames back", "PgUp"),
    ("ten_on", "ten frames on", "PgDown"),
    ("first", "first frame", "Home"),
    ("last", "last frame", "End"),
    ("invert", "black for white", "I"),
    ("fit", "fit the image into the window", "F"),
    ("actual_size", "one to one", "O"),
    ("reset", "as the file says, upright and fitted", "R"),
    ("larger", "zoom in", "+ ="),
    ("smaller", "zoom out", "-"),
    ("regions", "outlines of masked regions and graphics of the file, on or off", "M"),
    ("cine", "play the frames, or stop", "C"),
    ("slower", "play slower", "<"),
    ("faster", "play faster", ">"),
    ("measure", "measure a distance by dragging; again to end", "L"),
    ("magnify", "magnifier at the mouse, while held", "Z"),
    ("pan", "drag moves the image, while held", "Space"),
    *((f"window_{n}", f"window {n} of those offered", f"Shift+F{n}") for n in range(1, 10)),
)

_TURN = _of(
    "turn",
    ("right", "turn to the right, on the screen only", "]"),
    ("left", "turn to the left, on the screen only", "["),
    ("mirror", "mirror, on the screen only", "H"),
    ("upside_down", "upside down, on the screen only", "V"),
)

_MASK = _of(
    "mask",
    ("approve", "the image looks right; the next that needs a look", "A"),
    ("approve_series", "the whole series looks right", "Shift+A"),
    ("hold_back", "hold back", "H"),
    ("before", "before or after", "B"),
    ("difference", "what differs", "Shift+B"),
    ("both", "before and after side by side", "S"),
    ("draw", "correct: draw over what must not be seen; Esc leaves", "D"),
    (
        "new_box",
        "begin a box, or one to be kept: arrows move it, Shift+arrows resize it, Enter applies",
        "Shift+D Ins",
    ),
    ("shape", "the next shape: box, polygon, freehand, keep a fan, keep a box", "G"),
    ("frames", "the box holds for every frame, this frame, some frames", "E"),
    ("delete", "delete the chosen box; a masked one is shown again, from the original", "Del"),
    ("delete_here", "the same on this frame alone", "Shift+Del"),
    ("adjust", "move and resize the chosen masked box: arrows, Shift+arrows, Enter", "J"),
    ("keep", "keep the text of the chosen box always", "K"),
    ("keep_list", "see and edit the keep-list", "Shift+K"),
    ("wide", "the header over the whole width, and back", "T"),
    ("header", "a larger image without the header, and back", "Shift+T"),
    ("next", "next instance", "N"),
    ("previous", "previous instance", "P"),
    ("undo", "undo at the boxes; else take back what was applied last, or the last verdict", "Ctrl+Z"),
    ("redo", "redo at the boxes", "Ctrl+Y Ctrl+Shift+Z"),
    ("next_box", "choose the next box; so does a click", "."),
    ("previous_box", "choose the previous box", ","),
    ("search", "search the header", "Ctrl+F"),
)

_LABEL = _of(
    "label",
    ("undo", "undo the last step and go back to its image", "Backspace Ctrl+Z"),
    ("redo", "do it again", "Ctrl+Y Ctrl+Shift+Z"),
    ("next", "next image, without a label", "N Right"),
    ("previous", "previous image", "P Left"),
    ("next_unlabelled", "next image that has no label", "U"),
    ("previous_unlabelled", "previous image that has no label", "Shift+U"),
    ("jump", "jump to an image by its number or pseudonym", "J"),
    ("random", "random order, and back", "Ctrl+R"),
    ("clear", "take the label away", "Del"),
    ("class", "choose a class by typing the beginning of its name", "T"),
    ("definitions", "what the classes mean", "D"),
    ("new_class", "name a new class", "Alt+N"),
    ("note", "note beside the label", "E"),
    ("history", "history of the label", "Y"),
    ("model", "what a model says of the image; again to take it over", "Shift+M"),
    ("find", "find images by body part, sex, age, reader, answer, note", "Ctrl+F"),
    ("grid", "grid of small images, and back", "G"),
    ("stack", "scroll the whole series like frames, or image by image", "A"),
    ("prior", "another examination of the patient beside it, and away", "B"),
    ("next_prior", "the next other examination of the patient", "Shift+B"),
    ("link", "scroll and zoom both together, or each by itself", "Ctrl+L"),
    ("select_series", "select the whole series", "S"),
    ("select_study", "select the whole study", "Shift+S"),
    ("select_patient", "select all images of the patient", "Ctrl+Shift+S"),
)

_ANSWER = tuple(KeyAction(f"answer.{key}", words, (key,)) for key, words in ANSWERS.items())

_GRID = _of(
    "grid",
    ("all", "select all; an answer labels what is selected", "Ctrl+A"),
    ("fold", "fold each series to one tile, and unfold; an answer labels all of it", "F"),
    ("larger", "larger tiles", "+ ="),
    ("smaller", "smaller tiles", "-"),
    ("open", "show the image large; so does a double click", "Return Enter"),
)

_RESULTS = _of("results", ("read_again", "read the chosen image again on the Label page", "R Return"))

KEY_ACTIONS = (*_WINDOW, *_IMAGE, *_TURN, *_ANSWER, *_LABEL, *_GRID, *_MASK, *_RESULTS)
"""All that keys can do, place by place."""

BY_NAME = {action.name: action for action in KEY_ACTIONS}

_LABELLING = ("answer", "label", "image", "turn")
_TOGETHER = (
    *({one, other} for one, other in combinations(_LABELLING, 2)),
    {"grid", "answer"},
    {"grid", "label"},
    {"image", "mask"},
)


def meet(one: str, other: str) -> bool:
    """Whether keys of two places are heard at the same time, so that the same key cannot stand for both."""
    return one == other or "window" in (one, other) or {one, other} in _TOGETHER


def of_places(places: Collection[str]) -> list[KeyAction]:
    """Return what keys do at these places, in the order of the table."""
    return [action for place in places for action in KEY_ACTIONS if action.place == place]
