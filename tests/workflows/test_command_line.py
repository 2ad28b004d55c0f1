"""The command line teaches, tells success from failure, and speaks to people as to programs."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.table import NAMES, commands
from tests.workflows.conftest import leadglass


def test_help_lists_every_command() -> None:
    shown = leadglass("--help")
    assert shown.code == 0
    assert all(name in shown.out for name in NAMES)
    assert "Exit codes" in shown.out


@pytest.mark.parametrize("name", NAMES)
def test_each_command_explains_itself(name: str) -> None:
    from app.cli.main import parser

    with pytest.raises(SystemExit) as ended:
        parser().parse_args([name, "--help"])
    assert ended.value.code == 0


def test_the_table_has_each_command_under_its_name() -> None:
    assert tuple(command.name for command in commands()) == NAMES


def test_the_program_starts_without_what_single_commands_need() -> None:
    probe = (
        "import sys; from app.cli.main import parser; parser(['window']);"
        "print(sorted({'sqlalchemy', 'pydicom', 'numpy', 'PySide6'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "arguments",
    [
        ("mask",),
        ("mask", "nowhere", "--out", "o"),
        ("no-such-command",),
        ("predict", "model"),
        ("label", "p.leadglass"),
        ("export", "p", "--out", "o", "--split", "0.5,0.6,0.1"),
    ],
)
def test_wrong_use_ends_with_code_2_and_says_what_is_wrong(
    arguments: tuple[str, ...], tmp_path: Path
) -> None:
    ended = leadglass(*arguments)
    assert ended.code == 2
    assert ended.err.strip()
    assert "Traceback" not in ended.err


def test_a_folder_that_is_no_project_is_named_with_a_remedy(tmp_path: Path) -> None:
    ended = leadglass("export", tmp_path, "--out", tmp_path / "o")
    assert ended.code == 1
    assert str(tmp_path) in ended.err
    assert "leadglass new" in ended.err


def test_output_inside_the_originals_is_refused(incoming: Path) -> None:
    ended = leadglass("mask", incoming, "--out", incoming / "masked")
    assert ended.code == 2
    assert not (incoming / "masked").exists()


def test_json_is_one_document_and_progress_lines_go_elsewhere(incoming: Path, tmp_path: Path) -> None:
    ended = leadglass(
        "mask", incoming, "--out", tmp_path / "o", "--headers-only", "--json", "--progress", "json"
    )
    assert ended.code == 0, ended.err
    assert ended.json["masked"] == 12
    lines = [json.loads(line) for line in ended.err.splitlines()]
    assert {line["event"] for line in lines} >= {"stage", "step", "item", "result"}
    stages = [line["title"] for line in lines if line["event"] == "stage"]
    assert stages[:3] == ["Looking for files", "Looking for identities", "Masking"]
    assert lines[-1]["event"] == "result"
    assert lines[-1]["exit"] == 0


def test_info_names_versions_and_places() -> None:
    ended = leadglass("info", "--json")
    assert ended.code == 0
    assert ended.json["parts"]["pydicom"]
    assert ended.json["notice"] == "Not for diagnostic use"
