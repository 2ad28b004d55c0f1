"""An experiment in one table and one page."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from trainer.atomic import write_text
from trainer.experiments.states import RunState, experiment_in, run_states
from trainer.records import NOTICE
from trainer.reporting.drawing import Chart
from trainer.reporting.style import STYLE

SUMMARY, COMPARISON = "summary.csv", "comparison.html"
FIGURES = (
    "auc",
    "auc_low",
    "auc_high",
    "accuracy",
    "balanced_accuracy",
    "sensitivity",
    "specificity",
    "f1",
    "brier",
)
_MOST_LINES = 4


def write_summary(out: Path) -> None:
    """Write summary.csv and comparison.html of what is there so far."""
    found = run_states(out)
    rows = [_row(state) for state in found]
    text = io.StringIO()
    table = csv.DictWriter(
        text, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n"
    )
    table.writeheader()
    table.writerows(rows)
    write_text(out / SUMMARY, text.getvalue())
    write_text(out / COMPARISON, _page(experiment_in(out).name, found, rows))


def _row(state: RunState) -> dict[str, object]:
    info = state.info
    metrics: Mapping[str, float] = info.metrics if info else {}
    return {
        "run": state.run.name,
        "state": state.state,
        **state.run.varied,
        "recipe": state.run.recipe.name,
        "architecture": state.run.recipe.architecture,
        "training_seed": state.run.seed,
        **{
            f"validation_{name}": _rounded(metrics.get(name))
            for name in FIGURES
            if not info or name in metrics
        },
        "epochs": info.epochs if info else "",
        "best_epoch": info.best_epoch if info else "",
        "seconds": info.seconds if info else "",
        "device": info.device if info else "",
        "weights_sha256": info.weights_sha256 if info else "",
        "problem": state.problem,
        "notice": NOTICE,
    }


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _page(name: str, found: Sequence[RunState], rows: Sequence[Mapping[str, object]]) -> str:
    columns = [key for key in rows[0] if key not in ("weights_sha256", "notice", "device")]
    head = "".join(f"<th>{escape(column.replace('_', ' '))}</th>" for column in columns)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(row.get(column, '')))}</td>" for column in columns) + "</tr>"
        for row in rows
    )
    charts = "".join(_charts(found))
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f"<style>{STYLE}</style></head><body><h1>{escape(name)}</h1><p>{NOTICE}. Figures are of the validation split, "
        "which chose among these trainings: the best of many looks better than it is. The test split decides.</p>"
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{charts}</body></html>\n"
    )


def _charts(found: Sequence[RunState]) -> Iterator[str]:
    """Curves overlaid, of the best few by AUC."""
    finished = sorted(
        (state for state in found if state.info), key=lambda s: -s.info.metrics.get("auc", 0) if s.info else 0
    )
    for column, title in (("val_loss", "Loss on validation"), ("val_auc", "AUC on validation")):
        lines = [(state.run.name, _points(state, column)) for state in finished[:_MOST_LINES]]
        lines = [(name, points) for name, points in lines if points]
        every = [point for _, points in lines for point in points]
        if every:
            ends = (1.0, max(x for x, _ in every)), (min(y for _, y in every), max(y for _, y in every))
            chart = Chart(title, ("Epoch", title), *ends)
            for name, points in lines:
                chart.line(name, points)
            yield chart.text()


def _points(state: RunState, column: str) -> list[tuple[float, float]]:
    return [(float(row["epoch"]), float(row[column])) for row in state.history() if row.get(column)]
