"""Write the trained net as the ONNX file that the program runs: whole numbers of 8 bits, twice as fast as floats.

    python -m benchmarks.text_net.quantised NET.weights.h5 resources/weights/text_net.onnx

Weights have 7 bits, so that no processor's sums of two products overflow 16 bits and all give the same map. The first
three layers, which have few filters at half the size of the image, are written as convolutions of 64 filters over
blocks of 2 x 2 places: the same sums in an order that processors are made for.
"""

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.onnx_messages import FLOAT, OWN, UINT8, Array, model, node, port, tensor, tensors
from benchmarks.text_net.network import INPUT, LAYERS, OUTPUT, PLANES, Convolution
from benchmarks.text_net.onnx_file import ENLARGING, inner_outputs, onnx_bytes, plain, same_pads

BLOCKS = "blocks"  # the input: (1, rows / 2, columns / 2, 16), four planes of 2 x 2 pixels
MOST = 64  # of a weight
SEED, PICTURES = 991, 40
SHARE = 0.9995  # of a layer's values in a picture that keep their size; those beyond are cut off
Weights = dict[str, Array]
Tops = dict[str, float]


@dataclass(frozen=True, slots=True)
class _Kernel:
    values: Array  # (rows, columns, in, out)
    bias: Array
    stride: int
    pads: tuple[int, int, int, int]
    dilation: int = 1


@dataclass(frozen=True, slots=True)
class _Stored:
    """How numbers stand for values: the names of their step and of the number for 0, and the step."""

    name: str
    step: float
    zero: str


def quantised(weights: Weights) -> bytes:
    """The model file; `weights` as `onnx_bytes` takes them."""
    tops, kernels = _tops(weights), dict(_kernels(weights))
    parts = [
        node("Transpose", (BLOCKS,), "input", perm=(0, 3, 1, 2)),
        tensor("twice", np.array([1, 1, 2, 2], np.float32)),
        tensor("one", np.array(1, np.float32)),
        tensor("zero", np.array(0, np.uint8)),
        tensor("middle", np.array(128, np.uint8)),
    ]
    stored = {INPUT: _Stored("one", 1.0, "zero")}
    for layer in LAYERS[:-1]:
        parts += _layer(layer, kernels[layer.name], tops, stored)
    parts += _last(LAYERS[-1], kernels[LAYERS[-1].name], stored)
    parts.append(node("DepthToSpace", (LAYERS[-1].name,), "logits", blocksize=2, mode="DCR"))
    parts.append(node("Sigmoid", ("logits",), OUTPUT))
    parts.append(port(11, BLOCKS, UINT8, (1, "half_rows", "half_columns", 4 * PLANES)))
    parts.append(port(12, OUTPUT, FLOAT, (1, 1, "half_rows", "half_columns")))
    return model("text_net", parts)


def _tops(weights: Weights) -> Tops:
    """The greatest value that each layer's numbers must stand for, from pictures that the net has not learned from."""
    import onnxruntime

    from benchmarks.text_net.scenes import scene

    session = onnxruntime.InferenceSession(onnx_bytes(weights), providers=["CPUExecutionProvider"])
    names = inner_outputs()
    tops = dict.fromkeys(names, 0.0)
    for number in range(PICTURES):
        shown, _ = scene(np.random.default_rng([SEED, number]))
        for name, values in zip(names, session.run(list(names), {INPUT: shown[None]}), strict=True):
            tops[name] = max(tops[name], float(np.quantile(np.abs(values).ravel()[::7], SHARE)))
    return tops


def _kernels(weights: Weights) -> Iterator[tuple[str, _Kernel]]:
    for layer in LAYERS:
        kernel, bias = weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"]
        yield layer.name, _Kernel(kernel, bias, layer.stride, same_pads(layer), layer.dilation)
    half, half_2, quarter = (weights[f"{name}/kernel"] for name in ("half", "half_2", "quarter"))
    # A block's four places need rows -1 to 4 of the image, of which a block of it holds two: blocks -1 to 2.
    yield "half", _Kernel(_in_blocks(half, 2, 4), np.tile(weights["half/bias"], 4), 2, (1, 1, 1, 1))
    yield "half_2", _Kernel(_in_blocks(half_2, 1, 3), np.tile(weights["half_2/bias"], 4), 1, (1, 1, 1, 1))
    yield "quarter", _Kernel(_of_blocks(quarter), weights["quarter/bias"], 1, (0, 0, 1, 1))


def floats(file: bytes) -> Weights:
    """The weights of a model file that `quantised` made, as it took them, but for what was rounded off."""
    parts = tensors(file)
    weights, source = {}, {INPUT: 1.0}
    for layer in LAYERS[:-1]:
        steps = parts[f"{layer.name}_steps"]
        kernel = parts[f"{layer.name}_kernel"].transpose(2, 3, 1, 0) * steps
        bias = parts[f"{layer.name}_bias"] * steps * source[layer.source]
        weights[f"{layer.name}/kernel"] = np.asarray(_without_blocks(layer, kernel), np.float32)
        weights[f"{layer.name}/bias"] = np.asarray(bias[: layer.filters], np.float32)
        source[layer.name] = float(parts[f"{layer.name}_step"])
    last = LAYERS[-1].name
    weights[f"{last}/kernel"] = parts[f"{last}_kernel"].transpose(2, 3, 1, 0)
    weights[f"{last}/bias"] = parts[f"{last}_bias"]
    return weights


def _without_blocks(layer: Convolution, kernel: Array) -> Array:
    """The kernel that one of the first three layers was written from; any other as it is."""
    if layer.name in {"half", "half_2"}:
        side = layer.kernel
        sources = kernel.shape[2] // 4
        large = kernel.reshape(*kernel.shape[:2], 2, 2, sources, 2, 2, layer.filters)
        made = np.empty((side, side, sources, layer.filters), np.float32)
        for row, column in product(range(side), range(side)):
            y, x = row - 1, column - 1
            made[row, column] = large[y // 2 + 1, x // 2 + 1, y % 2, x % 2, :, 0, 0]
        return made
    if layer.name == "quarter":
        large = kernel.reshape(2, 2, 2, 2, -1, layer.filters)
        rows = [
            [large[y // 2, x // 2, y % 2, x % 2] for x in range(layer.kernel)] for y in range(layer.kernel)
        ]
        return np.array(rows)
    return kernel


def _in_blocks(kernel: Array, stride: int, side: int) -> Array:
    """The kernel that makes 2 x 2 places at once from blocks of 2 x 2; its `side` is counted in blocks."""
    rows, columns, sources, filters = kernel.shape
    large = np.zeros((side, side, 2, 2, sources, 2, 2, filters), np.float32)
    for down, right, row, column in product(range(2), range(2), range(rows), range(columns)):
        y, x = stride * down + row - 1, stride * right + column - 1
        large[y // 2 + 1, x // 2 + 1, y % 2, x % 2, :, down, right] = kernel[row, column]
    return large.reshape(side, side, 4 * sources, 4 * filters)


def _of_blocks(kernel: Array) -> Array:
    """The kernel that makes one place from blocks of 2 x 2, where it made one of every second."""
    rows, columns, sources, filters = kernel.shape
    large = np.zeros((2, 2, 2, 2, sources, filters), np.float32)
    for row, column in product(range(rows), range(columns)):
        large[row // 2, column // 2, row % 2, column % 2] = kernel[row, column]
    return large.reshape(2, 2, 4 * sources, filters)


def _layer(layer: Convolution, kernel: _Kernel, tops: Tops, stored: dict[str, _Stored]) -> list[bytes]:
    """A layer but the last; where numbers begin at 0, what is below is cut off, as a rectifier does."""
    source = stored[layer.source]
    out = plain(layer) if layer.enlarged else layer.name
    steps = np.maximum(np.abs(kernel.values).max(axis=(0, 1, 2)) / MOST, 1e-9).astype(np.float32)
    values = np.rint(kernel.values / steps).astype(np.int8).transpose(3, 2, 0, 1)
    step = tops[out] / (127 if layer.enlarged else 255)
    made = stored[out] = _Stored(f"{out}_step", step, "middle" if layer.enlarged else "zero")
    names = tuple(f"{layer.name}_{part}" for part in ("kernel", "steps", "zeros"))
    parts = [
        tensor(names[0], values),
        tensor(names[1], steps),
        tensor(names[2], np.zeros(len(steps), np.int8)),
        tensor(f"{layer.name}_bias", np.rint(kernel.bias / (steps * source.step)).astype(np.int32)),
        tensor(made.name, np.array(step, np.float32)),
        node(
            "QLinearConv",
            (_input(layer), source.name, source.zero, *names, made.name, made.zero, f"{layer.name}_bias"),
            out,
            **_way(kernel),
        ),
    ]
    return [*parts, *_enlarged(layer, tops, stored)] if layer.enlarged else parts


def _enlarged(layer: Convolution, tops: Tops, stored: dict[str, _Stored]) -> list[bytes]:
    one, two, step = stored[plain(layer)], stored[layer.added], tops[layer.name] / 255
    made = stored[layer.name] = _Stored(f"{layer.name}_step", step, "zero")
    large = f"{layer.name}_large"
    both = (large, one.name, one.zero, layer.added, two.name, two.zero, made.name, made.zero)
    return [
        tensor(made.name, np.array(step, np.float32)),
        node("Resize", (plain(layer), "", "twice"), large, **ENLARGING),
        node(f"{OWN}.QLinearAdd", both, layer.name),
    ]


def _last(layer: Convolution, kernel: _Kernel, stored: dict[str, _Stored]) -> list[bytes]:
    """The last layer, in floats: small probabilities count."""
    source = stored[layer.source]
    return [
        node("DequantizeLinear", (layer.source, source.name, source.zero), "last"),
        tensor(f"{layer.name}_kernel", kernel.values.transpose(3, 2, 0, 1).astype(np.float32)),
        tensor(f"{layer.name}_bias", kernel.bias.astype(np.float32)),
        node("Conv", ("last", f"{layer.name}_kernel", f"{layer.name}_bias"), layer.name, **_way(kernel)),
    ]


def _input(layer: Convolution) -> str:
    return "input" if layer.source == INPUT else layer.source


def _way(kernel: _Kernel) -> dict[str, tuple[int, ...]]:
    return {
        "kernel_shape": kernel.values.shape[:2],
        "strides": (kernel.stride,) * 2,
        "dilations": (kernel.dilation,) * 2,
        "pads": kernel.pads,
    }


def between(one: Weights, other: Weights, share: float) -> Weights:
    """The weights that lie a share of the way, 0 to 1, from one net to another trained on from it."""
    return {name: (1 - share) * values + share * other[name] for name, values in one.items()}


def main() -> None:
    """Read the weights and write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path, help="NET.weights.h5, or NET.onnx as it is written here")
    parser.add_argument("out", type=Path)
    parser.add_argument("--towards", type=Path, help="file of a net that was trained on from these weights")
    parser.add_argument("--share", type=float, default=0.5, help="how much of it, 0 to 1")
    wanted = parser.parse_args()
    weights = _read(wanted.weights)
    if wanted.towards:
        weights = between(weights, _read(wanted.towards), wanted.share)
    wanted.out.write_bytes(quantised(weights))


def _read(path: Path) -> Weights:
    if path.suffix == ".onnx":
        return floats(path.read_bytes())
    from benchmarks.text_net.network import keras_model
    from benchmarks.text_net.train import folded

    trained = keras_model()
    trained.load_weights(path)
    return folded(trained)


if __name__ == "__main__":
    main()
