"""A box of which the inside is kept and everything outside is masked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF

from anonymizer import Region, outside
from app.gui.image.fans import clipped
from app.gui.image.image_overlay import Points

SMALLEST = 2.0  # pixels of a side


@dataclass(frozen=True, slots=True)
class KeptBox:
    """Its four edges, in pixels of the image; it is taken hold of and stepped by keys as a fan is."""

    left: float
    top: float
    right: float
    bottom: float

    @classmethod
    def proposed(cls, areas: Sequence[Region], size: tuple[int, int]) -> "KeptBox":
        """The box to begin with: around the areas that the file names, else all but a tenth of the image's sides."""
        if not areas:
            across, down = size[0] / 10, size[1] / 10
            return cls(across, down, size[0] - across, size[1] - down)
        return cls(
            min(area.x for area in areas),
            min(area.y for area in areas),
            max(area.x + area.width for area in areas),
            max(area.y + area.height for area in areas),
        )

    def outline(self) -> Points:
        """The closed line around it, in whole pixels."""
        left, top, right, bottom = (round(edge) for edge in (self.left, self.top, self.right, self.bottom))
        return (left, top), (right, top), (right, bottom), (left, bottom)

    def mask(self, columns: int, rows: int) -> Points:
        """The polygon of all that lies outside it in an image."""
        return outside(clipped(self.outline(), columns, rows), columns, rows)

    def handles(self) -> dict[str, QPointF]:
        """Where the mouse takes hold: corners and middles of edges by the letters of these edges; the middle moves it."""
        across = {"l": self.left, "": (self.left + self.right) / 2, "r": self.right}
        down = {"t": self.top, "": (self.top + self.bottom) / 2, "b": self.bottom}
        return {one + other: QPointF(x, y) for one, x in across.items() for other, y in down.items()}

    def with_handle(self, name: str, point: QPointF) -> "KeptBox":
        """The box after a handle was dragged to a point of the image."""
        if not name:
            middle = self.handles()[""]
            return self.moved(point.x() - middle.x(), point.y() - middle.y())
        box = self
        if "l" in name:
            box = replace(box, left=min(point.x(), self.right - SMALLEST))
        if "r" in name:
            box = replace(box, right=max(point.x(), self.left + SMALLEST))
        if "t" in name:
            box = replace(box, top=min(point.y(), self.bottom - SMALLEST))
        if "b" in name:
            box = replace(box, bottom=max(point.y(), self.top + SMALLEST))
        return box

    def moved(self, x: float, y: float) -> "KeptBox":
        """The box so many pixels to the right and down."""
        return KeptBox(self.left + x, self.top + y, self.right + x, self.bottom + y)

    def widened(self, across: float, down: float) -> "KeptBox":
        """The box wider and higher by so many pixels, at its right and lower edge."""
        return self.with_handle("rb", QPointF(self.right + across, self.bottom + down))

    def opened(self, across: float, down: float) -> "KeptBox":
        """The box with its left and upper edge moved by so many pixels."""
        return self.with_handle("lt", QPointF(self.left + across, self.top + down))
