"""How long a training may take."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.gui.widgets.number import WholeField
from app.gui.widgets.text import label
from trainer import Recipe

_MOST = 7 * 24 * 60


class TimeAllowed(QWidget):
    """A number of minutes, or as long as it takes; the recipe says what is usual."""

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.minutes = WholeField()
        self.minutes.setRange(0, _MOST)
        self.minutes.setSingleStep(10)
        self.minutes.setSuffix(" minutes")
        self.minutes.setSpecialValueText("as long as it takes")
        self.minutes.setAccessibleName("Time allowed")
        self.minutes.setToolTip(
            "When it is over no new epoch begins, and the best that was reached is kept. A training that was stopped "
            "goes on with whatever time is allowed then."
        )
        caption = label("Time &allowed", wrap=False)
        caption.setTextFormat(Qt.TextFormat.AutoText)
        caption.setBuddy(self.minutes)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(caption)
        row.addWidget(self.minutes, 1)
        self.follow(recipe)

    def follow(self, recipe: Recipe) -> None:
        """Show what another recipe allows itself."""
        self._usual = recipe.minutes
        self.minutes.setValue(recipe.minutes)

    def arguments(self) -> list[str]:
        """As the command line takes it."""
        minutes = self.minutes.value()
        return [] if minutes == self._usual else ["--minutes", str(minutes)]
