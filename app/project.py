"""A project on disk: one folder with everything that belongs to a piece of work.

The folder's layout is in docs/architecture.md; this module knows where each part lies.
"""

import json
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import audit
from app.errors import ProjectError
from app.settings import PASSPHRASE_VARIABLE
from app.storage import write_text

if TYPE_CHECKING:
    from labeller import Catalogue, CatalogueKey

SUFFIX = ".leadglass"
VERSION = 2
_PLAIN_VERSION = (
    1  # of a project whose catalogue is not encrypted: earlier versions of the program open it too
)
PROJECT_FILE = "project.toml"


@dataclass(frozen=True, slots=True)
class Project:
    """The project in `folder`: its settings and the places of its parts."""

    folder: Path
    name: str
    identifier: str  # tells this project from others on the same computer
    profile: str  # name or file of the de-identification profile
    options: tuple[str, ...]  # options added to the profile
    protection: str  # "passphrase", "keyring" or "key file"
    label_originals: bool = False  # readers see originals, behind the unlocked vault, not masked instances
    pixels: Mapping[str, Any] = field(
        default_factory=dict
    )  # how text in pixels is treated, on top of the profile
    encrypted: bool = False  # the catalogue, under a key that the vault holds
    catalogue_key: "CatalogueKey | None" = field(default=None, repr=False, compare=False)  # never written

    @property
    def catalogue_file(self) -> Path:
        """Masked facts and labels. Its name says which library may open it; see `labeller.encryption`."""
        return self.folder / ("catalogue.sqlcipher" if self.encrypted else "catalogue.sqlite")

    @property
    def vault_file(self) -> Path:
        """Original identities, encrypted."""
        return self.folder / "vault.sqlite"

    @property
    def instances(self) -> Path:
        """The masked instances."""
        return self.folder / "instances"

    @property
    def models(self) -> Path:
        """The model folders."""
        return self.folder / "models"

    @property
    def exports(self) -> Path:
        """The data sets that were written."""
        return self.folder / "exports"

    @property
    def thumbnails_file(self) -> Path:
        """A cache that may be deleted."""
        return self.folder / "thumbnails.sqlite"

    @property
    def audit_file(self) -> Path:
        """Who did what when."""
        return self.folder / "audit.jsonl"

    @property
    def backups(self) -> Path:
        """Copies of the catalogue, one for each of the last days."""
        return self.folder / "backups"

    @property
    def lock_file(self) -> Path:
        """Held by the window that writes; see `app.project_lock`."""
        return self.folder / "window.lock"

    def catalogue(self, *, read_only: str = "") -> "Catalogue":
        """The catalogue, opened; the caller closes it. Raises ProjectError where its key was not handed in."""
        from labeller import Catalogue  # what only masks needs no database

        self.require_key()
        return Catalogue.open(self.catalogue_file, self.catalogue_key, read_only=read_only)

    def require_key(self) -> None:
        """Raise ProjectError where the catalogue is encrypted and the vault was not opened for its key."""
        if self.encrypted and self.catalogue_key is None:
            raise ProjectError(
                "The labels of this project are encrypted, and its vault is locked.",
                f"Open the vault first (set {PASSPHRASE_VARIABLE} for the command).",
            )

    def record(self, action: str, **facts: object) -> None:
        """Add to the project's audit trail. Raises ProjectError where it cannot be written."""
        try:
            audit.append(self.audit_file, action, **facts)
        except OSError as error:
            raise ProjectError(
                f"The audit trail of the project cannot be written: {error.strerror}.",
                "Make room on the disk and check that you may write in the project's folder, then do it again.",
            ) from error

    def audit_head(self) -> audit.Head:
        """The last line of the audit trail now, for a data set to carry."""
        return audit.head(self.audit_file)

    @classmethod
    def open(cls, folder: Path) -> "Project":
        """The project in `folder`.

        Raises ProjectError if there is none, or one that this version cannot read.
        """
        file = folder / PROJECT_FILE
        try:
            settings = tomllib.loads(file.read_text(encoding="utf-8"))
            version = int(settings["version"])
            project = cls(
                folder=folder.resolve(),
                name=str(settings["name"]),
                identifier=str(settings["identifier"]),
                profile=str(settings["profile"]),
                options=tuple(settings["options"]),
                protection=str(settings["protection"]),
                label_originals=bool(settings.get("label_originals", False)),
                pixels=_pixels(settings),
                encrypted=bool(settings.get("encrypted", False)),
            )
        except FileNotFoundError as error:
            raise _absent(folder) from error
        except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise ProjectError(
                f"The project file {file} cannot be read.", "Restore it from a backup."
            ) from error
        if version > VERSION:
            raise ProjectError(
                f"{folder} was made by a newer version of Leadglass.", "Install the newer version."
            )
        return project

    @classmethod
    def create(
        cls,
        folder: Path,
        *,
        profile: str,
        options: tuple[str, ...],
        protection: str,
        pixels: Mapping[str, Any] | None = None,
        encrypted: bool = False,
    ) -> "Project":
        """Make the folder and its parts, without vault and catalogue.

        Raises ProjectError if the folder exists and is not empty or cannot be written.
        """
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise ProjectError(f"{folder} exists already and is not empty.", "Choose another name.")
        project = cls(
            folder=folder.resolve(),
            name=folder.name.removesuffix(SUFFIX),
            identifier=uuid.uuid4().hex,
            profile=profile,
            options=options,
            protection=protection,
            pixels=dict(pixels or {}),
            encrypted=encrypted,
        )
        try:
            for part in (project.instances, project.models, project.exports):
                part.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ProjectError(
                f"{folder} cannot be made: {error.strerror}.", "Choose another place."
            ) from error
        return project

    def save(self) -> None:
        """Write project.toml. It is written last, so a half-made folder never passes for a project."""
        rows = {
            "version": VERSION if self.encrypted else _PLAIN_VERSION,
            "name": self.name,
            "identifier": self.identifier,
            "profile": self.profile,
            "options": list(self.options),
            "protection": self.protection,
            "label_originals": self.label_originals,
            **({"encrypted": True} if self.encrypted else {}),
        }
        # A JSON string, number, truth value or array of strings is the same in TOML.
        text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in rows.items())
        if self.pixels:
            text += "\n[pixels]\n" + "".join(
                f"{key} = {json.dumps(value)}\n" for key, value in self.pixels.items()
            )
        write_text(self.folder / PROJECT_FILE, text)


def _pixels(settings: Mapping[str, Any]) -> dict[str, Any]:
    """How text in pixels is treated; "every_series" stood beside it in earlier versions."""
    earlier = {"review_all": True} if settings.get("every_series", False) is True else {}
    return {**earlier, **settings.get("pixels", {})}


def _absent(folder: Path) -> ProjectError:
    if not folder.exists():
        return ProjectError(
            f"There is no folder {folder.absolute()}.",
            "Check its name, and that its drive is connected, or make a new project (leadglass new).",
        )
    return ProjectError(
        f"{folder} is not a Leadglass project.",
        "Choose a folder whose name ends in .leadglass, or make a new project (leadglass new).",
    )
