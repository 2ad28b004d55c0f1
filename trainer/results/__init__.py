"""Judging a model from probabilities, labels, patients and further columns alone, whatever made the probabilities.

Nothing in this package knows a network: it works on numpy arrays and on the JSON files of a model folder.
"""
