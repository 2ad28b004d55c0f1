"""How a training goes, in one line: epoch, pace, time left, device, memory, and the best epoch so far."""

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QLabel, QWidget

from app.gui.widgets.job_panel import in_words
from app.gui.widgets.text import set_role


class LiveLine(QLabel):
    """Takes the events of a training as they come."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        set_role(self, "muted")
        self._best: tuple[float, float, int] | None = None
        self._pace: Mapping[str, Any] = {}
        self._epoch = ""

    def restart(self) -> None:
        """Another training begins."""
        self._best, self._pace, self._epoch = None, {}, ""
        self.setText("")

    def pace(self, facts: Mapping[str, Any]) -> None:
        """How fast it goes, told about once a second."""
        self._pace = facts
        self._show()

    def epoch(self, facts: Mapping[str, Any]) -> None:
        """One more pass is through; the best one has the highest AUC, then the lowest loss, as the trainer has it."""
        self._epoch = f"Epoch {facts['epoch']} of at most {facts.get('epochs', '?')} done"
        loss, area = facts.get("val_loss"), facts.get("val_auc")
        if loss is not None:
            score = (round(area, 3) if area is not None else 0.0, -loss, int(facts["epoch"]))
            self._best = score if self._best is None or score[:2] > self._best[:2] else self._best
        self._show()

    def _show(self) -> None:
        best = f"best so far: epoch {self._best[2]}" if self._best else ""
        self.setText("  ·  ".join(filter(None, [self._epoch, best, *_pace_words(self._pace)])))


def _pace_words(facts: Mapping[str, Any]) -> list[str]:
    if not facts:
        return []
    words = [f"now epoch {facts.get('epoch')}, batch {facts.get('batch')} of {facts.get('batches')}"]
    if facts.get("seconds_left") is not None:
        words.append(f"at most about {in_words(float(facts['seconds_left']))} left")
    if facts.get("images_per_second"):
        words.append(f"{float(facts['images_per_second']):.0f} images/s")
    words.append(str(facts.get("device", "")))
    if facts.get("memory"):
        words.append(f"{int(facts['memory']) / (1 << 30):.1f} GiB of memory")
    return words
