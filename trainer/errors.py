"""Errors of the trainer that a user can act on.

TrainerError
├── DataSetError      a data set folder that cannot be learned from
├── RecipeError       a recipe or setting that does not exist
├── ModelFolderError  a model folder that is damaged, foreign or of a newer version
└── CancelledError    the user cancelled; what was reached is kept for resuming
"""


class TrainerError(Exception):
    """Something went wrong that the user can mend; the text holds no identity.

    `remedy` says in one sentence what to do and may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class DataSetError(TrainerError):
    """A data set folder that cannot be learned from."""


class RecipeError(TrainerError):
    """A recipe or setting that does not exist."""


class ModelFolderError(TrainerError):
    """A model folder that is damaged, foreign or of a newer version."""


class CancelledError(TrainerError):
    """The user cancelled; what was reached is kept for resuming."""
