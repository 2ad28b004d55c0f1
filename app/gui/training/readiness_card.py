"""What a data set is worth before it is trained on: counts, doubts, time, and a tick for who knows better."""

from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from app.gui.jobs import Job, JobRunner
from app.gui.widgets.job_panel import in_words
from app.gui.widgets.small_table import SmallTable
from app.gui.widgets.text import button, label
from trainer import RECIPES, Readiness

_SPLITS = ("train", "validation", "test")
_MOST_ROWS = 6


class ReadinessCard(QFrame):
    """`allowed` follows what was found and whether the user takes it upon themselves."""

    changed = Signal()

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._found: Readiness | None = None
        self._dataset: Path | None = None
        self.setProperty("role", "card")
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(6)
        self.text = label()
        self.counts = SmallTable("Images by class and split", ("Class", "Patients", "Train / val / test"))
        self.grave = label("", "bad")
        self.knowingly = QCheckBox("I know &what that means: train all the same")
        self.knowingly.toggled.connect(lambda _on: self.changed.emit())
        self.warnings = label("", "caution")
        self.time = label("How long it takes is told in the first seconds of a training.", "muted")
        self.measure_button = button(
            "&How long here?", self._measure, tip="Measures this computer for some seconds"
        )
        below = QHBoxLayout()
        below.addWidget(self.time, 1)
        below.addWidget(self.measure_button)
        for widget in (self.text, self.counts, self.grave, self.knowingly, self.warnings):
            column.addWidget(widget)
        column.addLayout(below)
        self.clear("Choose a data set.")

    @property
    def allowed(self) -> bool:
        """Whether a training may begin."""
        found = self._found
        return found is not None and not found.refusals and (not found.grave or self.knowingly.isChecked())

    @property
    def switches(self) -> list[str]:
        """What a command is told of that."""
        found = self._found
        return ["--knowingly"] if found is not None and found.grave and self.knowingly.isChecked() else []

    def clear(self, text: str) -> None:
        """Say why nothing is known."""
        self._found = None
        self.text.setText(text)
        for widget in (self.counts, self.grave, self.knowingly, self.warnings, self.measure_button):
            widget.hide()
        self.changed.emit()

    def show_readiness(self, found: Readiness, dataset: Path | None) -> None:
        """Show what was found; a tick given for another data set does not hold for this one."""
        if dataset != self._dataset:
            self.knowingly.setChecked(False)
            self.time.setText("How long it takes is told in the first seconds of a training.")
        self._found, self._dataset = found, dataset
        self._show_counts(found)
        self.text.setText(_short(found))
        self.grave.setText("\n".join(f"✕ {text}" for text in found.grave))
        self.warnings.setText("\n".join(f"⚠ {text}" for text in found.warnings))
        self.grave.setVisible(bool(found.grave))
        self.knowingly.setVisible(bool(found.grave))
        self.warnings.setVisible(bool(found.warnings))
        self.measure_button.setVisible(not found.refusals)
        self.changed.emit()

    def _show_counts(self, found: Readiness) -> None:
        rows = [
            (name, patients, " / ".join(f"{found.counts.get(s, {}).get(name, 0):,}" for s in _SPLITS))
            for name, patients in found.patients.items()
        ]
        self.counts.fill(rows)
        height = self.counts.horizontalHeader().sizeHint().height() + 6
        shown = min(_MOST_ROWS, len(rows))
        self.counts.setFixedHeight(height + shown * self.counts.verticalHeader().defaultSectionSize())
        self.counts.setVisible(bool(rows))

    def _measure(self) -> None:
        if self._dataset is None:
            return
        self.measure_button.setEnabled(False)
        self.time.setText("Measuring this computer…")
        job = self._jobs.start("How long it takes", ["speed", str(self._dataset)], heavy=False)
        job.finished.connect(self._on_measured)
        job.failed.connect(lambda message, _remedy: self.time.setText(message))
        job.ended.connect(lambda: self.measure_button.setEnabled(True))
        self.measuring: Job = job

    def _on_measured(self, result: Mapping[str, object]) -> None:
        found = result.get("recipes")
        if isinstance(found, Mapping):
            told = [
                f"{RECIPES[name].title} {in_words(float(seconds))}"
                for name, seconds in found.items()
                if name in RECIPES
            ]
            self.time.setText(
                f"On this computer ({result.get('device', '')}) at most about: {', '.join(told)}."
            )


def _short(found: Readiness) -> str:
    if found.refusals:
        return "\n".join(f"✕ {text}" for text in found.refusals)
    total = sum(sum(by_class.values()) for by_class in found.counts.values())
    sign = "✕ Too few patients" if found.grave else "✓ Ready"
    return f"{sign}: {total:,} images, {len(found.patients)} classes."
