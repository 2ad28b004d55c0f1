"""The report on a model: one HTML page that opens offline, and the model passport for programs."""

from trainer.reporting.passport import Known
from trainer.reporting.pieces import figure_row
from trainer.reporting.report import REPORT, read_known, write_report

__all__ = ["REPORT", "Known", "figure_row", "read_known", "write_report"]
