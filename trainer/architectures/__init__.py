"""The networks that the trainer knows, as a table that lists itself.

A model folder names its architecture; only what stands in this table is ever built, and only weights are
loaded into it. Every architecture is a function `(ImageShape, classes) -> keras.Model` whose layers
"features" (last feature map), "logits" and "probabilities" the rest of the trainer relies on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trainer.architectures import lite0, residual
from trainer.errors import ModelFolderError


@dataclass(frozen=True, slots=True)
class Architecture:
    """One network: what it is for a reader, and what image it wants."""

    name: str
    title: str
    build: Callable[[int, int, int], Any]  # (size, channels, classes) -> keras.Model
    input_size: Callable[[int], int]  # longer side of a typical image -> side of the square fed in
    channels: int  # 0: as many as the images have
    pretrained: Callable[[Any], None] | None = None  # loads the carried weights into a built model
    offset: float | None = None  # fixed scaling of grey values; None: taken from the training images
    scale: float | None = None


_TABLE = (
    Architecture(
        "efficientnet_lite0",
        "EfficientNet-Lite0, learned on everyday photographs (ImageNet)",
        lite0.build,
        lite0.input_size,
        channels=3,
        pretrained=lite0.load_imagenet,
        offset=127.0,
        scale=128.0,
    ),
    Architecture(
        "residual",
        "Small residual network, learned from your images alone",
        residual.build,
        residual.input_size,
        channels=0,
    ),
)

ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType({entry.name: entry for entry in _TABLE})


def architecture(name: str) -> Architecture:
    """The architecture of that name; ModelFolderError if this program has none."""
    if name not in ARCHITECTURES:
        raise ModelFolderError(
            "The model names a network that this program does not know.",
            f"Known are: {', '.join(ARCHITECTURES)}.",
        )
    return ARCHITECTURES[name]
