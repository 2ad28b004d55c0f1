"""What a trained model says of new images, prepared exactly as in its training."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer.forward import BATCH, Describer
from trainer.images import ordered_map, read_or_reason
from trainer.model_folder import ModelInfo, fitting_familiarity, load_model
from trainer.records import Prediction, ReadImage
from trainer.results.rules import read_rules

_Read = tuple[Path, NDArray[np.uint8] | None, str]


class Predictor:
    """A loaded model; make it with `load`."""

    def __init__(self, info: ModelInfo, model: Any, read_image: ReadImage) -> None:
        self.info = info
        self.model = model
        self.read_image = read_image
        self.rules = read_rules(info.folder, info.classes)
        self._familiarity = fitting_familiarity(model, info.folder, self.rules.limits)
        self._describe = Describer(model, info.preprocessing)

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
        paths_read = [path for path, image, _ in read if image is not None]
        said = iter(self._answers(paths_read, np.stack(prepared)) if prepared else ())
        for path, image, reason in read:
            yield Prediction(path, "", {}, error=reason) if image is None else next(said)

    def _answers(self, paths: Sequence[Path], prepared: NDArray[np.uint8]) -> Iterator[Prediction]:
        raw, embeddings = self._describe(prepared, batch_size=len(prepared))
        probabilities, said = self.rules.probabilities(raw), self.rules.said(raw)
        for place, path in enumerate(paths):
            shares = dict(zip(self.info.classes, map(float, probabilities[place]), strict=True))
            answer = Prediction(path, self.info.classes[said[place]], shares)
            yield answer if embeddings is None else self._compared(answer, embeddings[place])

    def _compared(self, answer: Prediction, embedding: NDArray[np.float32]) -> Prediction:
        """With how unlike the image is to what was learned from; beyond the limit there is no answer."""
        limits = self.rules.limits
        if limits is None or self._familiarity is None:
            return answer
        distance = float(self._familiarity.distances(embedding[None])[0])
        return replace(
            answer,
            predicted="" if limits.refuses(distance) else answer.predicted,
            unlike=round(distance / limits.limit, 4),
            remark=limits.in_words(distance),
            similar=tuple(name for name, _ in self._familiarity.similar(embedding)),
        )

    def _read(self, path: Path) -> _Read:
        image, reason = read_or_reason(path, self.read_image)
        return path, None if image is None else self.info.preprocessing.prepare(image), reason
