"""What is learned: the network by its strategy, then the classifier upon it where the recipe wants one."""

from trainer.classical.branches import compare_branches
from trainer.classical.learn import fit_classifier
from trainer.embeddings import Embeddings
from trainer.fitting import Fit, Task
from trainer.recipes import EARLIER_LAYER, FIXED_FEATURES, NETWORK
from trainer.transfer import fit as fit_by_strategy
from trainer.verdict import Learned


def learn(task: Task) -> Learned:
    """Learn as the task's recipe says."""
    recipe = task.recipe
    if recipe.classifier == NETWORK:
        return Learned(fit_by_strategy(task))
    first = fit_by_strategy(task) if _network_learns(task) else None
    total = len(task.train.labels) + len(task.validation.labels)
    task.on_event("stage", {"title": "Describing the images", "total": total})
    embeddings = Embeddings(task)
    train, validation = embeddings.of(task.train, total), embeddings.of(task.validation, total)
    names = tuple(recipe.columns.split())
    classifier, fit = fit_classifier(task, train, names)
    remarks = compare_branches(task, (train, validation), classifier) if names else ()
    history = fit.history if first is None else _after(first, fit)
    best = fit.best_epoch + (0 if first is None else len(first.history))
    return Learned(Fit(history, best, train), classifier, tuple(remarks))


def _network_learns(task: Task) -> bool:
    """Whether there are weights below the classifier that the strategy wants to learn."""
    below = [layer for layer in task.model.layers if layer.weights and layer.name != "logits"]
    return bool(below) and task.recipe.strategy not in (FIXED_FEATURES, EARLIER_LAYER)


def _after(first: Fit, then: Fit) -> tuple[dict[str, float | None], ...]:
    """One history: the network's epochs, then the settings that were tried, numbered on."""
    begun = len(first.history)
    rows = [{**row, "epoch": float(begun + place)} for place, row in enumerate(then.history, start=1)]
    return (*(dict(row) for row in first.history), *rows)
