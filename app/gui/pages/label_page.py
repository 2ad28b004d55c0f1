"""Label: one key labels the image in sight, and the next one is there at once."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QUndoStack
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.errors import USER_ERRORS
from app.gui.class_changes import ClassChanges
from app.gui.commands import LabelCommand
from app.gui.dialogs.class_palette import ClassPalette
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.find_images import FindImagesDialog, further
from app.gui.dialogs.label_history import LabelHistoryDialog
from app.gui.image.image_keys import HELP, act
from app.gui.jobs import JobRunner
from app.gui.labelling.class_panel import ClassPanel
from app.gui.labelling.image_and_grid import ImageAndGrid
from app.gui.labelling.label_bar import LabelBar
from app.gui.labelling.label_progress import LabelProgress
from app.gui.labelling.reader_box import ReaderBox
from app.gui.labelling.set_box import SetBox
from app.gui.labelling.task_banner import TaskBanner
from app.gui.labelling.worklist import Worklist
from app.gui.labelling.worklist_filter import WorklistFilter
from app.gui.labelling_tasks import BlindReading, LabellingTask
from app.gui.models.worklist_model import WorklistModel, title
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.shortcuts import bind
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import button
from labeller import JOIN, InstanceFilter, InstanceRow, LabelClass, LabelEvent

ANSWER_KEYS = "1234567890QXK"


class LabelPage(Page):
    """Worklist at the left, the image in the middle, classes at the right; made for the keyboard."""

    title = "Label"
    purpose = "One key labels the image and shows the next one. Every label is on disk before that."
    help_lines = (
        ("1 … 9, 0", "label with this class and go on (add or take out, where several may hold)"),
        ("Q, X, K", "not sure, not gradable, skip"),
        ("T", "choose a class by typing the beginning of its name"),
        ("Ctrl+F", "find images by body part, sex, age, reader, answer, note; choices can be kept"),
        ("E, Y", "note beside the label; history of the label"),
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
        ("F in the grid", "fold each series to one tile, and unfold; a digit labels all of it"),
        ("Alt+N", "name a new class"),
        *HELP,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.model = WorklistModel(self)
        self.list = Worklist(self.model, marks="label", several=True)
        self.middle = ImageAndGrid(self.model, self.list.selectionModel())
        self.view, self.grid = self.middle.view, self.middle.grid
        self.filter = WorklistFilter()
        self.progress = LabelProgress()
        self.bar = LabelBar()
        self.banner = TaskBanner()
        self.sets = SetBox()
        self.reader = ReaderBox(session)
        self.classes = ClassPanel()
        self.changes = ClassChanges(session, self.classes, self)
        self.undo_stack = QUndoStack(self)
        self.task = LabellingTask(session.catalogue)
        self._several = False
        self._current = ""
        self._counts: dict[str, int] = {}
        self._done = self._total = 0
        self._progress_later = QTimer(self, singleShot=True, interval=0)
        self._progress_later.timeout.connect(lambda: self.progress.show_counts(self._done, self._total))
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
        self._connect()
        self._make_keys()

    def _connect(self) -> None:
        self.view.next_wanted.connect(lambda: self._on_end(1))
        self.view.previous_wanted.connect(lambda: self._on_end(-1))
        self.list.chosen.connect(self._show)
        self.list.clicked.connect(lambda _index: self.middle.worked_on().setFocus())
        self.middle.opened.connect(self._open_from_grid)
        self.grid.fold_changed.connect(self._on_folded)
        self.filter.changed.connect(self._reload)
        self.filter.more_wanted.connect(self.ask_filter)
        self.banner.left.connect(lambda: self.session.work_on(None))
        self.sets.chosen.connect(self._choose_set)
        self.sets.new_wanted.connect(self.changes.ask_set)
        self.classes.chosen.connect(self.answer)
        self.classes.left.connect(lambda: self.middle.worked_on().setFocus())
        self.changes.changed.connect(self._on_classes_changed)
        self.session.catalogue_changed.connect(self._on_catalogue_changed)

    def activate(self) -> None:
        """Read the worklist again; the image in sight stays, or it is the one where work ended last time."""
        catalogue, project = self.session.catalogue, self.session.project
        self.pages.setCurrentIndex(1 if catalogue.count() else 0)
        self.filter.show_choices(catalogue)
        self.reader.show_readers(catalogue)
        self.sets.show_sets(catalogue.label_sets(), catalogue.label_set.name)
        self._several = catalogue.label_set.several
        self._take_task()
        self.middle.show_project(project.thumbnails_file, project.instances)
        self._reload(self._current or self.session.preferences.place(project.identifier))
        self._ready().setFocus()

    def _ready(self) -> QWidget:
        named = sum(known.kind == "class" for known in self.model.classes.values()) > 1
        return self.middle.worked_on() if named else self.classes.field

    def _take_task(self) -> None:
        wanted = self.session.task
        plain = type(self.task) is LabellingTask and self.task.catalogue is self.session.catalogue
        if (wanted is None and plain) or (wanted is not None and wanted is self.task):
            return
        self.task = wanted or LabellingTask(self.session.catalogue)
        self.undo_stack.clear()
        self._current = ""
        self.banner.show_task(self.task.title, self.task.note)
        self.filter.setVisible(self.task.uids() is None)
        self.sets.setEnabled(not self.task.title)
        self.reader.fix(self.task.reader)

    def _choose_set(self, name: str) -> None:
        self.session.choose_label_set(name)
        self.middle.worked_on().setFocus()

    def _on_catalogue_changed(self) -> None:
        if self.isVisible():
            self.activate()

    def answer(self, class_name: str) -> None:
        """Label with a class; where several may hold at once, add it or take it out and stay."""
        known = self.model.classes.get(class_name)
        if self._several and known is not None and known.kind == "class":
            self._toggle(class_name)
        else:
            self.label(class_name)

    def _toggle(self, class_name: str) -> None:
        uids = self._chosen()
        if not self._current or self._unseen(class_name, uids):
            return
        reader, means = self.session.reader, "key" if len(uids) == 1 else "list selection"
        events = self._attempt(lambda: self.task.toggle(uids, class_name, reader=reader, means=means))
        if events:
            self._remember(events)
            self._show_changed(self._current, [event.sop_instance_uid for event in events])

    def _chosen(self) -> list[str]:
        uids = self.list.selected()
        # Ctrl+click can leave another one selected than the one in sight.
        return uids if len(uids) > 1 else [self._current]

    def label(self, class_name: str | None) -> None:
        """Label the chosen instances, or take their label away; after a single one show the next."""
        uids = self._chosen()
        if not self._current or self._unseen(class_name, uids):
            return
        means = "key" if len(uids) == 1 else "list selection"
        reader = self.session.reader
        events = self._attempt(lambda: self.task.label(uids, class_name, reader=reader, means=means))
        if events is None:
            return
        if events:
            self._remember(events)
        changed = [event.sop_instance_uid for event in events]  # in some sets those of a whole patient
        if class_name is None or self.list.selected_entries() > 1:
            self._show_changed(self._current, changed)
            return
        self.model.refresh(changed)
        if self.list.place() == len(self.model.uids) - 1:
            self._show_changed(self._current, changed)
            self.session.status.emit("That was the last image of this list.")
        else:
            self.step(1)

    def _unseen(self, class_name: str | None, uids: Sequence[str]) -> bool:
        # A key that is pressed too often must not label an image that nobody has seen.
        unseen = (
            class_name is not None
            and uids == [self._current]
            and self.view.loading
            and not self.middle.is_grid
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
        self.middle.switch()
        if self.grid.folded:  # large, every image of a stack is seen
            self._reload()
        self.bar.setVisible(not self.middle.is_grid)
        if self._current:
            self._show(self._current)
            self.list.scrollTo(self.list.currentIndex())

    def ask_filter(self) -> None:
        """Choose which images are listed, by facts of patient, image, label and reader."""
        preferences = self.session.preferences
        dialog = FindImagesDialog(self.session.catalogue, self.filter.further, preferences, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._find(dialog.chosen()))
        dialog.open()

    def _find(self, only: InstanceFilter) -> None:
        self.filter.choose(only, further(only))
        self.middle.worked_on().setFocus()

    def ask_class(self) -> None:
        """Choose a class by typing the beginning of its name."""
        palette = ClassPalette(self._answers(), self)
        palette.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        palette.taken.connect(self.answer)
        palette.open()

    def ask_note(self) -> None:
        """Note something beside the label of the image in sight."""
        row = self._row()
        if row is None or row.label is None:
            self.session.status.emit("Label the image first, then note something beside it.")
            return
        text, accepted = QInputDialog.getText(self, "Note", "Note beside the label:", text=row.note)
        if accepted:
            self.note(text)

    def note(self, text: str) -> None:
        """Note something beside the label of the image in sight."""
        uid, reader = self._current, self.session.reader
        if self._attempt(lambda: self.session.catalogue.set_note([uid], text, reader=reader)) is not None:
            self._show_changed(uid, [uid])

    def show_history(self) -> None:
        """Show every step of the label of the image in sight; not while a reading is blind."""
        row = self._row()
        if isinstance(self.task, BlindReading):
            self.session.status.emit("The history is hidden while this reading is blind.")
        elif row is not None:
            events = self.session.catalogue.history(self._current)
            LabelHistoryDialog(title(row), events, self).open()

    def choose_same(self, what: str) -> None:
        """Select all images of the current one's series, study or patient."""
        if not self._current:
            return
        row = self.model.row(self.model.place(self._current))
        self.grid.choose(self.model.places(InstanceFilter(**{what: getattr(row, what)})))
        self.session.status.emit(f"{len(self.list.selected()):,} images of this {what} are selected.")

    def undo(self) -> None:
        """Take the last label back and show its image."""
        if not self.undo_stack.canUndo():
            self.session.status.emit("There is nothing to undo.")
        self.undo_stack.undo()

    # What the page is made of.

    def _content(self) -> QWidget:
        splitter = QSplitter(Qt.Orientation.Horizontal)
        middle = (self.banner, self.bar, self.middle)
        for widgets in ((self.filter, self.list, self.progress), middle):
            splitter.addWidget(_column(*widgets))
        right = _column(self.sets, self.classes, self.reader)
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
            layout.insertLayout(2, buttons)
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
            "T": self.ask_class,
            "Ctrl+F": self.ask_filter,
            "E": self.ask_note,
            "Y": self.show_history,
            **{key: partial(self._on_key, key) for key in ANSWER_KEYS},
        }
        bind(self, keys, repeating={"Right", "Left", "N", "P"})

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The image's keys work wherever on the page one is; Esc goes back to the image or the grid."""
        if event.key() == Qt.Key.Key_Escape:
            self.middle.worked_on().setFocus()
        elif self.middle.is_grid or not act(self.view, event):
            super().keyPressEvent(event)

    # The worklist.

    def _reload(self, wanted: str = "") -> None:
        catalogue = self.session.catalogue
        only = self.filter.instance_filter()
        folded = self.grid.folded and self.middle.is_grid
        self.model.load(
            catalogue, only, self.task.uids(), sort=self.filter.sort(), folded=folded, shown=self.task.shown
        )
        self._count()
        if not self.model.uids:
            self._current = ""
            self.middle.clear(self._nothing())
            self._show_facts()
            return
        self.list.go_to(max(0, self.model.place(wanted or self._current)))

    def _on_folded(self) -> None:
        self._reload()
        if self.grid.folded and self.task.uids() is not None:
            self.session.status.emit("These images were chosen one by one, so their stacks stay open.")
        elif self.grid.folded:
            self.session.status.emit("Each tile is a series now: a digit labels all of it. F unfolds.")

    def _open_from_grid(self, place: int) -> None:
        self.list.go_to(place)
        if self.middle.is_grid:
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
        self.middle.show_place(self.model.place(uid))
        self._show_facts()

    def _show_changed(self, uid: str, changed: Sequence[str]) -> None:
        self.model.refresh(changed)
        self._count()
        if self.model.place(uid) >= 0 and self.list.place() != self.model.place(uid):
            self.list.go_to(self.model.place(uid))
        self._show_facts()

    def _row(self) -> InstanceRow | None:
        place = self.model.place(self._current)
        return self.model.row(place) if place >= 0 else None

    def _answers(self) -> list[LabelClass]:
        listed = (known for known in self.model.classes.values() if known.kind != "combination")
        return sorted(listed, key=lambda each: each.position)

    def _show_facts(self) -> None:
        row = self._row()
        held = row.label.split(JOIN) if row and row.label else []
        known = self.model.classes.get(held[0]) if held else None
        self.bar.show_row(row, known, self.model.place(self._current), len(self.model.uids))
        self.classes.show_classes(self._answers(), self._counts, held)
        self.banner.show_said(self.task.said(self._current))
        self._progress_later.start()  # Qt's bar paints at once, which would hold up the image

    def _count(self) -> None:
        self._counts, self._done, self._total = self.task.counts()

    def _on_end(self, step: int) -> None:
        if self.view.frames <= 1:
            self.step(step)

    # Labels and classes.

    def _on_key(self, key: str) -> None:
        for known in self.model.classes.values():
            if known.shortcut == key:
                self.answer(known.name)
                return
        self.session.status.emit(f"No class has the key {key}.")

    def _remember(self, events: list[LabelEvent]) -> None:
        for event in events:
            self._done += (event.label is not None) - (event.previous is not None)
            for name, by in ((event.previous, -1), (event.label, 1)):
                for member in name.split(JOIN) if name else ():
                    self._counts[member] = self._counts.get(member, 0) + by
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

    def _on_classes_changed(self) -> None:
        # Steps name classes as they were called then, so none of them can be taken back any more.
        self.undo_stack.clear()
        self.model.refresh()
        self.filter.show_choices(self.session.catalogue)
        self._count()
        self._show_facts()
        self._ready().setFocus()


def _column(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    layout = QVBoxLayout(holder)
    layout.setContentsMargins(6, 0, 6, 0)
    layout.setSpacing(6)
    for widget in widgets:
        stretched = isinstance(widget, Worklist | ClassPanel | ImageAndGrid)
        layout.addWidget(widget, 1 if stretched else 0)
    return holder
