"""Names of layers that stay the same in every process, for files of weights and settings that name a layer.

Keras numbers layers without a name of their own over the whole process. Here they are numbered within their network,
in the way that Keras' own weights files do.
"""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from trainer.architectures.head import in_head


def backbone(model: Any) -> Iterator[tuple[str, Any]]:
    """Stable name and layer of each layer below the head that learns weights."""
    for name, _, layer in numbered(model):
        if layer.weights and not in_head(layer.name) and type(layer).__name__ != "Normalization":
            yield name, layer


def numbered(model: Any) -> Iterator[tuple[str, str, Any]]:
    """Of each layer: its stable name, the name by which Keras' weights files call it, and the layer."""
    seen: Counter[str] = Counter()
    for layer in model.layers:
        kind = _snake(type(layer).__name__)
        stored = f"{kind}_{seen[kind]}" if seen[kind] else kind
        seen[kind] += 1
        yield (layer.name if named(layer) else stored), stored, layer


def named(layer: Any) -> bool:
    """Whether the layer was given its name, so that it is the same in every process."""
    return re.fullmatch(rf"{_snake(type(layer).__name__)}(_\d+)?", layer.name) is None


def _snake(name: str) -> str:
    name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", name)
    return re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
