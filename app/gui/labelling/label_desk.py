"""What the Label page is made of, and what is on it now: the list, the image in sight, its classes, the task."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.gui.labelling.asking import Asking
from app.gui.labelling.class_changes import ClassChanges
from app.gui.labelling.class_panel import ClassPanel
from app.gui.labelling.image_and_grid import ImageAndGrid
from app.gui.labelling.label_bar import LabelBar
from app.gui.labelling.label_progress import LabelProgress
from app.gui.labelling.label_steps import LabelSteps
from app.gui.labelling.reader_box import ReaderBox
from app.gui.labelling.set_box import SetBox
from app.gui.labelling.task_banner import TaskBanner
from app.gui.labelling.walk import Walk
from app.gui.labelling.worklist import Worklist
from app.gui.labelling.worklist_filter import WorklistFilter
from app.gui.labelling_tasks import LabellingTask
from app.gui.models.worklist_model import WorklistModel
from app.gui.session import Session
from labeller import JOIN, InstanceRow, LabelClass


class LabelDesk(QObject):
    """The parts of the page and what they have in common."""

    def __init__(self, session: Session, page: QWidget) -> None:
        super().__init__(page)
        self.session = session
        self.model = WorklistModel(page)
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
        self.changes = ClassChanges(session, self.classes, page)
        self.steps = LabelSteps(session, self.changes, page)
        self.walk = Walk(session, self.list)
        self.asking = Asking(session, page)
        self.label_set = session.catalogue.label_set
        self.task = LabellingTask(session.catalogue)
        self.steps.work_in(self.task)
        self.current = ""  # the SOP Instance UID of the image in sight
        self._progress_later = QTimer(self, singleShot=True, interval=0)
        self._progress_later.timeout.connect(self._show_progress)

    def row(self) -> InstanceRow | None:
        """Return what is known of the image in sight."""
        place = self.model.place(self.current)
        return self.model.row(place) if place >= 0 else None

    def answers(self) -> list[LabelClass]:
        """List what may be answered, in its order."""
        listed = (known for known in self.model.classes.values() if known.kind != "combination")
        return sorted(listed, key=lambda each: each.position)

    def chosen(self) -> list[str]:
        """List the instances that a key labels: those selected, else the one in sight."""
        uids = self.list.selected()
        # Ctrl+click can leave another one selected than the one in sight.
        return uids if len(uids) > 1 else [self.current]

    def ready(self) -> QWidget:
        """Return what takes the keys: the field for classes until there are two."""
        named = sum(known.kind == "class" for known in self.model.classes.values()) > 1
        return self.middle.worked_on() if named else self.classes.field

    def back_to_work(self) -> None:
        """Give the keys to the image or the grid."""
        self.middle.worked_on().setFocus()

    def take_up(self) -> None:
        """Work in the session's label set and at its task."""
        catalogue = self.session.catalogue
        if self.label_set != catalogue.label_set:
            self.label_set = catalogue.label_set
            self.middle.stacked = self.label_set.scope != "image"
        self.middle.series.whole = self.label_set.scope != "image"
        self.sets.show_sets(catalogue.label_sets(), self.label_set.name)
        wanted = self.session.task
        plain = type(self.task) is LabellingTask and self.task.catalogue is catalogue
        if (wanted is None and plain) or (wanted is not None and wanted is self.task):
            return
        self.task = wanted or LabellingTask(catalogue)
        self.steps.work_in(self.task)
        self.current = ""
        self.banner.show_task(self.task.title, self.task.note)
        self.filter.setVisible(self.task.uids() is None)
        self.sets.setEnabled(not self.task.title)
        self.reader.fix(self.task.reader)

    def show(self, uid: str) -> None:
        """Show an image of the list."""
        self.current = uid
        self.session.select(uid)
        if not self.task.title:
            self.session.preferences.set_place(self.session.project.identifier, uid)
        self.middle.show_place(self.model.place(uid))
        self.show_facts()

    def show_changed(self, uid: str, changed: Sequence[str]) -> None:
        """Show an image after the labels of some have changed."""
        self.model.refresh(changed)
        self.steps.count()
        if self.model.place(uid) >= 0 and self.list.place() != self.model.place(uid):
            self.list.go_to(self.model.place(uid))
        self.show_facts()

    def show_facts(self) -> None:
        """Say which image is in sight, what it is labelled, and how far one is."""
        row = self.row()
        held = row.label.split(JOIN) if row and row.label else []
        known = self.model.classes.get(held[0]) if held else None
        self.bar.show_row(row, known, self.model.place(self.current), len(self.model.uids))
        self.classes.show_classes(self.answers(), self.steps.counts, held)
        self.banner.show_said(self.task.said(self.current))
        self._progress_later.start()  # Qt's bar paints at once, which would hold up the image

    def _show_progress(self) -> None:
        left = self.steps.total - self.steps.done
        self.progress.show_counts(self.steps.done, self.steps.total, self.steps.pace.words(left))
