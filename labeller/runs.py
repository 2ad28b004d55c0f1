"""Training runs and what their models said."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from labeller.errors import LabelError
from labeller.instances import known_ids
from labeller.records import PredictionRow, RunRow
from labeller.schema import Instance, PredictionEntry, Run

_ANSWER = ("predicted", "score", "probabilities", "at", "unlike", "model_sha256")


def add(session: Session, run: RunRow) -> None:
    """Enter a run, or renew one of the same name."""
    facts = {"folder": run.folder, "at": run.at, "recipe": run.recipe, "metrics": dict(run.metrics)}
    entry = insert(Run).values(name=run.name, **facts)
    session.execute(entry.on_conflict_do_update(index_elements=["name"], set_=facts))


def listed(session: Session) -> list[RunRow]:
    """All runs, oldest first."""
    rows = session.scalars(select(Run).order_by(Run.at, Run.id))
    return [RunRow(row.name, row.folder, row.at, row.recipe, row.metrics) for row in rows]


def add_predictions(session: Session, run: str, rows: Sequence[PredictionRow]) -> None:
    """Enter what a run's model said; a later answer replaces an earlier one of the same run."""
    run_id = session.scalar(select(Run.id).where(Run.name == run))
    if run_id is None:
        raise LabelError(f"There is no training run “{run}”.", "Enter the run first.")
    if not rows:
        return
    ids = known_ids(session, [row.sop_instance_uid for row in rows])
    entry = insert(PredictionEntry)
    session.connection().execute(
        entry.on_conflict_do_update(
            index_elements=["instance_id", "run_id"],
            set_={name: entry.excluded[name] for name in _ANSWER},
        ),
        [
            {
                "instance_id": ids[row.sop_instance_uid],
                "run_id": run_id,
                "predicted": row.predicted,
                "score": row.probabilities.get(row.predicted, 0.0),
                "probabilities": dict(row.probabilities),
                "at": row.at,
                "unlike": row.unlike,
                "model_sha256": row.model_sha256,
            }
            for row in rows
        ],
    )


def predictions(session: Session, sop_uid: str | None, run: str | None) -> list[PredictionRow]:
    """Predictions, of one instance or one run if given, the newest run's first."""
    statement = (
        select(
            Instance.sop_instance_uid,
            Run.name,
            PredictionEntry.predicted,
            PredictionEntry.probabilities,
            PredictionEntry.at,
            PredictionEntry.unlike,
            PredictionEntry.model_sha256,
        )
        .join(Instance, Instance.id == PredictionEntry.instance_id)
        .join(Run, Run.id == PredictionEntry.run_id)
        .order_by(Run.at.desc(), Run.id.desc(), Instance.sop_instance_uid)
    )
    if sop_uid is not None:
        statement = statement.where(Instance.sop_instance_uid == sop_uid)
    if run is not None:
        statement = statement.where(Run.name == run)
    return [PredictionRow(*values) for values in session.execute(statement)]
