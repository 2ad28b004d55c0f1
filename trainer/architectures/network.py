"""Building a network from what a recipe or a model folder says of it, and from nothing else."""

from dataclasses import dataclass
from typing import Any

from trainer.architectures.entry import Architecture
from trainer.architectures.head import HEADS, LINEAR, OWN, add_head
from trainer.architectures.naming import named
from trainer.errors import RecipeError
from trainer.parameters import Values

_MAP_AXES = 4  # batch, rows, columns, channels


@dataclass(frozen=True, slots=True)
class Design:
    """All that determines the layers of a network, beside image size and number of classes."""

    architecture: Architecture
    parameters: Values
    head: str

    @property
    def is_linear(self) -> bool:
        """Whether only one layer of weights lies between the feature map and the classes."""
        own_top = self.architecture.top is not None and not self.parameters["cut"]
        return self.head in LINEAR and not (self.head == OWN and own_top)


def build_network(design: Design, size: int, channels: int, classes: int) -> Any:
    """The network for `(size, size, channels)` images; weights are drawn from Keras' current seed.

    Its layers "features" (last feature map), "embedding" (the vector before the classes), "logits" and
    "probabilities" are what the rest of the trainer relies on. RecipeError for images smaller than it takes, or a
    layer to cut at that it lacks.
    """
    import keras

    entry, parameters = design.architecture, design.parameters
    if size < entry.smallest:
        raise RecipeError(
            f"{entry.title} needs images of {entry.smallest} pixels or more, not {size}.",
            "Leave the size to the program, or choose another network.",
        )
    image = keras.Input((size, size, channels), name="image")
    features = _features(entry, parameters, image)
    own_top = None if parameters["cut"] or design.head != OWN else entry.top
    embedding = (
        own_top(features, parameters) if own_top else HEADS[design.head].describe(features, parameters)
    )
    probabilities = add_head(embedding, classes, dropout=float(parameters["dropout"]))
    return keras.Model(image, probabilities, name=entry.name)


def _features(entry: Architecture, parameters: Values, image: Any) -> Any:
    import keras

    features = entry.features(image, parameters)
    if not parameters["cut"]:
        return features
    whole = keras.Model(image, features)
    names = [layer.name for layer in whole.layers if named(layer) and len(layer.output.shape) == _MAP_AXES]
    if parameters["cut"] not in names:
        some = ", ".join(names[:: max(1, len(names) // 12)])
        raise RecipeError(
            f'{entry.title} has no layer "{parameters["cut"]}" to cut at.', f"Among others: {some}."
        )
    found = whole.get_layer(parameters["cut"]).output
    return (
        found
        if parameters["cut"] == "features"
        else keras.layers.Activation("linear", name="features")(found)
    )
