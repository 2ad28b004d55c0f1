"""What Leadglass remembers for one user of this computer, outside any project.

Lies in the configuration folder of the operating system, or where LEADGLASS_CONFIG says.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import platformdirs

from app.errors import AppError
from app.storage import write_text

RECENT_PROJECTS = 10


def config_folder() -> Path:
    """The user's configuration folder of Leadglass; made on first use."""
    given = os.environ.get("LEADGLASS_CONFIG")
    folder = Path(given) if given else Path(platformdirs.user_config_path("leadglass", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def data_folder() -> Path:
    """Where the sample project is made when no folder is given."""
    given = os.environ.get("LEADGLASS_DATA")
    return Path(given) if given else Path(platformdirs.user_data_path("leadglass", appauthor=False))


def default_key_file() -> Path:
    """The secret key that `leadglass mask` uses when none is given."""
    return config_folder() / "site.key"


def vault_key_file(project_id: str) -> Path:
    """The key file of a project's vault, for projects that have neither passphrase nor keyring."""
    folder = config_folder() / "vaults"
    folder.mkdir(exist_ok=True)
    return folder / f"{project_id}.key"


@dataclass(frozen=True, slots=True)
class Settings:
    """A user's habits; never an identity or a path of an original file."""

    theme: str = "dark"  # "dark" or "light"
    reader: str = ""
    recent_projects: tuple[str, ...] = ()

    @classmethod
    def load(cls) -> "Settings":
        """The settings as saved; the defaults where there are none or the file is damaged."""
        try:
            saved = json.loads(_file().read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return cls()
        except OSError as error:
            raise AppError("Your settings cannot be read.", f"Check the file {_file()}.") from error
        known = {name: saved[name] for name in cls.__dataclass_fields__ if name in saved}
        known["recent_projects"] = tuple(known.get("recent_projects", ()))
        return cls(**known)

    def save(self) -> None:
        """Write them so that a crash leaves either the old or the new ones."""
        write_text(_file(), json.dumps(asdict(self), indent=2))

    def with_recent(self, project: Path) -> "Settings":
        """The same with `project` first among the recent ones."""
        path = str(project.resolve())
        others = tuple(p for p in self.recent_projects if p != path)
        return replace(self, recent_projects=(path, *others)[:RECENT_PROJECTS])


def _file() -> Path:
    return config_folder() / "settings.json"
