"""What comes out of judging a model: plain records that do not know which network or method it was."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from trainer.records import NOTICE


@dataclass(frozen=True, slots=True)
class Curve:
    """A ROC curve, one class against the others; both axes 0 to 1."""

    class_name: str
    false_positive_rate: tuple[float, ...]
    true_positive_rate: tuple[float, ...]
    auc: float
    thresholds: tuple[float, ...] = ()  # the class is said from this probability on; the first says it never


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure with its 95 % interval, what it was counted on, and what a dummy would reach.

    `class_name` is "" for a figure of the whole: of two classes the finding's, of more the mean over classes.
    `count` of `total` are the images of a proportion; other figures have only a `total`. None: cannot be told.
    """

    kind: str  # a key of `FIGURES`
    class_name: str
    value: float
    low: float | None
    high: float | None
    count: int | None
    total: int
    dummy: float | None = None  # of the dummy classifier, which looks at no image

    @property
    def name(self) -> str:
        """As `Evaluation.metrics` calls it: "auc", "sensitivity:nodule"."""
        return f"{self.kind}:{self.class_name}" if self.class_name else self.kind


@dataclass(frozen=True, slots=True)
class ReliabilityBin:
    """Images to which a class was given a probability between `low` and `high`."""

    class_name: str
    low: float
    high: float
    images: int
    mean_probability: float
    share: float  # of them that the reader gave that class, 0 to 1
    share_low: float  # Wilson's 95 % interval
    share_high: float


@dataclass(frozen=True, slots=True)
class Group:
    """How a model did on the images of one group, such as one sex or one manufacturer."""

    column: str  # as in the manifest: "patient_sex", "age_group"
    value: str
    images: int
    patients: int
    counts: Mapping[str, int]  # class -> images
    figures: tuple[Figure, ...]
    doubt: str = ""  # in words: too small to judge, or different from the rest


@dataclass(frozen=True, slots=True)
class Evaluation:
    """How a model did on one split, judged against the readers' labels."""

    split: str
    images: int
    patients: int
    classes: tuple[str, ...]
    confusion: tuple[tuple[int, ...], ...]  # rows: the readers' class, columns: predicted
    metrics: Mapping[str, float]  # the figures by name, with `_low` and `_high`
    curves: tuple[Curve, ...]
    warnings: tuple[str, ...]
    figures: tuple[Figure, ...] = ()
    reliability: tuple[ReliabilityBin, ...] = ()
    groups: tuple[Group, ...] = ()
    facts: Mapping[str, float] = field(default_factory=dict)  # of the calibration: figures before it
    notice: str = NOTICE


@dataclass(frozen=True, slots=True)
class FigureWords:
    """What a figure is called, what it says in one sentence, and which way is better."""

    title: str
    meaning: str
    lower_is_better: bool = False


FIGURES: Mapping[str, FigureWords] = {
    "auc": FigureWords(
        "Area under the ROC curve",
        "The chance that an image of the class gets a higher probability than one of another class; 0.5 is guessing.",
    ),
    "accuracy": FigureWords("Accuracy", "The share of images whose class was said rightly."),
    "balanced_accuracy": FigureWords(
        "Balanced accuracy", "The mean of the sensitivities of all classes, each counting alike."
    ),
    "kappa": FigureWords(
        "Cohen's kappa", "Agreement with the reader beyond what chance would give; 0 is chance, 1 is perfect."
    ),
    "sensitivity": FigureWords("Sensitivity", "Of the images with the class, the share that was found."),
    "specificity": FigureWords("Specificity", "Of the images without the class, the share that was left alone."),
    "ppv": FigureWords(
        "Positive predictive value", "Where the class was said, the share of images that have it; depends on how "
        "frequent it is here.",
    ),
    "npv": FigureWords(
        "Negative predictive value", "Where the class was not said, the share of images that do not have it.",
    ),
    "f1": FigureWords("F1", "The harmonic mean of sensitivity and positive predictive value."),
    "average_precision": FigureWords(
        "Average precision", "The area under the precision-recall curve; guessing gives the share of the class.",
    ),
    "brier": FigureWords(
        "Brier score", "Mean squared error of the probabilities.", lower_is_better=True
    ),
    "ece": FigureWords(
        "Calibration error", "How far, on average, said probabilities are from observed shares (10 steps).",
        lower_is_better=True,
    ),
}  # fmt: skip
