"""The conformance statement says what the program does: it is made from the same tables, and is up to date."""

import csv
import importlib.util
import json
from pathlib import Path

import pydicom
import pytest

import resources
from anonymizer.conformance import FILES
from anonymizer.conformance.words import LAYERS
from anonymizer.files.source import find_sources
from anonymizer.headers.marks import METHOD_CODES
from anonymizer.masking.deidentify import Settings, deidentify
from anonymizer.profiles.claims import dates_are, is_basic, options_in_effect
from anonymizer.profiles.iod import sop_classes
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.profile import load_profile, profile_names
from anonymizer.profiles.table import safe_private, standard_table
from tests.corpora import planted

DOCS = Path(__file__).parents[3] / "docs"


@pytest.fixture(scope="module")
def page():
    return (DOCS / "conformance.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", FILES)
def test_the_statement_is_what_the_tables_say_today(name):
    written = (DOCS / name).read_text(encoding="utf-8")
    assert written == FILES[name](), "run: python -m anonymizer.conformance docs"


def test_it_lists_every_attribute_option_layer_profile_and_object(page):
    table = standard_table()
    assert all(f"| ({tag >> 16:04X},{tag & 0xFFFF:04X}) |" in page for tag in table.attributes)
    assert all(option.keeps in page and option.code in page for option in OPTIONS)
    assert all(f"| {layer} |" in page for layer in LAYERS)
    assert all(load_profile(name).title in page for name in profile_names())
    assert all(f"| {uid} |" in page for uid in sop_classes())
    assert all(f"| {scheme} {code} |" in page for scheme, code in table.content_items)
    assert all(code in page for code, *_ in METHOD_CODES)
    with (DOCS / "conformance" / "private.csv").open(encoding="utf-8", newline="") as file:
        assert len(list(csv.reader(file))) == len(safe_private()) + 1


def test_every_layer_that_masking_notes_is_explained(tmp_path, settings_for):
    planted.write(tmp_path / "in")
    noted = set()
    for source in find_sources([tmp_path / "in"]):
        noted |= {
            change.layer for change in deidentify(source, tmp_path / "out", settings_for("research")).changes
        }
    assert {"table", "vr", "private", "harvest", "vocabulary"} <= noted <= set(LAYERS)


def test_a_reader_of_the_first_page_needs_no_jargon(page):
    first = page[: page.index("## Options")]
    assert len(first) > 2500
    assert not any(word in first for word in ("IOD", "SOP", "VR ", "HMAC", "E.1-1"))


def test_types_of_attributes_are_those_of_the_library_that_carries_the_standards_tables():
    pytest.importorskip("highdicom", reason="highdicom is installed for development only")
    script = resources.find("profiles", "make_iods.py")
    spec = importlib.util.spec_from_file_location("make_iods", script)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    made = module.tables()
    carried = json.loads(resources.find("profiles", "iods.json").read_text(encoding="utf-8"))
    assert made == carried


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("", ({"113100"}, "REMOVED")),
        ('options = ["modified_dates"]', ({"113100", "113107"}, "MODIFIED")),
        ('options = ["full_dates"]', ({"113100", "113106"}, "UNMODIFIED")),
        ('extends = "strict"\noptions = ["full_dates"]', ({"113100"}, "REMOVED")),  # none of them may stay
        ('[attributes]\nPatientAddress = "K"', (set(), "REMOVED")),
        ('[attributes]\nProtocolName = "X"', ({"113100"}, "REMOVED")),
        ('[attributes]\nStudyDate = "K"', (set(), "UNMODIFIED")),
        ('[attributes]\nStudyDate = "M"', (set(), "MODIFIED")),
        ('[attributes]\n"(0019,[ACME]0C)" = "K"', (set(), "REMOVED")),
        (
            'options = ["clean_descriptors"]\n[attributes]\nStudyDescription = "K"',
            ({"113100", "113105"}, "REMOVED"),
        ),
    ],
)
def test_an_instance_claims_no_more_than_was_done(tmp_path, key, text, claims):
    codes, dates = claims
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    profile = load_profile(str(path))
    assert dates_are(profile) == dates
    assert ({"113100"} if is_basic(profile) else set()) | {
        o.code for o in options_in_effect(profile)
    } == codes
    ds = planted.base(1)
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", Settings(profile, key, find_text=False, verify=False))
    masked = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert {item.CodeValue for item in masked.get("DeidentificationMethodCodeSequence", [])} == codes
    assert masked.LongitudinalTemporalInformationModified == dates
    assert ("Own decisions of the site" in masked.DeidentificationMethod) == ("[attributes]" in text)
