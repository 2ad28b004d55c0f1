"""Where a network learns, and how exactly: on one processor or several at once, with 32 bits or mostly with 16.

Only the steps of learning are spread and shortened. What is judged, kept and predicted is computed by a network with
32-bit numbers from the same weights, so that it is the same wherever the model goes.
"""

from dataclasses import dataclass, replace

from trainer.device import Gpu, graphics_processors
from trainer.recipes import AUTOMATIC, EARLIER_LAYER, FIXED_FEATURES, FLOAT32, MIXED, NETWORK, Recipe

_GAINS_FROM = (7, 0)  # compute capability: the first with units for 16-bit numbers that add up in 32
_LEAST_SHARE = 8  # images of a batch for each processor, so that normalization has something to count
_ON_GPU, _ON_CPU = (
    "mixed_float16",
    "mixed_bfloat16",
)  # a processor's short numbers keep the range of long ones


@dataclass(frozen=True, slots=True)
class Placement:
    """TensorFlow's names of the devices that learn together (none: the one it takes by itself), and Keras' policy."""

    devices: tuple[str, ...] = ()
    policy: str = FLOAT32

    @property
    def is_plain(self) -> bool:
        """Whether the network that is kept can itself be the one that learns."""
        return not self.devices and self.policy == FLOAT32


def settle_placement(recipe: Recipe, batch: int) -> tuple[Recipe, Placement, str]:
    """What the recipe leaves to the computer, decided for batches of that many images, and in words ("": as ever)."""
    if not _descends(recipe):
        return replace(recipe, precision=FLOAT32), Placement(), ""
    gpus = graphics_processors()
    together = _together(gpus, batch) if recipe.devices == AUTOMATIC else ()
    precision = recipe.precision
    if precision == AUTOMATIC:
        precision = MIXED if gpus and gpus[0].capability >= _GAINS_FROM else FLOAT32
    policy = FLOAT32 if precision == FLOAT32 else _ON_GPU if gpus else _ON_CPU
    placement = Placement(tuple(each.name for each in together), policy)
    return replace(recipe, precision=precision), placement, _in_words(placement)


def _descends(recipe: Recipe) -> bool:
    """Whether steps of gradient descent are taken at all."""
    if recipe.strategy == EARLIER_LAYER:
        return False
    return recipe.strategy != FIXED_FEATURES or not (recipe.design.is_linear or recipe.classifier != NETWORK)


def _together(gpus: tuple[Gpu, ...], batch: int) -> tuple[Gpu, ...]:
    """Those like the first, as many as get a fair share of a batch; () where that is one."""
    alike = [each for each in gpus if each.title == gpus[0].title]
    chosen = tuple(alike[: batch // _LEAST_SHARE])
    return chosen if len(chosen) > 1 else ()


def _in_words(placement: Placement) -> str:
    told = []
    if placement.devices:
        told.append(
            f"{len(placement.devices)} processors learn together, each with its share of every batch."
        )
    if placement.policy != FLOAT32:
        told.append(
            "The network learns with 16-bit numbers where they are enough, and is judged with 32 bits."
        )
    return " ".join(told)
