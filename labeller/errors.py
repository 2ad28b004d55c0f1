"""Errors of the labeller that a user can act on.

LabellerError
├── CatalogueError       the catalogue is missing, damaged, locked or of a newer version
│   └── CatalogueDamagedError   its file is not whole: a copy of another day can be put in its place
├── LabelError           a label class, reader or instance that does not exist
├── ManifestError        a manifest or label list that cannot be read
└── ExportError          the data set cannot be written
"""


class LabellerError(Exception):
    """Something went wrong that the user can mend; the text holds no identity.

    `remedy` says in one sentence what to do and may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class CatalogueError(LabellerError):
    """The catalogue is missing, damaged, locked or of a newer version."""


class CatalogueDamagedError(CatalogueError):
    """The catalogue's file is not whole; see `labeller.safekeeping` for the way back."""


class LabelError(LabellerError):
    """A label class, reader or instance that does not exist."""


class ManifestError(LabellerError):
    """A manifest or label list that cannot be read."""


class ExportError(LabellerError):
    """The data set cannot be written."""
