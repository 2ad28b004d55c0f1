"""Which stack an instance belongs to, kept while its series is in sight."""

from collections.abc import Collection, Sequence

from app.gui.image.image_stack import Stack
from app.gui.labelling.image_sources import ImageSources
from app.gui.models.worklist_model import WorklistModel
from labeller import Catalogue, InstanceFilter, InstanceRow


class SeriesStack:
    """Makes stacks of series, the last one kept: in the order of instance numbers, as the catalogue has them."""

    def __init__(self, model: WorklistModel, sources: ImageSources) -> None:
        self._model, self._sources = model, sources
        self._kept: tuple[str, Stack] | None = None
        self._members: Sequence[InstanceRow] = ()
        self.catalogue: Catalogue | None = None
        self.whole = True  # images of the series that the list leaves out are shown too

    def of(self, row: InstanceRow) -> Stack | None:
        """Return the stack of an instance's series, None where it has but this one."""
        if self._kept is None or self._kept[0] != row.series or self._kept[1].place(row.sop_instance_uid) < 0:
            self._members = self._rows(row)
            self._kept = (row.series, self._sources.stack(self._members))
        stack = self._kept[1]
        return stack if len(stack.members) > 1 else None

    @property
    def members(self) -> Sequence[InstanceRow]:
        """The instances of the stack that was made last."""
        return self._members

    def forget(self) -> None:
        """Files or labels may have changed."""
        self._kept = None

    def _rows(self, row: InstanceRow) -> Sequence[InstanceRow]:
        if self.catalogue is None:
            return [row]
        rows = self.catalogue.instances(InstanceFilter(patient=row.patient, series=row.series))
        return rows if self.whole else _listed(rows, self._model)


def _listed(rows: Collection[InstanceRow], model: WorklistModel) -> list[InstanceRow]:
    return [row for row in rows if model.place(row.sop_instance_uid) >= 0]
