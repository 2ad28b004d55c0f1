"""The steps of the work, in their order: one page each, made when it is first shown."""

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.gui.jobs import JobRunner
from app.gui.session import Session


@dataclass(frozen=True, slots=True)
class Step:
    """A step of the work: its name in the program, its title, and the function that makes its page."""

    name: str
    title: str
    make: Callable[[Session, JobRunner], QWidget]


def _import(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.import_page import ImportPage

    return ImportPage(session, jobs)


def _mask(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.mask_page import MaskPage

    return MaskPage(session, jobs)


def _label(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.label_page import LabelPage

    return LabelPage(session, jobs)


def _dataset(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.dataset_page import DatasetPage

    return DatasetPage(session, jobs)


def _train(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.train_page import TrainPage

    return TrainPage(session, jobs)


def _predict(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.predict_page import PredictPage

    return PredictPage(session, jobs)


STEPS: tuple[Step, ...] = (
    Step("import", "Import", _import),
    Step("mask", "Mask", _mask),
    Step("label", "Label", _label),
    Step("dataset", "Data set", _dataset),
    Step("train", "Train", _train),
    Step("predict", "Predict", _predict),
)
