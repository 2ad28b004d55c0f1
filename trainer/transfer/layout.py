"""Which arrays a network wants, under which names files may hold them, and putting them into it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.architectures import Architecture, build_network
from trainer.architectures.naming import backbone, numbered
from trainer.errors import RecipeError
from trainer.recipes import Recipe
from trainer.transfer.foreign import ForeignFile, Shape

_CLASSES = 2  # of the head that is built along and not looked at


@dataclass(frozen=True, slots=True)
class Slot:
    """One array of a network below its head."""

    layer: str
    number: int  # in Keras' order of the layer's weights
    variable: str  # Keras' name, such as kernel or gamma
    stored: str  # the layer's name in Keras' weights files
    shape: Shape

    @property
    def key(self) -> str:
        """The name under which files made for this program hold it."""
        return f"{self.layer}/{self.number}"

    def names(self) -> Iterator[str]:
        """All names under which it is looked for in .npz and safetensors."""
        for sign in ("/", "."):
            yield f"{self.layer}{sign}{self.number}"
            yield f"{self.layer}{sign}{self.variable}"


def slots(entry: Architecture) -> tuple[Slot, ...]:
    """What a network of fixed shape wants, in its order; RecipeError for one whose shape is the user's to choose."""
    if not entry.importable:
        raise RecipeError(
            f"{entry.title} has no fixed shape that weights from elsewhere would fit.",
            "Import weights for one of the well-known networks (leadglass architectures).",
        )
    size = max(entry.smallest, entry.input_size(0))
    recipe = Recipe(architecture=entry.name, head="softmax")
    model = build_network(recipe.design, size, entry.channels, _CLASSES)
    stored = {layer.name: name for _, name, layer in numbered(model)}
    return tuple(
        Slot(name, number, variable.name, stored[layer.name], tuple(variable.shape))
        for name, layer in backbone(model)
        for number, variable in enumerate(layer.weights)
    )


def matched(wanted: tuple[Slot, ...], found: ForeignFile) -> dict[str, str]:
    """Key of each slot -> name in the file. RecipeError for the first that is missing or of another shape."""
    if found.kind == ".weights.h5":
        return _matched_by_place(wanted, found.shapes)
    names: dict[str, str] = {}
    for slot in wanted:
        name = next((name for name in slot.names() if name in found.shapes), None)
        if name is None:
            raise RecipeError(
                f'The file has no array "{slot.key}".',
                "See the names and shapes that are expected (leadglass weights layout).",
            )
        _refuse_other_shape(slot, found.shapes[name])
        names[slot.key] = name
    return names


def _matched_by_place(wanted: tuple[Slot, ...], shapes: Mapping[str, Shape]) -> dict[str, str]:
    """In Keras' weights files; the network may stand inside another one there."""
    places = [f"layers/{slot.stored}/vars/{slot.number}" for slot in wanted]
    prefixes = [name.removesuffix(places[0]) for name in shapes if f"/{name}".endswith(f"/{places[0]}")]
    prefix = max(prefixes, default="", key=lambda each: sum(each + place in shapes for place in places))
    names = {}
    for slot, place in zip(wanted, places, strict=True):
        if prefix + place not in shapes:
            raise RecipeError(
                f'The file holds another network: it has no weights for the layer "{slot.layer}".',
                "Choose the network that the file was made for.",
            )
        _refuse_other_shape(slot, shapes[prefix + place])
        names[slot.key] = prefix + place
    return names


def assign(model: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Put arrays by their keys into a built network, whose end may be cut off."""
    for name, layer in backbone(model):
        layer.set_weights([np.asarray(arrays[f"{name}/{n}"], np.float32) for n in range(len(layer.weights))])


def _refuse_other_shape(slot: Slot, shape: Shape) -> None:
    if shape != slot.shape:
        raise RecipeError(
            f'"{slot.layer}" ({slot.variable}) has the shape {_words(shape)} in the file; the network has '
            f"{_words(slot.shape)}.",
            "Choose the network that the file was made for.",
        )


def _words(shape: Shape) -> str:
    return " × ".join(map(str, shape)) or "of a single number"
