"""The layers of the text net: a small encoder and decoder of plain convolutions, 1/2 to 1/16 of the image and back.

Described once, as a list that both Keras (to learn) and the ONNX file (to run) are built from.
"""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Convolution:
    """One convolution, with a rectifier behind it unless it is the last or is added to another layer's output.

    `source` and `added` name layers; an `enlarged` layer's output is doubled in size by repetition first.
    """

    name: str
    source: str
    filters: int
    kernel: int = 3
    stride: int = 1
    dilation: int = 1
    enlarged: bool = False
    added: str = ""
    rectified: bool = True


INPUT, OUTPUT = "planes", "text"
PLANES = 4
LAYERS = (
    Convolution("half", INPUT, 16, kernel=4, stride=2),
    Convolution("half_2", "half", 16),
    Convolution("quarter", "half_2", 48, stride=2),
    Convolution("quarter_2", "quarter", 48),
    Convolution("eighth", "quarter_2", 96, stride=2),
    Convolution("eighth_2", "eighth", 96),
    Convolution("eighth_3", "eighth_2", 96),
    Convolution("sixteenth", "eighth_3", 128, stride=2),
    Convolution("sixteenth_2", "sixteenth", 128, dilation=2),
    Convolution("sixteenth_3", "sixteenth_2", 128, dilation=3),
    Convolution("sixteenth_4", "sixteenth_3", 128),
    Convolution("back_8", "sixteenth_4", 96, kernel=1, enlarged=True, added="eighth_3"),
    Convolution("back_8_2", "back_8", 96),
    Convolution("back_4", "back_8_2", 48, kernel=1, enlarged=True, added="quarter_2"),
    Convolution("back_4_2", "back_4", 48),
    Convolution("head", "back_4_2", 4, kernel=1, rectified=False),
)


def keras_model(*, normalised: bool = True) -> Any:
    """The net for learning: (rows, columns, 4) from 0 to 1 in, logits at half the size out.

    A net that goes on from a file that the program runs has biases and no normalisation, which the file has folded in.
    """
    import keras

    made: dict[str, Any] = {INPUT: keras.Input((None, None, PLANES), name=INPUT)}
    for layer in LAYERS:
        made[layer.name] = _layer(layer, made, normalised=normalised)
    logits = keras.layers.Lambda(_doubled, name="doubled")(made[LAYERS[-1].name])
    return keras.Model(made[INPUT], logits, name="text_net")


def _layer(layer: Convolution, made: dict[str, Any], *, normalised: bool) -> Any:
    from keras import layers

    last = layer is LAYERS[-1]
    convolution = layers.Conv2D(
        layer.filters, layer.kernel, layer.stride, padding="same", dilation_rate=layer.dilation,
        use_bias=last or not normalised, name=layer.name, kernel_initializer="he_normal",
    )  # fmt: skip
    out = convolution(made[layer.source])
    if last:
        return out
    if normalised:
        out = layers.BatchNormalization(name=f"{layer.name}_norm", momentum=0.98, epsilon=1e-3)(out)
    if layer.enlarged:
        out = layers.UpSampling2D(2)(out)
    if layer.added:
        out = layers.Add()([out, made[layer.added]])
    return layers.ReLU()(out) if layer.rectified else out


def _doubled(maps: Any) -> Any:
    """Four maps at a quarter of the size become one at half."""
    import tensorflow as tf

    return tf.nn.depth_to_space(maps, 2)
