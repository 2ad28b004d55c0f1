"""TensorFlow and Keras, imported late, quietly and with settings that no file in the home folder can change."""

import os
from types import ModuleType
from typing import Any


def import_keras() -> Any:
    """Keras on TensorFlow. The first call takes seconds; nothing is printed and no socket opened."""
    _quieten()
    import keras

    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    return keras


def import_tensorflow() -> Any:
    """TensorFlow itself, for gradients and compiled functions."""
    import_keras()
    import tensorflow as tf

    return tf


def make_reproducible(seed: int) -> None:
    """Seed every generator and ask for operations that give the same numbers each time."""
    keras, tensorflow = import_keras(), import_tensorflow()
    keras.utils.set_random_seed(seed)
    tensorflow.config.experimental.enable_op_determinism()


def describe_device() -> str:
    """The device that computations run on, in words."""
    tensorflow = import_tensorflow()
    gpus = tensorflow.config.list_physical_devices("GPU")
    if gpus:
        details = tensorflow.config.experimental.get_device_details(gpus[0])
        return f"GPU: {details.get('device_name', 'unknown')}"
    return f"CPU, {os.cpu_count()} cores"


def versions() -> dict[str, str]:
    """Versions of what computed the result."""
    import platform

    import numpy as np
    import sklearn

    modules: dict[str, ModuleType] = {"numpy": np, "scikit-learn": sklearn}
    modules |= {"keras": import_keras(), "tensorflow": import_tensorflow()}
    found = {name: str(module.__version__) for name, module in modules.items()}
    return {"python": platform.python_version(), **found}


def _quieten() -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
    os.environ["KERAS_BACKEND"] = "tensorflow"
