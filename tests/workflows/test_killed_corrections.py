"""kill -9 at random moments over what changes a project afterwards: masking again, regions by hand, forgetting."""

import shutil
from pathlib import Path
from typing import Any

import pydicom
import pytest

from anonymizer import KeyFile, Vault
from app.project import Project
from app.settings import vault_key_file
from tests.workflows.conftest import leadglass
from tests.workflows.killing import (
    MARKS,
    Killer,
    check_project,
    contents,
    labels,
    rounds,
    sound,
    swept,
    timed,
)

pytestmark = MARKS
WORD = "zargonella"  # which no vocabulary has


@pytest.fixture
def described(incoming: Path, tmp_path: Path, key: Path) -> Path:
    """A project whose images are labelled and were described with a word that was taken out."""
    for file in incoming.iterdir():
        instance = pydicom.dcmread(file)
        instance.SeriesDescription = f"knee {WORD} lateral"
        instance.save_as(file)
    project = tmp_path / "described.leadglass"
    assert leadglass("new", project, "--key", key, "--profile", "research").code == 0
    assert leadglass("import", project, incoming).code == 0
    assert leadglass("label", project, "--from", tmp_path / "labels.csv").code == 0
    return project


def state(folder: Path) -> dict[str, Any]:
    """All that a project holds of its images: files, what was masked in each, labels."""
    with Project.open(folder).catalogue() as catalogue:
        masking = {uid: catalogue.masking(uid) for uid in catalogue.uids()}
    return {"files": contents(folder / "instances"), "masking": masking, "labels": labels(folder)}


def ends_the_same(project: Path, tmp_path: Path, seed: int, *command: object) -> None:
    """Kill a command on copies of a project until there were enough; each ends as the one that nobody disturbed.

    `command`: its name first, then what follows the project.
    """
    name, *rest = command
    calm = shutil.copytree(project, tmp_path / "calm.leadglass")
    current = [calm]
    killer = Killer(seed, lambda: check_project(current[0]), timed(name, calm, *rest))
    wanted = state(calm)
    assert wanted != state(project)

    def one(number: int) -> None:
        current[0] = shutil.copytree(project, tmp_path / f"p{number}.leadglass")
        killer.through(name, current[0], *rest)
        swept(current[0], tmp_path / "incoming")
        assert state(current[0]) == wanted
        shutil.rmtree(current[0])

    rounds(killer, one)


def test_masking_again(described: Path, tmp_path: Path) -> None:
    assert leadglass("words", described, "--keep", WORD).code == 0
    ends_the_same(described, tmp_path, 8, "words", "--again", "--all", "--workers", "1")
    kept = pydicom.dcmread(next((tmp_path / "calm.leadglass" / "instances").iterdir()))
    assert WORD in kept.SeriesDescription


def test_regions_by_hand(described: Path, tmp_path: Path) -> None:
    first, *others = state(described)["masking"]
    also = [part for uid in others for part in ("--also", uid)]
    ends_the_same(described, tmp_path, 9, "mask-region", first, "--region", "3,4,20,10", *also)


def people(folder: Path) -> int:
    project = Project.open(folder)
    with Vault.open(project.vault_file, KeyFile(vault_key_file(project.identifier))) as vault:
        return vault.patients.contents().patients


def test_forgetting(described: Path, tmp_path: Path) -> None:
    project = Project.open(described)
    with project.catalogue() as catalogue:
        patients = sorted({row.patient for row in catalogue.instances()})
    calm = shutil.copytree(described, tmp_path / "calm.leadglass")
    command = ("forget", *patients[:8], "--yes")
    current = [calm]
    killer = Killer(10, lambda: sound(current[0] / "vault.sqlite"), timed("vault", calm, *command))
    assert people(calm) == 4

    def one(number: int) -> None:
        current[0] = shutil.copytree(described, tmp_path / f"p{number}.leadglass")
        killer.through("vault", current[0], *command)
        assert people(current[0]) == 4
        assert state(current[0]) == state(described)
        shutil.rmtree(current[0])

    rounds(killer, one)
