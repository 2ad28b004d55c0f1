"""More: network, head, strategy and every other setting of a training, for those who want to set them."""

import json
import zlib
from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.gui.training.setting_fields import SettingField, title_of
from app.gui.widgets.text import label, set_role
from app.settings import weights_folder
from trainer import (
    ARCHITECTURES,
    FIELDS,
    FROM_SCRATCH,
    HEADS,
    STRATEGIES,
    Recipe,
    TrainerError,
    Value,
    find_start,
)

_ELSEWHERE = ("mirror", "minutes")  # asked on the page itself
_TITLES = {
    "architecture": {name: entry.title for name, entry in ARCHITECTURES.items()},
    "head": {name: head.title for name, head in HEADS.items()},
}
_CHOICE_WORDS: Mapping[str, Mapping[str, str]] = {
    "architecture": {name: entry.words for name, entry in ARCHITECTURES.items()},
    "head": {name: head.words for name, head in HEADS.items()},
    "strategy": STRATEGIES,
}


class MorePanel(QWidget):
    """Folded away until it is asked for; as long as nothing is changed in it, the chosen recipe is what is trained."""

    changed = Signal()

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._base = recipe
        self._shown = recipe  # as the fields say it, when they last made sense
        self._network = ""
        self.unfold = QToolButton()
        self.unfold.setText("&More settings")
        self.unfold.setCheckable(True)
        self.unfold.setAutoRaise(True)
        self.unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.unfold.setArrowType(Qt.ArrowType.RightArrow)
        self.unfold.toggled.connect(self._unfolded)
        self.fields: dict[str, SettingField] = {}
        self._words: dict[str, QLabel] = {}
        self.told = label("", "muted")
        self.inside = QWidget()
        column = QVBoxLayout(self.inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.told)
        self._common = self._form(column)
        self._own_title = label("", "heading")
        column.addWidget(self._own_title)
        self._own = self._form(column)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.unfold)
        outer.addWidget(self.inside)
        self.inside.hide()
        for parameter in FIELDS:
            if parameter.name not in _ELSEWHERE:
                self._add(self._common, SettingField(parameter, self._look, _TITLES.get(parameter.name)))
        self.follow(recipe)

    def follow(self, recipe: Recipe) -> None:
        """Show another recipe's settings; changes made before are dropped."""
        self._base = recipe
        self._show(recipe)

    def settings(self) -> dict[str, Value]:
        """What differs from the chosen recipe; RecipeError where a value is not possible."""
        values = {name: field.value() for name, field in self.fields.items()}
        network = {"architecture": values["architecture"]}
        other = network if values["architecture"] != self._base.architecture else {}
        begun = self._base.changed(other).table()
        return other | {name: value for name, value in values.items() if begun[name] != value}

    def arguments(self) -> list[str]:
        """As the command line takes them."""
        return [part for name, value in self.settings().items() for part in ("--set", f"{name}={value}")]

    def run_name(self) -> str:
        """What a run with these settings is called: the recipe, or the network and a mark of its settings."""
        settings = self.settings()
        if not settings:
            return self._base.name
        mark = zlib.crc32(json.dumps([self._base.name, settings], sort_keys=True).encode())
        return f"{self._base.changed(settings).architecture}-{mark:08x}"

    def is_possible(self) -> bool:
        """Whether this can be trained as it is set."""
        return not self._problem()

    def _form(self, column: QVBoxLayout) -> QFormLayout:
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        column.addLayout(form)
        return form

    def _add(self, form: QFormLayout, field: SettingField) -> None:
        self.fields[field.parameter.name] = field
        titled = isinstance(field.parameter.default, bool)  # the tick carries its title itself
        form.addRow("" if titled else title_of(field.parameter), field.widget)
        self._words[field.parameter.name] = label(field.parameter.words, "muted")
        form.addRow(self._words[field.parameter.name])

    def _show(self, recipe: Recipe) -> None:
        if recipe.architecture != self._network:
            self._show_network(recipe)
        for name, value in recipe.table().items():
            if name in self.fields:
                self.fields[name].show_value(value)
        self._look()

    def _show_network(self, recipe: Recipe) -> None:
        """Its own settings in place of those of the network before."""
        entry = ARCHITECTURES[recipe.architecture]
        if self._network:
            for parameter in ARCHITECTURES[self._network].parameters:
                del self.fields[parameter.name]
        while self._own.rowCount():
            self._own.removeRow(0)
        self._network = entry.name
        self._own_title.setText(entry.title)
        words = f"Takes images of {entry.smallest} pixels or more; smaller ones are enlarged."
        self._own.addRow(label(words, "muted"))
        for parameter in entry.parameters:
            self._add(self._own, SettingField(parameter, self._look))

    def _look(self) -> None:
        chosen = str(self.fields["architecture"].value())
        if chosen != self._network:
            self._show(_startable(self._shown.changed({"architecture": chosen})))
            return
        for name, words in _CHOICE_WORDS.items():
            self._words[name].setText(words[str(self.fields[name].value())])
        problem = self._problem()
        set_role(self.told, "bad" if problem else "muted")
        self.told.setText(f"✕ {problem}" if problem else self._in_words())
        self.changed.emit()

    def _problem(self) -> str:
        try:
            self._shown = self._base.changed(self.settings())
            find_start(self._shown, weights_folder())
        except TrainerError as error:
            return f"{error} {error.remedy}".strip()
        return ""

    def _in_words(self) -> str:
        settings = self.settings()
        if not settings:
            return f"As the recipe “{self._base.title}” has it."
        return "Changed: " + ", ".join(name.replace("_", " ") for name in settings) + "."

    def _unfolded(self, on: bool) -> None:  # noqa: FBT001 - Qt's signal
        self.unfold.setArrowType(Qt.ArrowType.DownArrow if on else Qt.ArrowType.RightArrow)
        self.inside.setVisible(on)


def _startable(recipe: Recipe) -> Recipe:
    """From scratch, where the network just chosen has no weights to begin with."""
    try:
        find_start(recipe, weights_folder())
    except TrainerError:
        return recipe.changed({"strategy": FROM_SCRATCH})
    return recipe
