"""EfficientNet-Lite0's embeddings through TensorFlow with frozen weights and through LiteRT with XNNPACK, in one run.

python -m benchmarks.litert --size 128 --images 96

The images are noise; speed does not depend on what they show. Rounds alternate, so that other work on the machine
weighs on both alike; processor time counts.
"""

import argparse
import os
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer import RECIPES
from trainer.architectures import build_network
from trainer.device import import_keras, import_tensorflow
from trainer.forward import BATCH, Forward
from trainer.preprocessing import Preprocessing

Vectors = NDArray[np.float32]
ROUNDS = 3


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=int, default=128, help="of what the network takes, in pixels")
    parser.add_argument("--images", type=int, default=96)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    import_keras()
    design = RECIPES["quick"].design
    model = build_network(design, given.size, 3, 2)
    assert design.architecture.pretrained is not None
    design.architecture.pretrained(model)
    shape = Preprocessing(given.size, colour=False, channels=3, offset=127.0, scale=128.0)
    pixels = np.random.default_rng(0).integers(0, 256, (given.images, given.size, given.size, 1), np.uint8)
    forward = Forward(model, shape, "embedding", frozen=True)
    ways: dict[str, Callable[[], Vectors]] = {"TensorFlow, frozen weights": lambda: forward(pixels)}
    for batch in (1, BATCH):
        began = time.perf_counter()
        lite = Lite(converted(model, given.size, batch), given.threads)
        print(f"converted for batches of {batch} in {time.perf_counter() - began:.0f} s", flush=True)
        ways[f"LiteRT, batches of {batch}"] = lambda lite=lite, batch=batch: lite(shape, pixels, batch)  # type: ignore[misc]  # mypy cannot infer a default's type
    compare(ways, given.images)


def compare(ways: dict[str, Callable[[], Vectors]], images: int) -> None:
    found = {name: work() for name, work in ways.items()}  # warm
    reference = next(iter(found.values()))
    best: dict[str, tuple[float, float]] = {}
    for _ in range(ROUNDS):
        for name, work in ways.items():
            began, cpu = time.perf_counter(), time.process_time()
            work()
            took = time.perf_counter() - began, time.process_time() - cpu
            best[name] = min(best.get(name, took), took, key=lambda each: each[1])
    for name, (seconds, processor) in best.items():
        apart = float(np.abs(found[name] - reference).max())
        print(
            f"{name:28} {images / seconds:7.1f} images/s {1000 * processor / images:7.2f} ms of processor each, "
            f"at most {apart:.1e} from the first",
            flush=True,
        )


def converted(model: Any, size: int, batch: int) -> bytes:
    """The network up to its embedding as a LiteRT file's content."""
    keras, tensorflow = import_keras(), import_tensorflow()
    part = keras.Model(model.input, model.get_layer("embedding").output)
    call = tensorflow.function(
        lambda images: part(images, training=False),
        input_signature=[tensorflow.TensorSpec((batch, size, size, 3), tensorflow.float32)],
    )
    return bytes(
        tensorflow.lite.TFLiteConverter.from_concrete_functions([call.get_concrete_function()]).convert()
    )


class Lite:
    """An interpreter, which runs on XNNPACK where it can."""

    def __init__(self, content: bytes, threads: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # its interpreter will move to a package of its own
            self._interpreter = import_tensorflow().lite.Interpreter(
                model_content=content, num_threads=threads
            )
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def __call__(self, shape: Preprocessing, pixels: NDArray[np.uint8], batch: int) -> Vectors:
        found = []
        for start in range(0, len(pixels) - batch + 1, batch):
            self._interpreter.set_tensor(self._input, shape.scaled(pixels[start : start + batch]))
            self._interpreter.invoke()
            found.append(self._interpreter.get_tensor(self._output))
        return np.concatenate(found)


if __name__ == "__main__":
    main()
