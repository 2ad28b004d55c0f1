"""The trained net as an ONNX file in floating-point numbers, with all that its layers make as outputs.

It is run once, to see between which values each layer works; `quantised` writes the file that the program uses.
"""

import numpy as np

from benchmarks.onnx_messages import FLOAT, UINT8, Array, model, node, port, tensor
from benchmarks.text_net.network import INPUT, LAYERS, OUTPUT, PLANES, Convolution

ENLARGING = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}


def inner_outputs() -> tuple[str, ...]:
    """The names of what the layers before the last make; of enlarged ones also what stands before the sum."""
    before = tuple(plain(layer) for layer in LAYERS if layer.enlarged)
    return (*(layer.name for layer in LAYERS if layer.rectified), *before)


def plain(layer: Convolution) -> str:
    """The name of what a layer's convolution alone makes."""
    return f"{layer.name}_plain" if layer.enlarged or layer.rectified else layer.name


def same_pads(layer: Convolution) -> tuple[int, int, int, int]:
    """What is put around a layer's input, as Keras does for "same"."""
    reach = layer.dilation * (layer.kernel - 1) + 1 - layer.stride
    before, after = reach // 2, reach - reach // 2
    return before, before, after, after


def onnx_bytes(weights: dict[str, Array]) -> bytes:
    """The model file. `weights` holds NAME/kernel (rows, columns, in, out) and NAME/bias, normalisation folded in."""
    parts = [
        node("Transpose", (INPUT,), "channels_first", perm=(0, 3, 1, 2)),
        node("Cast", ("channels_first",), "input", to=FLOAT),
        tensor("twice", np.array([1, 1, 2, 2], np.float32)),
    ]
    for layer in LAYERS:
        parts += _convolution(layer, weights)
    parts.append(node("DepthToSpace", (LAYERS[-1].name,), "logits", blocksize=2, mode="DCR"))
    parts.append(node("Sigmoid", ("logits",), OUTPUT))
    parts.append(port(11, INPUT, UINT8, (1, "rows", "columns", PLANES)))
    parts.append(port(12, OUTPUT, FLOAT, (1, 1, "half_rows", "half_columns")))
    parts += [port(12, n, FLOAT, (1, "filters", f"{n}_rows", f"{n}_columns")) for n in inner_outputs()]
    return model("text_net", parts)


def _convolution(layer: Convolution, weights: dict[str, Array]) -> list[bytes]:
    name, source = layer.name, "input" if layer.source == INPUT else layer.source
    kernel = weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
    parts = [
        tensor(f"{name}_kernel", kernel.astype(np.float32)),
        tensor(f"{name}_bias", weights[f"{name}/bias"].astype(np.float32)),
        node(
            "Conv",
            (source, f"{name}_kernel", f"{name}_bias"),
            out := plain(layer),
            kernel_shape=(layer.kernel,) * 2,
            strides=(layer.stride,) * 2,
            dilations=(layer.dilation,) * 2,
            pads=same_pads(layer),
        ),
    ]
    if layer.enlarged:
        parts.append(node("Resize", (out, "", "twice"), f"{name}_large", **ENLARGING))
        parts.append(node("Add", (f"{name}_large", layer.added), out := f"{name}_sum"))
    return [*parts, node("Relu", (out,), name)] if layer.rectified else parts
