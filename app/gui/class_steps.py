"""Changes of label classes, and labels that were read, as steps: each knows how to take itself back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labeller import CONSENSUS_MEANS, Catalogue, InstanceFilter, LabelClass, Merged

READ = frozenset({"list", *CONSENSUS_MEANS})
"""How labels come about that are read from a file."""


@dataclass(frozen=True, slots=True)
class ClassStep:
    """What the step is called, what does it, and what takes it back."""

    words: str
    do: Callable[[], object]
    back: Callable[[], object]


def add(catalogue: Catalogue, name: str) -> ClassStep:
    """Make a class."""
    return ClassStep(
        f"new class “{name}”", lambda: catalogue.add_class(name), lambda: catalogue.remove_class(name)
    )


def rename(catalogue: Catalogue, old: str, new: str) -> ClassStep:
    """Give a class another name; its labels follow."""
    return ClassStep(
        f"class “{old}” renamed “{new}”",
        lambda: catalogue.rename_class(old, new),
        lambda: catalogue.rename_class(new, old),
    )


def recolour(catalogue: Catalogue, known: LabelClass, colour: str) -> ClassStep:
    """Give a class another colour."""
    return ClassStep(
        f"colour of “{known.name}”",
        lambda: catalogue.change_class(known.name, colour=colour),
        lambda: catalogue.change_class(known.name, colour=known.colour),
    )


def define(catalogue: Catalogue, known: LabelClass, definition: str) -> ClassStep:
    """Say when a class holds."""
    return ClassStep(
        f"definition of “{known.name}”",
        lambda: catalogue.change_class(known.name, definition=definition),
        lambda: catalogue.change_class(known.name, definition=known.definition),
    )


def put_under(catalogue: Catalogue, known: LabelClass, parent: str) -> ClassStep:
    """Make a class a kind of another, or ("") of none."""
    return ClassStep(
        f"what “{known.name}” is a kind of",
        lambda: catalogue.change_class(known.name, parent=parent),
        lambda: catalogue.change_class(known.name, parent=known.parent or ""),
    )


def remove(catalogue: Catalogue, known: LabelClass) -> ClassStep:
    """Remove a class that nobody has used."""
    listed = catalogue.classes()
    children = [each.name for each in listed if each.parent == known.name]

    def back() -> None:
        catalogue.add_class(
            known.name,
            colour=known.colour,
            shortcut=known.shortcut,
            definition=known.definition,
            parent=known.parent,
        )
        for child in children:
            catalogue.change_class(child, parent=known.name)
        catalogue.reorder_classes([each.name for each in listed])

    return ClassStep(f"class “{known.name}” removed", lambda: catalogue.remove_class(known.name), back)


def merge(catalogue: Catalogue, name: str, into: str, reader: str) -> ClassStep:
    """Make everything that is labelled with one class be labelled with another."""
    done: list[Merged] = []
    return ClassStep(
        f"“{name}” merged into “{into}”",
        lambda: done.append(catalogue.merge_class(name, into, reader=reader)),
        lambda: catalogue.unmerge_class(done.pop(), reader=reader),
    )


def read_in(catalogue: Catalogue, steps: range, made: Sequence[str]) -> ClassStep:
    """Labels that were read from a file already: these steps of the history, and the classes that it made."""
    done = [(steps, READ)]  # what is to be taken back next, and how it came about

    def turn() -> None:
        last, means = done[-1]
        first = catalogue.next_step()
        catalogue.take_back(last, means=means)
        done[-1] = (range(first, catalogue.next_step()), frozenset({"undo"}))

    def again() -> None:
        for name in made:
            if name not in _names(catalogue):
                catalogue.add_class(name)
        turn()

    def back() -> None:
        turn()
        for name in made:
            if name in _names(catalogue) and not _is_used(catalogue, name):
                catalogue.remove_class(name)

    return ClassStep("labels from a file", again, back)


def _names(catalogue: Catalogue) -> set[str]:
    return {known.name for known in catalogue.classes()}


def _is_used(catalogue: Catalogue, name: str) -> bool:
    said = (label for opinions in catalogue.opinions().values() for label in opinions.values())
    return bool(catalogue.count(InstanceFilter(label=name))) or name in said
