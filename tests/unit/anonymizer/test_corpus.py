"""No planted identity in any byte that is written, whatever the profile."""

import zlib

import pydicom
import pytest

from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from tests.corpora import planted, planted_elsewhere, planted_formats


def all_bytes(path):
    raw = path.read_bytes()
    meta = pydicom.filereader.read_file_meta_info(path)
    if meta.TransferSyntaxUID.is_deflated:
        raw += zlib.decompress(raw[144 + meta.FileMetaInformationGroupLength :], -15)
    return raw.lower()


def spellings(text):
    for codec in (
        "utf-8",
        "latin-1",
        "iso2022_kr",
        "euc_kr",
        "iso8859_5",
        "iso8859_2",
        "iso2022_jp",
        "utf-16-le",
        "utf-16-be",
    ):
        try:
            yield text.lower().encode(codec)
        except UnicodeEncodeError:
            continue


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("corpus")
    return folder, planted.write(folder)


@pytest.mark.parametrize("profile", ["basic", "research", "teaching", "device-quality"])
def test_no_planted_identity_is_left_in_any_byte(corpus, tmp_path, settings_for, profile):
    folder, files = corpus
    records = [deidentify(s, tmp_path, settings_for(profile), Layout.TREE) for s in find_sources([folder])]
    assert len(records) == len(files)
    for path in (p for p in tmp_path.rglob("*") if p.is_file()):
        raw, name = all_bytes(path), path.relative_to(tmp_path).as_posix().lower()
        for identity in (*planted.PLANTED, *planted.MORE_PLANTED):
            assert identity.lower() not in name
            for needle in spellings(identity):
                assert needle not in raw, (identity, path.name)
    by_name = {record.path.rsplit("/", 1)[-1]: record for record in records}
    assert by_name["notes.txt"].outcome is Outcome.SKIPPED
    assert by_name["in_pixels.dcm"].outcome is Outcome.QUARANTINED
    assert "truncated" in by_name["cut.dcm"].review[0]
    for name, record in by_name.items():
        if name not in ("notes.txt", "in_pixels.dcm"):
            assert record.outcome is Outcome.MASKED, (name, record.reason)
        assert not any(identity in record.reason for identity in planted.PLANTED)
        report = str(record.as_json()["changes"])
        assert not any(identity in report for identity in planted.PLANTED)


def test_research_keeps_what_is_useful(corpus, tmp_path, settings_for):
    _, files = corpus
    for source in find_sources([files["plain"], files["free_text"], files["umlauts"], files["korean"]]):
        record = deidentify(source, tmp_path, settings_for("research"), Layout.FLAT)
        ds = pydicom.dcmread(tmp_path / record.new_path)
        for keyword, text in planted.KEPT.items():
            assert text in str(ds[keyword].value)
        assert ds.PixelData == pydicom.dcmread(files["plain"]).PixelData


def test_output_is_byte_identical_every_time(corpus, tmp_path, settings_for):
    folder, _ = corpus
    for out in ("a", "b"):
        for source in find_sources([folder]):
            deidentify(source, tmp_path / out, settings_for("research"), Layout.TREE)
    first, second = (
        {p.relative_to(tmp_path / out): p.read_bytes() for p in (tmp_path / out).rglob("*") if p.is_file()}
        for out in ("a", "b")
    )
    assert first == second
    assert first


def test_safe_private_attributes_stay_and_others_go(corpus, tmp_path, settings_for):
    _, files = corpus
    (source,) = find_sources([files["bytes"]])
    kept = deidentify(source, tmp_path / "r", settings_for("research"), Layout.FLAT)
    ds = pydicom.dcmread(tmp_path / "r" / kept.new_path)
    assert str(ds[0x0019100C].value) == "1000"
    assert 0x0019100D not in ds
    assert 0x00191077 not in ds
    gone = deidentify(source, tmp_path / "b", settings_for("basic"), Layout.FLAT)
    assert not any(tag.is_private for tag in pydicom.dcmread(tmp_path / "b" / gone.new_path))


@pytest.mark.parametrize("profile", ["basic", "research", "teaching", "device-quality"])
@pytest.mark.parametrize("kind", planted_elsewhere.INSTANCES)
def test_nothing_is_left_of_what_was_planted_elsewhere(tmp_path, settings_for, kind, profile):
    ds = planted.base(1)
    with lenient():
        planted_elsewhere.INSTANCES[kind](ds)
        ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    settings = settings_for(profile)
    record = deidentify(source, tmp_path / "out", settings, Layout.FLAT)
    assert record.outcome is Outcome.MASKED, record.reason
    path = tmp_path / "out" / record.new_path
    raw, kept = all_bytes(path), settings.profile.has("retain_device_identity")
    for identity in (*planted.PLANTED, *planted_elsewhere.EVERYTHING):
        if not (kept and identity == planted_elsewhere.SERIAL):
            assert not any(needle in raw for needle in spellings(identity)), identity
    assert list(pydicom.dcmread(path).iterall())
    assert not any(identity in str(record.as_json()["changes"]) for identity in planted.PLANTED)


@pytest.mark.parametrize("profile", ["basic", "research", "teaching", "device-quality"])
@pytest.mark.parametrize("kind", planted_formats.INSTANCES)
def test_nothing_is_left_of_identities_in_texts_of_every_form(tmp_path, settings_for, kind, profile):
    ds = planted.base(1)
    with lenient():
        more = planted_formats.INSTANCES[kind](ds)
        ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    before, after = planted_formats.PATCHES.get(kind, (b"", b""))
    (tmp_path / "in.dcm").write_bytes((tmp_path / "in.dcm").read_bytes().replace(before, after, 1))
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", settings_for(profile), Layout.FLAT)
    assert record.outcome is Outcome.MASKED, record.reason
    path = tmp_path / "out" / record.new_path
    raw = all_bytes(path)
    for identity in (*planted.PLANTED, *more):
        wanted = [identity.lower()] if isinstance(identity, bytes) else spellings(identity)
        assert not any(needle in raw for needle in wanted), identity
    if profile == "research":
        assert pydicom.dcmread(path).StudyDescription == "CT chest"
