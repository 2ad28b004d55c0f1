"""The few messages of the ONNX format (onnx.proto) that are used here, as no library for it is among the program's."""

import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Attribute = int | float | str | tuple[int, ...]
FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
TYPES = {
    np.dtype(np.float32): FLOAT, np.dtype(np.uint8): UINT8, np.dtype(np.int8): INT8, np.dtype(np.int32): INT32,
    np.dtype(np.int64): INT64,
}  # fmt: skip
IR_VERSION, OPSET = 8, 17
OWN = "com.microsoft"  # ONNX Runtime's own operations


def _varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """A field of a message."""
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    data = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(data)) + data


def _attribute(name: str, value: Attribute) -> bytes:
    head = field(1, name)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + struct.pack("<f", value) + field(20, 1)
    if isinstance(value, int):
        return head + field(3, value) + field(20, 2)
    if isinstance(value, str):
        return head + field(4, value) + field(20, 3)
    return head + b"".join(field(8, v) for v in value) + field(20, 7)


def node(kind: str, sources: tuple[str, ...], name: str, **attributes: Attribute) -> bytes:
    """An operation whose output has its name; ONNX Runtime's own kinds carry its domain before a dot."""
    domain, _, kind = kind.rpartition(".")
    parts = [field(1, source) for source in sources] + [field(2, name), field(3, name), field(4, kind)]
    parts += [field(5, _attribute(key, value)) for key, value in attributes.items()]
    return field(1, b"".join((*parts, field(7, domain))))


def tensor(name: str, values: Array) -> bytes:
    """Constant values."""
    dims = b"".join(field(1, n) for n in values.shape)
    data = np.ascontiguousarray(values).tobytes()
    return field(5, dims + field(2, TYPES[values.dtype]) + field(8, name) + field(9, data))


def port(number: int, name: str, kind: int, dims: tuple[int | str, ...]) -> bytes:
    """An input (11) or output (12) of the graph."""
    shape = b"".join(field(1, field(1 if isinstance(d, int) else 2, d)) for d in dims)
    tensor = field(1, kind) + field(2, shape)
    return field(number, field(1, name) + field(2, field(1, tensor)))


def model(name: str, graph: list[bytes]) -> bytes:
    """The file of a graph."""
    opsets = field(8, field(2, OPSET)) + field(8, field(1, OWN) + field(2, 1))
    body = field(2, name) + b"".join(graph)
    return field(1, IR_VERSION) + field(2, "leadglass") + field(7, body) + opsets


def tensors(file: bytes) -> dict[str, Array]:
    """The constants of a model file that `model` made, by name."""
    kinds = {number: dtype for dtype, number in TYPES.items()}
    graph = next(bytes(value) for number, value in _fields(file) if number == 7 and isinstance(value, bytes))
    found: dict[str, Array] = {}
    for number, part in _fields(graph):
        if number != 5 or not isinstance(part, bytes):
            continue
        pairs = list(_fields(part))
        dims = [value for key, value in pairs if key == 1 and isinstance(value, int)]
        one = dict(pairs)
        values = np.frombuffer(one[9], kinds[one[2]])
        found[one[8].decode()] = values.reshape(dims)
    return found


def _fields(message: bytes) -> Iterator[tuple[int, Any]]:
    """Yield the numbers and values of a message's fields: whole numbers and bytes, as `field` writes them."""
    at = 0
    while at < len(message):
        key, at = _number(message, at)
        value, at = _number(message, at)
        if key & 7 == 2:
            yield key >> 3, message[at : at + value]
            at += value
        else:
            yield key >> 3, value


def _number(message: bytes, at: int) -> tuple[int, int]:
    """Return a whole number, and where what follows it begins."""
    value = shift = 0
    while True:
        byte = message[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at
