"""Canaries planted into clean output must all be found; harmless changes must not be."""

from pathlib import Path

import pydicom
import pytest
from pydicom.uid import UID

from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.key import SecretKey
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Grade, Outcome
from anonymizer.verification.inspection import Known, inspect
from anonymizer.words.dates import spellings
from tests.corpora import planted

NAME = "clean.dcm"
EXPLICIT = "1.2.840.10008.1.2.1"
SYNTAXES = {
    "explicit": EXPLICIT,
    "implicit": "1.2.840.10008.1.2",
    "big endian": "1.2.840.10008.1.2.2",
    "deflated": "1.2.840.10008.1.2.1.99",
}


@pytest.fixture(scope="module")
def known():
    harvest = Harvest()
    harvest.add_name(f"{planted.SURNAME}^{planted.GIVEN}")
    harvest.add_name("Böswümme^Ümit=김^희중")
    harvest.add_code(planted.PATIENT_ID)
    harvest.add_code(planted.ACCESSION)
    harvest.add_spellings(spellings(planted.BIRTH))
    harvest.uids.add(f"{planted.ROOT}.1.1")
    return Known(harvest)


@pytest.fixture(scope="module")
def clean_in(tmp_path_factory):
    """The bytes of a masked instance in every syntax, from which every canary starts."""
    settings = Settings(load_profile("research"), SecretKey(bytes(range(32))), find_text=False)
    found = {}
    for name, syntax in SYNTAXES.items():
        folder = tmp_path_factory.mktemp("clean")
        ds, uid = planted.base(1), UID(syntax)
        ds.file_meta.TransferSyntaxUID = uid
        ds.set_original_encoding(uid.is_implicit_VR, uid.is_little_endian)
        ds.save_as(folder / "in.dcm", enforce_file_format=True)
        (source,) = find_sources([folder / "in.dcm"])
        record = deidentify(source, folder / "out", settings, Layout.FLAT)
        assert record.grade is Grade.REVIEW  # its pixels were not examined
        found[name] = (folder / "out" / record.new_path).read_bytes()
    return found


@pytest.fixture
def clean(clean_in):
    return clean_in["explicit"]


def dataset(raw):
    return pydicom.dcmread(pydicom.filebase.DicomBytesIO(raw))


def written(ds):
    buffer = pydicom.filebase.DicomBytesIO()
    with lenient():
        pydicom.dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def kinds(raw, known, name=NAME):
    return {finding.kind for finding in inspect(raw, name, known).findings}


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_clean_output_passes_in_every_syntax(clean_in, known, syntax):
    verdict = inspect(clean_in[syntax], NAME, known)
    assert verdict.grade is Grade.PASS, verdict.findings


def test_what_is_blocked_is_not_written_and_the_reason_names_no_value(tmp_path, settings_for, monkeypatch):
    """A masker that forgets an attribute is caught by the verifier, which shares no rule with it."""
    from anonymizer.headers.header import HeaderMasker

    original = HeaderMasker._public

    def forgetful(self, ds, tag, *rest, **more):
        if tag != 0x00081070:
            original(self, ds, tag, *rest, **more)

    monkeypatch.setattr(HeaderMasker, "_public", forgetful)
    ds = planted.base(1)
    ds.OperatorsName = "Nobodyelse^Knows"
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    monkeypatch.setattr("anonymizer.masking.thorough.residue", lambda *_: False)
    monkeypatch.setattr("anonymizer.masking.quick.Search.finds", lambda *_, **__: False)
    record = deidentify(source, tmp_path / "out", settings_for(), Layout.FLAT)
    assert record.outcome is Outcome.QUARANTINED
    assert record.grade is Grade.BLOCKED
    assert "(0008,1070)" in record.reason
    assert {finding.kind for finding in record.findings} >= {"person name"}
    assert "Nobodyelse" not in str(record)
    assert not list(Path(tmp_path / "out").rglob("*.dcm"))


def test_a_date_that_was_not_moved_is_found(tmp_path, settings_for, monkeypatch):
    from anonymizer.headers.date_rules import DateRules

    monkeypatch.setattr(DateRules, "_rewrite", lambda *_, **__: None)
    monkeypatch.setattr(DateRules, "moved", lambda *_, **__: None)
    planted.base(1).save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", settings_for(), Layout.FLAT)
    assert record.grade is Grade.BLOCKED
    assert {finding.kind for finding in record.findings} == {"date"}


@pytest.mark.parametrize("syntax", ["explicit", "implicit"])  # the quick way of masking, and the thorough one
def test_a_uid_that_was_not_replaced_everywhere_is_found(tmp_path, settings_for, monkeypatch, syntax):
    from anonymizer.headers.text_rules import TextRules

    monkeypatch.setattr(TextRules, "hunt", lambda *_, **__: None)
    monkeypatch.setattr(TextRules, "unlisted", lambda *_, **__: None)
    monkeypatch.setattr("anonymizer.identities.residue.Search.finds", lambda *_, **__: False)
    monkeypatch.setattr("anonymizer.identities.residue.Search.finds_uid", lambda *_: False)
    ds, uid = planted.base(1), UID(SYNTAXES[syntax])
    ds.file_meta.TransferSyntaxUID = uid
    ds.set_original_encoding(uid.is_implicit_VR, uid.is_little_endian)
    ds.FilterType = str(ds.StudyInstanceUID)
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", settings_for(), Layout.FLAT)
    assert record.grade is Grade.BLOCKED
    assert "original UID" in {finding.kind for finding in record.findings}
