"""kill -9 at random moments, over each command that writes: nothing done is lost, and the end is the same."""

import shutil
from pathlib import Path

import pytest

from app.project import Project
from tests.workflows.conftest import leadglass
from tests.workflows.killing import (
    MARKS,
    Killer,
    check_project,
    contents,
    labels,
    new_project,
    rounds,
    swept,
    timed,
)

pytestmark = MARKS


@pytest.mark.parametrize("how", [("--headers-only",), ()], ids=["headers", "pixels"])
def test_masking_without_a_project(incoming: Path, tmp_path: Path, key: Path, how: tuple[str, ...]) -> None:
    def arguments(out: Path) -> tuple[object, ...]:
        return "mask", incoming, "--out", out, "--key", key, "--workers", "1", *how

    killer = Killer(1, lambda: None, timed(*arguments(tmp_path / "calm")))
    calm = contents(tmp_path / "calm")

    def one(number: int) -> None:
        killer.through(*arguments(tmp_path / f"out{number}"))
        assert contents(tmp_path / f"out{number}") == calm
        shutil.rmtree(tmp_path / f"out{number}")

    rounds(killer, one)


def test_import_into_a_project(incoming: Path, tmp_path: Path, key: Path) -> None:
    empty = new_project(tmp_path / "empty.leadglass", key)
    calm = shutil.copytree(empty, tmp_path / "calm.leadglass")
    current = [calm]
    killer = Killer(2, lambda: check_project(current[0]), timed("import", calm, incoming))

    def one(number: int) -> None:
        current[0] = shutil.copytree(empty, tmp_path / f"p{number}.leadglass")
        killer.through("import", current[0], incoming)
        swept(current[0], incoming)
        assert contents(current[0] / "instances") == contents(calm / "instances")
        with Project.open(current[0]).catalogue() as catalogue:
            assert catalogue.count() == 12
        shutil.rmtree(current[0])

    rounds(killer, one)


def test_labels_from_a_list(imported: Path, tmp_path: Path) -> None:
    calm = shutil.copytree(imported, tmp_path / "calm.leadglass")
    current = [calm]
    killer = Killer(
        3, lambda: check_project(current[0]), timed("label", calm, "--from", tmp_path / "labels.csv")
    )

    def one(number: int) -> None:
        current[0] = shutil.copytree(imported, tmp_path / f"p{number}.leadglass")
        killer.through("label", current[0], "--from", tmp_path / "labels.csv")
        assert labels(current[0]) == labels(calm)
        assert len(labels(calm)) == 12
        shutil.rmtree(current[0])

    rounds(killer, one)


def test_export(imported: Path, tmp_path: Path) -> None:
    assert leadglass("label", imported, "--from", tmp_path / "labels.csv").code == 0
    whole_s = timed("export", imported, "--out", tmp_path / "calm" / "data")
    calm = contents(tmp_path / "calm" / "data" / "images")
    killer = Killer(4, lambda: check_project(imported), whole_s)

    def one(number: int) -> None:
        out = tmp_path / f"round{number}" / "data"
        killer.check = lambda: appears_whole(imported, out)
        killer.through("export", imported, "--out", out)
        assert contents(out / "images") == calm
        assert [path.name for path in out.parent.iterdir()] == ["data"]
        shutil.rmtree(out.parent)

    rounds(killer, one)


def appears_whole(project: Path, out: Path) -> None:
    check_project(project)
    assert not out.exists() or (out / "checksums.txt").is_file()


def test_renewing_the_vaults_key(imported: Path) -> None:
    killer = Killer(5, lambda: check_project(imported), timed("vault", imported, "renew"))
    rounds(killer, lambda _number: killer.through("vault", imported, "renew"))
    check_project(imported)
