"""What the command line says of predictions and of data sets that are too small."""

from pathlib import Path

import pytest

from app.cli.commands.learning import predictions_text
from app.errors import UsageError
from app.workflows.learning import refuse_too_few
from tests.unit.trainer.conftest import write_dataset
from trainer import Prediction


def said(name: str) -> Prediction:
    return Prediction(
        Path(name), "spot", {"normal": 0.2, "spot": 0.8}, similar=("images/spot/1.png", "images/spot/2.png")
    )


def test_a_single_image_is_answered_with_the_training_images_like_it() -> None:
    assert "images/spot/1.png, images/spot/2.png" in predictions_text([said("a.png")], None)
    assert "images/spot" not in predictions_text([said("a.png"), said("b.png")], None)


def test_so_few_patients_are_trained_on_only_knowingly(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "few", patients=9)
    with pytest.raises(UsageError, match="Only 9 patient") as caught:
        refuse_too_few(folder, knowingly=False)
    assert "--knowingly" in caught.value.remedy
    refuse_too_few(folder, knowingly=True)
    refuse_too_few(write_dataset(tmp_path / "enough", patients=10), knowingly=False)
