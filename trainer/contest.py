"""Several trainings of which one model comes out: the one that validation prefers; the test split stays shut."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from trainer.attempt import Attempt, Run, attempt, shape_of
from trainer.checkpoint import Checkpoint
from trainer.device import has_gpu
from trainer.fitting import Fit
from trainer.lineup import Contender, best_row, is_one, lineup, preferred, takes_too_long
from trainer.transfer import find_start

FOLDER = "rivals"


@dataclass(frozen=True, slots=True)
class _Entry:
    """One of several, ready to begin."""

    number: int
    title: str
    run: Run


def learn_best(run: Run) -> Attempt:
    """Learn as the recipe says; of several, keep the attempt that validation prefers, and say why."""
    if is_one(run.recipe):
        return attempt(run)
    entries = _taking_part(run)
    if len(entries) == 1:
        return attempt(replace(entries[0].run, checkpoint=run.checkpoint))
    best, fits = _compared(run, entries)
    for entry in entries:
        if entry.run.checkpoint is not best.run.checkpoint:
            entry.run.checkpoint.remove()
    if len(fits) == 1:
        return best
    remarks = (_in_words(fits), *best.learned.remarks)
    return replace(best, learned=replace(best.learned, remarks=remarks))


def _compared(run: Run, entries: Sequence[_Entry]) -> tuple[Attempt, list[tuple[str, Fit]]]:
    """The best, which alone stays in memory, and what each reached."""
    fits: list[tuple[str, Fit]] = []
    best: Attempt | None = None
    for place, entry in enumerate(entries):
        if fits and run.deadline is not None and time.monotonic() > run.deadline:
            _leave_out(entry, "the time allowed is over")
            continue
        entry.run.on_event("run", _told(entry, len(entries), "running"))
        found = attempt(replace(entry.run, deadline=share_of(run.deadline, len(entries) - place)))
        fits.append((entry.title, found.learned.fit))
        if best is None or preferred([fit for _, fit in fits]) == len(fits) - 1:
            best = found
        entry.run.on_event("run", _told(entry, len(entries), "done"))
    assert best is not None
    return best, fits


def share_of(deadline: float | None, left: int) -> float | None:
    """The deadline of the next of so many that are left, each with an equal share of the time."""
    if deadline is None:
        return None
    now = time.monotonic()
    return now + max(0.0, deadline - now) / left


def _taking_part(run: Run) -> list[_Entry]:
    """The recipe itself, and those rivals whose networks do not take very long here."""
    found: list[_Entry] = []
    contenders = lineup(run.recipe)
    for contender in contenders:
        entry = _entry(run, len(found) + 1, contender)
        if contender.recipe != contenders[0].recipe and _is_too_long(entry.run):
            _leave_out(
                entry,
                "with so many images it would take very long on this computer; train it by itself, or choose “Best”",
            )
        else:
            found.append(entry)
    return found


def _entry(run: Run, number: int, contender: Contender) -> _Entry:
    folder = run.out / FOLDER / f"{number}-{contender.name}"
    own = replace(
        run,
        recipe=contender.recipe,
        draw=run.draw + contender.draw,
        start=find_start(contender.recipe, run.imported),
        checkpoint=Checkpoint(folder, run.checkpoint.identity),
    )
    return _Entry(number, contender.title, own)


def _leave_out(entry: _Entry, why: str) -> None:
    entry.run.on_event("note", {"text": f"“{entry.title}” was left out: {why}."})


def _is_too_long(run: Run) -> bool:
    if has_gpu():
        return False
    shape, _ = shape_of(run)
    return takes_too_long(run.recipe, len(run.dataset.of("train")), shape.size, run.epochs)


def _told(entry: _Entry, runs: int, state: str) -> Mapping[str, Any]:
    return {
        "number": entry.number,
        "runs": runs,
        "name": entry.title,
        "state": state,
        "problem": "",
        "metrics": {},
        "folder": str(entry.run.checkpoint.folder.parent),
    }


def _in_words(fits: Sequence[tuple[str, Fit]]) -> str:
    told = [f"{title} {_figure(fit)}" for title, fit in fits]
    kept = fits[preferred([fit for _, fit in fits])][0]
    return (
        f"{len(fits)} models were trained, and validation prefers {kept}, which is kept: {'; '.join(told)}."
    )


def _figure(fit: Fit) -> str:
    row = best_row(fit)
    area = row["val_auc"]
    return f"AUC {area:.3f}" if area is not None else f"loss {row['val_loss']:.3f}"
