"""A project whose catalogue is encrypted, as a site uses it: the whole line, the passphrase, conversion, kills."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from app.cli.main import main
from app.policy import Policy
from app.program import command
from app.project import Project
from app.settings import CATALOGUE_KEY_VARIABLE, PASSPHRASE_VARIABLE
from app.workflows import encryption, projects
from labeller import NewInstance, back_up
from tests.workflows.conftest import leadglass

WORDS = "mossy lantern quartet river"
CLASS = "quellwortopathy"


def run(*arguments: object) -> int:
    return main([*map(str, arguments), "--progress", "none"])


def filled(project: Project) -> None:
    with project.catalogue() as catalogue:
        catalogue.add_class(CLASS)
        catalogue.add_instances([_instance(n) for n in range(30)])
        catalogue.set_label([f"2.25.{n}" for n in range(20)], CLASS, reader="A", means="key")
        catalogue.set_label(["2.25.3"], None, reader="A", means="key")


def _instance(number: int) -> NewInstance:
    return NewInstance(
        sop_instance_uid=f"2.25.{number}",
        file=f"2.25.{number}.dcm",
        patient=f"LGQUELL{number // 2:04}",
        study=f"2.25.8{number // 2}",
        series=f"2.25.9{number // 2}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.1.1",
        grade="pass",
    )


def told(folder: Path) -> object:
    project = projects.with_catalogue_key(Project.open(folder))
    with project.catalogue() as catalogue:
        return catalogue.instances(), catalogue.events()


DATABASES = ("vault.sqlite", "thumbnails.sqlite", "fingerprints.sqlite")
"""The vault seals each entry; the caches tell what the masked images beside them show, and no label."""


def in_clear(folder: Path) -> list[Path]:
    """Files in which a label, a pseudonym of `filled` or a database but these can be read without a key."""
    found = []
    for file in folder.rglob("*"):
        if file.is_file():
            header = () if file.name in DATABASES else (b"SQLite format",)
            content = file.read_bytes()
            if any(trace in content for trace in (*header, CLASS.encode(), b"LGQUELL")):
                found.append(file)
    return found


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    project = projects.create_project(tmp_path / "knees.leadglass")
    filled(project)
    back_up(project.catalogue_file, project.backups, day="2026-03-01")
    return project.folder


def test_the_whole_line_with_a_passphrase_and_nothing_without(sample: Path, tmp_path: Path) -> None:
    folder, labels = tmp_path / "knees.leadglass", tmp_path / "labels.csv"
    opens = {PASSPHRASE_VARIABLE: WORDS}
    made = leadglass("new", folder, "--protect", "passphrase", "--encrypt", "--json", **opens)
    assert made.json["encrypted"]
    assert not (folder / "catalogue.sqlite").exists()
    originals = sample / "instances" / "Bergstrand_Annika"
    imported = leadglass("import", folder, originals, "--json", **opens).json
    assert imported["masked"] == 2
    project = Project.open(folder)
    uids = sorted(file.stem for file in project.instances.glob("*.dcm"))
    first = leadglass("label", folder, "--set", CLASS, "--reader", "A", *uids, **opens)
    assert first.code == 0, first.err
    assert leadglass("label", folder, "--to", labels, **opens).code == 0
    assert CLASS in labels.read_text(encoding="utf-8")
    out = tmp_path / "dataset"
    exported = leadglass("export", folder, "--out", out, "--reader", "A", "--json", **opens)
    assert (out / "manifest.csv").read_text(encoding="utf-8").count(CLASS) >= 2, exported.err
    assert in_clear(folder) == []

    for environment, said in (
        ({}, "locked by a passphrase"),
        ({PASSPHRASE_VARIABLE: "wrong"}, "does not open"),
    ):
        refused = leadglass("label", folder, "--to", tmp_path / "none.csv", **environment)
        assert refused.code == 1
        assert said in refused.err
        assert not (tmp_path / "none.csv").exists()
    locked, open_one = (
        leadglass("report", "--project", folder),
        leadglass("report", "--project", folder, **opens),
    )
    assert "not opened: the vault is locked" in locked.out, locked.err
    assert "locked by a passphrase" in locked.err
    assert "rows of instance: 2" in open_one.out, open_one.out + open_one.err


def test_a_job_of_the_window_gets_the_key_and_no_more(tmp_path: Path) -> None:
    project = projects.create_project(
        tmp_path / "knees.leadglass", protection="passphrase", passphrase=WORDS, encrypted=True
    )
    filled(project)
    handed = projects.hand_over(project)
    assert list(handed) == [CATALOGUE_KEY_VARIABLE]
    assert leadglass("review", project.folder, **handed).code == 0
    assert leadglass("vault", project.folder, "info", **handed).code == 1  # identities stay shut
    other = projects.create_project(
        tmp_path / "b.leadglass", protection="passphrase", passphrase=WORDS, encrypted=True
    )
    assert "locked by a passphrase" in leadglass("review", other.folder, **handed).err
    assert handed[CATALOGUE_KEY_VARIABLE].rpartition(":")[2] not in repr(project)


def test_labels_are_seen_after_another_passphrase_a_renewed_key_and_the_recovery_sheet(
    plain: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import re

    before = told(plain)
    assert run("vault", plain, "encrypt") == 0
    assert run("vault", plain, "renew") == 0
    assert run("vault", plain, "recovery-sheet", tmp_path / "sheet.txt") == 0
    monkeypatch.setenv("LEADGLASS_NEW_PASSPHRASE", WORDS)
    assert run("vault", plain, "protect", "passphrase") == 0
    monkeypatch.setenv(PASSPHRASE_VARIABLE, WORDS)
    assert told(plain) == before
    monkeypatch.delenv(PASSPHRASE_VARIABLE)
    text = (tmp_path / "sheet.txt").read_text(encoding="utf-8")
    monkeypatch.setenv("LEADGLASS_RECOVERY_CODE", "-".join(re.findall(r"\b[A-Z2-7]{4}\b", text)))
    assert run("vault", plain, "recover", "key", "file") == 0
    assert told(plain) == before
    assert run("vault", plain, "forget", "--everyone", "--yes") == 0
    assert told(plain) == before  # labels are nobody's identity


def test_encrypted_and_back_on_the_command_line(plain: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before, settings = told(plain), (plain / "project.toml").read_bytes()
    assert len(in_clear(plain)) == 2
    assert run("vault", plain, "encrypt") == 0
    assert "recovery sheet" in capsys.readouterr().out
    assert in_clear(plain) == []
    assert told(plain) == before
    assert run("vault", plain, "encrypt") == 2
    assert run("vault", plain, "decrypt") == 0
    assert run("vault", plain, "decrypt") == 2
    assert told(plain) == before
    assert len(in_clear(plain)) == 2
    assert (plain / "project.toml").read_bytes() == settings  # an earlier version of the program opens it
    assert run("audit", "verify", plain) == 0


def test_an_earlier_version_is_told_that_it_is_too_old(plain: Path) -> None:
    assert "version = 1\n" in (plain / "project.toml").read_text(encoding="utf-8")
    assert run("vault", plain, "encrypt") == 0
    assert "version = 2\n" in (plain / "project.toml").read_text(encoding="utf-8")


def test_a_vault_of_another_project_opens_no_label(
    plain: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("vault", plain, "encrypt") == 0
    with projects.unlock(Project.open(plain)) as vault:
        vault.catalogue_secret.drop()
    assert run("review", plain) == 1
    assert "does not hold the key" in capsys.readouterr().err
    with projects.unlock(Project.open(plain)) as vault:
        vault.catalogue_secret.make()
    assert run("review", plain) == 1
    told_then = capsys.readouterr().err
    assert "belongs to another vault" in told_then
    assert "catalogue and vault together" in told_then


@pytest.mark.parametrize(("rule", "option"), [("required", "--no-encrypt"), ("forbidden", "--encrypt")])
def test_what_it_lays_down_is_the_default_and_cannot_be_chosen_otherwise(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    *,
    rule: str,
    option: str,
) -> None:
    monkeypatch.setattr("app.policy.current", lambda: Policy(encryption=rule))
    assert run("new", tmp_path / "a.leadglass", option) == 1
    assert "Set by your hospital's IT" in capsys.readouterr().err
    assert not (tmp_path / "a.leadglass").exists()
    assert run("new", tmp_path / "a.leadglass") == 0
    assert Project.open(tmp_path / "a.leadglass").encrypted == (rule == "required")
    assert run("vault", tmp_path / "a.leadglass", "decrypt" if rule == "required" else "encrypt") == 1


STEPS = ("copied", "put in force", "cleared away")


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("way", ["encrypt", "decrypt"])
def test_whenever_it_is_killed_one_whole_catalogue_is_in_force_and_the_command_goes_on(
    plain: Path, step: str, way: str
) -> None:
    before = told(plain)
    if way == "decrypt":
        assert run("vault", plain, "encrypt") == 0
    script = f"""
import os, sys
from app.cli.main import main
from app.project import Project
from labeller import conversion
save, make, one_copy = Project.save, conversion._make, conversion._convert_copy
def die(*_): os._exit(9)
def saved(self): save(self); die()
if {step!r} == "copied": Project.save = die
if {step!r} == "put in force": Project.save = saved
if {step!r} == "cleared away": conversion._convert_copy = die
main(["vault", sys.argv[1], {way!r}, "--progress", "none"])
"""
    assert subprocess.run([sys.executable, "-c", script, str(plain)], check=False).returncode == 9
    assert told(plain) == before
    assert run("vault", plain, way) == 0
    assert told(plain) == before
    assert run("vault", plain, way) == 2  # nothing is left to do
    left = {file.suffix for file in plain.rglob("catalogue*")}
    assert left == {".sqlcipher" if way == "encrypt" else ".sqlite"}
    assert (in_clear(plain) == []) == (way == "encrypt")


def test_what_a_killed_encryption_left_goes_when_the_window_looks_after_the_catalogue(plain: Path) -> None:
    project = Project.open(plain)
    kept = project.catalogue_file.read_bytes()
    with projects.unlock(project) as vault:
        done = encryption.encrypt(project, vault).project
    project.catalogue_file.write_bytes(kept)
    (project.backups / "catalogue-2026-03-02.sqlite").write_bytes(kept)
    encryption.finish(done)
    assert in_clear(plain) == []
    assert {file.name for file in project.backups.iterdir()} == {
        "catalogue-2026-03-01.sqlcipher",
        "catalogue-2026-03-02.sqlcipher",
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it is killed with a POSIX signal")
def test_killed_at_moments_of_all_kinds(plain: Path) -> None:
    """LEADGLASS_KILLS says how often."""
    before, way = told(plain), "encrypt"
    for kill in range(int(os.environ.get("LEADGLASS_KILLS", "40"))):
        child = subprocess.Popen(command("vault", str(plain), way), stderr=subprocess.DEVNULL)
        time.sleep(0.15 + (kill * 0.037) % 1.0)
        child.send_signal(signal.SIGKILL)
        child.wait()
        assert told(plain) == before, kill
        if kill % 4 == 3:
            way = "decrypt" if way == "encrypt" else "encrypt"
