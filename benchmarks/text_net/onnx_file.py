"""Write the trained net as an ONNX file: the few messages of the format that it needs, coded by hand."""

from typing import Any

import numpy as np
import numpy.typing as npt

from benchmarks.text_net.network import INPUT, LAYERS, OUTPUT, PLANES, Convolution

Array = npt.NDArray[Any]
FLOAT, UINT8, INT64, HALF = 1, 2, 7, 10
TYPES = {np.dtype(np.float32): FLOAT, np.dtype(np.int64): INT64, np.dtype(np.float16): HALF}
IR_VERSION, OPSET = 8, 17


def _varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def _field(number: int, value: int | str | bytes) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _attribute(name: str, value: int | str | tuple[int, ...]) -> bytes:
    head = _field(1, name)
    if isinstance(value, int):
        return head + _field(3, value) + _field(20, 2)
    if isinstance(value, str):
        return head + _field(4, value) + _field(20, 3)
    return head + b"".join(_field(8, v) for v in value) + _field(20, 7)


def _node(kind: str, sources: tuple[str, ...], name: str, **attributes: int | str | tuple[int, ...]) -> bytes:
    parts = [_field(1, source) for source in sources] + [_field(2, name), _field(3, name), _field(4, kind)]
    parts += [_field(5, _attribute(key, value)) for key, value in attributes.items()]
    return _field(1, b"".join(parts))


def _tensor(name: str, values: Array) -> bytes:
    dims = b"".join(_field(1, n) for n in values.shape)
    data = np.ascontiguousarray(values).tobytes()
    return _field(5, dims + _field(2, TYPES[values.dtype]) + _field(8, name) + _field(9, data))


def _port(number: int, name: str, kind: int, dims: tuple[int | str, ...]) -> bytes:
    shape = b"".join(_field(1, _field(1 if isinstance(d, int) else 2, d)) for d in dims)
    tensor = _field(1, kind) + _field(2, shape)
    return _field(number, _field(1, name) + _field(2, _field(1, tensor)))


def onnx_bytes(weights: dict[str, Array]) -> bytes:
    """The model file. `weights` holds NAME/kernel (rows, columns, in, out) and NAME/bias, normalisation folded in."""
    parts = [
        _node("Transpose", (INPUT,), "channels_first", perm=(0, 3, 1, 2)),
        _node("Cast", ("channels_first",), "input", to=FLOAT),
        _tensor("twice", np.array([1, 1, 2, 2], np.float32)),
    ]
    for layer in LAYERS:
        parts += _convolution(layer, weights)
    parts.append(_node("DepthToSpace", (LAYERS[-1].name,), "logits", blocksize=2, mode="DCR"))
    parts.append(_node("Sigmoid", ("logits",), OUTPUT))
    parts.append(_port(11, INPUT, UINT8, (1, "rows", "columns", PLANES)))
    parts.append(_port(12, OUTPUT, FLOAT, (1, 1, "half_rows", "half_columns")))
    graph = _field(2, "text_net") + b"".join(parts)
    return _field(1, IR_VERSION) + _field(2, "leadglass") + _field(7, graph) + _field(8, _field(2, OPSET))


def _convolution(layer: Convolution, weights: dict[str, Array]) -> list[bytes]:
    name, source = layer.name, "input" if layer.source == INPUT else layer.source
    kernel = weights[f"{name}/kernel"].transpose(3, 2, 0, 1)
    reach = layer.dilation * (layer.kernel - 1) + 1 - layer.stride  # Keras' "same" for even sizes
    before, after = reach // 2, reach - reach // 2
    parts = [
        _tensor(f"{name}_half_kernel", kernel.astype(np.float16)),
        _tensor(f"{name}_bias", weights[f"{name}/bias"].astype(np.float32)),
        _node("Cast", (f"{name}_half_kernel",), f"{name}_kernel", to=FLOAT),
        _node(
            "Conv",
            (source, f"{name}_kernel", f"{name}_bias"),
            out := f"{name}_plain" if layer.enlarged or layer.rectified else name,
            kernel_shape=(layer.kernel,) * 2,
            strides=(layer.stride,) * 2,
            dilations=(layer.dilation,) * 2,
            pads=(before, before, after, after),
        ),
    ]
    if layer.enlarged:
        ways = {"mode": "nearest", "coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        parts.append(_node("Resize", (out, "", "twice"), f"{name}_large", **ways))
        parts.append(_node("Add", (f"{name}_large", layer.added), out := f"{name}_sum"))
    return [*parts, _node("Relu", (out,), name)] if layer.rectified else parts
