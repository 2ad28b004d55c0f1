"""Orders of a list of instances other than the reading order, each by one question that an index answers."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from labeller.classes import active
from labeller.disputes import disputed
from labeller.listing import Keys, ReadingOrder, read_keys
from labeller.schema import ClassRow, CurrentLabel, Instance, PredictionEntry, Run

Sort = Callable[[Session, Keys, ReadingOrder], Keys]
"""Puts ids that stand in reading order into another one."""


def newest_run() -> Any:
    """Select the id of the run that was trained last."""
    return select(Run.id).order_by(Run.at.desc(), Run.id.desc()).limit(1).scalar_subquery()


def _by_codes(keys: Keys, codes: NDArray[Any]) -> Keys:
    return keys[np.argsort(codes[keys], kind="stable")]


def _by_column(column: InstrumentedAttribute[str]) -> Sort:
    def put(session: Session, keys: Keys, order: ReadingOrder) -> Keys:
        codes = order.remember(("order", column.key), lambda: _codes(session, column, order.size))
        return _by_codes(keys, codes)

    return put


def _codes(session: Session, column: InstrumentedAttribute[str], size: int) -> NDArray[np.int32]:
    """Number the values of a column: its index gives the ids value by value, and where each value ends."""
    codes = np.zeros(size, np.int32)
    ids = read_keys(session, select(Instance.id).order_by(column, Instance.id))
    sizes = read_keys(session, select(func.count()).select_from(Instance).group_by(column).order_by(column))
    codes[ids] = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    return codes


def _newest_first(_session: Session, keys: Keys, _order: ReadingOrder) -> Keys:
    return np.sort(keys)[::-1].copy()


def _marked_first(which: Callable[[Session], Keys]) -> Sort:
    return lambda session, keys, order: _by_codes(keys, ~order.marks(which(session)))


def _by_label(session: Session, keys: Keys, order: ReadingOrder) -> Keys:
    """Classes in their order, what has no label behind them."""
    rows = select(ClassRow.id).where(ClassRow.set_id == active(session))
    codes = np.full(order.size, np.iinfo(np.int32).max, np.int32)
    for place, class_id in enumerate(session.scalars(rows.order_by(ClassRow.position, ClassRow.name)).all()):
        said = select(CurrentLabel.instance_id).where(CurrentLabel.class_id == class_id)
        codes[read_keys(session, said)] = place
    return _by_codes(keys, codes)


def _by_score(*, highest: bool) -> Sort:
    def put(session: Session, keys: Keys, order: ReadingOrder) -> Keys:
        newest = PredictionEntry.run_id == newest_run()
        score = PredictionEntry.score.desc() if highest else PredictionEntry.score
        said = select(PredictionEntry.instance_id).where(newest).order_by(score, PredictionEntry.instance_id)
        ids = read_keys(session, said)
        codes = np.full(order.size, order.size, np.int32)  # without a prediction: last
        codes[ids] = np.arange(len(ids), dtype=np.int32)
        return _by_codes(keys, codes)

    return put


SORTED: Mapping[str, Sort] = {
    "newest": _newest_first,
    "modality": _by_column(Instance.modality),
    "body_part": _by_column(Instance.body_part),
    "label": _by_label,
    "disputed": _marked_first(lambda session: np.fromiter(disputed(session), np.int64)),
    "review": _marked_first(
        lambda session: read_keys(session, select(Instance.id).where(Instance.needs_review.is_(true())))
    ),
    "doubtful": _by_score(highest=False),
    "sure": _by_score(highest=True),
}
"""By the names in `records.SORTS`, besides the reading order itself."""
