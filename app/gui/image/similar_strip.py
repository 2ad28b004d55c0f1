"""The training images most like the one that is looked at, with what the readers called them."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.gui.thumbnails import Thumbnails, Wanted
from app.gui.widgets.text import label

_MOST, _SIDE = 3, 96


class SimilarStrip(QWidget):
    """Up to three small pictures; it hides where there is nothing to show."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._thumbnails: Thumbnails | None = None
        self._instances = Path()
        self._shown: list[str] = []
        self.told = label("", "muted")
        self.pictures = [QLabel() for _ in range(_MOST)]
        self.captions = [label("", "muted", wrap=False) for _ in range(_MOST)]
        row = QHBoxLayout()
        row.setSpacing(12)
        for picture, caption in zip(self.pictures, self.captions, strict=True):
            column = QVBoxLayout()
            column.addWidget(picture, 0, Qt.AlignmentFlag.AlignHCenter)
            column.addWidget(caption, 0, Qt.AlignmentFlag.AlignHCenter)
            row.addLayout(column)
        row.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.told)
        layout.addLayout(row)
        self.hide()

    def use_project(self, thumbnails: Thumbnails, instances: Path) -> None:
        """Where small pictures come from, and the masked instances that they are of."""
        self._thumbnails, self._instances = thumbnails, instances
        thumbnails.ready.connect(self._draw)

    def clear(self) -> None:
        """Another image is looked at."""
        self._shown = []
        self.hide()

    def show_names(self, names: Sequence[str], labels: Mapping[str, str]) -> None:
        """Show the training images of these names in the data set; `labels` are the readers', by SOP Instance UID."""
        uids = [PurePosixPath(name).stem for name in names][:_MOST]
        self._shown = [uid for uid in uids if (self._instances / f"{uid}.dcm").is_file()]
        self.told.setText(_words(len(uids), len(self._shown)))
        for place, caption in enumerate(self.captions):
            uid = self._shown[place] if place < len(self._shown) else ""
            caption.setText(labels.get(uid, "no label any more") if uid else "")
            caption.setVisible(bool(uid))
            self.pictures[place].setVisible(bool(uid))
        if self._thumbnails is not None:
            self._thumbnails.want(Wanted(uid, self._instances / f"{uid}.dcm") for uid in self._shown)
        self._draw()
        self.setVisible(bool(uids))

    def _draw(self, _uid: str = "") -> None:
        for uid, picture, caption in zip(self._shown, self.pictures, self.captions, strict=False):
            found = None if self._thumbnails is None else self._thumbnails.picture(uid)
            if found is not None:
                picture.setPixmap(_small(found))
                picture.setAccessibleName(f"A training image like it, read as {caption.text()}")


def _small(image: QImage) -> QPixmap:
    ratio = Qt.AspectRatioMode.KeepAspectRatio
    return QPixmap.fromImage(image).scaled(_SIDE, _SIDE, ratio, Qt.TransformationMode.SmoothTransformation)


def _words(known: int, shown: int) -> str:
    if shown:
        return "Most like it among what the model learned from, and what the readers called them:"
    return (
        "The images that it learned from are not in this project; they cannot be shown here." if known else ""
    )
