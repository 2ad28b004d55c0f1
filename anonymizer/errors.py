"""Errors of the anonymizer that a user can act on.

AnonymizerError
├── ProfileError        a profile or option that does not exist or contradicts another
├── KeyFileError        the secret key's file is missing, damaged or would be overwritten
├── PatientError        whose an instance is cannot be said, or must not be decided by the program
├── PseudonymListError  a list of pseudonyms that cannot be used as it stands
├── DeviceRuleError     a file of rules for devices that cannot be used as it stands
├── SourceError         an input that cannot be read or is not DICOM
├── PixelError          pixel data that cannot be decoded, so not be cleared of text
├── TextFinderError     the text detector cannot be loaded
├── WriteError          the output cannot be written (disk full, folder read-only)
└── VaultError          the vault is missing, damaged or of a newer version
    └── VaultLockedError  it cannot be opened as it was tried
        └── VaultRefusedError  a wrong passphrase, key or recovery code
"""


class AnonymizerError(Exception):
    """Something went wrong that the user can mend; the text holds no identity.

    `remedy` says in one sentence what to do and may be empty.
    """

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class ProfileError(AnonymizerError):
    """A profile or option that does not exist or contradicts another."""


class KeyFileError(AnonymizerError):
    """The secret key's file is missing, damaged or would be overwritten."""


class PatientError(AnonymizerError):
    """Whose an instance is cannot be said with certainty, or is for a person to decide."""


class PseudonymListError(AnonymizerError):
    """A list of pseudonyms that cannot be used as it stands."""


class DeviceRuleError(AnonymizerError):
    """A file of rules for devices that cannot be used as it stands."""


class SourceError(AnonymizerError):
    """An input that cannot be read or is not DICOM."""


class PixelError(AnonymizerError):
    """Pixel data that cannot be decoded, so cannot be cleared of burned-in text."""


class TextFinderError(AnonymizerError):
    """The text detector cannot be loaded."""


class WriteError(AnonymizerError):
    """The output cannot be written."""


class VaultError(AnonymizerError):
    """The vault is missing, damaged or of a newer version."""


class VaultLockedError(VaultError):
    """The vault cannot be opened as it was tried."""


class VaultRefusedError(VaultLockedError):
    """A wrong passphrase, key or recovery code was tried."""
