"""Why a document cannot be cleaned."""

from anonymizer.errors import SourceError


class UnreadableError(Exception):
    """Nothing can be read of the document, so nothing of it is kept."""


class LockedError(SourceError):
    """The document may hold something worth keeping, but it cannot be opened as it is."""
