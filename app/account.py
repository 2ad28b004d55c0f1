"""Under which account of this computer the program runs."""

import getpass


def account() -> str:
    """The account's name; "somebody" for a service that has none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
