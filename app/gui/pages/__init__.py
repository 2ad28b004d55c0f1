"""The pages of the steps, each made when it is first shown."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QWidget

from app.gui.jobs import JobRunner
from app.gui.session import Session


def _import(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.import_page import ImportPage

    return ImportPage(session, jobs)


def _mask(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.mask_page import MaskPage

    return MaskPage(session, jobs)


def _label(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.label_page import LabelPage

    return LabelPage(session, jobs)


def _agreement(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.agreement_page import AgreementPage

    return AgreementPage(session, jobs)


def _dataset(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.dataset_page import DatasetPage

    return DatasetPage(session, jobs)


def _train(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.train_page import TrainPage

    return TrainPage(session, jobs)


def _predict(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.predict_page import PredictPage

    return PredictPage(session, jobs)


def _vault(session: Session, jobs: JobRunner) -> QWidget:
    from app.gui.pages.vault_page import VaultPage

    return VaultPage(session, jobs)


PAGES: Mapping[str, Callable[[Session, JobRunner], QWidget]] = {
    "import": _import,
    "mask": _mask,
    "label": _label,
    "agreement": _agreement,
    "dataset": _dataset,
    "train": _train,
    "predict": _predict,
    "vault": _vault,  # no step of the work: reached from the menu
}
"""The function that makes a page, by its name: that of a step of the work, or of a page of the menus."""
