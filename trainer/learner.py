"""The network while it learns: the one that is kept, or its twin on other devices or with shorter numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.architectures import build_network
from trainer.device import import_keras, import_tensorflow
from trainer.fitting import Task
from trainer.placement import Placement
from trainer.recipes import FLOAT32
from trainer.steps import compile_step

_WEIGHT_DECAY = 1e-4
Arrays = dict[str, NDArray[Any]]


class Learner:
    """Takes steps, and hands its weights to the task's own network, which judges and is kept."""

    def __init__(self, task: Task) -> None:
        self._task = task
        strategy = _strategy(task.placement)
        if strategy is None:
            self.model, self.optimizer = self._made()
        else:
            with strategy.scope():
                self.model, self.optimizer = self._made()
        self.step = compile_step(self.model, self.optimizer, strategy)

    def _made(self) -> tuple[Any, Any]:
        keras, task = import_keras(), self._task
        model = task.model if task.placement.is_plain else _twin(task)
        optimizer: Any = keras.optimizers.AdamW(task.recipe.learning_rate, weight_decay=_WEIGHT_DECAY)
        self._inner = optimizer
        if (
            task.placement.policy == "mixed_float16"
        ):  # whose smallest numbers are too large for most gradients
            optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(model.trainable_variables)
        return model, optimizer

    def hand_over(self) -> None:
        """Give the task's own network the weights as they are now."""
        if self.model is not self._task.model:
            self._task.model.set_weights(self.model.get_weights())

    def arrays(self) -> Arrays:
        """All that the next step depends on; the same names and shapes wherever the network learns."""
        kept = {f"model/{n}": _array(each) for n, each in enumerate(self.model.variables)}
        kept |= {f"optimizer/{n}": _array(each) for n, each in enumerate(self._inner.variables)}
        return kept | {f"scale/{n}": _array(each) for n, each in enumerate(self._scale())}

    def restore(self, arrays: Arrays) -> None:
        """Go on from `arrays()`, perhaps of another computer."""
        for name, variables in (
            ("model", self.model.variables),
            ("optimizer", self._inner.variables),
            ("scale", self._scale() if "scale/0" in arrays else []),
        ):
            for n, variable in enumerate(variables):
                variable.assign(arrays[f"{name}/{n}"])
        self.hand_over()

    def _scale(self) -> list[Any]:
        """What the scale of the loss adds to the optimizer; nothing where there is none."""
        inner = {id(each) for each in self._inner.variables}
        return [each for each in self.optimizer.variables if id(each) not in inner]


def _array(variable: Any) -> NDArray[Any]:
    return np.asarray(variable.value.numpy())  # on several devices the first one's, as all have the same


def _strategy(placement: Placement) -> Any:
    if not placement.devices:
        return None
    return import_tensorflow().distribute.MirroredStrategy(list(placement.devices))


def _twin(task: Task) -> Any:
    """The same layers with the same weights under the placement's policy."""
    policies, shape = import_keras().config, task.preprocessing
    policies.set_dtype_policy(task.placement.policy)
    try:
        model = build_network(task.recipe.design, shape.size, shape.channels, len(task.class_weights))
    finally:
        policies.set_dtype_policy(FLOAT32)
    for ours, theirs in zip(model.layers, task.model.layers, strict=True):
        ours.trainable = theirs.trainable
    model.set_weights(task.model.get_weights())
    return model
