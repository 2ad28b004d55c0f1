"""The networks that the trainer knows, as a table that lists itself.

A model folder names its architecture, parameters and head; only what stands in this table is ever built, and only
weights are loaded into it. Every network has the layers "features" (last feature map), "embedding" (the vector
before the classes), "logits" and "probabilities" that the rest of the trainer relies on.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from trainer.architectures.entry import Architecture
from trainer.architectures.head import HEADS, Head
from trainer.architectures.network import Design, build_network
from trainer.architectures.table import TABLE
from trainer.errors import RecipeError

__all__ = [
    "ARCHITECTURES",
    "HEADS",
    "Architecture",
    "Design",
    "Head",
    "architecture",
    "build_network",
    "describe_architecture",
]

ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType({entry.name: entry for entry in TABLE})


def architecture(name: str) -> Architecture:
    """The architecture of that name; RecipeError with the names there are."""
    if name not in ARCHITECTURES:
        raise RecipeError(
            f'There is no network "{name[:40]}" in this program.', f"Known are: {', '.join(ARCHITECTURES)}."
        )
    return ARCHITECTURES[name]


def describe_architecture(entry: Architecture) -> dict[str, Any]:
    """An entry of the table for programs: what it is, what it takes, what may be set, which layers it has."""
    return {
        "name": entry.name,
        "title": entry.title,
        "family": entry.family,
        "words": entry.words,
        "smallest": entry.smallest,
        "channels": entry.channels,
        "weights": entry.weights,
        "layers": {
            "features": "features",
            "embedding": "embedding",
            "logits": "logits",
            "probabilities": "probabilities",
            "earlier": entry.earlier,
            "upper": entry.upper,
        },
        "parameters": [parameter.described() for parameter in entry.parameters],
    }
