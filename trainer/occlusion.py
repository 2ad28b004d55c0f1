"""What an answer rests on, found by covering the image piece by piece (Zeiler and Fergus 2014): for any model."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from trainer.errors import CancelledError
from trainer.preprocessing import Preprocessing
from trainer.sight import Prepared, Sight
from trainer.tabular.code import Facts

_PIECES = 8  # along a side
_STEPS = 2  # each piece is moved by half its size
_AT_ONCE = 32
_TINY = 1e-6


@dataclass(frozen=True, slots=True)
class Cover:
    """A piece of the image, as shares of its height and width."""

    top: float
    left: float
    bottom: float
    right: float


@dataclass(frozen=True, slots=True)
class Listener:
    """Hears of progress, and says when it is enough."""

    on_step: Callable[[int, int], None] = lambda _done, _total: None
    cancelled: Callable[[], bool] = lambda: False


def covers() -> list[Cover]:
    """Overlapping pieces that together cover the image evenly."""
    starts = np.arange(-1, _PIECES * _STEPS) / (_PIECES * _STEPS)
    side = 1 / _PIECES
    return [
        Cover(max(0.0, top), max(0.0, left), min(1.0, top + side), min(1.0, left + side))
        for top in map(float, starts)
        for left in map(float, starts)
    ]


def occlusion(
    sight: Sight,
    image: NDArray[np.uint8],
    wanted: Callable[[NDArray[np.floating]], int],
    *,
    facts: Facts,
    listener: Listener,
) -> tuple[int, NDArray[np.float32]]:
    """The class that `wanted` chooses from the raw probabilities, and how much covering each place speaks against it.

    The map is `(16, 16)`, evenly over the image: the mean fall of the class's log odds over the pieces that cover a
    place; rises count as nothing. A piece is covered by the mean of the image, so that its edges say little.
    """
    whole = sight.prepare(image)
    index = wanted(sight.see([whole], [facts]).raw[0])
    before = _log_odds(sight.see([whole], [facts]).raw, index)[0]
    pieces = covers()
    falls: list[float] = []
    for group in _groups(pieces):
        if listener.cancelled():
            raise CancelledError("Cancelled.")
        covered = [_covered(whole, sight.preprocessings, image.shape, piece) for piece in group]
        falls += (before - _log_odds(sight.see(covered, [facts] * len(group)).raw, index)).tolist()
        listener.on_step(len(falls), len(pieces))
    return index, np.maximum(_spread(pieces, falls), 0)


def _groups(pieces: Sequence[Cover]) -> Iterator[Sequence[Cover]]:
    for start in range(0, len(pieces), _AT_ONCE):
        yield pieces[start : start + _AT_ONCE]


def _covered(
    whole: Prepared, preprocessings: tuple[Preprocessing, ...], shape: tuple[int, ...], piece: Cover
) -> Prepared:
    return tuple(
        _cover_one(square, preprocessing, shape, piece)
        for square, preprocessing in zip(whole, preprocessings, strict=True)
    )


def _cover_one(
    square: NDArray[np.uint8], preprocessing: Preprocessing, shape: tuple[int, ...], piece: Cover
) -> NDArray[np.uint8]:
    place = preprocessing.placement(shape[0], shape[1])
    inside = square[place.top : place.top + place.rows, place.left : place.left + place.columns]
    rows = slice(round(piece.top * place.rows), max(1, round(piece.bottom * place.rows)))
    columns = slice(round(piece.left * place.columns), max(1, round(piece.right * place.columns)))
    changed = square.copy()
    view = changed[place.top : place.top + place.rows, place.left : place.left + place.columns]
    view[rows, columns] = np.round(inside.reshape(-1, inside.shape[-1]).mean(axis=0))
    return changed


def _log_odds(raw: NDArray[np.floating], index: int) -> NDArray[np.float64]:
    share = np.clip(raw[:, index].astype(np.float64), _TINY, 1 - _TINY)
    return np.asarray(np.log(share / (1 - share)))


def _spread(pieces: Sequence[Cover], falls: Sequence[float]) -> NDArray[np.float32]:
    side = _PIECES * _STEPS
    total, times = np.zeros((side, side)), np.zeros((side, side))
    for piece, fall in zip(pieces, falls, strict=True):
        rows = slice(round(piece.top * side), round(piece.bottom * side))
        columns = slice(round(piece.left * side), round(piece.right * side))
        total[rows, columns] += fall
        times[rows, columns] += 1
    return np.asarray(total / np.maximum(times, 1), np.float32)
