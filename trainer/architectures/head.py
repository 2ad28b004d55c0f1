"""Heads: what turns the last feature map into one score per class."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from trainer.parameters import Values


@dataclass(frozen=True, slots=True)
class Head:
    """One way to end a network. `describe(features, parameters)` gives the vector that the classes are told from."""

    name: str
    title: str
    words: str
    describe: Callable[[Any, Values], Any]


def pooled(features: Any, parameters: Values) -> Any:
    """One number for each channel of the feature map: its mean or its largest value."""
    from keras import layers

    if parameters["global_pooling"] == "max":
        return layers.GlobalMaxPooling2D(name="embedding")(features)
    return layers.GlobalAveragePooling2D(name="embedding")(features)


def _mlp(features: Any, parameters: Values) -> Any:
    return _dense(features, parameters, (1024, 512))


def _dense_256(features: Any, parameters: Values) -> Any:
    return _dense(features, parameters, (256,))


def _dense(features: Any, parameters: Values, widths: tuple[int, ...]) -> Any:
    from keras import layers

    reduce = (
        layers.GlobalMaxPooling2D if parameters["global_pooling"] == "max" else layers.GlobalAveragePooling2D
    )
    x = reduce(name="pooled")(features)
    for number, width in enumerate(widths):
        if number:
            x = layers.Dropout(parameters["dropout"], name=f"dropout_{number}")(x)
        x = layers.Dense(width, "relu", name=f"dense_{number + 1}")(x)
    return layers.Activation("linear", name="embedding")(x)


OWN = "own"
_TABLE = (
    Head(OWN, "The network's own", "Ends as its inventors drew it.", pooled),
    Head("softmax", "Softmax", "The pooled features and one weight for each feature and class.", pooled),
    Head(
        "mlp",
        "Two layers, 1024 and 512",
        "Two dense layers between the pooled features and the classes.",
        _mlp,
    ),
    Head(
        "dense",
        "One layer of 256",
        "One dense layer of 256 with dropout after the pooled features.",
        _dense_256,
    ),
)
HEADS: Mapping[str, Head] = MappingProxyType({head.name: head for head in _TABLE})
LINEAR = (
    OWN,
    "softmax",
)  # classes are told from the features by weights alone, where the network has no own top


def in_head(layer: str) -> bool:
    """Whether a layer of that name belongs to a head, not to the network below it."""
    return layer == "logits" or layer.startswith("dense_")


def add_head(embedding: Any, classes: int, *, dropout: float) -> Any:
    """Drop some of the description while training, and give class probabilities."""
    from keras import layers

    dropped = layers.Dropout(dropout, name="dropout")(embedding)
    logits = layers.Dense(classes, name="logits", dtype="float32")(
        dropped
    )  # whatever the layers below learn with
    return layers.Activation("softmax", name="probabilities", dtype="float32")(logits)
