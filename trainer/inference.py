"""What a trained model says of new images, prepared exactly as in its training."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.forward import BATCH, Forward
from trainer.images import ordered_map, read_or_reason
from trainer.model_folder import ModelInfo, load_model
from trainer.records import Prediction, ReadImage

_Read = tuple[Path, NDArray[np.uint8] | None, str]


class Predictor:
    """A loaded model; make it with `load`."""

    def __init__(self, info: ModelInfo, model: Any, read_image: ReadImage) -> None:
        self.info = info
        self.model = model
        self.read_image = read_image
        self._forward = Forward(model, info.preprocessing)

    @classmethod
    def load(cls, model_folder: Path, read_image: ReadImage) -> "Predictor":
        """Load a model folder; ModelFolderError unless it is one of ours and unchanged."""
        info = ModelInfo.read(model_folder)
        return cls(info, load_model(info), read_image)

    def predict(self, paths: Iterable[Path], batch_size: int = BATCH) -> Iterator[Prediction]:
        """One prediction a path, in order; a file that cannot be read gives one with `error`."""
        rest = iter(paths)
        while group := list(islice(rest, batch_size)):
            yield from self._predict_group(group)

    def _predict_group(self, paths: Sequence[Path]) -> Iterator[Prediction]:
        read = [result for _, result in ordered_map(self._read, paths)]
        prepared = [image for _, image, _ in read if image is not None]
        rows = iter(self._forward(np.stack(prepared), batch_size=len(prepared)) if prepared else ())
        for path, image, reason in read:
            yield Prediction(path, "", {}, error=reason) if image is None else self._said(path, next(rows))

    def _said(self, path: Path, row: NDArray[np.float32]) -> Prediction:
        probabilities = dict(zip(self.info.classes, map(float, row), strict=True))
        return Prediction(path, max(probabilities, key=lambda name: probabilities[name]), probabilities)

    def _read(self, path: Path) -> _Read:
        image, reason = read_or_reason(path, self.read_image)
        return path, None if image is None else self.info.preprocessing.prepare(image), reason
