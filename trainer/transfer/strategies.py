"""The strategies as functions from a task to a fit."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from trainer.architectures.head import in_head
from trainer.errors import RecipeError
from trainer.fitting import Fit, Task
from trainer.gradient import fit_by_gradient
from trainer.linear import fit_linear_head
from trainer.recipes import EARLIER_LAYER, FIXED_FEATURES, FROM_SCRATCH, FULL, PARTIAL


def fit(task: Task) -> Fit:
    """Learn as the task's recipe says."""
    return _STRATEGIES[task.recipe.strategy](task)


def _on_fixed_features(task: Task) -> Fit:
    """Only the head learns: in one step where it is linear, else by gradient below frozen features."""
    if task.recipe.design.is_linear:
        return fit_linear_head(task)
    for layer in task.model.layers:
        layer.trainable = in_head(layer.name)
    return fit_by_gradient(task)


def _partly(task: Task) -> Fit:
    return _fine_tune(task, task.recipe.trainable_from)


def _fully(task: Task) -> Fit:
    return _fine_tune(task, "")


def _fine_tune(task: Task, first: str) -> Fit:
    """Learn a linear head first, then let the layers from `first` on adapt; normalization statistics stay."""
    from keras import layers

    _require_layer(task, first)
    if task.recipe.design.is_linear:
        head = fit_linear_head(task)
        task.on_event(
            "note", {"text": f"The head alone chose step {head.best_epoch}; now the network adapts."}
        )
    frozen = bool(first)
    for layer in task.model.layers:
        frozen = frozen and layer.name != first
        layer.trainable = not frozen and not isinstance(layer, layers.BatchNormalization)
    return fit_by_gradient(task)


def _require_layer(task: Task, name: str) -> None:
    names = [layer.name for layer in task.model.layers if layer.weights]
    if name and name not in {layer.name for layer in task.model.layers}:
        raise RecipeError(
            f'The network has no layer "{name}" to learn from on.',
            f"Among others: {', '.join(names[:: max(1, len(names) // 12)])}.",
        )


_STRATEGIES: Mapping[str, Callable[[Task], Fit]] = MappingProxyType(
    {
        FROM_SCRATCH: fit_by_gradient,
        FIXED_FEATURES: _on_fixed_features,
        EARLIER_LAYER: fit_linear_head,
        PARTIAL: _partly,
        FULL: _fully,
    }
)
