"""Labels in and out of a project: lists, folders, structured reports and the history, from the window."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QVBoxLayout,
    QWidget,
)

from app.counted import counted
from app.errors import USER_ERRORS, for_window
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import JobRunner
from app.gui.session import Session
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, label

IN = (
    "A CSV or JSON file has columns path or sop_instance_uid, class and, if wanted, reader. A folder holds a folder for "
    "each class, or DICOM structured reports. What matches no image is listed here; the rest is labelled. All of it is "
    "one step that can be undone on the Label page."
)
OUT = "Every reader's labels, so that they can be read in again elsewhere; reports are DICOM SR (TID 1500)."
LISTS = "Lists of labels (*.csv *.json)"


class LabelFilesDialog(QDialog):
    """Reads and writes labels of the present label set; each button starts a job and stays to tell how it ended.

    `read_in(steps, classes)` tells which steps of the history came of a file, and which classes it made.
    """

    read_in = Signal(object, object)

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Labels in and out")
        self._session, self._jobs = session, jobs
        self._reading = False
        self._first_step = 0
        self._target = Path()
        self.reader = QLineEdit(session.reader)
        self.reader.setAccessibleName("Reader of labels that name none")
        self.in_buttons = (
            button("Read a &file…", self._ask_list, primary=True),
            button("Read a f&older…", self._ask_folder),
        )
        self.out_buttons = (
            button("Write a &list…", self._ask_out, tip="CSV or JSON"),
            button("Write the &history…", self._ask_history, tip="Every step of every label, as CSV"),
            button("Write &DICOM reports…", self._ask_reports, tip="One for each study and reader"),
        )
        self.panel = JobPanel()
        self.problems = QListWidget()
        self.problems.setAccessibleName("What is not in it, and why")
        self.problems.setWordWrap(True)
        self.problems.hide()
        self._layout()
        self._check()

    def read(self, source: Path) -> None:
        """Set the labels that a file or a folder holds."""
        try:
            if not unlocked(self._session, self):  # images are found by their original names and identifiers
                return
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)
            return
        self._reading = True
        self._first_step = self._session.catalogue.next_step()
        self._start("Reading labels", ["--from", str(source), "--reader", self.reader.text().strip()])

    def write(self, way: str, target: Path) -> None:
        """Write labels; `way` is the option of `leadglass label`: "--to", "--history" or "--reports"."""
        self._reading, self._target = False, target
        self._start("Writing labels", [way, str(target)])

    def _start(self, title: str, what: Sequence[str]) -> None:
        self.problems.hide()
        label_set = self._session.catalogue.label_set.name
        arguments = ["label", str(self._session.project.folder), "--label-set", label_set, *what]
        job = self._jobs.start(title, arguments, environment=self._session.child_environment())
        self.panel.follow(job)
        job.finished.connect(self._on_finished)
        job.ended.connect(self._on_ended)
        self._check()

    def _on_finished(self, result: dict[str, Any]) -> None:
        if not self._reading:
            left_out = [for_window(str(line)) for line in result.get("left_out", ())]
            self._tell(_written(result, self._target.name), left_out)
            return
        problems = [str(problem) for problem in result.get("problems", ())]
        text = f"{counted(result['labelled'])} labelled"
        text += f"; new classes: {', '.join(result['new_classes'])}." if result["new_classes"] else "."
        if problems:
            text += f" {counted(len(problems), 'entry', 'entries')} could not be matched:"
        self._tell(text, problems)
        steps = range(self._first_step, self._session.catalogue.next_step())
        self.read_in.emit(steps, list(result["new_classes"]))

    def _tell(self, text: str, lines: Sequence[str]) -> None:
        """Say how it ended; `lines` are what is not in it, and why."""
        self.panel.say(text, "caution" if lines else "good")
        self.problems.clear()
        self.problems.addItems(lines)
        self.problems.setVisible(bool(lines))

    def _on_ended(self) -> None:
        self._check()
        if self._reading and self._session.is_open:
            self._session.catalogue_changed.emit()

    def _check(self) -> None:
        busy = self.panel.job is not None and not self.panel.job.over
        for each in self.in_buttons:
            each.setEnabled(not busy and self._session.writer is None)
        for each in self.out_buttons:
            each.setEnabled(not busy)

    def _ask_list(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Read labels", "", LISTS)
        if name:
            self.read(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "A folder for each class, or DICOM reports")
        if name:
            self.read(Path(name))

    def _ask_out(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Write labels", "labels.csv", LISTS)
        if name:
            self.write("--to", Path(name))

    def _ask_history(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self, "Write the history", "history.csv", "CSV (*.csv)")
        if name:
            self.write("--history", Path(name))

    def _ask_reports(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Where a folder “reports” is made, or an empty folder")
        if name:
            self.write("--reports", place_for_reports(Path(name)))

    def _layout(self) -> None:
        layout = QVBoxLayout(self)
        layout.setSpacing(8)
        layout.addWidget(label("Read labels", "heading"))
        layout.addWidget(label(IN, "muted"))
        who = QHBoxLayout()
        caption = label("Reader of labels that name &none", wrap=False)
        caption.setTextFormat(Qt.TextFormat.AutoText)
        caption.setBuddy(self.reader)
        who.addWidget(caption)
        who.addWidget(self.reader, 1)
        layout.addLayout(who)
        layout.addLayout(_row(self.in_buttons))
        layout.addSpacing(8)
        layout.addWidget(label("Write labels", "heading"))
        layout.addWidget(label(OUT, "muted"))
        layout.addLayout(_row(self.out_buttons))
        layout.addSpacing(8)
        layout.addWidget(self.panel)
        layout.addWidget(self.problems, 1)
        layout.addStretch(0)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.resize(640, 460)


def _row(buttons: Sequence[QWidget]) -> QHBoxLayout:
    row = QHBoxLayout()
    for each in buttons:
        row.addWidget(each)
    row.addStretch(1)
    return row


def place_for_reports(chosen: Path) -> Path:
    """Return the folder where it is empty, else a new one in it: nothing that is there gets reports among it."""
    try:
        empty = not any(chosen.iterdir())
    except OSError:  # the job says what is wrong with it
        return chosen
    names = ("reports", *(f"reports-{number}" for number in range(2, 10_000)))
    return chosen if empty else next(chosen / name for name in names if not (chosen / name).exists())


def _written(result: dict[str, Any], place: str) -> str:
    if "reports" in result:
        of = f"{counted(result['reports'], 'report')} of {counted(result['labels'], 'label')}"
        return f"{of} written to “{place}”.{' Left out:' if result['left_out'] else ''}"
    return " ".join(
        f"{counted(result[what], what.removesuffix('s'))} written."
        for what in ("labels", "steps")
        if what in result
    )
