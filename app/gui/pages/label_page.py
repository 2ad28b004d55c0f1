"""Label: one key labels the image in sight, and the next one is there at once."""

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QUndoStack
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.gui.image.image_keys import MOUSE, act
from app.gui.jobs import JobRunner
from app.gui.key_table import ANSWER_KEYS
from app.gui.labelling.asking import Asking
from app.gui.labelling.class_changes import ClassChanges
from app.gui.labelling.class_panel import ClassPanel
from app.gui.labelling.find_images import further
from app.gui.labelling.image_and_grid import ImageAndGrid
from app.gui.labelling.label_bar import LabelBar
from app.gui.labelling.label_layout import button_row, three_columns
from app.gui.labelling.label_progress import LabelProgress
from app.gui.labelling.label_steps import LabelSteps
from app.gui.labelling.reader_box import ReaderBox
from app.gui.labelling.set_box import SetBox
from app.gui.labelling.task_banner import TaskBanner
from app.gui.labelling.walk import Walk
from app.gui.labelling.worklist import Worklist
from app.gui.labelling.worklist_filter import WorklistFilter
from app.gui.labelling_tasks import BlindReading, LabellingTask
from app.gui.models.worklist_model import WorklistModel
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.shortcuts import bind, bind_fixed
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import button
from labeller import JOIN, InstanceFilter, InstanceRow, LabelClass


class LabelPage(Page):
    """Worklist at the left, the image in the middle, classes at the right; made for the keyboard."""

    title = "Label"
    purpose = "One key labels the image and shows the next one. Every label is on disk before that."
    key_places = ("label", "image", "turn")
    help_lines = (
        ("1 … 9, 0", "label with this class and go on (add or take out, where several may hold)"),
        ("Q, X, K", "not sure, not gradable, skip"),
        ("Ctrl+click, Shift+click", "choose several in the list; a digit labels all of them"),
        ("Ctrl+A in the grid", "select all; a digit labels what is selected"),
        ("F in the grid", "fold each series to one tile, and unfold; a digit labels all of it"),
        ("Enter, double click in the grid", "show the image large"),
        *MOUSE,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.model = WorklistModel(self)
        self.list = Worklist(self.model, marks="label", several=True)
        self.middle = ImageAndGrid(session, self.model, self.list.selectionModel())
        self.view, self.grid = self.middle.view, self.middle.grid
        self.filter = WorklistFilter()
        self.progress = LabelProgress()
        self.bar = LabelBar()
        self.banner = TaskBanner()
        self.sets = SetBox()
        self.reader = ReaderBox(session)
        self.classes = ClassPanel()
        self.changes = ClassChanges(session, self.classes, self)
        self.steps = LabelSteps(session, self.changes, self)
        self.walk = Walk(session, self.list)
        self.asking = Asking(session, self)
        self.task = LabellingTask(session.catalogue)
        self.steps.work_in(self.task)
        self._set = session.catalogue.label_set
        self._current = ""
        self._progress_later = QTimer(self, singleShot=True, interval=0)
        self._progress_later.timeout.connect(self._show_progress)
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

    def _content(self) -> QWidget:
        buttons = button_row(
            button("Undo  (⌫)", self.steps.undo, tip="Take the last step back"),
            button("Next unlabelled  (U)", self.next_unlabelled, tip="The next image that has no label"),
        )
        return three_columns(
            (self.filter, self.list, self.progress),
            (self.banner, self.bar, self.middle),
            (self.sets, self.classes, buttons, self.reader),
            stretched=(self.list, self.middle, self.classes),
        )

    def _connect(self) -> None:
        self.view.next_wanted.connect(lambda: self._on_end(1))
        self.view.previous_wanted.connect(lambda: self._on_end(-1))
        self.list.chosen.connect(self._show)
        self.list.clicked.connect(lambda _index: self.middle.worked_on().setFocus())
        self.middle.opened.connect(self._open_from_grid)
        self.middle.scrolled.connect(self._on_scrolled)
        self.grid.fold_changed.connect(self._on_folded)
        self.filter.changed.connect(self._reload)
        self.filter.more_wanted.connect(self.ask_filter)
        self.banner.left.connect(lambda: self.session.work_on(None))
        self.sets.chosen.connect(self._choose_set)
        self.sets.new_wanted.connect(self.changes.ask_set)
        self.classes.chosen.connect(self.answer)
        self.classes.left.connect(lambda: self.middle.worked_on().setFocus())
        self.changes.changed.connect(self._on_classes_changed)
        self.steps.changed.connect(self._show_changed)
        self.session.catalogue_changed.connect(self._on_catalogue_changed)
        self.session.vault_changed.connect(self._on_vault_changed)

    def _make_keys(self) -> None:
        ask, steps = self.asking, self.steps
        actions: dict[str, Callable[[], object]] = {
            "undo": steps.undo,
            "redo": steps.redo,
            "next": lambda: self.step(1),
            "previous": lambda: self.step(-1),
            "next_unlabelled": self.next_unlabelled,
            "previous_unlabelled": lambda: self.next_unlabelled(by=-1),
            "jump": lambda: ask.where_to(len(self.model.uids), self.walk.jump),
            "random": self.toggle_random,
            "clear": lambda: self.label(None),
            "class": lambda: ask.which_class(self._answers(), self.answer),
            "definitions": lambda: ask.definitions(self._answers()),
            "new_class": self.classes.field.setFocus,
            "note": lambda: ask.note(self._row(), self.note),
            "history": self.show_history,
            "find": self.ask_filter,
            "grid": self.toggle_grid,
            "stack": self.toggle_stack,
            "prior": lambda: self.middle.toggle_prior(self._row()),
            "next_prior": self.middle.prior.show_next,
            "link": self.middle.prior.link.toggle,
            **{f"select_{what}": partial(self.choose_same, what) for what in ("series", "study", "patient")},
        }
        bind(
            self,
            {f"label.{name}": action for name, action in actions.items()},
            repeating={"label.next", "label.previous"},
        )
        bind_fixed(self, {key: partial(self._on_key, key) for key in ANSWER_KEYS})

    @property
    def undo_stack(self) -> QUndoStack:
        """The steps of the present label set or task."""
        return self.steps.stack

    def activate(self) -> None:
        """Read the worklist again; the image in sight stays, or it is the one where work ended last time."""
        catalogue, project = self.session.catalogue, self.session.project
        self.pages.setCurrentIndex(1 if catalogue.count() else 0)
        self.filter.show_choices(catalogue)
        self.reader.show_readers(catalogue)
        if self._set != catalogue.label_set:
            self._set = catalogue.label_set
            self.middle.stacked = self._set.scope != "image"
        self.middle.series.whole = self._set.scope != "image"
        self.sets.show_sets(catalogue.label_sets(), self._set.name)
        self._take_task()
        self.middle.sources.make_ready()
        self.middle.show_project(project.thumbnails_file, project.instances)
        self._reload(self._current or self.session.preferences.place(project.identifier))
        self._ready().setFocus()

    # Labels.

    def answer(self, class_name: str) -> None:
        """Label with a class; where several may hold at once, add it or take it out and stay."""
        known = self.model.classes.get(class_name)
        if self._set.several and known is not None and known.kind == "class":
            self._toggle(class_name)
        else:
            self.label(class_name)

    def label(self, class_name: str | None) -> None:
        """Label the chosen instances, or take their label away; after a single one show the next."""
        uids = self._chosen()
        if not self._current or self._unseen(class_name, uids):
            return
        changed = self.steps.label(uids, class_name, current=self._current, means=_means(uids))
        if changed is None:
            return
        if class_name is None or self.list.selected_entries() > 1:
            self._show_changed(self._current, changed)
            return
        self.model.refresh(changed)
        if not self.walk.step(1, same=self._scope()):
            self._show_changed(self._current, changed)
            self.session.status.emit("That was the last image of this list.")

    def _toggle(self, class_name: str) -> None:
        uids = self._chosen()
        if not self._current or self._unseen(class_name, uids):
            return
        changed = self.steps.toggle(uids, class_name, current=self._current, means=_means(uids))
        if changed:
            self._show_changed(self._current, changed)

    def _chosen(self) -> list[str]:
        uids = self.list.selected()
        # Ctrl+click can leave another one selected than the one in sight.
        return uids if len(uids) > 1 else [self._current]

    def _unseen(self, class_name: str | None, uids: Sequence[str]) -> bool:
        """Whether a class is about to be given to an image that nobody has seen; other answers may be."""
        self.task.on_screen = self.middle.on_screen
        known = self.model.classes.get(class_name or "")
        kind = known.kind if known is not None else ""
        harmless = class_name is None or (kind in ("ungradable", "skipped") and not self.view.loading)
        unseen = uids == [self._current] and self.middle.unseen and not harmless
        if unseen:
            words = "is not here yet" if self.view.loading else "cannot be seen"
            self.session.status.emit(f"The image {words}; nothing was labelled.")
        return unseen

    def _scope(self) -> str:
        return "" if self._set.scope == "image" else self._set.scope

    def note(self, text: str) -> None:
        """Note something beside the label of the image in sight."""
        row = self._row()
        if row is not None:
            self.task.on_screen = self.middle.on_screen
            self.steps.note(row, text)

    def show_history(self) -> None:
        """Show every step of the label of the image in sight; not while a reading is blind."""
        row = self._row()
        if isinstance(self.task, BlindReading):
            self.session.status.emit("The history is hidden while this reading is blind.")
        elif row is not None:
            self.asking.history(row)

    # Which image.

    def step(self, by: int) -> None:
        """Show the next (+1) or previous (-1) image of the list; of stacks the next series."""
        self.walk.step(by, same="series" if self.middle.stacked and not self.middle.is_grid else "")

    def next_unlabelled(self, *, by: int = 1) -> None:
        """Show the next (or with -1 the previous) image that has no label."""
        self.walk.next_unlabelled(self.task, self.filter.instance_filter(), by=by)

    def toggle_random(self) -> None:
        """List the images in random order, or in that of patients and series again."""
        self.walk.random = not self.walk.random
        self._reload()
        order = "at random" if self.walk.random else "by patient and series"
        self.session.status.emit(f"The images are listed {order}.")

    def toggle_stack(self) -> None:
        """Scroll the whole series like the frames of one image, or go image by image."""
        self.middle.stacked = not self.middle.stacked
        self.middle.series.forget()
        if self._current:
            self._show(self._current)
        shown = "Up, Down and the wheel scroll the series." if self.middle.stacked else "Image by image."
        self.session.status.emit(shown)

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
        self.asking.which_images(self.filter.further, self._find)

    def _find(self, only: InstanceFilter) -> None:
        self.filter.choose(only, further(only))
        self.middle.worked_on().setFocus()

    def choose_same(self, what: str) -> None:
        """Select all images of the current one's series, study or patient."""
        row = self._row()
        if row is None:
            return
        self.grid.choose(self.model.places(InstanceFilter(**{what: getattr(row, what)})))
        self.session.status.emit(f"{len(self.list.selected()):,} images of this {what} are selected.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The image's keys work wherever on the page one is; Esc goes back to the image or the grid."""
        if event.key() == Qt.Key.Key_Escape:
            self.middle.worked_on().setFocus()
        elif self.middle.is_grid or not act(self.view, event):
            super().keyPressEvent(event)

    def _reload(self, wanted: str = "") -> None:
        only = self.filter.instance_filter()
        order = self.walk.order(self.task, only)
        self.walk.by_patient = self.filter.sort() == "patient"
        folded = self.grid.folded and self.middle.is_grid
        self.model.load(
            self.session.catalogue,
            only,
            order,
            sort=self.filter.sort(),
            folded=folded,
            shown=self.task.shown,
        )
        self.steps.count()
        if not self.model.uids:
            self._current = ""
            self.middle.clear(self._nothing())
            self._show_facts()
            return
        self.list.go_to(max(0, self.model.place(wanted or self._current)))

    def _nothing(self) -> str:
        if self.task.title:
            return "There is nothing left to do here."
        return "No image matches this choice." if self.session.catalogue.count() else ""

    def _on_folded(self) -> None:
        self._reload()
        if self.grid.folded and (self.task.uids() is not None or self.walk.random):
            self.session.status.emit("These images were chosen one by one, so their stacks stay open.")
        elif self.grid.folded:
            self.session.status.emit("Each tile is a series now: a digit labels all of it. F unfolds.")

    def _open_from_grid(self, place: int) -> None:
        self.list.go_to(place)
        if self.middle.is_grid:
            self.toggle_grid()

    def _on_end(self, step: int) -> None:
        if self.view.frames <= 1:
            self.step(step)

    def _on_scrolled(self, uid: str) -> None:
        place = self.model.place(uid)
        if place >= 0 and place != self.list.place():
            self.list.go_to(place)

    # What is shown of it.

    def _show(self, uid: str) -> None:
        self._current = uid
        self.session.select(uid)
        if not self.task.title:
            self.session.preferences.set_place(self.session.project.identifier, uid)
        self.middle.show_place(self.model.place(uid))
        self._show_facts()

    def _show_changed(self, uid: str, changed: Sequence[str]) -> None:
        self.model.refresh(changed)
        self.steps.count()
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
        self.classes.show_classes(self._answers(), self.steps.counts, held)
        self.banner.show_said(self.task.said(self._current))
        self._progress_later.start()  # Qt's bar paints at once, which would hold up the image

    def _show_progress(self) -> None:
        left = self.steps.total - self.steps.done
        self.progress.show_counts(self.steps.done, self.steps.total, self.steps.pace.words(left))

    # Label sets, tasks, classes.

    def _ready(self) -> QWidget:
        named = sum(known.kind == "class" for known in self.model.classes.values()) > 1
        return self.middle.worked_on() if named else self.classes.field

    def _take_task(self) -> None:
        wanted = self.session.task
        plain = type(self.task) is LabellingTask and self.task.catalogue is self.session.catalogue
        if (wanted is None and plain) or (wanted is not None and wanted is self.task):
            return
        self.task = wanted or LabellingTask(self.session.catalogue)
        self.steps.work_in(self.task)
        self._current = ""
        self.banner.show_task(self.task.title, self.task.note)
        self.filter.setVisible(self.task.uids() is None)
        self.sets.setEnabled(not self.task.title)
        self.reader.fix(self.task.reader)

    def _choose_set(self, name: str) -> None:
        self.session.choose_label_set(name)
        self.middle.worked_on().setFocus()

    def _on_key(self, key: str) -> None:
        for known in self.model.classes.values():
            if known.shortcut == key:
                self.answer(known.name)
                return
        self.session.status.emit(f"No class has the key {key}.")

    def _on_classes_changed(self) -> None:
        self.model.refresh()
        self.filter.show_choices(self.session.catalogue)
        self.steps.count()
        self._show_facts()
        self._ready().setFocus()

    def _on_catalogue_changed(self) -> None:
        if self.isVisible():
            self.activate()

    def _on_vault_changed(self) -> None:
        if self.session.is_open and self.session.project.label_originals:
            self.middle.forget_images()
            self._on_catalogue_changed()


def _means(uids: Sequence[str]) -> str:
    return "key" if len(uids) == 1 else "list selection"
