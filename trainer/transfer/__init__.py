"""How much of a network learns, and from where it begins: the strategies, the rule that chooses among them, weights."""

from trainer.transfer.imported import (
    ImportedWeights,
    forget_imported,
    import_weights,
    imported_weights,
)
from trainer.transfer.layout import Slot, slots
from trainer.transfer.rule import Settled, settle
from trainer.transfer.starting import Start, find_start
from trainer.transfer.strategies import fit

__all__ = [
    "ImportedWeights",
    "Settled",
    "Slot",
    "Start",
    "find_start",
    "fit",
    "forget_imported",
    "import_weights",
    "imported_weights",
    "settle",
    "slots",
]
