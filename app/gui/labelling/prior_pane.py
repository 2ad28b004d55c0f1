"""Another examination of the same patient beside the image that is labelled."""

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.counted import counted
from app.gui.image.image_loader import ImageLoader
from app.gui.image.image_view import ImageView
from app.gui.image.linked_views import LinkedViews
from app.gui.labelling.image_sources import ImageSources
from app.gui.labelling.series_planes import SeriesPlanes
from app.gui.models.worklist_model import title
from app.gui.session import Session
from app.gui.window_presets import presets_for
from labeller import Catalogue, InstanceFilter, InstanceRow

NONE = "The project holds no other series of this patient."


class PriorPane(QWidget):
    """A box to choose the series, and its images; `main` is the view that it goes with."""

    def __init__(self, main: ImageView, loader: ImageLoader, sources: ImageSources, session: Session) -> None:
        super().__init__()
        self._session = session
        self._planes = SeriesPlanes(self)
        self._planes.ready.connect(self._on_planes)
        self._beside: Sequence[InstanceRow] = ()  # what the main view shows
        self._main, self._sources = main, sources
        self.view = ImageView(loader=loader)
        self.view.may_turn = True
        self.view.caption = "other examination"
        self.view.setAccessibleName("Other examination of the patient")
        self.linked = LinkedViews(main, self.view, self)
        self.box = QComboBox()
        self.box.setAccessibleName("Other series of the patient")
        self.box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.box.activated.connect(lambda _place: self._show_chosen())
        self.link = QCheckBox("&Together")
        self.link.setToolTip("Scroll, zoom and window both images together")
        self.link.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.link.setChecked(True)
        self.link.toggled.connect(self._on_link)
        self._series: list[list[InstanceRow]] = []
        self._row: InstanceRow | None = None
        top = QHBoxLayout()
        top.addWidget(self.box, 1)
        top.addWidget(self.link)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.view, 1)
        self.view.shown.connect(lambda _name: self.linked.take_over(self._main, self.view))

    def show_for(self, row: InstanceRow, catalogue: Catalogue, beside: Sequence[InstanceRow]) -> None:
        """Offer the other series of an instance's patient; within a series the choice stays.

        `beside` are the instances in the main view: this one, or all of its stack.
        """
        self._beside = beside
        if self._row is not None and self._row.series == row.series:
            self._find_places()
            return
        self._row = row
        self._series = _others(row, catalogue.instances(InstanceFilter(patient=row.patient)))
        with QSignalBlocker(self.box):
            self.box.clear()
            self.box.addItems([_words(row, rows) for rows in self._series])
        self.box.setEnabled(bool(self._series))
        self._show_chosen()

    def show_next(self) -> None:
        """Show the next of the patient's other series."""
        if self._series:
            self.box.setCurrentIndex((self.box.currentIndex() + 1) % len(self._series))
            self._show_chosen()

    def clear(self) -> None:
        """Show nothing."""
        self._row = None
        self._series, self._beside = [], ()
        self.box.clear()
        self.view.clear()

    def _on_link(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal sends it
        self.linked.on = on
        if on:
            self.linked.align()
            self.linked.take_over(self._main, self.view)

    def _show_chosen(self) -> None:
        if self._row is None or not self._series:
            self.view.clear(NONE)
            return
        rows = self._series[self.box.currentIndex()]
        stack = self._sources.stack(rows)
        self.view.counted = "image" if len(rows) > 1 else "frame"
        self.view.extra_presets = presets_for(rows[0].modality)
        self.linked.same_scale = rows[0].modality == self._row.modality == "CT"
        self.linked.place((), ())
        self.view.show_instance(stack.name, stack.open)
        self._find_places()

    def _find_places(self) -> None:
        """Find out where the slices of both views lie; stacks go by share of their length until it is known."""
        if self._series:
            rows = [*self._beside, *self._series[self.box.currentIndex()]]
            self._planes.want(rows, self._session.project.instances)

    def _on_planes(self) -> None:
        if self._series:
            other = self._series[self.box.currentIndex()]
            self.linked.place(self._planes.of(self._beside), self._planes.of(other))
            self.linked.take_over(self._main, self.view)


def _others(row: InstanceRow, rows: Sequence[InstanceRow]) -> list[list[InstanceRow]]:
    """Group a patient's instances by series, without the one in sight; the likeliest to compare with first."""
    series: dict[str, list[InstanceRow]] = {}
    for one in rows:
        if one.series != row.series:
            series.setdefault(one.series, []).append(one)
    return sorted(series.values(), key=lambda group: _unlike(row, group[0]))


def _unlike(row: InstanceRow, other: InstanceRow) -> tuple[object, ...]:
    """Sort by: same modality, same body part and view, another study, earlier, and how long ago."""
    between = _days(row, other)
    return (
        other.modality != row.modality,
        other.body_part != row.body_part,
        other.view_position != row.view_position,
        other.study == row.study,
        between is None or between > 0,
        abs(between or 0),
    )


def _days(row: InstanceRow, other: InstanceRow) -> int | None:
    """Return how many days after `row` the other was made; None where a date is missing."""
    try:
        return (_date(other.study_date) - _date(row.study_date)).days
    except ValueError:
        return None


def _date(text: str) -> date:
    return date(int(text[:4]), int(text[4:6]), int(text[6:8]))


def _words(row: InstanceRow, rows: Sequence[InstanceRow]) -> str:
    days = _days(row, rows[0])
    when = "same study" if rows[0].study == row.study else _when(days)
    number = counted(len(rows)) if len(rows) > 1 else ""
    return " · ".join(filter(None, (title(rows[0]), number, when)))


def _when(days: int | None) -> str:
    if days is None:
        return "another study"
    if days == 0:
        return "same day"
    return f"{abs(days):,} days {'later' if days > 0 else 'earlier'}"
