"""The instances of a series, scrolled through like the frames of one image."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anonymizer.pixels.rendering import WindowPreset
from app.gui.image.image_frames import Picture, PictureOf, Shown, Values

OPEN = 8  # instances held open at a time

Opener = Callable[[], Picture]


@dataclass(frozen=True, slots=True)
class Member:
    """An instance of a stack: what it is called, how it is read, and how many frames it has."""

    uid: str
    name: Hashable
    opener: Opener
    frames: int = 1


class Stack:
    """Which instance and frame stand at each place of a stack."""

    def __init__(self, members: Sequence[Member]) -> None:
        self.members = tuple(members)
        self.places = [(member, frame) for member in members for frame in range(max(member.frames, 1))]
        self.name: Hashable = ("stack", tuple(member.name for member in members))
        self._first: dict[str, int] = {}
        for place, (member, _) in enumerate(self.places):
            self._first.setdefault(member.uid, place)

    def place(self, uid: str) -> int:
        """Return where an instance begins, -1 if it is not here."""
        return self._first.get(uid, -1)

    def uid(self, place: int) -> str:
        """Return the instance at a place."""
        return self.places[place][0].uid

    def open(self) -> "StackPicture":
        """Make the picture; its instances are read when they are looked at."""
        return StackPicture(self)


@dataclass(frozen=True, slots=True)
class _FrameOfStack(PictureOf):
    """The picture of one instance, counted among all of the stack."""

    total: int

    @property
    def frames(self) -> int:
        """All of the stack."""
        return self.total


class StackPicture(Picture):
    """A stack as a picture; each frame has the windows and the spacing of its own instance."""

    window_presets: tuple[WindowPreset, ...] = ()
    window_function = "LINEAR"
    inverted = False
    pixel_spacing = None
    edges = None

    def __init__(self, stack: Stack) -> None:
        self._places = stack.places
        self._opened: OrderedDict[Hashable, Picture] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def frames(self) -> int:
        """Frames of all instances."""
        return len(self._places)

    def at(self, index: int) -> Picture:
        """Return the picture of the instance at a place."""
        picture, frame = self._picture(index)
        return _FrameOfStack(picture.at(frame), len(self._places))

    def view(self, index: int) -> tuple[Values, Shown]:
        """The values and the usual look of the frame at a place; raises what its instance raises."""
        picture, frame = self._picture(index)
        return picture.view(frame)

    def graphics(self, index: int) -> NDArray[np.bool_] | None:
        """Those of the frame at a place."""
        picture, frame = self._picture(index)
        return picture.graphics(frame)

    def _picture(self, index: int) -> tuple[Picture, int]:
        member, frame = self._places[index]
        with self._lock:
            picture = self._opened.get(member.name) or member.opener()
            self._opened[member.name] = picture
            self._opened.move_to_end(member.name)
            while len(self._opened) > OPEN:
                self._opened.popitem(last=False)
        return picture, frame
