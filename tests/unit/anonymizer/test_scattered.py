"""Identities scattered by chance over every attribute, script and writing: none is left, and what is useful stays."""

import zlib
from collections import defaultdict

import pydicom
import pytest

from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from tests.corpora import scattered

CODECS = (
    "utf-8", "latin-1", "utf-16-le", "utf-16-be", "iso2022_jp", "shift_jis", "euc_kr", "iso2022_kr", "gb18030",
    "iso8859_2", "iso8859_5", "iso8859_6", "iso8859_7", "iso8859_8", "iso8859_9", "tis_620", "cp1251",
)  # fmt: skip
SHORTEST = 4  # letters: fewer stand in any file by chance


def every_byte(path):
    raw = path.read_bytes()
    meta = pydicom.filereader.read_file_meta_info(path)
    if meta.TransferSyntaxUID.is_deflated:
        raw += zlib.decompress(raw[144 + meta.FileMetaInformationGroupLength :], -15)
    return raw.lower()


def in_every_codec(text):
    for codec in CODECS:
        try:
            yield text.lower().encode(codec)
        except UnicodeEncodeError:
            continue


def mask_all(tmp_path, settings, seed, files):
    truths = scattered.write(tmp_path / "in", seed, files)
    found = []
    for truth in truths:
        (source,) = find_sources([truth.path])
        record = deidentify(source, tmp_path / "out", settings, Layout.TREE)
        if "whole document" in record.reason:  # the attribute of one was planted by chance
            assert "EncapsulatedDocument" in pydicom.dcmread(truth.path)
            continue
        assert record.outcome is Outcome.MASKED, (truth.kind, record.reason)
        found.append((truth, record, tmp_path / "out" / record.new_path))
    return found


def assert_clean(masked):
    for truth, record, path in masked:
        raw, told = every_byte(path), (record.new_path + str(record.as_json()["changes"])).lower()
        for text in {text for text in truth.gone if len(text) >= SHORTEST}:
            assert not any(needle in raw for needle in in_every_codec(text)), (
                text,
                truth.person.dicom_name,
                truth.path,
            )
            assert len(text) < 6 or text.lower() not in told


def assert_useful(masked):
    patients, studies, shifts, uids = defaultdict(set), defaultdict(set), defaultdict(set), {}
    for truth, record, path in masked:
        ds = pydicom.dcmread(path, stop_before_pixels=True)
        # Values of a wrong kind, planted by chance, are signs of damage: then whole texts may go.
        damaged = any("is damaged" in reason for reason in record.review)
        for keyword, text in truth.kept.items():
            assert damaged or text in str(ds[keyword].value), (keyword, truth.path)
        patients[truth.person.patient_id].add(ds.PatientID)
        studies[truth.study].add(ds.StudyInstanceUID)
        uids[truth.sop] = ds.SOPInstanceUID
        shifts[truth.person.patient_id].add(scattered.day(ds.StudyDate) - truth.date)
        shifts[truth.person.patient_id].add(scattered.day(ds.AcquisitionDateTime[:8]) - truth.date)
        if truth.refers_to in uids:
            assert ds.ReferencedInstanceSequence[0].ReferencedSOPInstanceUID == uids[truth.refers_to]
    for groups in (patients, studies, shifts):
        assert all(len(group) == 1 for group in groups.values())
    for groups in (patients, studies):
        assert len({next(iter(group)) for group in groups.values()}) == len(groups)


def test_nothing_of_a_scattered_corpus_is_left_and_the_useful_stays(tmp_path, settings_for):
    masked = mask_all(tmp_path, settings_for("research"), seed=1, files=40)
    assert_clean(masked)
    assert_useful(masked)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20, 28))
def test_nothing_of_wide_corpora_is_left_and_the_useful_stays(tmp_path, settings_for, seed):
    masked = mask_all(tmp_path, settings_for("research"), seed, files=150)
    assert_clean(masked)
    assert_useful(masked)


@pytest.mark.slow
@pytest.mark.parametrize("profile", ["basic", "teaching", "device-quality"])
def test_no_profile_leaves_anything(tmp_path, settings_for, profile):
    assert_clean(mask_all(tmp_path, settings_for(profile), seed=31, files=100))
