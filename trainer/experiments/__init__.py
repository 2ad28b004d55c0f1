"""Experiments: many trainings planned in one file, run unattended one after the other, compared in one table."""

from trainer.experiments.plan import Experiment, PlannedRun, Span, planned, read_experiment, write_experiment
from trainer.experiments.runner import run_experiment
from trainer.experiments.states import RunState, experiment_in, run_states
from trainer.experiments.summary import COMPARISON, SUMMARY, write_summary

__all__ = [
    "COMPARISON",
    "SUMMARY",
    "Experiment",
    "PlannedRun",
    "RunState",
    "Span",
    "experiment_in",
    "planned",
    "read_experiment",
    "run_experiment",
    "run_states",
    "write_experiment",
    "write_summary",
]
