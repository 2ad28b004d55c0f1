"""The course of a training as TensorBoard reads it, written with TensorFlow alone.

The files bear neither the name of the computer nor that of its user, which TensorFlow's own writer puts into them.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from trainer.atomic import write_atomically
from trainer.device import import_tensorflow

FOLDER = "logs"
_PARTS = {"training": "", "validation": "val_"}
_FIGURES = ("loss", "accuracy", "auc", "learning_rate", "seconds")


def write_events(folder: Path, rows: Sequence[Mapping[str, float | None]], began: float) -> None:
    """Write `logs/training` and `logs/validation` anew from the rows of a history.

    `began` is when the training began, in seconds since 1970; each epoch stands at the time that it took.
    """
    for part, prefix in _PARTS.items():
        target = folder / FOLDER / part
        target.mkdir(parents=True, exist_ok=True)
        records = list(_records(rows, prefix, began))
        if len(records) > 1:
            write_atomically(target / "events.out.tfevents.leadglass", partial(_write, records))


def _records(rows: Sequence[Mapping[str, float | None]], prefix: str, began: float) -> list[bytes]:
    import_tensorflow()
    from tensorflow.core.framework.summary_pb2 import Summary
    from tensorflow.core.util.event_pb2 import Event

    records = [Event(wall_time=began, file_version="brain.Event:2").SerializeToString()]
    when = began
    for row in rows:
        when += row.get("seconds") or 0.0
        found = [(name, row.get(f"{prefix}{name}")) for name in _FIGURES]
        values = [Summary.Value(tag=name, simple_value=value) for name, value in found if value is not None]
        if values:
            event = Event(wall_time=when, step=int(row["epoch"] or 0), summary=Summary(value=values))
            records.append(event.SerializeToString())
    return records


def _write(records: Sequence[bytes], path: Path) -> None:
    with import_tensorflow().io.TFRecordWriter(str(path)) as writer:
        for record in records:
            writer.write(record)
