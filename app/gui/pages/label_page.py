"""Label: one key labels the image in sight, and the next one is there at once."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QUndoStack
from PySide6.QtWidgets import QStackedWidget, QWidget

from app.gui.image.image_keys import MOUSE, act
from app.gui.jobs import JobRunner
from app.gui.key_table import ANSWERS
from app.gui.labelling.answering import Answering
from app.gui.labelling.browsing import Browsing
from app.gui.labelling.label_desk import LabelDesk
from app.gui.labelling.label_layout import button_row, three_columns
from app.gui.labelling.suggestion import Suggestion
from app.gui.pages.base import Page
from app.gui.session import Session
from app.gui.shortcuts import bind
from app.gui.widgets.empty_state import EmptyState
from app.gui.widgets.text import button


class LabelPage(Page):
    """Worklist at the left, the image in the middle, classes at the right; made for the keyboard."""

    title = "Label"
    purpose = "One key labels the image and shows the next one. Every label is on disk before that."
    key_places = ("answer", "label", "grid", "image", "turn")
    help_lines = (
        ("Ctrl+click, Shift+click", "choose several in list or grid; an answer labels all of them"),
        *MOUSE,
    )

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(session, jobs, parent)
        self.desk = desk = LabelDesk(session, self)
        self.model, self.list, self.middle = desk.model, desk.list, desk.middle
        self.view, self.grid, self.filter = desk.view, desk.grid, desk.filter
        self.steps, self.walk, self.classes = desk.steps, desk.walk, desk.classes
        self.answering, self.browsing = Answering(desk), Browsing(desk)
        self.suggestion = Suggestion(desk, self.answering)
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
        desk = self.desk
        buttons = button_row(
            button("Undo  (⌫)", self.steps.undo, tip="Take the last step back"),
            button(
                "Next unlabelled  (U)",
                self.browsing.next_unlabelled,
                tip="The next image that has no label",
            ),
        )
        return three_columns(
            (self.filter, self.list, desk.progress),
            (desk.banner, desk.bar, self.middle),
            (desk.sets, self.classes, buttons, desk.reader),
            stretched=(self.list, self.middle, self.classes),
        )

    def _connect(self) -> None:
        desk = self.desk
        desk.banner.left.connect(lambda: self.session.work_on(None))
        desk.sets.chosen.connect(self._choose_set)
        desk.sets.new_wanted.connect(desk.changes.ask_set)
        self.classes.chosen.connect(self.answering.answer)
        self.classes.left.connect(desk.back_to_work)
        desk.changes.changed.connect(self._on_classes_changed)
        self.steps.changed.connect(desk.show_changed)
        self.session.catalogue_changed.connect(self._on_catalogue_changed)
        self.session.vault_changed.connect(self._on_vault_changed)

    def _make_keys(self) -> None:
        desk, go, answer = self.desk, self.browsing, self.answering
        ask, prior = desk.asking, self.middle.prior
        actions: dict[str, Callable[[], object]] = {
            "undo": self.steps.undo,
            "redo": self.steps.redo,
            "next": lambda: go.step(1),
            "previous": lambda: go.step(-1),
            "next_unlabelled": go.next_unlabelled,
            "previous_unlabelled": lambda: go.next_unlabelled(by=-1),
            "jump": go.ask_place,
            "random": go.toggle_random,
            "clear": lambda: answer.label(None),
            "class": lambda: ask.which_class(desk.answers(), answer.answer),
            "definitions": lambda: ask.definitions(desk.answers()),
            "new_class": self.classes.field.setFocus,
            "note": lambda: ask.note(desk.row(), answer.note),
            "history": answer.show_history,
            "model": self.suggestion.ask,
            "find": go.ask_filter,
            "grid": go.toggle_grid,
            "stack": go.toggle_stack,
            "prior": lambda: self.middle.toggle_prior(desk.row()),
            "next_prior": prior.show_next,
            "link": prior.link.toggle,
            **{f"select_{what}": partial(go.choose_same, what) for what in ("series", "study", "patient")},
        }
        bind(
            self,
            {f"label.{name}": action for name, action in actions.items()},
            repeating={"label.next", "label.previous"},
        )
        bind(self, {f"answer.{key}": partial(answer.by_key, key) for key in ANSWERS})

    @property
    def undo_stack(self) -> QUndoStack:
        """The steps of the present label set or task."""
        return self.steps.stack

    def activate(self) -> None:
        """Read the worklist again; the image in sight stays, or it is the one where work ended last time."""
        catalogue, project = self.session.catalogue, self.session.project
        self.pages.setCurrentIndex(1 if catalogue.count() else 0)
        self.filter.show_choices(catalogue)
        self.desk.reader.show_readers(catalogue)
        self.desk.take_up()
        self.middle.sources.make_ready()
        self.middle.show_project(project.thumbnails_file, project.instances)
        ended = "" if self.desk.task.title else self.session.preferences.place(project.identifier)
        self.browsing.reload(self.desk.current or ended)
        self.desk.ready().setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """The image's keys work wherever on the page one is; Esc goes back to the image or the grid."""
        if event.key() == Qt.Key.Key_Escape:
            self.desk.back_to_work()
        elif self.middle.is_grid or not act(self.view, event):
            super().keyPressEvent(event)

    def _choose_set(self, name: str) -> None:
        self.session.choose_label_set(name)
        self.desk.back_to_work()

    def _on_classes_changed(self) -> None:
        self.model.refresh()
        self.filter.show_choices(self.session.catalogue)
        self.steps.count()
        self.desk.show_facts()
        if not self.classes.field.hasFocus():  # who names classes goes on; letters of the next are no answers
            self.desk.ready().setFocus()

    def _on_catalogue_changed(self) -> None:
        if self.isVisible():
            self.activate()

    def _on_vault_changed(self) -> None:
        if self.session.is_open and self.session.project.label_originals:
            self.middle.forget_images()
            self._on_catalogue_changed()
