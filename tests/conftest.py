"""What every test gets: a home of its own, so that none sees or changes the user's settings and keys."""

import os
import shutil
from pathlib import Path

import pytest

from labeller import CatalogueKey
from labeller.storage import Storage


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A fresh home folder, with every variable that could point elsewhere set into it."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(home / ".local" / "share"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / ".cache"))
    for name in list(os.environ):
        if name.startswith("LEADGLASS_") and name != "LEADGLASS_VENV":
            monkeypatch.delenv(name)
    return home


@pytest.fixture(scope="session")
def empty_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new catalogue as the program makes it, step by step from its first version."""
    file = tmp_path_factory.mktemp("catalogue") / "empty.sqlite"
    Storage.create(file).close()
    return file


@pytest.fixture(autouse=True)
def new_catalogues_are_copies(empty_catalogue: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Making one anew takes a quarter of a second, and hundreds of tests begin with one."""
    make = Storage.create

    def create(path: Path, key: CatalogueKey | None = None) -> Storage:
        if path.exists() or not path.parent.is_dir() or key is not None:
            return make(path, key)
        shutil.copyfile(empty_catalogue, path)
        return Storage.open(path)

    monkeypatch.setattr(Storage, "create", create)
