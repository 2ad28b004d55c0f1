"""How much of a network learns, and from where it begins: the strategies, and the rule that chooses among them."""

from trainer.transfer.rule import Settled, settle
from trainer.transfer.starting import load_starting_weights
from trainer.transfer.strategies import fit

__all__ = ["Settled", "fit", "load_starting_weights", "settle"]
