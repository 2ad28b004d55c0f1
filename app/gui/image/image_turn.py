"""Turning and mirroring an image on the screen: nothing of it is ever stored."""

from dataclasses import dataclass

import numpy as np

from anonymizer.pixels.orientation import Edges
from app.gui.image.image_frames import Frame, PictureOf, Shown, Values


@dataclass(frozen=True, slots=True)
class Turn:
    """Quarter turns to the right, 0 to 3, after a mirroring from left to right if `mirrored`."""

    quarters: int = 0
    mirrored: bool = False

    def right(self, quarters: int = 1) -> "Turn":
        """Return this turn and so many quarters more."""
        return Turn((self.quarters + quarters) % 4, self.mirrored)

    def mirror(self, *, upside_down: bool = False) -> "Turn":
        """Return this turn, then mirrored from left to right, or upside down."""
        return Turn((-self.quarters + (2 if upside_down else 0)) % 4, not self.mirrored)

    @property
    def words(self) -> str:
        """What the line of facts says; "" for an upright image."""
        turned = f"turned {90 * self.quarters}°" if self.quarters else ""
        return ", ".join(filter(None, ("mirrored" if self.mirrored else "", turned)))

    def values(self, pixels: Values) -> Values:
        """Return (rows, columns[, 3]) turned; a view, nothing is copied."""
        return np.rot90(pixels[:, ::-1] if self.mirrored else pixels, -self.quarters)

    def edges(self, edges: Edges | None) -> Edges | None:
        """Return the letters where the edges are now."""
        if edges is None:
            return None
        around = [edges.top, edges.right, edges.bottom, edges.left]
        if self.mirrored:
            around[1], around[3] = around[3], around[1]
        top, right, bottom, left = around[-self.quarters :] + around[: -self.quarters]
        return Edges(left, right, top, bottom)


@dataclass(frozen=True, slots=True)
class TurnedPicture(PictureOf):
    """A picture whose frames are shown turned; for `Frame.picture`."""

    turn: Turn

    @property
    def pixel_spacing(self) -> tuple[float, float] | None:
        """Between rows and between columns as they lie now."""
        spacing = self.picture.pixel_spacing
        return spacing[::-1] if spacing and self.turn.quarters % 2 else spacing

    @property
    def pixel_aspect(self) -> float:
        """Height of a pixel over its width as they lie now."""
        aspect = self.picture.pixel_aspect
        return 1 / aspect if self.turn.quarters % 2 else aspect

    @property
    def edges(self) -> Edges | None:
        """The letters where the edges are now."""
        return self.turn.edges(self.picture.edges)

    def view(self, index: int) -> tuple[Values, Shown]:
        """The values of a frame and its usual look, turned."""
        values, shown = self.picture.view(index)
        return self.turn.values(values), self.turn.values(shown)


def turned(frame: Frame, turn: Turn) -> Frame:
    """Return a frame as it is shown after a turn."""
    if turn == Turn():
        return frame
    shown = tuple(turn.values(level) for level in frame.shown)
    same = frame.values is frame.shown
    values = shown if same else tuple(turn.values(level) for level in frame.values)
    graphics = None if frame.graphics is None else turn.values(frame.graphics)
    picture = TurnedPicture(frame.picture, turn)
    return Frame(picture, frame.index, values, shown, frame.spread, graphics)
