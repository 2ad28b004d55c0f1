"""Plain convolutional networks: five blocks of two convolutions, and a family whose shape is set by numbers."""

from typing import Any

from trainer.parameters import Parameter, Values

_WIDTHS = (32, 64, 128, 256, 256)
_SMALLEST_MAP = 8  # rows below which a feature map is not halved any more
_WIDEST = 512  # channels, however much the layers grow
_SMALLEST_KERNEL = 3

FAMILY: tuple[Parameter, ...] = (
    Parameter("layers", 4, "Number of convolutions, one after the other.", low=1, high=12),
    Parameter(
        "kernels",
        "constant",
        "How the side of the convolutions' window changes from the first layer to the last: the same, from "
        "kernel_size down to 3 (funnel-in), or from 3 up to kernel_size (funnel-out).",
        choices=("constant", "funnel-in", "funnel-out"),
    ),
    Parameter("kernel_size", 3, "Side of the (largest) window, in pixels of the layer; odd.", choices=(3, 5, 7, 9, 11)),
    Parameter("filters", 16, "Channels of the first convolution.", low=2, high=128),
    Parameter("filter_growth", 2.0, "Times as many channels in each following one, up to 512.", low=0.5, high=4),
    Parameter("pooling", "max", "How a layer's map is halved.", choices=("max", "average", "none")),
    Parameter("pool_every", 1, "Halve the map after every so many convolutions.", low=1, high=6),
    Parameter(
        "spatial_dropout", 0.0, "Share of whole channels left out at random while learning.", low=0, high=0.9
    ),
    Parameter("l2", 0.0, "Penalty on the square of the weights.", low=0, high=0.1),
    Parameter(
        "batch_normalization",
        default=True,
        words="Whether each layer's values are brought to one scale.",
    ),
)  # fmt: skip


def plain(image: Any, _parameters: Values) -> Any:
    """Ten convolutions in five blocks, each with batch normalization and max pooling."""
    return _five_blocks(image, separable=False)


def separable(image: Any, _parameters: Values) -> Any:
    """The same with depthwise-separable convolutions: about an eighth of the weights."""
    return _five_blocks(image, separable=True)


def family(image: Any, parameters: Values) -> Any:
    """A network whose depth, windows, width and pooling are set by its parameters."""
    from keras import layers, regularizers

    x = image
    penalty = regularizers.L2(parameters["l2"]) if parameters["l2"] else None
    bias = not parameters["batch_normalization"]
    for number, (kernel, width) in enumerate(_shape(parameters), start=1):
        name = f"conv{number}"
        x = layers.Conv2D(
            width, kernel, padding="same", use_bias=bias, kernel_regularizer=penalty, name=name
        )(x)
        if parameters["batch_normalization"]:
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
        x = layers.ReLU(name=f"{name}_relu")(x)
        if parameters["spatial_dropout"]:
            x = layers.SpatialDropout2D(parameters["spatial_dropout"], name=f"{name}_dropout")(x)
        if number % int(parameters["pool_every"]) == 0 and x.shape[1] >= _SMALLEST_MAP:
            x = _pooled(x, str(parameters["pooling"]), f"pool{number}")
    return layers.Activation("linear", name="features")(x)


def _shape(parameters: Values) -> list[tuple[int, int]]:
    """Window and channels of each convolution, from the first to the last."""
    number, largest = int(parameters["layers"]), int(parameters["kernel_size"])
    kernels = [largest] * number
    if parameters["kernels"] != "constant" and number > 1:
        steps = (largest - _SMALLEST_KERNEL) // 2
        kernels = [largest - 2 * round(steps * place / (number - 1)) for place in range(number)]
    if parameters["kernels"] == "funnel-out":
        kernels.reverse()
    first, growth = int(parameters["filters"]), float(parameters["filter_growth"])
    widths = [max(1, min(_WIDEST, round(first * growth**place))) for place in range(number)]
    return list(zip(kernels, widths, strict=True))


def _pooled(x: Any, how: str, name: str) -> Any:
    from keras import layers

    if how == "none":
        return x
    return (layers.MaxPooling2D if how == "max" else layers.AveragePooling2D)(2, name=name)(x)


def _five_blocks(image: Any, *, separable: bool) -> Any:
    from keras import layers

    x = image
    for block, width in enumerate(_WIDTHS, start=1):
        for number in (1, 2):
            first = block == number == 1  # separating one grey channel would leave one filter
            kind = layers.SeparableConv2D if separable and not first else layers.Conv2D
            name = f"block{block}_conv{number}"
            x = kind(width, 3, padding="same", use_bias=False, name=name)(x)
            x = layers.BatchNormalization(momentum=0.9, name=f"{name}_norm")(x)
            x = layers.ReLU(name=f"{name}_relu")(x)
        if x.shape[1] >= _SMALLEST_MAP:
            x = layers.MaxPooling2D(2, name=f"block{block}_pool")(x)
    return layers.Activation("linear", name="features")(x)
