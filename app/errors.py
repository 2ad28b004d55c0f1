"""Errors of the application that a user can act on, and the one list of all such errors.

A remedy is worded for the window and the command line alike; what helps at the command line alone, an option or a
command, stands in brackets at its end, as in “Choose another folder (--out).”, and is left out in the window.

AppError
├── ProjectError   a project folder that is missing, damaged, in use or of a newer version
├── SettingsError  a file in the configuration folder that cannot be read or written
├── PolicyError    something that the site's IT does not allow
├── UsageError     a command that does not make sense as given (exit code 2)
└── JobError       a child process that ended without a result
"""

import re

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

_COMMANDS = re.compile(r" \((?:--|leadglass )[^()]*\)")


def for_window(text: str) -> str:
    """Leave out of a remedy what can only be typed at the command line."""
    return _COMMANDS.sub("", text)
