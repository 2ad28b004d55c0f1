"""Errors of the application that a user can act on, and the one list of all such errors.

AppError
├── ProjectError   a project folder that is missing, damaged, in use or of a newer version
├── SettingsError  a file in the configuration folder that cannot be read or written
├── PolicyError    something that the site's IT does not allow
├── UsageError     a command that does not make sense as given (exit code 2)
└── JobError       a child process that ended without a result
"""

from anonymizer.errors import AnonymizerError
from labeller.errors import LabellerError
from trainer.errors import TrainerError


class AppError(Exception):
    """Something went wrong that the user can mend; `remedy` says how and may be empty."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ProjectError(AppError):
    """A project folder that is missing, damaged, in use or of a newer version."""


class SettingsError(AppError):
    """A file in the configuration folder that cannot be read or written."""


class PolicyError(AppError):
    """Something that the site's IT does not allow; see `app.policy`."""


class UsageError(AppError):
    """A command that does not make sense as given."""


class JobError(AppError):
    """A child process that ended without a result."""


USER_ERRORS = (AppError, AnonymizerError, LabellerError, TrainerError)
"""What is shown as a message and a remedy; every other exception is a bug and shown as one."""
