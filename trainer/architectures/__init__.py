"""The networks that the trainer knows, as a table that lists itself.

A model folder names its architecture, parameters and head; only what stands in this table is ever built, and only
weights are loaded into it. Every network has the layers "features" (last feature map), "embedding" (the vector
before the classes), "logits" and "probabilities" that the rest of the trainer relies on.
"""

from collections.abc import Mapping
from types import MappingProxyType

from trainer.architectures import lite0, residual
from trainer.architectures.entry import Architecture
from trainer.architectures.head import HEADS, Head
from trainer.architectures.network import Design, build_network
from trainer.errors import RecipeError

__all__ = ["ARCHITECTURES", "HEADS", "Architecture", "Design", "Head", "architecture", "build_network"]

_TABLE = (
    Architecture(
        "residual",
        "Small residual network",
        "small",
        "Learns from your images alone; small enough for a PC without a graphics card.",
        residual.features,
        residual.input_size,
        channels=0,
        learning_rate=2e-3,
    ),
    Architecture(
        "efficientnet_lite0",
        "EfficientNet-Lite0",
        "EfficientNet",
        "Learned on everyday photographs (ImageNet); the weights come with the program.",
        lite0.features,
        lite0.input_size,
        channels=3,
        smallest=32,
        pretrained=lite0.load_imagenet,
        offset=127.0,
        scale=128.0,
        dropout=0.2,
        learning_rate=2e-3,
        earlier="block8_add",
        upper="block9_expand",
    ),
)

ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType({entry.name: entry for entry in _TABLE})


def architecture(name: str) -> Architecture:
    """The architecture of that name; RecipeError with the names there are."""
    if name not in ARCHITECTURES:
        raise RecipeError(
            f'There is no network "{name[:40]}" in this program.', f"Known are: {', '.join(ARCHITECTURES)}."
        )
    return ARCHITECTURES[name]
