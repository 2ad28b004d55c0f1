"""One correction that was applied to pixels: the command that does it, and what takes it back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from anonymizer import KEPT, Region, place
from app.gui.region_edits import Draft
from app.workflows.corrections import region_text

APPLIED = {
    "instance": "The boxes are applied.",
    "series": "The boxes are applied to the series.",
    "device": "The boxes are applied to all images of the device.",
    "always": "The boxes are applied to all images of the device, and will be at import.",
}


@dataclass(frozen=True, slots=True)
class Step:
    """Something that was applied: to which images, what was masked in them and what shown again."""

    sop: str
    draft: Draft
    scope: str
    known: tuple[Region, ...] = ()  # what was masked in the instance before
    frames: int = 1  # of the instance

    takes_back: bool = False
    others: tuple[str, ...] = ()  # further images

    def arguments(self) -> list[str]:
        """The arguments of the command that does it."""
        drawn = [each for box in self.draft.drawn for each in _in_its_frames(box, self.frames)]
        masked = [part for box in drawn for part in ("--region", region_text(box))]
        shown = [part for box in self.draft.shown for part in ("--show", region_text(box))]
        also = [part for sop in self.others for part in ("--also", sop)]
        if self.scope != "always":
            return [self.sop, *masked, *shown, *also, "--to", self.scope]
        rule = "remove" if self.takes_back else "add"
        return [self.sop, *masked, *shown, "--to", "device", "--always", rule]

    def inverse(self, regions: Sequence[Region]) -> "Step":
        """What takes it back, now that these regions are masked."""
        before = {place(region) for region in self.known if region.kind != KEPT}
        new = tuple(r for r in regions if r.kind == "drawn" and place(r) not in before)
        draft = Draft(self.draft.shown, new)
        return Step(
            self.sop, draft, self.scope, tuple(regions), self.frames, takes_back=True, others=self.others
        )


def _in_its_frames(box: Region, frames: int) -> list[Region]:
    """What is masked is one frame or all; a box that spares some frames is one for each of the others."""
    if not box.spared:
        return [box]
    return [replace(box, frame=frame, spared=()) for frame in range(frames) if box.is_in(frame)]
