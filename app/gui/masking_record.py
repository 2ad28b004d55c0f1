"""What the catalogue's masking record says of an instance, read and put into a sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anonymizer import KEPT, Change, Region


@dataclass(frozen=True, slots=True)
class MaskingRecord:
    """Changes and regions of one instance."""

    changes: tuple[Change, ...] = ()
    regions: tuple[Region, ...] = ()

    @classmethod
    def of(cls, report: Mapping[str, object]) -> "MaskingRecord":
        """Read a record as `Catalogue.masking` gives it."""
        return cls(
            tuple(Change(**each) for each in _parts(report, "changes")),
            tuple(Region.of(each) for each in _parts(report, "regions")),
        )

    def sentence(self, review: Sequence[str]) -> str:
        """Say what was masked and what is left to look at."""
        changed = len({change.path for change in self.changes if change.action != "K"})
        masked = sum(region.kind != KEPT for region in self.regions)
        done = f"{_count(changed, 'attribute')} changed, {_count(masked, 'region')} masked"
        if not review:
            return f"{done}, nothing left to review."
        reasons = "; ".join(reason.rstrip(".") for reason in review)
        return f"{done}. To look at: {reasons}."


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _parts(report: Mapping[str, object], name: str) -> list[dict[str, Any]]:
    parts = report.get(name)
    return list(parts) if isinstance(parts, (list, tuple)) else []
