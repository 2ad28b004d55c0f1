"""A form for an experiment: what stays, what varies, and how many trainings come of it."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.gui.widgets.number import WholeField
from app.gui.widgets.text import label, set_role
from trainer import (
    ARCHITECTURES,
    BALANCINGS,
    DEFAULT_RECIPE,
    RECIPES,
    TOGETHER,
    Experiment,
    RecipeError,
    Value,
    planned,
)

_LIST_ROWS = 5


class ExperimentForm(QDialog):
    """`experiment()` is the plan as it stands; the button is enabled while it makes sense."""

    def __init__(self, dataset: Path, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("New experiment")
        self._dataset = dataset
        self.name = QLineEdit("Which balancing")
        self.recipe = QComboBox()
        for name, recipe in RECIPES.items():
            if recipe.outcome != TOGETHER:
                self.recipe.addItem(recipe.title, name)
        self.recipe.setCurrentIndex(self.recipe.findData(DEFAULT_RECIPE))
        self.balancing = _Ticks(list(BALANCINGS), {name: way.description for name, way in BALANCINGS.items()})
        self.networks = _Ticks(
            list(ARCHITECTURES), {name: each.title for name, each in ARCHITECTURES.items()}
        )
        self.rates = QLineEdit()
        self.rates.setPlaceholderText("the recipe's own; or several, such as 0.001, 0.002")
        self.epochs = _number(0, 1000, "the recipe's own")
        self.seeds = _number(1, 50)
        self.minutes = _number(0, 1440, "no limit")
        self.search = QComboBox()
        self.search.addItem("every combination", "grid")
        self.search.addItem("some combinations, drawn at random", "random")
        self.draws = _number(1, 1000)
        self.draws.setValue(10)
        self.told = label("", "muted")
        self._arrange()
        self._look()

    def experiment(self) -> Experiment:
        """The plan; RecipeError where something does not fit."""
        vary: dict[str, tuple[Value, ...]] = {}
        for key, chosen in (("architecture", self.networks.chosen()), ("balancing", self.balancing.chosen())):
            if chosen:
                vary[key] = tuple(chosen)
        rates = _rates(self.rates.text())
        if rates:
            vary["learning_rate"] = rates
        epochs = {"epochs": self.epochs.value()} if self.epochs.value() else {}
        return Experiment(
            self.name.text().strip() or "Experiment",
            self._dataset,
            vary,
            base={"recipe": str(self.recipe.currentData()), **epochs},
            search=str(self.search.currentData()),
            number=self.draws.value(),
            seeds=tuple(range(self.seeds.value())),
            minutes=float(self.minutes.value()) or None,
        )

    def _arrange(self) -> None:
        form = QFormLayout()
        form.addRow("&Name", self.name)
        form.addRow("&Recipe to begin from", self.recipe)
        form.addRow("&Balancing to try", self.balancing)
        form.addRow("Net&works to try", self.networks)
        form.addRow("&Learning rates to try", self.rates)
        form.addRow("&Epochs (small sets get more)", self.epochs)
        form.addRow("Each with so many &seeds", self.seeds)
        form.addRow("&Minutes a training at most", self.minutes)
        form.addRow("&Try", self.search)
        form.addRow("Number &drawn", self.draws)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setText("Start")
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(form)
        column.addWidget(self.told)
        column.addWidget(self.buttons)
        for field in (self.name, self.rates):
            field.textChanged.connect(self._look)
        for spin in (self.epochs, self.seeds, self.minutes, self.draws):
            spin.valueChanged.connect(self._look)
        for box in (self.recipe, self.search):
            box.currentIndexChanged.connect(self._look)
        for ticks in (self.balancing, self.networks):
            ticks.itemChanged.connect(self._look)

    def _look(self) -> None:
        """Say what would come of it, while it is being filled in."""
        self.draws.setEnabled(self.search.currentData() == "random")
        start = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        try:
            number = len(planned(self.experiment()))
        except RecipeError as error:
            set_role(self.told, "bad")
            self.told.setText(f"{error} {error.remedy}".strip())
            start.setEnabled(False)
            return
        set_role(self.told, "muted")
        runs = "1 training" if number == 1 else f"{number:,} trainings, one after the other"
        self.told.setText(
            f"{runs}. You can stop at any time and go on later; nothing finished is done again."
        )
        start.setEnabled(True)


class _Ticks(QListWidget):
    """Names to tick; none ticked: the recipe's own stays."""

    def __init__(self, names: Sequence[str], words: dict[str, str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        for name in names:
            item = QListWidgetItem(name, self)
            item.setFlags(
                Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsSelectable
            )
            item.setCheckState(Qt.CheckState.Unchecked)
            item.setToolTip(words[name])
        rows = min(_LIST_ROWS, len(names))
        self.setFixedHeight(rows * max(20, self.sizeHintForRow(0)) + 2 * self.frameWidth())

    def chosen(self) -> list[str]:
        """The ticked names in their order."""
        items = [self.item(row) for row in range(self.count())]
        return [item.text() for item in items if item.checkState() == Qt.CheckState.Checked]


def _number(low: int, high: int, none: str = "") -> QSpinBox:
    spin = WholeField()
    spin.setRange(low, high)
    spin.setSpecialValueText(none)
    return spin


def _rates(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(part) for part in text.replace(";", ",").split(",") if part.strip())
    except ValueError:
        raise RecipeError(
            "A learning rate is no number.", "Write numbers with commas between, such as 0.001, 0.002."
        ) from None
