"""The small dialogs of the Label page: which images, which class, a note, the history, definitions, a number."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QDialog, QInputDialog, QWidget

from app.gui.labelling.class_palette import ClassPalette
from app.gui.labelling.definitions import DefinitionsDialog
from app.gui.labelling.find_images import FindImagesDialog
from app.gui.labelling.label_history import LabelHistoryDialog
from app.gui.models.worklist_model import title
from app.gui.session import Session
from labeller import InstanceFilter, InstanceRow, LabelClass


class Asking(QObject):
    """Opens dialogs for a page and hands on what is answered."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def which_images(self, now: InstanceFilter, take: Callable[[InstanceFilter], object]) -> None:
        """Let the user choose images by facts of patient, image, label and reader."""
        dialog = FindImagesDialog(self._session.catalogue, now, self._session.preferences, self._window)
        dialog.accepted.connect(lambda: take(dialog.chosen()))
        _open(dialog)

    def which_class(self, classes: Sequence[LabelClass], take: Callable[[str], object]) -> None:
        """Let the user choose a class by typing the beginning of its name."""
        palette = ClassPalette(classes, self._window)
        palette.taken.connect(take)
        _open(palette)

    def definitions(self, classes: Sequence[LabelClass]) -> None:
        """Show what the classes mean."""
        _open(DefinitionsDialog(classes, self._window))

    def note(self, row: InstanceRow | None, take: Callable[[str], object]) -> None:
        """Let the user note something beside the label of an image."""
        if row is None or row.label is None:
            self._session.status.emit("Label the image first, then note something beside it.")
            return
        text, accepted = QInputDialog.getText(self._window, "Note", "Note beside the label:", text=row.note)
        if accepted:
            take(text)

    def history(self, row: InstanceRow) -> None:
        """Show every step of an image's label."""
        events = self._session.catalogue.history(row.sop_instance_uid)
        _open(LabelHistoryDialog(title(row), events, self._window))

    def where_to(self, total: int, go: Callable[[str], bool]) -> None:
        """Let the user type a number of the list, or part of a pseudonym."""
        text, accepted = QInputDialog.getText(
            self._window, "Jump", f"Number (1 to {total:,}), or a pseudonym or identifier:"
        )
        if accepted and not go(text):
            self._session.status.emit("No image of this list has that number or pseudonym.")


def _open(dialog: QDialog) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
