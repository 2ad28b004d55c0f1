"""What the site's IT lays down holds in every command, and a file that is not understood stops the work."""

import json

import pytest

from app import policy
from app.cli.main import main
from app.cli.table import NAMES
from app.errors import PolicyError, SettingsError
from app.project import Project
from app.workflows import projects, vaults
from app.workflows.pixel_policy import with_policies
from app.workflows.site_words import answer_for_site, site_words


@pytest.fixture
def lay_down(tmp_path, monkeypatch):
    """Write a policy where IT would."""
    file = tmp_path / "site" / policy.NAME
    file.parent.mkdir()
    monkeypatch.setattr(policy, "policy_file", lambda: file)

    def write(text: str) -> None:
        file.write_text(text, encoding="utf-8")

    return write


def test_without_a_file_users_are_free(lay_down):
    assert policy.current() == policy.Policy()
    assert policy.current().sentences() == []


def test_no_variable_of_a_user_moves_the_file(monkeypatch, tmp_path):
    before = policy.policy_file()
    for name in ("LEADGLASS_CONFIG", "XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "PROGRAMDATA", "HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path))
    assert policy.policy_file() == before


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("masking.profile = 'basic'", "masking.profile"),
        ("[vault]\nprotections = ['word']", "vault.protections"),
        ("[vault]\npassphrase_length = 'long'", "vault.passphrase_length"),
        ("[folders]\nprojects = ['here']", "folders.projects"),
        ("[masking]\nprofiles = []", "masking.profiles"),
        ("[features]\noff = ['trainning']", "features.off"),
        ("[catalogue]\nencryption = 'yes'", "catalogue.encryption"),
        ("[masking", "leadglass.toml"),
    ],
)
def test_a_file_that_is_not_understood_stops_every_command(lay_down, capsys, text, named):
    lay_down(text)
    with pytest.raises(SettingsError, match=named.replace(".", r"\.")):
        policy.current()
    assert main(["info"]) == 1
    assert named in capsys.readouterr().err


def test_profiles_options_protection_and_place_of_projects(lay_down, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("LEADGLASS_PASSPHRASE", "seven grey herons wade home")
    lay_down(
        f"""
contact = "Ask the desk, 4711."
[masking]
profiles = ["research"]
options = ["retain-uids"]
[vault]
protections = ["passphrase"]
passphrase_length = 20
[folders]
projects = [{json.dumps(str(tmp_path / "projects"))}]
"""
    )
    good = tmp_path / "projects" / "a.leadglass"
    for arguments, word in (
        ([str(tmp_path / "b.leadglass")], "Projects are made under"),
        ([str(good), "--profile", "basic"], "profile “basic”"),
        ([str(good), "--option", "retain-institution-identity"], "retain-institution-identity"),
        ([str(good), "--protect", "key file"], "key file"),
    ):
        assert main(["new", *arguments]) == 1
        told = capsys.readouterr().err
        assert word in told
        assert policy.SET_BY_IT in told
        assert "4711" in told
    good.parent.mkdir()
    assert main(["new", str(good)]) == 0
    made = Project.open(good)
    assert (made.profile, made.protection) == ("research", "passphrase")


def test_a_short_passphrase_is_refused_also_when_it_is_changed(lay_down, tmp_path):
    folder = tmp_path / "a.leadglass"
    project = projects.create_project(folder)
    lay_down("[vault]\nprotections = ['passphrase']\npassphrase_length = 40")
    with (
        projects.unlock(project) as vault,
        pytest.raises(PolicyError, match="at least 40 characters"),
    ):
        vaults.protect(project, vault, "passphrase", "seven grey herons wade home")


def test_a_project_from_elsewhere_masks_no_more_where_its_profile_is_not_allowed(lay_down, tmp_path, capsys):
    folder = tmp_path / "a.leadglass"
    projects.create_project(folder, profile="research")
    lay_down("[masking]\nprofiles = ['basic']")
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "x.dcm").write_bytes(b"x")
    assert main(["import", str(folder), str(tmp_path / "in")]) == 1
    assert "profile “research”" in capsys.readouterr().err


def test_what_is_written_for_others_stays_under_its_folders(lay_down, tmp_path, capsys):
    folder = tmp_path / "a.leadglass"
    projects.create_project(folder)
    lay_down(f"[folders]\noutput = [{json.dumps(str(tmp_path / 'out'))}]")
    (tmp_path / "in").mkdir()
    assert main(["export", str(folder), "--out", str(tmp_path / "elsewhere")]) == 1
    assert main(["mask", str(tmp_path / "in"), "--out", str(tmp_path / "out" / ".." / "elsewhere")]) == 1
    assert capsys.readouterr().err.count("written under") == 2
    assert not (tmp_path / "elsewhere").exists()


def test_features_are_switched_off_by_command_and_inside(lay_down, tmp_path, capsys):
    project = projects.create_project(tmp_path / "a.leadglass")
    lay_down(f"[features]\noff = {json.dumps(list(policy.FEATURES))}")
    for line in (
        ["train", "d", "--out", "m"],
        ["mask", "x", "--out", "y"],
        ["predict", "m", "d"],
        ["tensorboard", "m"],
    ):
        assert main(line) == 1
        assert "switched off here" in capsys.readouterr().err
    with projects.unlock(project) as vault:
        for work in (
            lambda: vaults.export_list(project, vault, tmp_path / "who.csv"),
            lambda: vaults.forget_patients(project, vault, ["P"]),
            lambda: vaults.forget_everyone(project, vault),
        ):
            with pytest.raises(PolicyError):
                work()
    assert not (tmp_path / "who.csv").exists()


def test_commands_of_features_exist():
    assert {name for names in policy.FEATURES.values() for name in names} <= set(NAMES)


def test_own_words_keep_nothing_readable_where_they_are_off(lay_down):
    from anonymizer import WordAnswer, load_profile

    answer_for_site("Lighthouse", WordAnswer.KEEP)
    answer_for_site("Sternwarte", WordAnswer.MASK)
    lay_down("[features]\noff = ['own words', 'own pixel settings']")
    words = site_words()
    assert not words.keep
    assert words.mask
    with pytest.raises(PolicyError):
        answer_for_site("Beacon", WordAnswer.KEEP)
    with_policies(load_profile())
    with pytest.raises(PolicyError):
        with_policies(load_profile(), {"mask_all": False})


def test_only_listed_readers_label(lay_down, tmp_path, capsys):
    project = projects.create_project(tmp_path / "a.leadglass")
    lay_down("[readers]\nnames = ['Dr. Vale']")
    line = ["label", str(project.folder), "--set", "normal", "2.25.1", "--reader"]
    assert main([*line, "Dr. Moor"]) == 1
    assert "not among the readers" in capsys.readouterr().err
    main([*line, "Dr. Vale"])
    assert "not among the readers" not in capsys.readouterr().err


@pytest.mark.parametrize(
    ("most", "wanted", "minutes"), [(0, 0, 0), (0, 30, 30), (10, 0, 10), (10, 30, 10), (10, 5, 5)]
)
def test_idle_minutes(most, wanted, minutes):
    assert policy.Policy(lock_minutes=most).lock_after(wanted) == minutes
