"""The sample project: a few images with invented identities, to try every step on."""

from pathlib import Path

from app.gui.session import Session
from app.settings import data_folder
from resources import find


def open_sample(session: Session) -> list[Path]:
    """Open the sample project; returns what is to be imported into it, nothing where that was done before.

    The project that `leadglass demo` made is taken where there is one. Raises ProjectError.
    """
    from app.workflows.projects import create_project

    for folder in (data_folder() / "demo" / "sample.leadglass", data_folder() / "sample.leadglass"):
        if (folder / "project.toml").is_file():
            break
    else:
        create_project(folder)
    session.open(folder)
    return [] if session.catalogue.count() else [find("sample", "instances")]
