"""The right of the Data set page: how the data set is written, and what came of it."""

import json
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.counted import counted
from app.errors import USER_ERRORS
from app.gui.dialogs.errors import show_error
from app.gui.dialogs.unlock import unlocked
from app.gui.jobs import Job, JobRunner
from app.gui.labelling.dataset_form import DatasetForm
from app.gui.labelling.release_dialog import ReleaseDialog
from app.gui.runs import SPLIT_NAMES
from app.gui.session import Session
from app.gui.widgets.job_panel import JobPanel
from app.gui.widgets.text import button, card, label
from app.workflows.projects import needs_passphrase

LOCKED = "The vault is locked: what is written cannot be searched for the patients' names."
DUPLICATES = "Loo&k for near-duplicates"


class ExportPane(QWidget):
    """Name and form of the data set, and the jobs that write it or compare its images.

    `told(widget)` tells what has just appeared at the bottom and wants to be seen.
    """

    told = Signal(QWidget)

    def __init__(self, session: Session, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session, self._jobs = session, jobs
        self._images = 0
        self._written = Path()
        self._found: list[str] = []
        self.form = DatasetForm()
        self.name = QLineEdit()
        self.replace = QCheckBox("&Replace the data set of that name")
        self.message = label("", "bad")
        self.panel = JobPanel()
        self._make_buttons()
        self._layout()
        self.name.textChanged.connect(lambda _text: self._check())
        self.replace.toggled.connect(lambda _on: self._check())
        session.vault_changed.connect(self._show_vault)

    def activate(self) -> None:
        """Offer a free name, and say whether the vault is open."""
        if not self.name.text() or self.panel.job is None or self.panel.job.over:
            self.name.setText(self._free_name())
        self._show_vault()

    def allow(self, images: int) -> None:
        """Take so many images as what would be written; with none there is nothing to do."""
        self._images = images
        self._check()

    def target(self) -> Path:
        """Return the folder that the data set is written to."""
        return self._session.project.exports / self.name.text().strip()

    def export(self) -> None:
        """Write the data set; what is found in it keeps it out."""
        self._export()

    def release(self, reader: str, reason: str) -> None:
        """Write it by a reader's decision, whatever is found in it."""
        self._export(f"--reader={reader}", f"--release-findings={reason}")

    def _export(self, *decision: str) -> None:
        arguments = [*self._arguments(), "--out", str(self.target()), *decision]
        if self.replace.isVisible() and self.replace.isChecked():
            arguments.append("--overwrite")
        job = self._start("Export", arguments)
        self._found = []
        job.item.connect(self._on_item)
        job.finished.connect(self._on_finished)
        self._written = self.target()
        self._hide_results()

    def _start(self, title: str, arguments: list[str]) -> Job:
        job = self._jobs.start(title, arguments, environment=self._session.child_environment())
        self.panel.follow(job)
        job.ended.connect(self._on_ended)
        self._check()
        self.told.emit(self.panel)
        return job

    def look_for_duplicates(self) -> None:
        """Compare all images that would be written, and tell which look nearly the same; writes nothing."""
        job = self._start("Near-duplicates", [*self._arguments(), "--preview"])
        job.finished.connect(self._on_compared)

    def _arguments(self) -> list[str]:
        name = self._session.catalogue.label_set.name
        return ["export", str(self._session.project.folder), "--label-set", name, *self.form.arguments()]

    def _make_buttons(self) -> None:
        self.export_button = button("&Export", self.export, primary=True)
        self.duplicates_button = button(
            DUPLICATES, self.look_for_duplicates, tip="Compares all images; the first time takes a while"
        )
        self.release_button = button(
            "Release it an&yway…", self._ask_release, tip="A reader's decision, which is recorded"
        )
        self.folder_button = button("&Open folder", self._open_folder)
        self.train_button = button(
            "&Train with it →", lambda: self._session.navigate.emit("train"), primary=True
        )
        self._hide_results()

    def _hide_results(self) -> None:
        for each in (self.release_button, self.train_button, self.folder_button):
            each.hide()

    def showEvent(self, event: QShowEvent) -> None:
        """Tab goes as one reads: what stands above the classes was made after them."""
        super().showEvent(event)
        before = self.form.classes.previousInFocusChain()
        if before is not None and before is not self.replace:
            self.setTabOrder(before, self.name)
            self.setTabOrder(self.name, self.replace)

    def _layout(self) -> None:
        frame, inside = card()
        inside.addWidget(label("How it is written", "heading"))
        self.form.put_first("", self.replace)
        self.form.put_first("Na&me", self.name)
        inside.addWidget(self.form)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(frame)
        column.addWidget(self.message)
        column.addLayout(_row(self.export_button, self.duplicates_button))
        column.addWidget(self._locked())
        column.addWidget(self.panel)
        column.addLayout(_row(self.release_button, self.train_button, self.folder_button))
        column.addStretch(1)

    def _locked(self) -> QWidget:
        self.locked = QWidget()
        line = QHBoxLayout(self.locked)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(label(LOCKED, "caution"), 1)
        line.addWidget(button("Unlock…", self.unlock))
        return self.locked

    def _check(self) -> None:
        name = self.name.text().strip()
        exists = bool(name) and (self.target() / "dataset.json").exists()
        self.replace.setVisible(exists)
        message = "" if name else "Give the data set a name."
        if any(sign in name for sign in '/\\:*?"<>|') or name.startswith("."):
            message = "The name becomes a folder's: no / \\ : * ? \" < > | and no dot at the beginning."
        self.message.setText(message)
        self.message.setVisible(bool(message))
        busy = self.panel.job is not None and not self.panel.job.over
        self.duplicates_button.setEnabled(bool(self._images) and not busy)
        allowed = bool(self._images) and not message and not busy
        self.export_button.setEnabled(allowed and (not exists or self.replace.isChecked()))

    def _free_name(self) -> str:
        exports = self._session.project.exports
        names = ("dataset", *(f"dataset-{number}" for number in range(2, 10_000)))
        return next(name for name in names if not (exports / name / "dataset.json").exists())

    def _on_finished(self, result: dict[str, Any]) -> None:
        counts = _counts_written(self._written)
        failed = result.get("failed")
        left = len(failed) if isinstance(failed, list | tuple | dict) else int(failed or 0)
        text = f"{counts} written to exports/{self._written.name}. Not for diagnostic use."
        across = list(result.get("duplicates") or ())
        if across:
            text += f" Near-duplicates stand in several parts (groups: {len(across):,}); see DATACARD.md."
        if left:
            text += f" {counted(left)} {'is' if left == 1 else 'are'} left out: dataset.json says why."
        searched = bool(result.get("names_searched"))
        if not searched:
            text += " The vault was locked, so it was not searched for the patients' names."
        self.panel.say(text, "caution" if left or across or not searched else "good")
        self.folder_button.show()
        self.train_button.show()
        self.train_button.setFocus()

    def _on_compared(self, result: dict[str, Any]) -> None:
        groups, across = list(result.get("duplicates") or ()), list(result.get("across_splits") or ())
        if not groups:
            self.panel.say("No two images look nearly the same.", "good")
            return
        text = f"{sum(map(len, groups)):,} images look nearly the same (groups: {len(groups):,})"
        if across:
            text += f"; of these groups {len(across):,} reach over several parts. Choose above what is done about them."
        else:
            text += ", each group in one part only."
        self.panel.say(text, "caution" if across else "good")

    def _on_item(self, kind: str, facts: dict[str, Any]) -> None:
        if kind == "finding":
            self._found.append(str(facts["text"]))

    def _on_ended(self) -> None:
        self._check()
        job = self.panel.job
        refused = bool(self._found) and job is not None and job.error is not None
        self.release_button.setVisible(refused)
        self.told.emit(self.release_button if refused else self.train_button)

    def _ask_release(self) -> None:
        dialog = ReleaseDialog(self._session, self._found, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.released.connect(self.release)
        dialog.open()

    def unlock(self) -> None:
        """Ask for the passphrase, so that the data set can be searched for names."""
        try:
            unlocked(self._session, self)
        except USER_ERRORS as error:
            show_error(self, str(error), error.remedy)

    def _show_vault(self) -> None:
        open_now = not self._session.is_open or self._session.vault is not None
        self.locked.setVisible(not open_now and needs_passphrase(self._session.project))

    def _open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._written)))


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for each in widgets:
        row.addWidget(each)
    row.addStretch(1)
    return row


def _counts_written(folder: Path) -> str:
    described = json.loads((folder / "dataset.json").read_text(encoding="utf-8"))
    by_split = {split: sum(by_class.values()) for split, by_class in described["counts"].items()}
    parts = ", ".join(f"{count:,} {SPLIT_NAMES[split].lower()}" for split, count in by_split.items())
    return f"{counted(sum(by_split.values()))} ({parts})"
