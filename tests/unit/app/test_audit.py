"""The audit trail: a changed line shows, and a line that a killed process left unfinished does no harm."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from app import audit


def test_each_entry_continues_the_chain(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    for number in range(3):
        audit.append(trail, "imported", masked=number)
    assert [json.loads(line)["masked"] for line in trail.read_text(encoding="utf-8").splitlines()] == [
        0,
        1,
        2,
    ]
    assert audit.broken_at(trail) is None


def test_a_changed_line_is_named(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    for number in range(3):
        audit.append(trail, "imported", masked=number)
    trail.write_text(
        trail.read_text(encoding="utf-8").replace('"masked": 1', '"masked": 7'), encoding="utf-8"
    )
    assert audit.broken_at(trail) == 2


def test_an_unfinished_last_line_is_cut_off(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    audit.append(trail, "imported")
    with trail.open("ab") as stream:
        stream.write(b'{"at": "2026')
    audit.append(trail, "exported")
    assert [json.loads(line)["action"] for line in trail.read_text(encoding="utf-8").splitlines()] == [
        "imported",
        "exported",
    ]
    assert audit.broken_at(trail) is None


def test_threads_and_processes_append_without_breaking_the_chain(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    program = "import sys, pathlib; from app import audit\n"
    program += "for n in range(40): audit.append(pathlib.Path(sys.argv[1]), 'other', number=n)"
    child = subprocess.Popen([sys.executable, "-c", program, str(trail)])
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda number: audit.append(trail, "mine", number=number), range(80)))
    assert child.wait(60) == 0
    assert len(trail.read_text(encoding="utf-8").splitlines()) == 120
    assert audit.broken_at(trail) is None
