"""Agreement: how far the readers agree, where they do not, second readings, and the consensus."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.background import Latest
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.labelling.confusion import ConfusionMatrix
from app.gui.labelling.find_images import kept_facts
from app.gui.labelling.second_reading import SecondReadingDialog
from app.gui.labelling_tasks import Adjudication, BlindReading, ChosenImages
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.figures import Figures
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, label
from app.project import Project
from labeller import Agreement, InstanceFilter, LabelClass, PairAgreement, SecondReading

FIGURES = (
    ("several", "images read by two or more"),
    ("disputed", "disagreements to settle"),
    ("fleiss", "Fleiss’ kappa, all readers"),
    ("alpha", "Krippendorff’s alpha"),
)
# Landis and Koch 1977: words for the upper end of each range
WORDS = (
    (0.0, "poor"),
    (0.2, "slight"),
    (0.4, "fair"),
    (0.6, "moderate"),
    (0.8, "substantial"),
    (1.0, "almost perfect"),
)


class AgreementPage(Page):
    """Pairs of readers at the left, their confusion at the right; a cell opens its images."""

    title = "Agreement"
    purpose = "Labels are only as good as readers agree on them."
    help_lines = (
        ("Up, Down", "another pair of readers"),
        ("Arrows and Enter in the matrix", "open the images of a cell"),
        ("Alt+S", "start a second reading"),
        ("Alt+D", "settle disagreements"),
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.pairs: tuple[PairAgreement, ...] = ()
        self.readings: list[SecondReading] = []
        self.stack = QStackedWidget()
        self.body.addWidget(self.stack, 1)
        self.nothing = EmptyState(
            "No image has a label yet",
            "Agreement is measured between readers who labelled the same images.",
            ("Go to &Label", lambda: session.navigate.emit("label")),
        )
        self.alone = EmptyState(
            "Only one reader so far",
            "Let somebody label a sample of the images again without seeing the labels, or do it yourself "
            "after some days.",
            ("&Start a second reading…", self.start_reading),
        )
        self.content = self._content()
        self.failed = EmptyState("", "", ("&Try again", self.activate))
        for page in (self.nothing, self.alone, self.failed, self.content):
            self.stack.addWidget(page)
        self._reading = Latest(self)
        self._reading.done.connect(self._take)
        self._reading.failed.connect(self._on_failed)

    def activate(self) -> None:
        """Compare the readers as the labels are now."""
        labelled = self.session.catalogue.count(InstanceFilter(labelled=True))
        self.readings = self.session.catalogue.second_readings()
        if not labelled:
            self.stack.setCurrentWidget(self.nothing)
            return
        self._show_readings()
        project = self.session.project
        self._reading.run(lambda: _compared(project))

    def start_reading(self) -> None:
        """Ask who reads how many images, draw them and show the first."""
        catalogue = self.session.catalogue
        readers = list(dict.fromkeys([self.session.reader, *(r.name for r in catalogue.readers())]))
        dialog = SecondReadingDialog(
            readers,
            samples(catalogue.classes(), self.session.preferences.filters),
            lambda only: catalogue.count(replace(only, usable=True)),
            self,
        )
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self.begin(dialog.name(), dialog.number.value(), dialog.only()))
        dialog.open()

    def go_on(self, reading: SecondReading) -> None:
        """Show the images of a second reading."""
        self.session.work_on(BlindReading(self.session.catalogue, reading.name, reading.reader))

    def settle(self) -> None:
        """Show the images on which readers disagree, both readings beside each other."""
        self.session.work_on(Adjudication(self.session.catalogue))

    def adopt_majority(self) -> None:
        """Settle the disagreements that more than half of the readers decide."""
        try:
            events = self.session.catalogue.adopt_majority(reader=self.session.signing_reader)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        left = "" if events else " Where two readers disagree there is none."
        self.session.status.emit(f"{counted(len(events))} got the label of the majority.{left}")
        self.session.catalogue_changed.emit()
        self.activate()

    def begin(self, reader: str, number: int, only: InstanceFilter | None = None) -> None:
        """Draw so many labelled images, of those that a filter means, for a reader and show the first."""
        try:
            seed = random.SystemRandom().randrange(2**31)
            made = self.session.catalogue.start_second_reading(
                reader, only or InstanceFilter(), number=number, seed=seed
            )
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
        else:
            self.go_on(made)

    # What the page is made of.

    def _content(self) -> QWidget:
        content = QWidget()
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.figures = Figures(FIGURES)
        column.addWidget(self.figures)
        column.addLayout(self._actions())
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self._left())
        splitter.addWidget(self._right())
        splitter.setChildrenCollapsible(False)
        splitter.setSizes([620, 420])
        column.addWidget(splitter, 1)
        return content

    def _actions(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self.settle_button = button("Settle &disagreements", self.settle, primary=True)
        self.majority_button = button(
            "Adopt the &majority",
            self.adopt_majority,
            tip="Where more than half of three or more readers agree, their label counts",
        )
        self.start_button = button("&Start a second reading…", self.start_reading)
        for widget in (self.settle_button, self.majority_button, self.start_button):
            row.addWidget(widget)
        row.addStretch(1)
        return row

    def _left(self) -> QWidget:
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 6, 0)
        self.table = SmallTable(
            "Pairs of readers", ("Readers", "Images", "Agree", "Cohen’s kappa (95 %)", "PABAK", "In words")
        )
        self.table.currentCellChanged.connect(lambda row, *_rest: self._show_pair(row))
        column.addWidget(self.table, 3)
        column.addWidget(
            label(
                "Kappa is agreement beyond chance. Where one class is rare it is low though readers agree; "
                "PABAK leaves that out. Read both with the interval.",
                "muted",
            )
        )
        column.addWidget(label("Second readings", "heading"))
        self.reading_rows = QVBoxLayout()
        self.no_readings = label("None yet.", "muted")
        column.addWidget(self.no_readings)
        column.addLayout(self.reading_rows)
        column.addStretch(1)
        return left

    def _right(self) -> QWidget:
        right = QWidget()
        column = QVBoxLayout(right)
        column.setContentsMargins(6, 0, 0, 0)
        self.pair_title = label("", "heading")
        self.matrix = ConfusionMatrix(opens=True)
        self.matrix.setAccessibleName("Who said what")
        self.matrix.chosen.connect(self._open_cell)
        column.addWidget(self.pair_title)
        column.addWidget(label("Click a number to see its images.", "muted"))
        column.addWidget(self.matrix, 1)
        return right

    # Filling it.

    def _take(self, found: tuple[Agreement, int]) -> None:
        agreement, disputed = found
        self.pairs = tuple(pair for pair in agreement.pairs if pair.instances)
        if not self.pairs and not self.readings:
            self.stack.setCurrentWidget(self.alone)
            return
        self.stack.setCurrentWidget(self.content)
        self.figures.show_figure("several", agreement.read_by_several)
        self.figures.show_figure("disputed", disputed)
        self.figures.show_figure("fleiss", _number(agreement.fleiss))
        self.figures.show_figure("alpha", _number(agreement.alpha))
        self.settle_button.setEnabled(disputed > 0)
        self.majority_button.setEnabled(disputed > 0 and len(agreement.readers) > 2)  # noqa: PLR2004 - two are none
        self.table.fill([_row(pair) for pair in self.pairs])
        if self.pairs:
            self.table.setCurrentCell(max(0, min(self.table.currentRow(), len(self.pairs) - 1)), 0)
        self._show_pair(self.table.currentRow())

    def _on_failed(self, message: str, remedy: str) -> None:
        """Say so on the page itself: what stood there before is of other labels."""
        self.failed.heading.setText(message)
        self.failed.text.setText(remedy)
        self.stack.setCurrentWidget(self.failed)

    def _show_pair(self, row: int) -> None:
        if not 0 <= row < len(self.pairs):
            self.pair_title.setText("No image was read by two readers yet")
            self.matrix.show_matrix((), ())
            return
        pair = self.pairs[row]
        self.pair_title.setText(f"{pair.first} and {pair.second}")
        self.matrix.name_axes(pair.first, pair.second)
        self.matrix.show_matrix(pair.classes, pair.table)

    def _open_cell(self, row: int, column: int) -> None:
        pair = self.pairs[self.table.currentRow()]
        said = ((pair.first, pair.classes[row]), (pair.second, pair.classes[column]))
        catalogue = self.session.catalogue
        uids = catalogue.read_as(said)
        if uids:
            title = "; ".join(f"{reader}: {name}" for reader, name in said)
            self.session.work_on(ChosenImages(catalogue, title, uids))
        else:
            self.session.status.emit("There is no such image.")

    def _show_readings(self) -> None:
        while (item := self.reading_rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        self.no_readings.setVisible(not self.readings)
        for reading in self.readings:
            self.reading_rows.addWidget(self._reading_row(reading))

    def _reading_row(self, reading: SecondReading) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        done = reading.answered == reading.total
        state = "all answered" if done else f"{reading.answered:,} of {reading.total:,} answered"
        line.addWidget(label(f"{reading.name} by {reading.reader}, {reading.made_at[:10]}: {state}"), 1)
        words = "Look at it" if done else "Go on"
        go_on = button(words, partial(self.go_on, reading))
        go_on.setAccessibleName(f"{words}: {reading.name}")
        line.addWidget(go_on)
        return row


def samples(classes: Sequence[LabelClass], kept: Mapping[str, str]) -> dict[str, InstanceFilter]:
    """Name what a second reading may be drawn from: everything, a class, or choices kept on the Label page."""
    found = {"all labelled images": InstanceFilter()}
    found |= {f"labelled “{known.name}”": InstanceFilter(label=known.name) for known in classes}
    return found | {
        f"kept choice “{name}”": InstanceFilter(**kept_facts(text)) for name, text in kept.items()
    }


def _compared(project: Project) -> tuple[Agreement, int]:
    with project.catalogue() as catalogue:
        return catalogue.agreement(), len(catalogue.disagreements())


def _row(pair: PairAgreement) -> tuple[str, int, str, str, str, str]:
    kappa = pair.kappa
    interval = f"{kappa.value:.2f}  ({kappa.low:.2f} to {kappa.high:.2f})" if kappa else "not defined"
    words = next((text for upper, text in WORDS if kappa and kappa.value <= upper), "–")
    return (
        f"{pair.first}\n{pair.second}",
        pair.instances,
        f"{pair.percent:.0%}",
        interval,
        _number(pair.pabak),
        words,
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
