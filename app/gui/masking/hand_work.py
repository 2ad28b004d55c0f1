"""What masking by hand is at: the instance in sight, what is masked in it, and what is wanted of it."""

from dataclasses import dataclass, field, replace

from anonymizer import DicomImage, Region
from app.gui.image.compare_view import CompareView
from app.gui.image.draw_bar import DrawBar
from app.gui.image.image_view import ImageView
from app.gui.region_edits import Draft, RegionEdits


@dataclass(slots=True)
class HandWork:
    """Known to all that takes part in it; drafts of other instances wait in `edits`."""

    compare: CompareView
    bar: DrawBar
    edits: RegionEdits = field(default_factory=RegionEdits)
    sop: str = ""
    frames: int = 1
    regions: tuple[Region, ...] = ()  # masked or kept already

    @property
    def view(self) -> ImageView:
        """Where boxes are drawn."""
        return self.compare.after

    @property
    def draft(self) -> Draft:
        """What is wanted of the instance in sight and not applied yet."""
        return self.edits.draft(self.sop)

    @property
    def number(self) -> int:
        """The chosen box: masked and kept ones come first, then those that wait; -1 for none."""
        return self.view.boxes.number

    @property
    def number_drawn(self) -> int:
        """Which of the boxes that wait is chosen, negative for none."""
        return self.number - len(self.regions)

    def chosen_masked(self) -> Region | None:
        """The chosen one of the boxes that are masked or kept."""
        return self.regions[self.number] if 0 <= self.number < len(self.regions) else None

    def choose_last_drawn(self) -> None:
        """Choose the box that was drawn last."""
        self.view.boxes.choose(len(self.regions) + len(self.draft.drawn) - 1)

    def add(self, region: Region, frame: int) -> None:
        """A new box waits, for the frames that the bar names."""
        only, spared = self.bar.frames.frames_of(frame)
        box = replace(region, frame=only, spared=spared, kind="waiting", found_by="reader")
        self.edits.add(self.sop, box)

    def ultrasound_areas(self) -> tuple[Region, ...]:
        """Where the file says that ultrasound lies."""
        shown = self.view.frame_shown
        picture = shown.picture if shown is not None else None
        return picture.ultrasound_areas if isinstance(picture, DicomImage) else ()

    def as_wanted(self) -> list[Region]:
        """The masked regions as they are outlined: marked where they are to be shown again, in this frame at least."""
        shown, frame = set(self.draft.shown), self.view.frame_index
        return [
            replace(region, kind="to be shown")
            if {region, replace(region, frame=frame, spared=())} & shown
            else region
            for region in self.regions
        ]
