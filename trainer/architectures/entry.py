"""What an entry of the table of networks is."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from trainer.parameters import Parameter, Value, Values

COMMON: tuple[Parameter, ...] = (
    Parameter(
        "dropout",
        0.3,
        "Share of the head's inputs that are left out at random while learning.",
        low=0,
        high=0.9,
    ),
    Parameter(
        "global_pooling",
        "average",
        "How the last feature map becomes one number a channel.",
        choices=("average", "max"),
    ),
    Parameter("cut", "", "Layer after which the head begins; empty: the network's own end."),
)
"""Settings of the end that all networks share; an entry adds its own before them."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """One network: what it is for a reader, what may be set, and what image it wants.

    `features(image, parameters)` gives the feature map `(rows, columns, channels)` of a Keras input `(size, size,
    channels)`, `top(features, parameters)` the vector that the network's inventors drew between it and the classes.
    """

    name: str
    title: str
    family: str
    words: str
    features: Callable[[Any, Values], Any]
    input_size: Callable[[int], int]  # longer side of a typical image -> side of the square fed in
    channels: int  # 0: as many as the images have
    own: tuple[Parameter, ...] = ()
    top: Callable[[Any, Values], Any] | None = None  # None: pooled features
    smallest: int = 16  # pixels; images below are enlarged to it
    pretrained: Callable[[Any], None] | None = None  # loads the carried weights into a built model
    offset: float | None = None  # fixed scaling of grey values; None: taken from the training images
    scale: float | None = None
    dropout: float = 0.3
    learning_rate: float = 1e-3  # from scratch; a tenth of it for fine-tuning
    earlier: str = ""  # layer for a linear classifier on an earlier layer
    upper: str = ""  # first layer that goes on learning in partial fine-tuning

    @property
    def parameters(self) -> tuple[Parameter, ...]:
        """Everything that may be set: the network's own and what all share, with this network's defaults."""
        return (*self.own, *(self._with_default(each) for each in COMMON))

    @property
    def importable(self) -> bool:
        """Whether weights from elsewhere can fit: its layers below the head depend on no setting and no image."""
        return self.channels != 0

    @property
    def weights(self) -> str:
        """Where weights that were learned before may come from: "carried", "importable" or "none"."""
        return "carried" if self.pretrained else "importable" if self.importable else "none"

    def _with_default(self, parameter: Parameter) -> Parameter:
        default: Value = self.dropout if parameter.name == "dropout" else parameter.default
        return Parameter(
            parameter.name, default, parameter.words, parameter.low, parameter.high, choices=parameter.choices
        )
