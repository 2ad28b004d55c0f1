"""What masking changed in the pixels of an image: the masked image dimmed, each changed pixel in colour.

The masks must not change one pixel outside themselves; what did change there is shown in another colour.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from anonymizer import KEPT, Region, covered
from anonymizer.pixels.orientation import Edges
from anonymizer.pixels.rendering import WindowPreset
from app.gui.image.image_frames import Picture, Shown, Values, is_colour

DIMMED = 0.55
INSIDE, OUTSIDE = (255, 176, 0), (255, 93, 143)  # as the outlines of found text, and of what waits
LEAST = 0.35  # of its colour: a changed pixel that was dark shows too

Opener = Callable[[], Picture]


@dataclass(frozen=True, slots=True)
class DifferencePicture(Picture):
    """The original against the masked image, which have the same frames and size."""

    before: Picture
    after: Picture
    regions: tuple[Region, ...] = field(repr=False)
    window_presets: tuple[WindowPreset, ...] = ()
    window_function: str = "LINEAR"
    inverted: bool = False

    @property
    def frames(self) -> int:
        """Those that both have."""
        return min(self.before.frames, self.after.frames)

    @property
    def pixel_spacing(self) -> tuple[float, float] | None:
        """That of the masked image."""
        return self.after.pixel_spacing

    @property
    def edges(self) -> Edges | None:
        """Those of the masked image."""
        return self.after.edges

    def view(self, index: int) -> tuple[Values, Shown]:
        """The difference of one frame, twice."""
        (old, was), (new, now) = self.before.view(index), self.after.view(index)
        inside = masked_pixels(self.regions, index, now.shape[:2])
        shown = difference(_grey(was), _grey(now), changed_pixels(old, new), inside)
        return shown, shown


def open_difference(before: Opener, after: Opener, regions: Sequence[Region]) -> DifferencePicture:
    """Open both images; raises what their openers raise."""
    masked = tuple(region for region in regions if region.kind != KEPT)
    return DifferencePicture(before(), after(), masked)


def changed_pixels(old: Values, new: Values) -> NDArray[np.bool_]:
    """Tell which pixels have another value; all of them where the sizes differ."""
    if old.shape != new.shape:
        return np.ones(new.shape[:2], bool)
    changed = np.asarray(old != new)
    return np.asarray(changed.any(axis=2)) if is_colour(new) else changed


def masked_pixels(regions: Sequence[Region], frame: int, size: tuple[int, ...]) -> NDArray[np.bool_]:
    """Tell which pixels of a frame lie in one of the regions."""
    masked = np.zeros(size[:2], bool)
    for r in regions:
        if r.is_in(frame):
            part = masked[r.y : r.y + r.height, r.x : r.x + r.width]
            part |= covered(r, part.shape)
    return masked


def difference(was: Shown, now: Shown, changed: NDArray[np.bool_], inside: NDArray[np.bool_]) -> Shown:
    """Return (rows, columns, 3): grey where nothing changed, else coloured as bright as the original was."""
    shown = np.repeat((now * DIMMED).astype(np.uint8)[..., None], 3, axis=2)
    for colour, where in ((INSIDE, changed & inside), (OUTSIDE, changed & ~inside)):
        light = LEAST + (1 - LEAST) * was[where].astype(np.float32) / 255
        shown[where] = (light[:, None] * np.array(colour, np.float32)).astype(np.uint8)
    return shown


def _grey(shown: Shown) -> Shown:
    return shown.mean(axis=2).astype(np.uint8) if is_colour(shown) else shown
