"""Thousands of damaged files: no traceback, no hang, and no output with an identity in it.

LEADGLASS_FUZZ says how many files the slow tests take, LEADGLASS_FUZZ_FROM which seed comes first.
"""

import os
import random
import time
import zlib
from pathlib import Path

import pydicom
import pytest

from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.key import SecretKey
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Grade, Outcome
from anonymizer.verification.inspection import Known, inspect
from tests.corpora import planted
from tests.fuzz.mutations import mutated

FEW, MANY = 200, int(os.environ.get("LEADGLASS_FUZZ", "4000"))
FIRST = int(os.environ.get("LEADGLASS_FUZZ_FROM", "0"))
SLOW = 20.0  # seconds for one small file: more is a hang
NAMES = tuple(
    text.lower().encode()
    for text in (planted.SURNAME, planted.GIVEN, planted.DOCTOR, planted.TOWN, planted.ACCESSION)
)
"""Identities that no number can be taken for: wherever damage puts them, nothing that is written may hold them.

Neither a grade nor a note makes up for one that is left: where a file cannot be cleared, it must not be written.
"""


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    planted.write(folder)
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".txt")
    return [path.read_bytes() for path in files]


def settings(profile):
    return Settings(load_profile(profile), SecretKey(bytes(range(32))), find_text=False)


def mask_damaged(seed, seeds, folder, how):
    """Mask one damaged file in this process and return what is wrong with the outcome, "" if nothing is."""
    path = folder / f"{seed}.dcm"
    path.write_bytes(mutated(seed, seeds))
    (source,) = find_sources([path])
    begun = time.monotonic()
    try:
        record = deidentify(source, folder / f"out{seed}", how, Layout.FLAT)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        return f"{type(error).__name__} in {error.__traceback__ and _place(error)}"
    if time.monotonic() - begun > SLOW:
        return "a hang"
    if record.outcome is Outcome.FAILED:
        return record.reason
    return _leak(folder / f"out{seed}" / record.new_path) if record.outcome is Outcome.MASKED else ""


def _place(error):
    trace = error.__traceback__
    while trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"


def _leak(path):
    raw = path.read_bytes()
    if b"1.2.840.10008.1.2.1.99\0" in raw[:400] or b"1.2.840.10008.1.2.1.99" in raw[:400]:
        raw += zlib.decompress(raw[144 + int.from_bytes(raw[140:144], "little") :], -15)
    with lenient():
        decoded = str(pydicom.dcmread(path)).lower().encode()
    held = [
        n.decode()
        for n in NAMES
        if n in raw.lower() or n in decoded or n.decode().encode("utf-16-le") in raw.lower()
    ]
    return f"an identity is left: {held}" if held else ""


def fuzz(seeds, folder, numbers, profile):
    how = settings(profile)
    found = {}
    for seed in numbers:
        if what := mask_damaged(seed, seeds, folder, how):
            found[seed] = what
    assert not found


def test_a_few_damaged_files_are_masked_or_kept_out(seeds, tmp_path):
    fuzz(seeds, tmp_path, range(FEW), "research")


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("profile", ["research", "basic"])
def test_thousands_of_damaged_files_are_masked_or_kept_out(seeds, tmp_path, profile):
    half = MANY // 2
    start = FIRST + 10_000 + (half if profile == "basic" else 0)
    fuzz(seeds, tmp_path, range(start, start + half), profile)


@pytest.fixture(scope="module")
def outputs(seeds, tmp_path_factory):
    """Clean output of every seed that can be masked."""
    folder = tmp_path_factory.mktemp("outputs")
    found = []
    for number, raw in enumerate(seeds):
        path = folder / f"{number}.dcm"
        path.write_bytes(raw)
        (source,) = find_sources([path])
        record = deidentify(source, folder / "out" / str(number), settings("research"), Layout.FLAT)
        if record.outcome is Outcome.MASKED:
            found.append((folder / "out" / str(number) / record.new_path).read_bytes())
    return found


def inspect_damaged(numbers, outputs):
    known = Known(Harvest())
    for seed in numbers:
        raw, begun = mutated(seed, outputs), time.monotonic()
        inspect(raw, "a.dcm", known)
        assert time.monotonic() - begun < SLOW, seed


def plant_anywhere(numbers, outputs):
    """A name over any bytes of clean output must not pass, whatever it destroys."""
    harvest = Harvest()
    harvest.add_name(planted.SURNAME)
    known, name = Known(harvest), planted.SURNAME.encode()
    passed = []
    for seed in numbers:
        generator = random.Random(seed)
        raw = generator.choice(outputs)
        if b"1.2.840.10008.1.2.1.99" in raw[:400]:
            continue  # what stands in compressed bytes is no text
        at = generator.randrange(len(raw) - len(name))
        changed = raw[:at] + name + raw[at + (len(name) if generator.random() < 0.8 else 0) :]
        if inspect(changed, "a.dcm", known).grade is Grade.PASS:
            passed.append((seed, at))
    assert not passed


def test_the_verifier_bears_damaged_files(outputs):
    inspect_damaged(range(FEW), outputs)


def test_a_name_anywhere_in_a_file_never_passes(outputs):
    plant_anywhere(range(FEW * 3), outputs)


@pytest.mark.slow
def test_the_verifier_bears_thousands_of_damaged_files(outputs):
    inspect_damaged(range(FIRST, FIRST + 4 * MANY), outputs)
    plant_anywhere(range(FIRST, FIRST + 4 * MANY), outputs)
