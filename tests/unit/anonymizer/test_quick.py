"""The short cut for regular files does what pydicom's way does: the same records, the same bytes."""

import random
import warnings

import pydicom
import pytest
from pydicom.dataset import Dataset

import anonymizer.masking.deidentify as module
from anonymizer.files.file_format import lenient
from anonymizer.files.slices import IrregularError
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from benchmarks.ct_series import make, make_enhanced
from resources import find
from tests.corpora import planted, planted_elsewhere
from tests.corpora.shipped import shipped

PROFILES = ("basic", "research", "teaching", "device-quality")


@pytest.fixture
def both(tmp_path, settings_for, monkeypatch):
    """Masks files in both ways, asserts that nothing differs; how many took the short cut."""

    def run(folder, profile="research"):
        sources = list(find_sources([folder]))
        settings = settings_for(profile)
        taken = []

        def counted(raw, run, quickly=module.mask_quickly):
            masked = quickly(raw, run)
            taken.append(masked)
            return masked

        def refused(_raw, _run):
            raise IrregularError

        results = []
        for way, function in (("quick", counted), ("thorough", refused)):
            monkeypatch.setattr(module, "mask_quickly", function)
            out = tmp_path / f"{profile} {way}"
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                records = [deidentify(source, out, settings, Layout.FLAT) for source in sources]
            results.append(
                [
                    (record, (out / record.new_path).read_bytes() if record.new_path else b"")
                    for record in records
                ]
            )
            monkeypatch.undo()
        for (record, body), (other, expected) in zip(*results, strict=True):
            assert record == other, record.path
            assert record.fragments == other.fragments
            assert body == expected, record.path
        return len(taken)

    return run


@pytest.mark.parametrize("profile", PROFILES)
def test_planted_instances_come_out_the_same(tmp_path, both, profile):
    folder = tmp_path / "in"
    planted.write(folder)
    for number, (kind, plant) in enumerate(planted_elsewhere.INSTANCES.items()):
        ds = planted.base(100 + number)
        with lenient():
            plant(ds)
            ds.save_as(folder / f"{kind}.dcm", enforce_file_format=True)
    assert both(folder, profile) >= 10


@pytest.mark.slow
def test_pydicoms_files_and_the_sample_come_out_the_same(tmp_path, both):
    folder = tmp_path / "in"
    folder.mkdir()
    paths = [path for path in shipped() if path.stat().st_size < 300_000]
    for number, path in enumerate([*paths, *find("sample", "instances").rglob("*.dcm")]):
        (folder / f"{number:04d}").write_bytes(path.read_bytes())
    assert both(folder) >= 20


def test_series_with_nested_and_private_elements_come_out_the_same(tmp_path, both):
    folder = tmp_path / "in"
    make(folder, 8, 16)
    make_enhanced(folder / "enhanced.dcm", frames=6, size=8)
    for profile in PROFILES:
        assert both(folder, profile) == 9


@pytest.mark.slow
def test_damaged_files_come_out_the_same(tmp_path, both):
    """Bytes changed at random: whatever is read from them is masked in the same way, or refused."""
    folder = tmp_path / "in"
    make(tmp_path / "whole", 1, 8)
    planted.write(tmp_path / "whole 2")
    rng = random.Random(1)
    folder.mkdir()
    wholes = [tmp_path / "whole" / "000000.dcm", *(tmp_path / "whole 2").glob("*.dcm")]
    for number in range(150):
        body = bytearray(rng.choice(wholes).read_bytes())
        for _ in range(rng.randrange(1, 4)):
            body[rng.randrange(132, len(body))] = rng.choice((0, 0xFF, 0x41, 0x5C, 0xE9, rng.randrange(256)))
        (folder / f"{number:03d}").write_bytes(bytes(body))
    assert both(folder) >= 30


def test_an_identity_that_a_number_spells_is_found(tmp_path, both):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, keyword in enumerate(("PatientName", "InstitutionName")):
        ds = planted.base(number)
        setattr(ds, keyword, "Quambletonix^Zorvinda")
        ds.RedPaletteColorLookupTableData = b"QUAMBLETONIX"
        ds.add_new(0x00189461, "FL", 1.5)
        ds.VectorGridData = b"quambletonix"
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    both(folder)
    for path in tmp_path.rglob("*.dcm"):
        if path.parent != folder:
            assert b"quambletonix" not in path.read_bytes().lower()


def test_pixels_inside_sequences_are_removed_in_both_ways(tmp_path, both):
    folder = tmp_path / "in"
    folder.mkdir()
    ds, inner = planted.base(1), Dataset()
    inner.ReferencedFrameNumber = "1"
    inner.add_new(0x7FE00010, "OB", b"QUAMBLETONIX")
    ds.SourceImageSequence = [inner]
    ds.save_as(folder / "0.dcm", enforce_file_format=True)
    assert both(folder) == 1


def test_overlays_are_removed_whole_with_and_without_a_character_set(tmp_path, both, settings_for):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, charset in enumerate(("", "ISO_IR 100")):
        ds = planted.base(number)
        if charset:
            ds.SpecificCharacterSet = charset
        ds.add_new(0x60000010, "US", 16)
        ds.add_new(0x60000011, "US", 16)
        ds.add_new(0x60000050, "SS", [1, 1])
        ds.add_new(0x60003000, "OW", bytes(32))
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    assert both(folder, "basic") == 2
    for source in find_sources([folder]):
        record = deidentify(source, tmp_path / "out", settings_for("basic"), Layout.FLAT)
        assert record.outcome is Outcome.MASKED
        masked = pydicom.dcmread(tmp_path / "out" / record.new_path)
        assert not [tag for tag in masked.keys() if tag.group == 0x6000]  # noqa: SIM118 - tags, undecoded


def test_items_that_name_a_character_set_of_their_own_come_out_the_same(tmp_path, both):
    folder = tmp_path / "in"
    folder.mkdir()
    for number, charset in enumerate(("", "ISO_IR 100")):
        ds = planted.base(number)
        if charset:
            ds.SpecificCharacterSet = charset
        inner = Dataset()
        inner.SpecificCharacterSet = "ISO_IR 192"
        inner.CodeMeaning = "Überweisung Quambletonix"
        ds.ProcedureCodeSequence = [inner]
        ds.save_as(folder / f"{number}.dcm", enforce_file_format=True)
    assert both(folder) >= 1
