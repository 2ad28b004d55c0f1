"""Components of the program that IT may leave out."""

from importlib.util import find_spec

from app.errors import AppError


def training_installed() -> bool:
    """Whether this copy can train and predict (Keras and TensorFlow, two thirds of the size)."""
    return find_spec("tensorflow") is not None and find_spec("keras") is not None


def require_training() -> None:
    """Raise AppError where the component for training is missing."""
    if not training_installed():
        raise AppError(
            "This copy of Leadglass cannot train or predict: the component for it is not installed.",
            "Ask IT to install leadglass-training of the same version. Masking, labelling and export work without it.",
        )
