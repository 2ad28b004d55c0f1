"""What a trained model says of new images, prepared exactly as in its training."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from trainer.forward import BATCH
from trainer.images import ordered_map, read_or_reason
from trainer.loading import load_sight
from trainer.model_folder import ModelInfo
from trainer.records import Prediction, ReadImage
from trainer.results.rules import read_rules
from trainer.sight import Prepared, Seen, Sight
from trainer.tabular.code import Facts

_Read = tuple[Path, Prepared | None, str]
_NOTHING: Mapping[Path, Facts] = {}


class Predictor:
    """A loaded model; make it with `load`."""

    def __init__(self, info: ModelInfo, sight: Sight, read_image: ReadImage) -> None:
        self.info = info
        self.sight = sight
        self.read_image = read_image
        self.rules = read_rules(info.folder, info.classes)

    @classmethod
    def load(cls, model_folder: Path, read_image: ReadImage) -> "Predictor":
        """Load a model folder; ModelFolderError unless it is one of ours and unchanged."""
        info = ModelInfo.read(model_folder)
        limits = read_rules(model_folder, info.classes).limits
        return cls(info, load_sight(info, limits), read_image)

    def predict(
        self, paths: Iterable[Path], batch_size: int = BATCH, *, facts: Mapping[Path, Facts] = _NOTHING
    ) -> Iterator[Prediction]:
        """One prediction a path, in order; a file that cannot be read gives one with `error`.

        `facts` are the columns of the manifest for each path, for models that read some.
        """
        rest = iter(paths)
        while group := list(islice(rest, batch_size)):
            yield from self._predict_group(group, facts)

    def _predict_group(self, paths: Sequence[Path], facts: Mapping[Path, Facts]) -> Iterator[Prediction]:
        read = [result for _, result in ordered_map(self._read, paths)]
        good = [(path, image) for path, image, _ in read if image is not None]
        rows = [facts.get(path, {}) for path, _ in good]
        said = iter(self._answers([path for path, _ in good], [image for _, image in good], rows))
        for path, image, reason in read:
            yield Prediction(path, "", {}, error=reason) if image is None else next(said)

    def _answers(
        self, paths: Sequence[Path], prepared: Sequence[Prepared], rows: Sequence[Facts]
    ) -> Iterator[Prediction]:
        if not prepared:
            return
        seen = self.sight.see(prepared, rows)
        probabilities, said = self.rules.probabilities(seen.raw), self.rules.said(seen.raw)
        for place, path in enumerate(paths):
            shares = dict(zip(self.info.classes, map(float, probabilities[place]), strict=True))
            answer = Prediction(path, self.info.classes[said[place]], shares, similar=seen.similar[place])
            missing = self.sight.missing(rows[place])
            remark = f"Judged without: {', '.join(missing)}." if missing else ""
            yield self._compared(replace(answer, remark=remark), seen, place)

    def _compared(self, answer: Prediction, seen: Seen, place: int) -> Prediction:
        """With how unlike the image is to what was learned from; beyond the limit there is no answer."""
        limits = self.rules.limits
        if limits is None or seen.distances is None:
            return answer
        distance = float(seen.distances[place])
        return replace(
            answer,
            predicted="" if limits.refuses(distance) else answer.predicted,
            unlike=round(distance / limits.limit, 4),
            remark=f"{limits.in_words(distance)} {answer.remark}".strip(),
        )

    def _read(self, path: Path) -> _Read:
        image, reason = read_or_reason(path, self.read_image)
        return path, None if image is None else self.sight.prepare(image), reason
