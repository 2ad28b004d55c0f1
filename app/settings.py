"""Where Leadglass keeps what belongs to one user of this computer, outside any project."""

import os
from pathlib import Path

import platformdirs

PASSPHRASE_VARIABLE = "LEADGLASS_PASSPHRASE"  # noqa: S105 - the name of a variable
"""How a command is told the passphrase of a vault."""

CATALOGUE_KEY_VARIABLE = "LEADGLASS_CATALOGUE_KEY"
"""How the window hands a job the key of an encrypted catalogue that it has open: identifier of the project, key."""


def config_folder() -> Path:
    """The user's configuration folder of Leadglass, made on first use; LEADGLASS_CONFIG names another."""
    given = os.environ.get("LEADGLASS_CONFIG")
    folder = Path(given) if given else platformdirs.user_config_path("leadglass", appauthor=False)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Where the sample project is made when no folder is given; LEADGLASS_DATA names another."""
    given = os.environ.get("LEADGLASS_DATA")
    return Path(given) if given else platformdirs.user_data_path("leadglass", appauthor=False)


def weights_folder() -> Path:
    """Where weights that were imported for networks are kept."""
    return config_folder() / "weights"


def default_key_file() -> Path:
    """The secret key that `leadglass mask` uses when none is given."""
    return config_folder() / "site.key"


def vault_key_file(project_id: str) -> Path:
    """The key file of a project's vault, for projects that have neither passphrase nor keyring."""
    folder = config_folder() / "vaults"
    folder.mkdir(exist_ok=True)
    return folder / f"{project_id}.key"
