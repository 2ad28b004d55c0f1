"""Columns of the manifest (age, sex, scanner, …) as numbers beside an image, and whether they helped."""

from trainer.tabular.code import TableCode

__all__ = ["TableCode"]
