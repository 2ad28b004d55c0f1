"""Profiles are listed, explained and copied; what undoes itself is said before a run."""

from pathlib import Path

from anonymizer import profile_names
from tests.workflows.conftest import leadglass, radiograph


def test_profiles_are_listed_explained_and_copied(tmp_path: Path) -> None:
    listed = leadglass("profiles")
    assert all(name in listed.out for name in profile_names())
    assert "Its price:" in leadglass("profiles", "research").out
    copy = tmp_path / "our-site.toml"
    assert leadglass("profiles", "strict", "--copy", copy).code == 0
    assert "Only " in leadglass("profiles", copy).out
    again = leadglass("profiles", "research", "--copy", copy)
    assert again.code == 2
    assert "nothing was overwritten" in again.err
    assert "strict" in copy.read_text(encoding="utf-8")


def test_warnings_come_before_the_run(tmp_path: Path) -> None:
    source = radiograph(tmp_path, 1, patient=1)
    done = leadglass(
        "mask", source, "--out", tmp_path / "out", "--option", "retain-uids", "--headers-only",
        "--key", tmp_path / "key", "--progress", "json",
    )  # fmt: skip
    lines = done.out.splitlines()
    warned = next(n for n, line in enumerate(lines) if "finds the patient by them" in line)
    began = next(n for n, line in enumerate(lines) if '"file"' in line)
    assert warned < began
