"""Label: one key labels the image in sight, and the next one is there at once."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from anonymizer import DicomImage
from app.errors import USER_ERRORS
from app.gui.commands import LabelCommand
from app.gui.dialogs.errors import show_error
from app.gui.jobs import JobRunner
from app.gui.labelling_tasks import LabellingTask
from app.gui.models.worklist_model import WorklistModel
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.thumbnails import Thumbnails
from app.gui.widgets.class_panel import ClassPanel
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.image_bar import ImageBar
from app.gui.widgets.image_keys import HELP, act
from app.gui.widgets.image_loader import ImageLoader, Opener
from app.gui.widgets.image_view import ImageView
from app.gui.widgets.label_bar import LabelBar
from app.gui.widgets.label_progress import LabelProgress
from app.gui.widgets.reader_box import ReaderBox
from app.gui.widgets.task_banner import TaskBanner
from app.gui.widgets.text import button
from app.gui.widgets.thumbnail_grid import ThumbnailGrid
from app.gui.widgets.worklist import Worklist
from app.gui.widgets.worklist_filter import WorklistFilter
from app.gui.window_presets import presets_for
from labeller import InstanceFilter, LabelEvent

DIGITS = "1234567890"
AHEAD, BEHIND = 4, 2  # images decoded in advance


@dataclass(frozen=True, slots=True)
class _Source:
    """What the loader keeps an image under, and how it is read."""

    name: Hashable
    opener: Opener


class LabelPage(Page):
    """Worklist at the left, the image in the middle, classes at the right; made for the keyboard."""

    title = "Label"
    purpose = "One key labels the image and shows the next one. Every label is on disk before that."
    help_lines = (
        ("1 … 9, 0", "label with this class and go on"),
        ("Backspace, Ctrl+Z", "undo the last label and go back to it"),
        ("Ctrl+Y", "do it again"),
        ("N, Right", "next image, without a label"),
        ("P, Left", "previous image"),
        ("U", "next image that has no label"),
        ("Del", "take the label away"),
        ("Ctrl+click, Shift+click", "choose several in the list; a digit labels all of them"),
        ("G", "grid of small images, and back; Enter or a double click shows one large"),
        ("S, Shift+S, Ctrl+Shift+S", "select the whole series, study or patient"),
        ("Ctrl+A", "select all of the grid; a digit labels what is selected"),
        ("Alt+N", "name a new class"),
        *HELP,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.loader = ImageLoader(self)
        self.view = ImageView(loader=self.loader)
        self.view.may_turn = True
        self.view.next_wanted.connect(lambda: self._on_end(1))
        self.view.previous_wanted.connect(lambda: self._on_end(-1))
        self.model = WorklistModel(self)
        self.list = Worklist(self.model, marks="label", several=True)
        self.list.chosen.connect(self._show)
        self.list.clicked.connect(lambda _index: self._worked_on().setFocus())
        self.filter = WorklistFilter()
        self.filter.changed.connect(self._reload)
        self.progress = LabelProgress()
        self.bar = LabelBar()
        self.grid = ThumbnailGrid(self.model, self.list.selectionModel())
        self.grid.opened.connect(self._open_from_grid)
        self.middle = QStackedWidget()
        self.banner = TaskBanner()
        self.banner.left.connect(lambda: session.work_on(None))
        self.task = LabellingTask(session.catalogue)
        self.reader = ReaderBox(session)
        self.undo_stack = QUndoStack(self)
        self._current = ""
        self._shown: Hashable = None
        self._counts: dict[str, int] = {}
        self._total = 0
        self._progress_later = QTimer(self, singleShot=True, interval=0)
        self._progress_later.timeout.connect(lambda: self.progress.show_counts(self._counts, self._total))
        self.classes = self._class_panel()
        self.pages = QStackedWidget()
        self.pages.addWidget(
            EmptyState(
                "There is nothing to label yet",
                "Import images first; they are masked on the way in.",
                ("Go to &Import", lambda: session.navigate.emit("import")),
            )
        )
        self.pages.addWidget(self._content())
        self.body.addWidget(self.pages, 1)
        self._make_keys()

    def activate(self) -> None:
        """Read the worklist again; the image in sight stays, or it is the one where work ended last time."""
        catalogue = self.session.catalogue
        self.pages.setCurrentIndex(1 if catalogue.count() else 0)
        self.filter.show_choices(catalogue)
        self.reader.show_readers(catalogue)
        self._take_task()
        self._show_thumbnails()
        self._reload(self._current or self.session.preferences.place(self.session.project.identifier))
        (self._worked_on() if len(self.model.classes) > 1 else self.classes.field).setFocus()

    def _take_task(self) -> None:
        wanted = self.session.task
        if (wanted is None and type(self.task) is LabellingTask) or wanted is self.task:
            return
        self.task = wanted or LabellingTask(self.session.catalogue)
        self.undo_stack.clear()
        self._current = ""
        self.banner.show_task(self.task.title, self.task.note)
        self.filter.setVisible(self.task.uids() is None)
        self.reader.fix(self.task.reader)

    def label(self, class_name: str | None) -> None:
        """Label the chosen instances, or take their label away; after a single one show the next."""
        uids = self.list.selected()
        if len(uids) <= 1:  # Ctrl+click can leave another one selected than the one in sight
            uids = [self._current]
        if not self._current or self._unseen(class_name, uids):
            return
        means = "key" if len(uids) == 1 else "list selection"
        reader = self.session.reader
        events = self._attempt(lambda: self.task.label(uids, class_name, reader=reader, means=means))
        if events is None:
            return
        if events:
            self._remember(events)
        if class_name is None or len(uids) > 1:
            self._show_changed(self._current, uids)
            return
        self.model.refresh(uids)
        if self.list.place() == len(self.model.uids) - 1:
            self._show_changed(self._current, uids)
            self.session.status.emit("That was the last image of this list.")
        else:
            self.step(1)

    def _unseen(self, class_name: str | None, uids: Sequence[str]) -> bool:
        # A key that is pressed too often must not label an image that nobody has seen.
        unseen = (
            class_name is not None
            and uids == [self._current]
            and self.view.loading
            and not self.grid.isVisible()
        )
        if unseen:
            self.session.status.emit("The image is not here yet; nothing was labelled.")
        return unseen

    def step(self, by: int) -> None:
        """Show the next (+1) or previous (-1) image of the list."""
        place = self.list.place() + by
        if 0 <= place < len(self.model.uids):
            self.list.go_to(place)

    def next_unlabelled(self) -> None:
        """Show the next image that has no label."""
        uid = self.task.unlabelled_after(self._current, self.filter.instance_filter())
        if uid is None or self.model.place(uid) < 0:
            self.session.status.emit("Every image of this list has a label.")
        else:
            self.list.go_to(self.model.place(uid))

    def toggle_grid(self) -> None:
        """Show all images small, or the current one large."""
        self.middle.setCurrentIndex(0 if self.grid.isVisible() else 1)
        self.bar.setVisible(self.middle.currentIndex() == 0)
        self._worked_on().setFocus()
        if self._current:
            self._show(self._current)
            self.list.scrollTo(self.list.currentIndex())

    def choose_same(self, what: str) -> None:
        """Select all images of the current one's series, study or patient."""
        if not self._current:
            return
        row = self.model.row(self.model.place(self._current))
        same = set(self.session.catalogue.uids(InstanceFilter(**{what: getattr(row, what)})))
        places = [place for place, uid in enumerate(self.model.uids) if uid in same]
        self.grid.choose(places)
        self.session.status.emit(f"{len(places):,} images of this {what} are selected.")

    def undo(self) -> None:
        """Take the last label back and show its image."""
        if not self.undo_stack.canUndo():
            self.session.status.emit("There is nothing to undo.")
        self.undo_stack.undo()

    # What the page is made of.

    def _class_panel(self) -> ClassPanel:
        panel = ClassPanel()
        panel.chosen.connect(self.label)
        panel.add_wanted.connect(self._add_class)
        panel.rename_wanted.connect(self._rename_class)
        panel.remove_wanted.connect(self._remove_class)
        panel.left.connect(lambda: self._worked_on().setFocus())
        return panel

    def _content(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        self.middle.addWidget(_column(self.view, ImageBar(self.view)))
        self.middle.addWidget(self.grid)
        middle = (self.banner, self.bar, self.middle)
        for widgets in ((self.filter, self.list, self.progress), middle):
            splitter.addWidget(_column(*widgets))
        right = _column(self.classes, self.reader)
        buttons = QHBoxLayout()
        for each in (
            button("Undo  (⌫)", self.undo, tip="Backspace or Ctrl+Z"),
            button("Next unlabelled  (U)", self.next_unlabelled, tip="U"),
        ):
            each.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys with the image
            buttons.addWidget(each)
        buttons.addStretch(1)
        layout = right.layout()
        if isinstance(layout, QVBoxLayout):
            layout.insertLayout(1, buttons)
        splitter.addWidget(right)
        splitter.setStretchFactor(1, 1)
        splitter.setSizes([250, 700, 260])
        splitter.setChildrenCollapsible(False)
        return splitter

    def _make_keys(self) -> None:
        keys: dict[str, Callable[[], object]] = {
            "Backspace": self.undo,
            "Ctrl+Z": self.undo,
            "Ctrl+Y": self.undo_stack.redo,
            "Ctrl+Shift+Z": self.undo_stack.redo,
            "N": lambda: self.step(1),
            "Right": lambda: self.step(1),
            "P": lambda: self.step(-1),
            "Left": lambda: self.step(-1),
            "U": self.next_unlabelled,
            "Del": lambda: self.label(None),
            "Alt+N": self.classes.field.setFocus,
            "G": self.toggle_grid,
            "S": partial(self.choose_same, "series"),
            "Shift+S": partial(self.choose_same, "study"),
            "Ctrl+Shift+S": partial(self.choose_same, "patient"),
            **{digit: partial(self._on_digit, digit) for digit in DIGITS},
        }
        for key, action in keys.items():
            # A text field takes letters, digits and Backspace for itself before these are asked.
            shortcut = QShortcut(QKeySequence(key), self, action)
            # PySide6 6.11 takes `context` as an argument of the constructor and forgets it.
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.setAutoRepeat(key in {"Right", "Left", "N", "P"})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The image's keys work wherever on the page one is; Esc goes back to the image or the grid."""
        if event.key() == Qt.Key.Key_Escape:
            self._worked_on().setFocus()
        elif self.grid.isVisible() or not act(self.view, event):
            super().keyPressEvent(event)

    # The worklist.

    def _reload(self, wanted: str = "") -> None:
        catalogue = self.session.catalogue
        only = self.filter.instance_filter()
        self.model.load(catalogue, only, self.task.uids(), shown=self.task.shown)
        self._count()
        if not self.model.uids:
            self._current, self._shown = "", None
            self.view.clear(self._nothing())
            self._show_facts()
            return
        self.list.go_to(max(0, self.model.place(wanted or self._current)))

    def _worked_on(self) -> QWidget:
        return self.grid if self.middle.currentIndex() else self.view

    def _show_thumbnails(self) -> None:
        if self.grid.thumbnails is None:
            project = self.session.project
            self.grid.show_project(Thumbnails(project.thumbnails_file, self), project.instances)

    def _open_from_grid(self, place: int) -> None:
        self.list.go_to(place)
        if self.grid.isVisible():
            self.toggle_grid()

    def _nothing(self) -> str:
        if self.task.title:
            return "There is nothing left to do here."
        return "No image matches this choice." if self.session.catalogue.count() else ""

    def _show(self, uid: str) -> None:
        self._current = uid
        self.session.select(uid)
        if not self.task.title:
            self.session.preferences.set_place(self.session.project.identifier, uid)
        if self.middle.currentIndex() == 0:
            self._show_image(uid)
        self._show_facts()

    def _show_image(self, uid: str) -> None:
        place = self.model.place(uid)
        near = [p for p in range(place - BEHIND, place + AHEAD + 1) if 0 <= p < len(self.model.uids)]
        sources = {p: self._source(p) for p in near}
        self.loader.keep_only({source.name for source in sources.values()})
        self.view.extra_presets = presets_for(self.model.row(place).modality)
        if self._shown != sources[place].name:
            self._shown = sources[place].name
            self.view.show_instance(self._shown, sources[place].opener)
        for each in sorted(near, key=lambda p: (p < place, abs(p - place)))[1:]:
            self.loader.prefetch(sources[each].name, sources[each].opener)

    def _source(self, place: int) -> "_Source":
        row = self.model.row(place)
        file = self.session.project.instances / row.file
        try:
            changed = file.stat().st_mtime_ns  # masking by hand writes the file anew
        except OSError:
            changed = 0
        return _Source((row.sop_instance_uid, changed), partial(DicomImage.open, file))

    def _show_changed(self, uid: str, changed: Sequence[str]) -> None:
        self.model.refresh(changed)
        self._count()
        if self.model.place(uid) >= 0 and self.list.place() != self.model.place(uid):
            self.list.go_to(self.model.place(uid))
        self._show_facts()

    def _show_facts(self) -> None:
        place = self.model.place(self._current)
        row = self.model.row(place) if place >= 0 else None
        known = self.model.classes.get(row.label) if row and row.label else None
        self.bar.show_row(row, known, place, len(self.model.uids))
        classes = sorted(self.model.classes.values(), key=lambda each: each.position)
        self.classes.show_classes(classes, self._counts, row.label if row else None)
        self.banner.show_said(self.task.said(self._current))
        self._progress_later.start()  # Qt's bar paints at once, which would hold up the image

    def _count(self) -> None:
        self._counts, self._total = self.task.counts()

    def _on_end(self, step: int) -> None:
        if self.view.frames <= 1:
            self.step(step)

    # Labels and classes.

    def _on_digit(self, digit: str) -> None:
        for known in self.model.classes.values():
            if known.shortcut == digit:
                self.label(known.name)
                return
        self.session.status.emit(f"No class has the key {digit}.")

    def _remember(self, events: list[LabelEvent]) -> None:
        for event in events:
            for name, by in ((event.previous, -1), (event.label, 1)):
                if name is not None:
                    self._counts[name] = self._counts.get(name, 0) + by
        self.undo_stack.push(
            LabelCommand(
                self.task,
                events,
                current=self._current,
                show=self._show_changed,
                attempt=self._attempt,
            )
        )

    def _attempt(self, work: Callable[[], list[LabelEvent]]) -> list[LabelEvent] | None:
        try:
            return work()
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return None

    def _add_class(self, name: str) -> None:
        if self._change_classes(lambda: self.session.catalogue.add_class(name)):
            self.classes.field.clear()
            if len(self.model.classes) > 1:
                self._worked_on().setFocus()

    def _rename_class(self, old: str, new: str) -> None:
        self._change_classes(lambda: self.session.catalogue.rename_class(old, new))

    def _remove_class(self, name: str) -> None:
        self._change_classes(lambda: self.session.catalogue.remove_class(name))

    def _change_classes(self, change: Callable[[], object]) -> bool:
        try:
            change()
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return False
        # Steps name classes as they were called then, so none of them can be taken back any more.
        self.undo_stack.clear()
        self.model.refresh()
        self.filter.show_choices(self.session.catalogue)
        self._count()
        self._show_facts()
        return True


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(6, 0, 6, 0)
    layout.setSpacing(6)
    for widget in widgets:
        stretched = isinstance(widget, ImageView | Worklist | ClassPanel | QStackedWidget)
        layout.addWidget(widget, 1 if stretched else 0)
    return holder
