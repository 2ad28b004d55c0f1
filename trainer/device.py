"""TensorFlow and Keras, imported late, quietly and with settings that no file in the home folder can change."""

import logging
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any


@cache
def import_tensorflow() -> Any:
    """TensorFlow, for gradients and compiled functions. The first call takes seconds; no socket is opened."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    with _silent_standard_error():
        import tensorflow as tf

        tf.zeros(1)  # starts the runtime, which announces itself
    tf.config.experimental.enable_tensor_float_32_execution(
        enabled=False
    )  # 32 bits mean 32 bits, on every device
    logging.getLogger("tensorflow").setLevel(logging.ERROR)
    return tf


@cache
def import_keras() -> Any:
    """Keras on TensorFlow, 32-bit floats, colours last."""
    import_tensorflow()
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    return keras


def make_reproducible(seed: int) -> None:
    """Seed every generator and ask for operations that give the same numbers each time."""
    keras, tf = import_keras(), import_tensorflow()
    keras.utils.set_random_seed(seed)
    tf.config.experimental.enable_op_determinism()


@dataclass(frozen=True, slots=True)
class Gpu:
    """A graphics processor: TensorFlow's name for it, its maker's, and its compute capability where that is known."""

    name: str
    title: str
    capability: tuple[int, int] = (0, 0)


def graphics_processors() -> tuple[Gpu, ...]:
    """Those that TensorFlow can use here."""
    config = import_tensorflow().config
    found = []
    for number, device in enumerate(config.list_physical_devices("GPU")):
        details = config.experimental.get_device_details(device)
        title = str(details.get("device_name", "unknown"))
        found.append(Gpu(f"GPU:{number}", title, tuple(details.get("compute_capability", (0, 0)))))
    return tuple(found)


def has_gpu() -> bool:
    """Whether computations run on a graphics processor."""
    return bool(graphics_processors())


def describe_device() -> str:
    """The device that computations run on, in words."""
    gpus = graphics_processors()
    if not gpus:
        return f"CPU, {os.cpu_count()} cores"
    several = f", {len(gpus)} of them in this computer" if len(gpus) > 1 else ""
    return f"GPU: {gpus[0].title}{several}"


def versions() -> dict[str, str]:
    """Versions of what computed the result."""
    import platform

    import numpy as np
    import sklearn

    modules: dict[str, ModuleType] = {"numpy": np, "scikit-learn": sklearn}
    modules |= {"keras": import_keras(), "tensorflow": import_tensorflow()}
    found = {name: str(module.__version__) for name, module in modules.items()}
    return {"python": platform.python_version(), **found}


@contextmanager
def _silent_standard_error() -> Iterator[None]:
    """Hold back what native code prints; TF_CPP_MIN_LOG_LEVEL does not reach messages before absl's start.

    What was held back is printed after all where an exception passes.
    """
    sys.stderr.flush()
    kept = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(kept, 2)
            held.seek(0)
            os.write(2, held.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
