"""What an epoch is made of where classes are unequal: which images, in which order, changed or not, how heavy.

Each way is one entry of a table. Whatever is chosen, the order is drawn anew for every epoch.
"""

from trainer.balancing.arrangement import BALANCINGS, CLASS_WEIGHTS, Balancing, Epoch, balancing

__all__ = ["BALANCINGS", "CLASS_WEIGHTS", "Balancing", "Epoch", "balancing"]
