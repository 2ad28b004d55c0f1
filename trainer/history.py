"""The course of a training as a table, one row an epoch."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

from trainer.atomic import write_text
from trainer.model_folder import HISTORY
from trainer.records import NOTICE


def write_history(folder: Path, rows: Sequence[Mapping[str, float | None]]) -> None:
    """Write history.csv; the last column of each row is the notice."""
    names = [*dict.fromkeys(name for row in rows for name in row), "notice"]
    text = io.StringIO()
    table = csv.DictWriter(text, names, lineterminator="\n")
    table.writeheader()
    table.writerows({**row, "notice": NOTICE} for row in rows)
    write_text(folder / HISTORY, text.getvalue())
