"""kill -9 at random moments, over each command that writes: nothing done is lost, and the end is the same."""

import os
import shutil
import time
from pathlib import Path

from app.project import Project
from tests.workflows.conftest import leadglass
from tests.workflows.killing import MARKS, Killer, check_project, contents, labels, new_project, rounds

pytestmark = MARKS


def test_masking_without_a_project(incoming: Path, tmp_path: Path, key: Path) -> None:
    def arguments(out: Path) -> tuple[object, ...]:
        return "mask", incoming, "--out", out, "--key", key, "--workers", "1", "--headers-only"

    begun = time.monotonic()
    assert leadglass(*arguments(tmp_path / "calm")).code == 0
    killer = Killer(1, lambda: None, whole_s=time.monotonic() - begun)

    def one(number: int) -> None:
        killer.through(*arguments(tmp_path / f"out{number}"))
        assert contents(tmp_path / f"out{number}") == contents(tmp_path / "calm")
        shutil.rmtree(tmp_path / f"out{number}")

    rounds(killer, one)


def test_import_into_a_project(incoming: Path, tmp_path: Path, key: Path) -> None:
    calm = new_project(tmp_path / "calm.leadglass", key)
    begun = time.monotonic()
    assert leadglass("import", calm, incoming).code == 0
    current = [calm]
    killer = Killer(2, lambda: check_project(current[0]), whole_s=time.monotonic() - begun)

    def one(number: int) -> None:
        current[0] = new_project(tmp_path / f"p{number}.leadglass", key)
        killer.through("import", current[0], incoming)
        for left in (current[0] / "instances").glob(".*.part"):
            os.utime(left, (time.time() - 3600,) * 2)  # so old that nobody can be writing it
        assert leadglass("import", current[0], incoming).code == 0  # which sweeps
        assert contents(current[0] / "instances") == contents(calm / "instances")
        with Project.open(current[0]).catalogue() as catalogue:
            assert catalogue.count() == 12
        shutil.rmtree(current[0])

    rounds(killer, one)


def test_labels_from_a_list(imported: Path, tmp_path: Path) -> None:
    killer = Killer(3, lambda: check_project(imported))

    def one(_number: int) -> None:
        before = labels(imported)
        killer.through("label", imported, "--from", tmp_path / "labels.csv")
        assert {uid: name for uid, name in labels(imported).items() if uid in before} == before
        assert len(labels(imported)) == 12

    rounds(killer, one)


def test_export(imported: Path, tmp_path: Path) -> None:
    assert leadglass("label", imported, "--from", tmp_path / "labels.csv").code == 0
    begun = time.monotonic()
    assert leadglass("export", imported, "--out", tmp_path / "calm" / "data").code == 0
    calm = contents(tmp_path / "calm" / "data" / "images")
    killer = Killer(4, lambda: check_project(imported), whole_s=time.monotonic() - begun)

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


def test_renewing_the_vaults_key(imported: Path, tmp_path: Path) -> None:
    killer = Killer(5, lambda: check_project(imported), whole_s=1.5)
    rounds(killer, lambda _number: killer.through("vault", imported, "renew"))
    check_project(imported)
