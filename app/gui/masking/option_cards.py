"""The options of the standard in plain words: what each keeps, what it costs, and what it contradicts."""

from collections.abc import Iterable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from anonymizer import OPTIONS, Option
from app.gui.widgets.text import label, set_role
from app.workflows.profiles import contradictions

TITLES = {option.name: option.title for option in OPTIONS}


class OptionCard(QFrame):
    """One option: a switch with its title, what it keeps, what it costs."""

    def __init__(self, option: Option, *, editable: bool) -> None:
        super().__init__()
        self.option = option
        self.setProperty("role", "choice")
        self.setToolTip(f"DICOM PS3.15 Annex E, code {option.code}")
        self.switch = QCheckBox(option.title)
        self.switch.setAccessibleDescription(f"Keeps: {option.keeps} Costs: {option.costs}")
        self.switch.setEnabled(editable)
        self.switch.toggled.connect(lambda on: self._mark(on=on))
        self.state = label("", "muted", wrap=False)
        self.conflict = label("", "bad")
        self.conflict.hide()
        top = QHBoxLayout()
        top.addWidget(self.switch, 1)
        top.addWidget(self.state)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 10)
        layout.setSpacing(3)
        layout.addLayout(top)
        layout.addWidget(label(f"Keeps: {option.keeps}"))
        layout.addWidget(label(f"Costs: {option.costs}", "muted"))
        layout.addWidget(self.conflict)
        self._mark(on=False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Switch wherever the card is clicked."""
        if self.switch.isEnabled() and event.button() == Qt.MouseButton.LeftButton:
            self.switch.toggle()
            self.switch.setFocus()
        super().mousePressEvent(event)

    def say_conflict(self, others: Iterable[str]) -> None:
        """Say which chosen options this one contradicts."""
        names = " and ".join(f"“{TITLES[other]}”" for other in others)
        self.conflict.setText(f"Contradicts {names}: choose one of them." if names else "")
        self.conflict.setVisible(bool(names))

    def _mark(self, *, on: bool) -> None:
        self.state.setText("on" if on else "off")
        set_role(self.state, "good" if on else "muted")
        self.setProperty("chosen", "true" if on else "false")
        self.style().unpolish(self)
        self.style().polish(self)


class OptionCards(QWidget):
    """All ten. `changed` tells that another choice was made."""

    changed = Signal()

    def __init__(self, *, editable: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choosing = False
        self.cards: Mapping[str, OptionCard] = {
            option.name: OptionCard(option, editable=editable) for option in OPTIONS
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)
        for each in self.cards.values():
            each.switch.toggled.connect(lambda _on: self._on_toggled())
            column.addWidget(each)
        column.addStretch(1)

    @property
    def chosen(self) -> frozenset[str]:
        """The names of the chosen options."""
        return frozenset(name for name, each in self.cards.items() if each.switch.isChecked())

    @property
    def contradictions(self) -> list[tuple[str, str]]:
        """Pairs of chosen options that cannot be had together."""
        return contradictions(self.chosen)

    def choose(self, options: Iterable[str]) -> None:
        """Choose these and no others."""
        wanted = frozenset(options)
        self._choosing = True
        for name, each in self.cards.items():
            each.switch.setChecked(name in wanted)
        self._choosing = False
        self._on_toggled()

    def _on_toggled(self) -> None:
        if self._choosing:
            return
        against: dict[str, list[str]] = {}
        for one, other in self.contradictions:
            against.setdefault(one, []).append(other)
            against.setdefault(other, []).append(one)
        for name, each in self.cards.items():
            each.say_conflict(against.get(name, ()))
        self.changed.emit()
