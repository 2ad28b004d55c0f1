"""A checklist for reporting after CLAIM (Mongan, Moy, Kahn, Radiology: Artificial Intelligence 2020).

The items are told in short words of our own; what the program knows is filled in, the rest is left to the authors.
"""

from collections.abc import Mapping
from dataclasses import dataclass

YOURS = ""


@dataclass(frozen=True, slots=True)
class ClaimItem:
    """One item of the checklist; `answer` is a key of what the program knows, or "" for the authors."""

    number: int
    asks: str
    answer: str = YOURS


CLAIM: tuple[ClaimItem, ...] = (
    ClaimItem(1, "Title or abstract names the AI method", "method"),
    ClaimItem(2, "Structured summary of design, methods, results, conclusions"),
    ClaimItem(3, "Background: clinical problem and role of the method"),
    ClaimItem(4, "Objectives and hypotheses"),
    ClaimItem(5, "Prospective or retrospective"),
    ClaimItem(6, "Goal of the study, such as feasibility or model building"),
    ClaimItem(7, "Where the data come from", "data_source"),
    ClaimItem(8, "Which patients were eligible, when and where"),
    ClaimItem(9, "How the data were prepared", "preprocessing"),
    ClaimItem(10, "How subsets of the data were chosen", "selection"),
    ClaimItem(11, "How data elements are defined"),
    ClaimItem(12, "De-identification", "deidentification"),
    ClaimItem(13, "How missing data were handled", "missing"),
    ClaimItem(14, "Definition of the reference standard", "reference"),
    ClaimItem(15, "Why this reference standard"),
    ClaimItem(16, "Who annotated, with what qualification"),
    ClaimItem(17, "Annotation tools", "tool"),
    ClaimItem(18, "Variability within and between readers"),
    ClaimItem(19, "Sample size and how it was determined", "sample_size"),
    ClaimItem(20, "How data were assigned to partitions", "partitions"),
    ClaimItem(21, "Level at which partitions are disjoint", "disjoint"),
    ClaimItem(22, "Model: structure, inputs, outputs", "model"),
    ClaimItem(23, "Software libraries and versions", "versions"),
    ClaimItem(24, "How parameters were initialised", "initialisation"),
    ClaimItem(25, "How it was trained: augmentation, hyper-parameters, number of models", "training"),
    ClaimItem(26, "How the final model was selected", "model_selection"),
    ClaimItem(27, "Ensembling", "ensembling"),
    ClaimItem(28, "Metrics of performance", "metrics"),
    ClaimItem(29, "Uncertainty and statistical significance", "uncertainty"),
    ClaimItem(30, "Robustness or sensitivity analysis", "robustness"),
    ClaimItem(31, "Methods of explaining", "explaining"),
    ClaimItem(32, "Validation on external data"),
    ClaimItem(33, "Flow of participants, with numbers left out", "flow"),
    ClaimItem(34, "Demographic and clinical characteristics of each partition", "demographics"),
    ClaimItem(35, "Performance on all partitions", "performance"),
    ClaimItem(36, "Estimates of diagnostic accuracy and their precision", "accuracy"),
    ClaimItem(37, "Failure analysis of wrongly classified cases", "failures"),
    ClaimItem(38, "Limitations, bias, uncertainty, generalisability", "limitations"),
    ClaimItem(39, "Implications for practice, intended use"),
    ClaimItem(40, "Registration of the study"),
    ClaimItem(41, "Where the full protocol can be read"),
    ClaimItem(42, "Sources of funding, role of funders"),
)


def filled(known: Mapping[str, str]) -> list[tuple[ClaimItem, str]]:
    """Each item with what the program knows of it, "" where the authors must answer."""
    return [(item, known.get(item.answer, "")) for item in CLAIM]
