"""An image with the model's heat map over it, computed in a child when a selection rests."""

import secrets
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QSlider, QVBoxLayout, QWidget

from anonymizer import AnonymizerError, DicomImage, open_image
from app.gui.image.image_view import ImageView
from app.gui.jobs import Job, JobRunner
from app.gui.widgets.text import label

REST_MS = 500  # a selection that moves on sooner starts no child
KEPT = 64
_COVERING = "occlusion"
Key = tuple[Path, Path, str, str]  # model, image, class, map


@dataclass(frozen=True, slots=True)
class Told:
    """What a map was found with."""

    method: str
    missing: tuple[str, ...]  # columns that the model would have read
    similar: tuple[str, ...]


class HeatMapView(QWidget):
    """The image, a switch and strength for the map, and the class that it speaks for."""

    changed = Signal()  # another image, or a map was computed

    def __init__(self, jobs: JobRunner, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs = jobs
        self._kept: OrderedDict[Key, NDArray[np.float32]] = OrderedDict()
        self._model, self._path = Path(), Path()
        self._job: Job | None = None
        self._project: Path | None = None
        self._environment: Mapping[str, str] = {}
        self._scratch: Path | None = None
        self._told: dict[Key, Told] = {}
        self.view = ImageView()
        self.message = label("", "muted")
        self.switch = QCheckBox("&Heat map")
        self.switch.setChecked(True)
        self.switch.toggled.connect(lambda _on: self._show_map())
        self.check = QCheckBox("by &Covering")
        self.check.setToolTip(
            "A check of the other map: the image is covered piece by piece; what changes the answer is bright. "
            "Takes longer."
        )
        self.check.toggled.connect(lambda _on: self._show_map())
        self.classes = QComboBox()
        self.classes.setAccessibleName("For which class")
        self.classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.classes.currentIndexChanged.connect(lambda _index: self._show_map())
        self.strength = QSlider(Qt.Orientation.Horizontal)
        self.strength.setRange(5, 95)
        self.strength.setValue(45)
        self.strength.setAccessibleName("Strength of the heat map")
        self.strength.valueChanged.connect(lambda _value: self._overlay())
        row = QHBoxLayout()
        for widget in (self.switch, self.check, self.classes, self.strength):
            row.addWidget(widget)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view, 1)
        layout.addLayout(row)
        layout.addWidget(self.message)
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._compute)

    def use_project(self, folder: Path, environment: Mapping[str, str]) -> None:
        """Whose catalogue knows what a model reads beside the image."""
        self._project, self._environment = folder, environment
        self.keep_in(folder)

    def keep_in(self, folder: Path) -> None:
        """In which folder a map lies between the child that computes it and this view; else in the model's."""
        self._scratch = folder

    def show_image(self, model: Path, path: Path, classes: tuple[str, ...], predicted: str) -> None:
        """Show an image at once, and the model's heat map for the predicted class when it is computed."""
        self._model, self._path = model, path
        self.changed.emit()
        self.classes.blockSignals(True)  # noqa: FBT003 - Qt's own signature
        self.classes.clear()
        self.classes.addItems(list(classes))
        self.classes.setCurrentText(predicted)
        self.classes.blockSignals(False)  # noqa: FBT003
        try:
            self._open(path)
        except AnonymizerError as error:
            self.clear(f"{error} {error.remedy}".strip())
            return
        self._show_map()

    def clear(self, message: str = "") -> None:
        """Show no image but a message, so that none stands under the name of another."""
        self.stop()
        self._path = Path()
        self.view.set_overlay(None)
        self.view.clear(message)
        self.message.setText("")
        self.changed.emit()

    def similar(self) -> tuple[str, ...]:
        """Names of the training images most like the image shown, () while nothing is known of it."""
        told = self._told.get(self._key())
        return () if told is None else told.similar

    def stop(self) -> None:
        """Give up the map that is being computed."""
        self._rest.stop()
        if self._job is not None and not self._job.over:
            self._job.cancel()

    def _open(self, path: Path) -> None:
        image = open_image(path)
        if isinstance(image, DicomImage):
            self.view.set_image(image)
        else:
            self.view.set_array(image)

    def _key(self) -> Key:
        method = _COVERING if self.check.isChecked() else "automatic"
        return self._model, self._path, self.classes.currentText(), method

    def _show_map(self) -> None:
        self.stop()
        self._overlay()
        if self.switch.isChecked() and self._path.is_file() and self._key() not in self._kept:
            self.message.setText("Heat map: computing…")
            self._rest.start()

    def _overlay(self) -> None:
        values = self._kept.get(self._key()) if self.switch.isChecked() else None
        self.view.set_overlay(values, opacity=self.strength.value() / 100)
        self.message.setText(self._words() if values is not None else "")

    def _words(self) -> str:
        told = self._told[self._key()]
        how = ", found by covering" if told.method == _COVERING else ""
        without = f" Judged without: {', '.join(told.missing)}." if told.missing else ""
        return f"Bright: what speaks for “{self._key()[2]}”{how}.{without}"

    def _compute(self) -> None:
        key = self._key()
        # Named so that `sweep` takes away what a crash leaves.
        out = (self._scratch or key[0]) / f".map.{secrets.token_hex(4)}.tmp"
        arguments = ["heatmap", str(key[0]), str(key[1]), "--class", key[2], "--out", str(out)]
        arguments += ["--method", key[3]]
        arguments += [] if self._project is None else ["--project", str(self._project)]
        self._job = self._jobs.start("Heat map", arguments, environment=self._environment, heavy=False)
        self._job.step.connect(lambda done, _total, _message: self._say_progress(key, int(done)))
        self._job.finished.connect(lambda result: self._take(key, out, result))
        self._job.failed.connect(lambda message, remedy: self._say(key, f"{message} {remedy}".strip()))

    def _take(self, key: Key, out: Path, result: Mapping[str, Any]) -> None:
        with Image.open(out) as picture:
            self._kept[key] = np.asarray(picture.convert("L"), np.float32) / np.float32(255)
        out.unlink()
        method, missing = str(result.get("method", key[3])), tuple(map(str, result.get("missing", ())))
        self._told[key] = Told(method, missing, tuple(map(str, result.get("similar", ()))))
        if len(self._kept) > KEPT:
            del self._told[self._kept.popitem(last=False)[0]]
        if key == self._key():
            self._overlay()
            self.changed.emit()

    def _say_progress(self, key: Key, done: int) -> None:
        if key == self._key() and key not in self._kept:
            self.message.setText(f"Heat map: {done} % computed…")

    def _say(self, key: Key, text: str) -> None:
        if key == self._key():
            self.message.setText(f"No heat map: {text}")
