"""Which images the Label page lists, by facts of patient, image, label and reader; choices can be kept by name."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QInputDialog,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.gui.preferences import Preferences
from app.gui.widgets.text import button, label
from labeller import Catalogue, InstanceFilter

ANY = "any"
OLDEST = 120
CERTAIN = 100  # per cent
FIELDS = (  # field of the filter, words, facet of the catalogue
    ("body_part", "&Body part", "body_part"),
    ("patient_sex", "&Sex", "patient_sex"),
    ("manufacturer", "&Manufacturer", "manufacturer"),
)
GRADES = (("pass", "passed"), ("review", "wants a look"), ("blocked", "blocked"))


class FindImagesDialog(QDialog):
    """Every choice is “any” at first; `chosen()` returns them as a filter."""

    def __init__(
        self,
        catalogue: Catalogue,
        now: InstanceFilter,
        preferences: Preferences,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle("Find images")
        self._now, self._preferences = now, preferences
        self.boxes: dict[str, QComboBox] = {}
        form = QFormLayout()
        for field, words, facet in FIELDS:
            values = [value for value in catalogue.values(facet) if value]  # type: ignore[arg-type] # facets' names
            self._add(form, field, words, [(value, value) for value in values])
        readers = [(reader.name, reader.name) for reader in catalogue.readers()]
        self._add(form, "reader", "Labelled b&y", readers)
        answers = [(known.kind, known.name) for known in catalogue.answers()]
        self._add(form, "kind", "Answered wi&th", answers)
        self._add(form, "noted", "&Note", [(True, "with a note"), (False, "without")])
        self._add(form, "disputed", "Rea&ders", [(True, "disagree, not settled"), (False, "do not disagree")])
        self._add(form, "grade", "&Check of the mask", list(GRADES))
        self._add(form, "needs_review", "&Look at the mask", [(True, "still wanted"), (False, "not wanted")])
        self._add(form, "masked", "&Pixels", [(True, "some are masked"), (False, "none is masked")])
        self.age_from, self.age_to = _spin(0, OLDEST), _spin(OLDEST, OLDEST)
        ages = QHBoxLayout()
        for widget in (self.age_from, label("to", wrap=False), self.age_to, label("years", wrap=False)):
            ages.addWidget(widget)
        ages.addStretch(1)
        _row(form, "&Age", ages, self.age_from)
        self._add_model(form, catalogue)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addLayout(self._kept())
        layout.addLayout(form)
        layout.addWidget(self._buttons())
        self.show_choice(now)

    def chosen(self) -> InstanceFilter:
        """Return the choices, on top of those of the page's own boxes."""
        found: dict[str, Any] = {name: box.currentData() for name, box in self.boxes.items()}
        low, high = self.age_from.value(), self.age_to.value()
        found["age_from"] = low or None
        found["age_to"] = high if high < OLDEST else None
        low, high = self.score_from.value(), self.score_to.value()
        found["score_from"] = low / 100 if low else None
        found["score_to"] = high / 100 if high < CERTAIN else None
        return replace(self._now, **found)

    def show_choice(self, only: InstanceFilter) -> None:
        """Show what a filter chooses."""
        for name, box in self.boxes.items():
            box.setCurrentIndex(max(0, box.findData(getattr(only, name))))
        self.age_from.setValue(only.age_from or 0)
        self.age_to.setValue(OLDEST if only.age_to is None else only.age_to)
        self.score_from.setValue(round(100 * (only.score_from or 0)))
        self.score_to.setValue(CERTAIN if only.score_to is None else round(100 * only.score_to))

    def keep(self, name: str) -> None:
        """Keep the choices under a name."""
        self._preferences.keep_filter(name, json.dumps(_facts(self.chosen())))
        self._list_kept(name)

    def take(self, name: str) -> None:
        """Show choices that were kept."""
        self.show_choice(replace(self._now, **kept_facts(self._preferences.filters.get(name, "{}"))))

    def _add_model(self, form: QFormLayout, catalogue: Catalogue) -> None:
        """What the model of the newest run said; asked for only where there is a run."""
        classes = [(known.name, known.name) for known in catalogue.classes()]
        self._add(form, "predicted", "&Model says", classes)
        self._add(form, "contradicted", "Model and la&bel", [(True, "differ"), (False, "are the same")])
        self.score_from, self.score_to = _spin(0, CERTAIN), _spin(CERTAIN, CERTAIN)
        scores = QHBoxLayout()
        for widget in (self.score_from, label("to", wrap=False), self.score_to, label("%", wrap=False)):
            scores.addWidget(widget)
        scores.addStretch(1)
        _row(form, "Model s&ure by", scores, self.score_from)
        known = bool(catalogue.runs())
        for field in (self.boxes["predicted"], self.boxes["contradicted"], self.score_from, self.score_to):
            field.setEnabled(known)
            field.setToolTip("" if known else "No model has predicted in this project yet.")

    def _add(self, form: QFormLayout, field: str, words: str, choices: Sequence[tuple[object, str]]) -> None:
        box = QComboBox()
        box.addItem(ANY, None)
        for value, text in choices:
            box.addItem(text, value)
        self.boxes[field] = box
        form.addRow(words, box)

    def _kept(self) -> QHBoxLayout:
        self.kept = QComboBox()
        self.kept.setAccessibleName("Kept choices")
        self.kept.activated.connect(lambda place: self.take(self.kept.itemText(place)) if place else None)
        row = QHBoxLayout()
        row.addWidget(self.kept, 1)
        row.addWidget(button("&Keep as…", self._ask_name))
        self._list_kept("")
        return row

    def _list_kept(self, now: str) -> None:
        self.kept.clear()
        self.kept.addItems(["Kept choices…", *self._preferences.filters])
        self.kept.setCurrentIndex(max(0, self.kept.findText(now)) if now else 0)

    def _ask_name(self) -> None:
        name, accepted = QInputDialog.getText(self, "Keep", "Name of these choices:")
        if accepted and name.strip():
            self.keep(name.strip())

    def _buttons(self) -> QDialogButtonBox:
        kinds = QDialogButtonBox.StandardButton
        buttons = QDialogButtonBox(kinds.Ok | kinds.Cancel | kinds.Reset)
        buttons.button(kinds.Ok).setText("&Find")
        buttons.button(kinds.Reset).clicked.connect(lambda: self.show_choice(InstanceFilter()))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons


_FIELDS = (
    *(name for name, *_ in FIELDS), "reader", "kind", "noted", "disputed", "grade", "needs_review", "masked",
    "age_from", "age_to", "predicted", "contradicted", "score_from", "score_to",
)  # fmt: skip


def _facts(only: InstanceFilter) -> Mapping[str, Any]:
    return {name: value for name, value in asdict(only).items() if name in _FIELDS}


def kept_facts(text: str) -> dict[str, Any]:
    """Return kept choices as a filter's fields; those that this version does not know are left out."""
    facts = json.loads(text)
    return {key: facts.get(key) for key in _FIELDS}


def further(only: InstanceFilter) -> int:
    """Return how many of this dialog's choices a filter makes."""
    return sum(getattr(only, name) is not None for name in _FIELDS)


def _row(form: QFormLayout, words: str, fields: QHBoxLayout, first: QWidget) -> None:
    """Add a row of several fields; its key goes to the first of them."""
    caption = QLabel(words)
    caption.setBuddy(first)
    form.addRow(caption, fields)


def _spin(value: int, most: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, most)
    spin.setValue(value)
    return spin
