"""An ensemble as one model: every member prepares the image in its own way and says what it sees."""

from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy.typing import NDArray

from trainer.ensembles.combining import Combination
from trainer.ensembles.folder import read_ensemble
from trainer.errors import ModelFolderError
from trainer.model_folder import ENSEMBLE, ModelInfo
from trainer.preprocessing import Preprocessing
from trainer.results.rules import Rules, read_rules
from trainer.sight import NetworkSight, Prepared, Seen
from trainer.tabular.code import Facts

LoadMember = Callable[[ModelInfo, Rules], NetworkSight]


class EnsembleSight:
    """Members with their own calibration, and how they are combined."""

    def __init__(self, members: Sequence[tuple[NetworkSight, Rules]], combination: Combination) -> None:
        self.members = tuple(members)
        self.combination = combination
        ends = [0, *accumulate(len(sight.preprocessings) for sight, _ in members)]
        self._parts = [slice(start, end) for start, end in pairwise(ends)]

    @property
    def preprocessings(self) -> tuple[Preprocessing, ...]:
        """Of all members in their order."""
        return tuple(each for sight, _ in self.members for each in sight.preprocessings)

    @property
    def columns(self) -> tuple[str, ...]:
        """The gate's column and those of the members."""
        gate = () if self.combination.gate is None else (self.combination.gate.column,)
        return tuple(dict.fromkeys((*gate, *(name for sight, _ in self.members for name in sight.columns))))

    def missing(self, row: Facts) -> tuple[str, ...]:
        """The gate's column where no member is for its value, and what members lack."""
        gate = self.combination.gate
        lacking = (gate.column,) if gate is not None and gate.member(row) is None else ()
        return tuple(
            dict.fromkeys((*lacking, *(name for sight, _ in self.members for name in sight.missing(row))))
        )

    def prepare(self, image: NDArray[np.uint8]) -> Prepared:
        """For each member; members that look alike share one picture."""
        made = {each: each.prepare(image) for each in dict.fromkeys(self.preprocessings)}
        return tuple(made[each] for each in self.preprocessings)

    def see(
        self,
        prepared: Sequence[Prepared],
        facts: Sequence[Facts],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> Seen:
        """What they say together."""
        said, unlike, similar = self.each(prepared, facts, cancelled=cancelled)
        known = ~np.isnan(unlike).all(axis=0)
        distances = np.nanmean(unlike, axis=0).astype(np.float32) if known.all() else None
        return Seen(self.combination(said), distances, similar)

    def each(
        self,
        prepared: Sequence[Prepared],
        facts: Sequence[Facts],
        *,
        cancelled: Callable[[], bool] = lambda: False,
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], tuple[tuple[str, ...], ...]]:
        """What each member says, `(members, images, classes)`, how unlike it finds the images, and similar ones.

        Probabilities are calibrated by the member, distances shares of its limit; NaN where it was not asked.
        """
        number, classes = len(self.members), len(self.members[0][1].classes)
        asked = self.combination.asked(number, facts)
        said = np.full((number, len(prepared), classes), np.nan)
        unlike = np.full((number, len(prepared)), np.nan)
        similar: list[tuple[str, ...]] = [()] * len(prepared)
        for place, (sight, rules) in enumerate(self.members):
            chosen = np.flatnonzero(asked[place])
            if not len(chosen):
                continue
            own = [prepared[image][self._parts[place]] for image in chosen.tolist()]
            seen = sight.see(own, [facts[image] for image in chosen.tolist()], cancelled=cancelled)
            said[place, chosen] = rules.probabilities(seen.raw)
            if seen.distances is not None and rules.limits is not None:
                unlike[place, chosen] = seen.distances / rules.limits.limit
            for image, names in zip(chosen.tolist(), seen.similar, strict=True):
                similar[image] = similar[image] or names
        return said, unlike, tuple(similar)


def load_ensemble(info: ModelInfo, load_member: LoadMember) -> EnsembleSight:
    """All members of the folder; ModelFolderError unless each is one of ours and unchanged."""
    members, combination = read_ensemble(info)
    loaded = []
    for member in members:
        own = ModelInfo.read(member.folder)
        if own.architecture == ENSEMBLE or own.classes != info.classes:
            raise ModelFolderError("A member of the ensemble does not fit it.", "Make the ensemble again.")
        rules = read_rules(member.folder, own.classes)
        loaded.append((load_member(own, rules), rules))
    return EnsembleSight(loaded, combination)
