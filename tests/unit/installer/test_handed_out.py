"""A number that was handed out is not given to another source."""

import shutil
import subprocess
from pathlib import Path

import pytest

from installer.building.handed_out import check_number

pytestmark = pytest.mark.skipif(not shutil.which("git"), reason="needs git")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    git(tmp_path, "init", "-q")
    commit(tmp_path, "one")
    git(tmp_path, "tag", "v1.2.3")
    return tmp_path


def git(source: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "tag.gpgSign=false")
    subprocess.run(("git", "-C", str(source), *who, *arguments), check=True)


def commit(source: Path, text: str) -> None:
    (source / "rules").write_text(text, encoding="utf-8")
    git(source, "add", "rules")
    git(source, "commit", "-q", "--no-gpg-sign", "-m", text)


def test_the_source_that_was_handed_out_may_be_built_again(source: Path) -> None:
    check_number(source, "1.2.3")
    (source / "dist").mkdir()
    (source / "dist" / "package").touch()  # what is no part of the source
    check_number(source, "1.2.3")


def test_a_later_source_needs_a_new_number(source: Path) -> None:
    commit(source, "two")
    with pytest.raises(SystemExit, match="Raise “version”"):
        check_number(source, "1.2.3")
    check_number(source, "1.2.4")


def test_so_does_one_with_changes_that_are_not_committed(source: Path) -> None:
    (source / "rules").write_text("other", encoding="utf-8")
    with pytest.raises(SystemExit, match="another source"):
        check_number(source, "1.2.3")


def test_a_source_without_history_can_be_built(tmp_path: Path) -> None:
    check_number(tmp_path / "nowhere", "1.2.3")
