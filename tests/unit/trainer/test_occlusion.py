"""Covering an image piece by piece, with a model that is plain arithmetic."""

from collections.abc import Sequence
from types import MappingProxyType

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer import CancelledError, Listener
from trainer.occlusion import covers, occlusion
from trainer.preprocessing import Preprocessing
from trainer.sight import Prepared, Seen

NO_FACTS = MappingProxyType[str, str]({})


class BrightSpot:
    """Says "spot" the surer the brighter the brightest pixels are; the image lies in a padded square."""

    preprocessings = (Preprocessing(64, colour=False, channels=1, offset=0.0, scale=255.0),)
    columns = ()

    def prepare(self, image: NDArray[np.uint8]) -> Prepared:
        return (self.preprocessings[0].prepare(image),)

    def missing(self, row: object) -> tuple[str, ...]:
        return ()

    def see(self, prepared: Sequence[Prepared], facts: Sequence[object], **_: object) -> Seen:
        share = np.array([np.sort(each[0].ravel())[-60:].mean() / 256 for each in prepared])
        return Seen(np.stack([1 - share, share], axis=1), None, ((),) * len(prepared))


def image_with_spot(rows: int = 80, columns: int = 160) -> NDArray[np.uint8]:
    image = np.full((rows, columns), 60, np.uint8)
    image[10:30, 100:130] = 230
    return image


def test_every_place_is_covered_equally_often() -> None:
    times = np.zeros((16, 16))
    for piece in covers():
        times[
            round(piece.top * 16) : round(piece.bottom * 16), round(piece.left * 16) : round(piece.right * 16)
        ] += 1
    assert set(times.ravel()) == {4}


def test_the_map_points_at_what_the_answer_rests_on() -> None:
    index, values = occlusion(
        BrightSpot(), image_with_spot(), lambda _raw: 1, facts=NO_FACTS, listener=Listener()
    )
    assert index == 1
    assert values.shape == (16, 16)
    row, column = np.unravel_index(values.argmax(), values.shape)
    assert 10 <= row * 80 / 16 <= 30
    assert 95 <= column * 160 / 16 <= 130
    assert values[8:].max() < 0.01 * values.max()


def test_the_other_class_is_spoken_for_by_nothing_there() -> None:
    _, values = occlusion(
        BrightSpot(), image_with_spot(), lambda _raw: 0, facts=NO_FACTS, listener=Listener()
    )
    assert values.max() < 0.01


def test_progress_is_told_and_it_can_be_cancelled() -> None:
    steps: list[tuple[int, int]] = []
    listener = Listener(lambda done, total: steps.append((done, total)), lambda: len(steps) >= 3)
    with pytest.raises(CancelledError):
        occlusion(BrightSpot(), image_with_spot(), lambda _raw: 1, facts=NO_FACTS, listener=listener)
    assert steps == [(32, len(covers())), (64, len(covers())), (96, len(covers()))]
