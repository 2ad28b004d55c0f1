"""Which series want a reader's approval, riskiest first; and the project's rule that every series does."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cache

from anonymizer import EVERY_SERIES
from app.errors import UsageError
from app.project import Project
from app.workflows.pixel_policy import change_project, required_policy, wants_every_series
from labeller import HELD_BACK, InstanceRow

_ORDINARY = 3  # what any reason weighs that `_weights` does not name
_Risk = tuple[int, bool, int]


@dataclass(frozen=True, slots=True)
class WaitingSeries:
    """A series with instances that want a look; `first` is the one that wants it most."""

    first: str
    uids: tuple[str, ...]  # all that wait, in the order of the catalogue


def risk(row: InstanceRow) -> _Risk:
    """How much a look is needed, comparable: the gravest reason, whether such images mostly carry text, how many."""
    weights, usual = _weights()
    found = [weights.get(reason, _ORDINARY) for reason in row.review]
    return max(found, default=-1), row.modality in usual, len(found)


@cache
def _weights() -> tuple[Mapping[str, int], Set[str]]:
    """How likely a name is left for each reason, and the modalities whose images mostly carry text."""
    from anonymizer.pixels import burned_in_text as text  # the window starts sooner without it

    graver = {
        text.STILL_LEGIBLE: 6,
        text.LEFT: 5,
        text.NOT_EXAMINED: 5,
        text.ANNOUNCED: 5,
        text.FAINT_LINE: 5,
        text.NONE_FOUND: 4,
    }
    lighter = {EVERY_SERIES: 1, HELD_BACK: 0}
    return {**graver, **lighter}, text.USUALLY_TEXT


def by_risk(rows: Iterable[InstanceRow]) -> list[WaitingSeries]:
    """Put the waiting among `rows` (in the catalogue's order) into their series, the riskiest series first."""
    series: dict[str, list[InstanceRow]] = {}
    for row in rows:
        if row.review:
            series.setdefault(row.series, []).append(row)
    ranked = sorted(series.values(), key=lambda each: max(map(risk, each)), reverse=True)
    return [
        WaitingSeries(max(each, key=risk).sop_instance_uid, tuple(row.sop_instance_uid for row in each))
        for each in ranked
    ]


def ask_for_every_series(project: Project, *, wanted: bool) -> int:
    """Make it the project's rule that every series is approved before it is exported, or no longer.

    Returns for how many instances this changed what is asked; what a reader approved stays approved. Raises
    UsageError where the site or the profile wants it, whatever the project says.
    """
    if not wanted and required_policy(project).review_all:
        raise UsageError(
            "The site or the profile wants every series approved by a reader.",
            "Take review_all out of pixels.toml or of the profile first.",
        )
    change_project(project, review_all=True if wanted else None)
    with project.catalogue() as catalogue:
        changed = catalogue.ask_of_all(EVERY_SERIES, wanted=wanted)
    project.record(
        "every series is to be approved" if wanted else "approval is asked where something is found"
    )
    return changed


def ask_as_the_site_wants(project: Project) -> None:
    """Ask for approval of what came into the project before the site or its profile wanted every series approved."""
    if not project.pixels.get("review_all") and wants_every_series(project):
        ask_for_every_series(project, wanted=True)
