"""A Keras network as an ONNX model, for comparing ONNX Runtime with what the program uses.

Only the layers of the recipes' networks are known. The bytes are written as onnx.proto has them (ONNX IR version 8,
operator set 17), as no library for that is among the program's.
"""

import struct
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_IR_VERSION, _OPERATORS = 8, 17
_FLOAT = 1  # of TensorProto's data types
_VARINT, _BYTES, _FIXED32 = 0, 2, 5  # of the wire format
Attributes = Mapping[str, int | float | str | list[int]]


def onnx_model(model: Any) -> bytes:
    """The network with the weights as they are; input `(n, rows, columns, channels)` "image", output "said"."""
    graph = _Graph()
    graph.node("Transpose", ["image"], "entry", {"perm": [0, 3, 1, 2]})
    names: dict[int, str] = {}
    for layer in model.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            names[id(layer.output)] = "entry"
            continue
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [names[id(each)] for each in given]
        names[id(layer.output)] = _WRITERS[kind](graph, layer, inputs)
    graph.node("Identity", [names[id(model.output)]], "said", {})
    return graph.model(["n", *model.input.shape[1:]], ["n", *model.output.shape[1:]])


class _Graph:
    """Nodes and constants, written one after the other."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._constants: list[bytes] = []

    def node(self, operator: str, inputs: list[str], output: str, attributes: Attributes) -> str:
        parts = [_text(1, each) for each in inputs]
        parts += [_text(2, output), _text(4, operator)]
        parts += [_field(5, _attribute(name, value)) for name, value in attributes.items()]
        self._nodes.append(_field(1, b"".join(parts)))
        return output

    def constant(self, name: str, values: NDArray[np.float32]) -> str:
        array = np.ascontiguousarray(values, np.float32)
        dims = b"".join(_number(1, side) for side in array.shape)
        content = dims + _number(2, _FLOAT) + _text(8, name) + _field(9, array.tobytes())
        self._constants.append(_field(5, content))
        return name

    def model(self, entry: Iterable[str | int], end: Iterable[str | int]) -> bytes:
        ends = _field(11, _value("image", entry)) + _field(12, _value("said", end))
        graph = b"".join([*self._nodes, _text(2, "network"), *self._constants, ends])
        return _number(1, _IR_VERSION) + _field(7, graph) + _field(8, _number(2, _OPERATORS))


def _convolution(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    kernel, *bias = layer.get_weights()
    return _convolved(graph, layer, inputs, [kernel.transpose(3, 2, 0, 1), *bias])


def _depthwise(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    kernel, *bias = layer.get_weights()
    return _convolved(graph, layer, inputs, [kernel.transpose(2, 3, 0, 1), *bias], groups=kernel.shape[2])


def _convolved(
    graph: _Graph, layer: Any, inputs: list[str], weights: list[NDArray[np.float32]], *, groups: int = 1
) -> str:
    names = [graph.constant(f"{layer.name}/{n}", each) for n, each in enumerate(weights)]
    attributes = {"strides": list(layer.strides), "auto_pad": _padding(layer), "group": groups}
    return graph.node("Conv", [*inputs, *names], layer.name, attributes)


def _normalization(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    names = [graph.constant(f"{layer.name}/{n}", each) for n, each in enumerate(layer.get_weights())]
    return graph.node("BatchNormalization", [*inputs, *names], layer.name, {"epsilon": float(layer.epsilon)})


def _relu(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    if layer.max_value is None:
        return graph.node("Relu", inputs, layer.name, {})
    bounds = (0.0, float(layer.max_value))
    limits = [graph.constant(f"{layer.name}/{n}", np.array(each)) for n, each in enumerate(bounds)]
    return graph.node("Clip", [*inputs, *limits], layer.name, {})


def _pooling(operator: str) -> Callable[[_Graph, Any, list[str]], str]:
    def write(graph: _Graph, layer: Any, inputs: list[str]) -> str:
        attributes = {
            "kernel_shape": list(layer.pool_size),
            "strides": list(layer.strides),
            "auto_pad": _padding(layer),
        }
        return graph.node(operator, inputs, layer.name, attributes)

    return write


def _pooled(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    return graph.node(
        "Flatten", [graph.node("GlobalAveragePool", inputs, f"{layer.name}/map", {})], layer.name, {}
    )


def _dense(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    names = [graph.constant(f"{layer.name}/{n}", each) for n, each in enumerate(layer.get_weights())]
    return graph.node("Gemm", [*inputs, *names], layer.name, {})


def _activation(graph: _Graph, layer: Any, inputs: list[str]) -> str:
    operator = {"linear": "Identity", "softmax": "Softmax", "relu": "Relu"}[layer.activation.__name__]
    return graph.node(operator, inputs, layer.name, {})


_WRITERS: Mapping[str, Callable[[_Graph, Any, list[str]], str]] = {
    "Conv2D": _convolution,
    "DepthwiseConv2D": _depthwise,
    "BatchNormalization": _normalization,
    "ReLU": _relu,
    "Activation": _activation,
    "Add": lambda graph, layer, inputs: graph.node("Add", inputs, layer.name, {}),
    "AveragePooling2D": _pooling("AveragePool"),
    "MaxPooling2D": _pooling("MaxPool"),
    "GlobalAveragePooling2D": _pooled,
    "Dropout": lambda graph, layer, inputs: graph.node("Identity", inputs, layer.name, {}),
    "Dense": _dense,
}


def _padding(layer: Any) -> str:
    return "SAME_UPPER" if layer.padding == "same" else "VALID"


def _value(name: str, shape: Iterable[str | int]) -> bytes:
    sides = [_text(2, each) if isinstance(each, str) else _number(1, each) for each in shape]
    tensor = _number(1, _FLOAT) + _field(2, b"".join(_field(1, side) for side in sides))
    return _text(1, name) + _field(2, _field(1, tensor))


def _attribute(name: str, value: float | str | list[int]) -> bytes:
    begun = _text(1, name)
    if isinstance(value, float):
        return begun + _key(2, _FIXED32) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return begun + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return begun + _text(4, value) + _number(20, 3)
    return begun + b"".join(_number(8, each) for each in value) + _number(20, 7)


def _text(field: int, value: str) -> bytes:
    return _field(field, value.encode())


def _field(field: int, content: bytes) -> bytes:
    return _key(field, _BYTES) + _varint(len(content)) + content


def _number(field: int, value: int) -> bytes:
    return _key(field, _VARINT) + _varint(value)


def _key(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 0x7F:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*found, value])
