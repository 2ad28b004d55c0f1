import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest

from anonymizer.batches.batch import mask_batch
from anonymizer.batches.journal import FILE_NAME, Journal
from anonymizer.batches.pool import Limits, Pool
from anonymizer.batches.turns import sop_uid_of
from anonymizer.errors import WriteError
from anonymizer.files.source import Source, find_sources
from anonymizer.masking.deidentify import Layout
from anonymizer.report import Outcome
from tests.corpora import planted


@dataclass
class Misbehaving:
    """A task whose files kill, hang, panic or exhaust their worker."""

    folder: Path

    def work(self, source):
        count = self.folder / f"{source.path}.tries"
        count.write_text(f"{int(count.read_text()) + 1 if count.exists() else 1}")
        if source.path == "dies" or (source.path == "dies once" and count.read_text() == "1"):
            os._exit(134)
        if source.path == "hangs":
            time.sleep(60)
        if source.path == "panics":
            raise BaseException("a decoder's panic with a name in it")
        if source.path == "hungry":
            raise MemoryError
        if source.path == "hungry in a library":
            raise RuntimeError(
                "alloc.cpp:73: error: (-4:Insufficient memory) Failed to allocate 1024000000 bytes"
            )
        return f"{source.path} done"

    def failure(self, source, reason, *, crashed):
        return f"{source.path} lost: {reason} {crashed}"


def test_a_bad_file_costs_one_file(tmp_path):
    names = [
        "good 1",
        "dies",
        "good 2",
        "hangs",
        "dies once",
        "panics",
        "hungry",
        "hungry in a library",
        "good 3",
    ]
    sources = [Source(name, Path(name)) for name in names]
    with Pool(Misbehaving(tmp_path), workers=2, limits=Limits(seconds=3)) as pool:
        results = sorted(pool.run(iter(sources), lambda: False))
    assert len(results) == len(names)
    for name in ("good 1", "good 2", "good 3", "dies once"):
        assert f"{name} done" in results
    lost = {result.split(" lost:")[0]: result for result in results if "lost" in result}
    assert set(lost) == {"dies", "hangs", "panics", "hungry", "hungry in a library"}
    assert lost["hungry in a library"].endswith("more memory than is allowed. False")
    assert (tmp_path / "dies.tries").read_text() == "2"
    assert "name in it" not in lost["panics"]


def test_a_bad_file_costs_no_other_that_its_worker_had_ahead(tmp_path):
    names = [f"good {number}" for number in range(40)]
    names[20:20] = ["dies"]
    with Pool(Misbehaving(tmp_path), workers=1, limits=None) as pool:
        results = list(pool.run((Source(name, Path(name)) for name in names), lambda: False))
    assert sorted(r for r in results if "done" in r) == sorted(f"{n} done" for n in names if n != "dies")
    assert {path.read_text() for path in tmp_path.glob("good*")} == {"1"}
    assert (tmp_path / "dies.tries").read_text() == "2"


def _but_the_journal(_folder: str, names: list[str]) -> set[str]:
    return set(names) - {FILE_NAME}


def test_whoever_sees_a_record_finds_it_in_the_journal(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    out, settings, seen = tmp_path / "out", settings_for("research"), []
    sources = list(find_sources([tmp_path / "in"]))
    with Journal.open(out, settings) as journal:
        for record in journal.noted(mask_batch(journal.pending(sources), out, settings, workers=1)):
            seen.append(record)
            left = Path(shutil.copytree(out, tmp_path / f"after a kill {len(seen)}", ignore=_but_the_journal))
            with Journal.open(left, settings) as after_a_kill:
                found = {each.path: each for each in after_a_kill.finished(sources)}
            assert all(found[each.path].as_json() == each.as_json() for each in seen)
    lists = [line for line in (out / FILE_NAME).read_text("utf-8").splitlines() if line.startswith('{"list"')]
    assert len(lists) == len({record.changes for record in seen})


def test_two_runs_do_not_mask_into_one_folder(tmp_path, settings_for):
    with Journal.open(tmp_path, settings_for("research")):
        (tmp_path / ".half-written.dcm.0a1b2c3d.part").write_bytes(b"the first run is writing this")
        with pytest.raises(WriteError, match="Another run"):
            Journal.open(tmp_path, settings_for("research"))
    assert (tmp_path / ".half-written.dcm.0a1b2c3d.part").exists()
    with Journal.open(tmp_path, settings_for("research")):
        assert not (tmp_path / ".half-written.dcm.0a1b2c3d.part").exists()


def test_cancelling_stops_promptly(tmp_path):
    sources = (Source("hangs", Path(f"{n}")) for n in range(1000))
    start = time.monotonic()
    with Pool(Misbehaving(tmp_path), workers=1, limits=None) as pool:
        assert list(pool.run(sources, lambda: time.monotonic() > start + 1.5)) == []
    assert time.monotonic() - start < 10


def test_batch_masks_everything_and_a_killed_run_goes_on(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    out, settings = tmp_path / "out", settings_for("research")
    sources = list(find_sources([tmp_path / "in"]))
    with Journal.open(out, settings) as journal:
        for number, record in enumerate(mask_batch(journal.pending(sources), out, settings, workers=1)):
            journal.add(record)
            if number == 4:
                break
    text = (out / FILE_NAME).read_text(encoding="utf-8")
    assert not any(identity in text for identity in planted.PLANTED)
    with (out / FILE_NAME).open("a", encoding="utf-8") as file:
        file.write('{"source": "half a li')
    (out / ".half-written.dcm.0a1b2c3d.part").write_bytes(b"half a fi")
    with Journal.open(out, settings) as journal:
        rest = []
        for record in mask_batch(journal.pending(sources), out, settings, workers=2):
            journal.add(record)
            rest.append(record)
        before = list(journal.finished(sources))
        assert {r.path for r in before} >= {s.path for s in sources} - {r.path for r in rest}
        assert len(rest) == len(sources) - 5
        assert sorted(r.path for r in journal.finished(sources)) == sorted(
            {s.path for s in sources} - {r.path for r in rest}
        )
        journal.complete()
    assert not (out / FILE_NAME).exists()
    outcomes = [record.outcome for record in rest + before]
    assert outcomes.count(Outcome.SKIPPED) == 1
    assert not list(out.rglob("*.part"))


def test_an_output_folder_that_cannot_be_written_ends_the_batch(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    (tmp_path / "out").write_text("a file is in the way", encoding="utf-8")
    with pytest.raises(WriteError):
        list(mask_batch(find_sources([tmp_path / "in"]), tmp_path / "out", settings_for(), workers=1))


@pytest.mark.slow
def test_which_of_two_instances_with_one_uid_is_written_does_not_depend_on_timing(tmp_path, settings_for):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, kvp, size in (("a big", "80", 900_000), ("b", "120", 0), ("c", "140", 0), ("d copy", "120", 0)):
        ds = planted.base(1)
        ds.KVP, ds.ImageComments = kvp, "chest " * (size // 6)  # the first takes longest
        ds.save_as(folder / name, enforce_file_format=True)
    for layout in Layout:
        for workers in (1, 2):
            out = tmp_path / f"{layout}{workers}"
            records = list(
                mask_batch(find_sources([folder]), out, settings_for(), workers=workers, layout=layout)
            )
            outcomes = {Path(record.path).name: record.outcome for record in records}
            assert outcomes.pop("a big") is Outcome.MASKED
            assert set(outcomes.values()) == {Outcome.QUARANTINED}
            assert len(outcomes) == 3
            (written,) = (path for path in out.rglob("*") if path.is_file())
            assert pydicom.dcmread(written).KVP == 80


@pytest.mark.parametrize("syntax", ["plain", "implicit", "big_endian", "deflated"])
def test_the_uid_is_seen_in_every_encoding(tmp_path, syntax):
    path = planted.write(tmp_path)[syntax]
    (source,) = find_sources([path])
    assert sop_uid_of(source) == pydicom.dcmread(path).SOPInstanceUID


def test_masking_again_with_other_settings_is_one_message(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    out = tmp_path / "out"
    assert list(mask_batch(find_sources([tmp_path / "in"]), out, settings_for(), workers=1))
    before = {path: path.read_bytes() for path in out.rglob("*.dcm")}
    with pytest.raises(WriteError, match="other settings") as caught:
        list(mask_batch(find_sources([tmp_path / "in"]), out, settings_for("basic"), workers=2))
    assert "another output folder" in caught.value.remedy
    assert {path: path.read_bytes() for path in out.rglob("*.dcm")} == before


def test_a_project_keeps_what_was_masked_with_other_settings_and_goes_on(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    out = tmp_path / "out"
    list(mask_batch(find_sources([tmp_path / "in"]), out, settings_for(), workers=1, layout=Layout.FLAT))
    before = {path: path.read_bytes() for path in out.rglob("*.dcm")}
    sources = list(find_sources([tmp_path / "in"]))
    again = list(mask_batch(sources, out, settings_for("basic"), workers=2, layout=Layout.FLAT))
    assert len(again) == len(sources)
    assert "other settings" in " ".join(record.reason for record in again)
    assert {path: path.read_bytes() for path in out.rglob("*.dcm")} == before
