"""How far the labelling of a project is."""

from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from app.gui.widgets.text import label


class LabelProgress(QWidget):
    """A bar and a line: n of m labelled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.text = label("", "muted")
        self.pace = label("", "muted")
        self.pace.hide()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Labelled")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        layout.addWidget(self.bar)
        layout.addWidget(self.text)
        layout.addWidget(self.pace)

    def show_counts(self, done: int, total: int, pace: str = "") -> None:
        """Show how many of all images have an answer, and at which pace one answers."""
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        left = total - done
        self.text.setText(f"{done:,} of {total:,} labelled" + (f", {left:,} left" if left else ": all done"))
        self.pace.setText(pace)
        self.pace.setVisible(bool(pace))
