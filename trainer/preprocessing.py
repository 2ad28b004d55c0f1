"""From an image as a viewer shows it to what the network is fed: one way for training and prediction alike."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.errors import ModelFolderError

_LARGEST_SIDE = 1024
_GREY_AXES, _COLOUR_AXES, _COLOURS = 2, 3, 3


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the resized image lies in the square: rows and columns of its top left corner, and its extent."""

    top: int
    left: int
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Preprocessing:
    """Resize with the aspect preserved, pad with black to a square, scale as (x − offset) / scale."""

    size: int  # pixels, both sides
    colour: bool  # whether colour is kept; else it becomes luminance
    channels: int  # 1 or 3: what the network takes
    offset: float
    scale: float

    def prepare(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """`(rows, columns[, 3])` of any size to uint8 `(size, size, 1 or 3)`."""
        from PIL import Image

        _check(image)
        picture = Image.fromarray(np.ascontiguousarray(image)).convert("RGB" if self.colour else "L")
        place = self.placement(image.shape[0], image.shape[1])
        if (place.rows, place.columns) != image.shape[:2]:
            picture = picture.resize((place.columns, place.rows), Image.Resampling.BILINEAR)  # antialiased
        canvas = np.zeros((self.size, self.size, _COLOURS if self.colour else 1), np.uint8)
        pixels = np.asarray(picture).reshape(place.rows, place.columns, -1)
        canvas[place.top : place.top + place.rows, place.left : place.left + place.columns] = pixels
        return canvas

    def placement(self, rows: int, columns: int) -> Placement:
        """Where an image of that size comes to lie in the square."""
        longer = max(rows, columns)
        height = max(1, round(rows * self.size / longer))
        width = max(1, round(columns * self.size / longer))
        return Placement((self.size - height) // 2, (self.size - width) // 2, height, width)

    def scaled(self, prepared: NDArray[np.uint8]) -> NDArray[np.float32]:
        """A batch `(n, size, size, 1 or 3)` as the network takes it, float32."""
        batch = (prepared.astype(np.float32) - np.float32(self.offset)) / np.float32(self.scale)
        if batch.shape[-1] < self.channels:
            batch = np.repeat(batch, self.channels, axis=-1)
        return batch

    def as_json(self) -> dict[str, Any]:
        """As run.json keeps it."""
        return asdict(self)

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "Preprocessing":
        """From run.json; ModelFolderError unless every value is within bounds."""
        try:
            made = cls(**document)
            sound = (
                all(isinstance(value, int | float) for value in document.values())
                and type(made.size) is int
                and 1 <= made.size <= _LARGEST_SIDE
                and made.channels in (1, _COLOURS)
                and made.scale > 0
                and abs(made.offset) <= 255  # noqa: PLR2004 - the largest grey value
            )
        except TypeError:
            sound = False
        if not sound:
            raise ModelFolderError(
                "The model's preprocessing settings make no sense.", "Train the model again."
            )
        return made


def _check(image: NDArray[np.uint8]) -> None:
    grey = image.ndim == _GREY_AXES
    colour = image.ndim == _COLOUR_AXES and image.shape[2] == _COLOURS
    if image.dtype != np.uint8 or not (grey or colour) or image.size == 0:
        raise ValueError(
            f"The image has shape {image.shape} of {image.dtype}; uint8 grey or RGB is expected."
        )
