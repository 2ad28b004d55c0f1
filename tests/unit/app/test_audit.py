"""The audit trail: what was changed, removed or cut shows, and a crash at any moment does no harm."""

import ast
import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from app import audit
from app.audit.seal import FILE, TrailKey

ROOT = Path(__file__).parents[3]
KEY = bytes(range(32))


def lines(trail: Path) -> list[dict]:
    return [json.loads(line) for line in trail.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def trail(tmp_path: Path) -> Path:
    """A sealed trail of five lines, the first of which says that the sealing began."""
    file = tmp_path / "audit.jsonl"
    audit.begin_seal(file, lambda _line: KEY)
    for number in range(4):
        audit.append(file, "imported", masked=number)
    return file


def judged(trail: Path, *keys: TrailKey, **heads: audit.Head) -> audit.Verdict:
    return audit.judge(trail, keys or [TrailKey(1, KEY)], heads)


def rechained(entries: list[dict]) -> str:
    """What somebody without the key can write: a chain that fits, and no seal that does."""
    from app.audit.lines import START, hash_of

    previous, out = START, []
    for entry in entries:
        entry["previous"] = previous
        entry["hash"] = previous = hash_of(entry)
        out.append(json.dumps(entry, ensure_ascii=False) + "\n")
    return "".join(out)


def test_a_trail_that_nobody_touched_is_whole(trail: Path) -> None:
    verdict = judged(trail)
    assert (verdict.whole, verdict.lines, verdict.sealed, verdict.notes) == (True, 5, 5, [])
    assert [line["masked"] for line in lines(trail)[1:]] == [0, 1, 2, 3]
    assert all(line["account"] and line["event"] for line in lines(trail))
    assert audit.broken_at(trail) is None


def test_a_changed_line_is_named(trail: Path) -> None:
    trail.write_text(
        trail.read_text(encoding="utf-8").replace('"masked": 1', '"masked": 7'), encoding="utf-8"
    )
    assert audit.broken_at(trail) == 3
    assert judged(trail).broken == 3


def test_a_line_changed_with_the_whole_chain_shows_by_its_seal(trail: Path) -> None:
    entries = lines(trail)
    entries[2]["masked"] = 7
    trail.write_text(rechained(entries), encoding="utf-8")
    assert audit.broken_at(trail) is None  # the chain alone can be written anew
    verdict = judged(trail)
    assert verdict.broken == 3
    assert "The seal of line 3 is wrong." in verdict.problems


def test_a_removed_line_shows(trail: Path) -> None:
    entries = lines(trail)
    del entries[2]
    trail.write_text(rechained(entries), encoding="utf-8")
    assert audit.broken_at(trail) == 3


@pytest.mark.parametrize("left", [4, 2, 0])
def test_a_cut_tail_shows_by_the_key_of_the_next_line_and_stays_to_be_seen(trail: Path, left: int) -> None:
    content = trail.read_text(encoding="utf-8").splitlines(keepends=True)
    trail.write_text("".join(content[:left]), encoding="utf-8")
    assert f"The last {5 - left} lines are missing: the trail was cut." in judged(trail).problems
    audit.append(trail, "exported")
    assert judged(trail).broken == left + 1
    assert audit.broken_at(trail) == left + 1


def test_a_cut_tail_without_the_key_of_the_next_line_shows_too(trail: Path) -> None:
    content = trail.read_text(encoding="utf-8").splitlines(keepends=True)
    trail.write_text("".join(content[:3]), encoding="utf-8")
    trail.with_name(FILE).unlink()
    assert not judged(trail).whole
    later = []
    audit.begin_seal(trail, lambda line: later.append(line) or b"\1" * 32)
    assert later == [4]
    verdict = judged(trail, TrailKey(1, KEY), TrailKey(4, b"\1" * 32))
    assert verdict.problems == ["The seal was lost before line 4 and begun anew there."]
    assert verdict.sealed == 4


def test_an_old_key_put_back_with_an_old_trail_shows_by_a_data_set(trail: Path) -> None:
    before = trail.read_bytes(), trail.with_name(FILE).read_bytes()
    audit.append(trail, "exported")
    known = audit.head(trail)
    trail.write_bytes(before[0])
    trail.with_name(FILE).write_bytes(before[1])
    assert judged(trail).whole  # nothing in the project itself can tell
    verdict = judged(trail, knees=known)
    assert not verdict.whole
    assert "“knees”" in verdict.problems[0]


def test_who_takes_the_key_of_the_next_line_cannot_seal_earlier_ones(trail: Path) -> None:
    stolen = TrailKey.beside(trail)
    assert stolen is not None
    entries = lines(trail)
    entries[1]["masked"] = 99
    forged = rechained(entries)
    entries = [json.loads(line) for line in forged.splitlines()]
    for entry in entries[1:]:
        entry["mac"] = stolen.mac(entry["hash"])
    trail.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    assert judged(trail).broken == 2


def test_an_unfinished_last_line_is_cut_off(trail: Path) -> None:
    with trail.open("ab") as stream:
        stream.write(b'{"at": "2026')
    audit.append(trail, "exported")
    assert lines(trail)[-1]["action"] == "exported"
    assert judged(trail).whole


def test_a_kill_between_a_line_and_its_key_does_no_harm(trail: Path) -> None:
    before = trail.with_name(FILE).read_bytes()
    audit.append(trail, "exported")
    trail.with_name(FILE).write_bytes(before)
    assert judged(trail).whole
    audit.append(trail, "exported")
    assert judged(trail).whole
    assert judged(trail).sealed == 7


def test_a_trail_of_an_earlier_version_is_sealed_from_its_next_line_on(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    old = [{"at": "2026-01-01T00:00:00+00:00", "action": "imported", "masked": n} for n in range(3)]
    trail.write_text(rechained(old), encoding="utf-8")
    audit.append(trail, "exported")
    audit.begin_seal(trail, lambda line: KEY)
    verdict = judged(trail, TrailKey(5, KEY))
    assert (verdict.whole, verdict.lines, verdict.sealed) == (True, 5, 1)
    assert verdict.notes[0].startswith("Lines 1 to 4")


def test_threads_and_processes_append_without_breaking_the_chain(trail: Path) -> None:
    program = "import sys, pathlib; from app import audit\n"
    program += "for n in range(40): audit.append(pathlib.Path(sys.argv[1]), 'other', number=n)"
    child = subprocess.Popen([sys.executable, "-c", program, str(trail)])
    with ThreadPoolExecutor(3) as threads:
        list(threads.map(lambda number: audit.append(trail, "mine", number=number), range(80)))
    assert child.wait(60) == 0
    assert judged(trail).sealed == 125


def test_a_line_is_added_to_a_long_trail_as_fast_as_to_a_short_one(tmp_path: Path) -> None:
    trail = tmp_path / "audit.jsonl"
    audit.append(trail, "imported")
    line = trail.read_bytes()
    trail.write_bytes(line * 400_000)  # 100 MB
    begun = time.monotonic()
    for _ in range(20):
        audit.append(trail, "imported")
    assert time.monotonic() - begun < 2
    assert lines_at_end(trail) == 21


def lines_at_end(trail: Path) -> int:
    with trail.open("rb") as stream:
        stream.seek(-600, 2)
        return int(json.loads(stream.read().splitlines()[-1])["line"])


def test_every_action_that_the_program_records_has_its_audit_message() -> None:
    recorded = set()
    for file in (ROOT / "app").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".record") and node.args:
                recorded |= {
                    each.value for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and isinstance(each.value, str)
                }  # fmt: skip
    assert len(recorded) > 20
    assert recorded <= set(audit.EVENTS)


def test_the_collector_gets_dicom_audit_messages(trail: Path) -> None:
    audit.append(trail, "vault searched", by="any", patients=2)
    (last,) = audit.collected(trail, "xml", after=5)
    message = fromstring(last)
    event = message.find("EventIdentification/EventID")
    assert event is not None
    assert event.attrib == {"csd-code": "110112", "codeSystemName": "DCM", "originalText": "Query"}
    assert message.find("ActiveParticipant").attrib["UserID"]
    assert len(list(audit.collected(trail, "xml"))) == 6
    (syslog,) = audit.collected(trail, "syslog", after=5)
    assert syslog.startswith("<109>1 20")
    assert syslog.split("\ufeff")[1] == last
    assert list(audit.collected(trail, "jsonl", after=5)) == [trail.read_text("utf-8").splitlines()[-1]]
