"""A Keras network as an ONNX model, for comparing ONNX Runtime with what the program uses.

Only the layers of the recipes' networks are known.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.onnx_messages import FLOAT, Attribute, model, node, port, tensor


def onnx_model(network: Any) -> bytes:
    """The network with the weights as they are; input `(n, rows, columns, channels)` "image", output "said"."""
    graph = _Graph()
    graph.node("Transpose", ["image"], "entry", {"perm": (0, 3, 1, 2)})
    names: dict[int, str] = {}
    for layer in network.layers:
        kind = type(layer).__name__
        if kind == "InputLayer":
            names[id(layer.output)] = "entry"
            continue
        given = layer.input if isinstance(layer.input, list) else [layer.input]
        inputs = [names[id(each)] for each in given]
        names[id(layer.output)] = _WRITERS[kind](graph, layer, inputs)
    graph.node("Identity", [names[id(network.output)]], "said", {})
    return graph.model(("n", *network.input.shape[1:]), ("n", *network.output.shape[1:]))


class _Graph:
    """Nodes and constants, written one after the other."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def node(self, operator: str, inputs: list[str], output: str, attributes: Mapping[str, Attribute]) -> str:
        self._parts.append(node(operator, tuple(inputs), output, **attributes))
        return output

    def constant(self, name: str, values: NDArray[np.float32]) -> str:
        self._parts.append(tensor(name, values.astype(np.float32)))
        return name

    def model(self, entry: tuple[str | int, ...], end: tuple[str | int, ...]) -> bytes:
        ends = [port(11, "image", FLOAT, entry), port(12, "said", FLOAT, end)]
        return model("network", [*self._parts, *ends])


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
    attributes = {"strides": tuple(layer.strides), "auto_pad": _padding(layer), "group": groups}
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
            "kernel_shape": tuple(layer.pool_size),
            "strides": tuple(layer.strides),
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
