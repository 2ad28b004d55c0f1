"""Every transfer syntax comes out as it went in, its pixels to the byte, and other readers open it."""

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    AllTransferSyntaxes,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    JPEGLSLossless,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from anonymizer.files.file_format import UNREADABLE
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.report import Outcome
from tests.corpora import odd_files, planted
from tests.corpora.shipped import shipped

ENCODED = {RLELossless: "pydicom", JPEGLSLossless: "pyjpegls"}


def instance(syntax):
    ds = planted.base(1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    if syntax in ENCODED:
        ds.compress(syntax, encoding_plugin=ENCODED[syntax], generate_instance_uid=False)
        return ds
    ds.file_meta.TransferSyntaxUID = syntax
    if syntax.is_encapsulated:
        ds.PixelData = encapsulate([bytes(range(200)), bytes(range(40, 240))])
        ds.NumberOfFrames = 2
        ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    elif syntax == ExplicitVRBigEndian:
        ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
    ds.set_original_encoding(syntax.is_implicit_VR, syntax.is_little_endian)
    return ds


def mask(path, out, settings):
    (source,) = find_sources([path])
    return deidentify(source, out, settings, Layout.FLAT)


def opens_elsewhere(path, syntax):
    if shutil.which("dcmdump"):
        done = subprocess.run(["dcmdump", "-q", path], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    import gdcm

    reader = gdcm.Reader()
    reader.SetFileName(str(path))
    known = gdcm.TransferSyntax.GetTSType(str.__str__(syntax)) != gdcm.TransferSyntax.TS_END
    assert reader.Read() or not known


@pytest.mark.parametrize("syntax", AllTransferSyntaxes, ids=lambda syntax: syntax.keyword)
def test_the_syntax_stays_and_every_byte_of_its_pixels(syntax, tmp_path, settings_for):
    (tmp_path / "in").write_bytes(odd_files.written(instance(syntax)))
    before = pydicom.dcmread(tmp_path / "in")
    record = mask(tmp_path / "in", tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED, record.reason
    path = tmp_path / "out" / record.new_path
    after = pydicom.dcmread(path)
    assert after.file_meta.TransferSyntaxUID == syntax == UID(record.facts.transfer_syntax_uid)
    assert after.PixelData == before.PixelData
    assert after["PixelData"].VR == before["PixelData"].VR
    assert after["PixelData"].is_undefined_length == syntax.is_encapsulated
    raw = path.read_bytes()
    if not syntax.is_deflated:
        assert not any(identity.encode() in raw for identity in planted.PLANTED)
    opens_elsewhere(path, syntax)


def of_every_syntax():
    found = {}
    for name in shipped("*.dcm"):
        try:
            ds = pydicom.dcmread(name)
            key = (
                str(ds.file_meta.TransferSyntaxUID),
                ds.get("PhotometricInterpretation"),
                ds.get("BitsAllocated"),
            )
        except UNREADABLE:
            continue
        if "PixelData" in ds and "SOPClassUID" in ds:
            found.setdefault(key, name)
    return found


FILES = of_every_syntax()


@pytest.mark.parametrize(
    "name", sorted(str(path) for path in FILES.values()), ids=lambda name: Path(name).name
)
def test_images_of_every_syntax_keep_their_pixels(name, tmp_path, settings_for):
    before = pydicom.dcmread(name)
    record = mask(Path(name), tmp_path / "out", settings_for())
    assert record.outcome is Outcome.MASKED, record.reason
    path = tmp_path / "out" / record.new_path
    after = pydicom.dcmread(path)
    assert after.file_meta.TransferSyntaxUID == before.file_meta.TransferSyntaxUID
    if not any(change.path == "(7FE0,0010)" for change in record.changes) and not record.review[1:]:
        assert after.PixelData == before.PixelData
    try:
        pixels = before.pixel_array
    except (*UNREADABLE, RuntimeError):
        pixels = None  # pydicom itself cannot decode it
    if pixels is not None and not record.review[1:]:
        assert np.array_equal(pixels, after.pixel_array)
    opens_elsewhere(path, after.file_meta.TransferSyntaxUID)


def test_a_syntax_that_nobody_registered_is_quarantined(tmp_path, settings_for):
    raw = odd_files.written(planted.base(1)).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0", 1)
    (tmp_path / "in").write_bytes(raw)
    record = mask(tmp_path / "in", tmp_path / "out", settings_for())
    assert record.outcome is Outcome.QUARANTINED
    assert "transfer syntax" in record.reason


def test_deflated_stays_deflated(tmp_path, settings_for):
    (tmp_path / "in").write_bytes(odd_files.deflated_with_header())
    record = mask(tmp_path / "in", tmp_path / "out", settings_for())
    after = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert after.file_meta.TransferSyntaxUID == DeflatedExplicitVRLittleEndian
    assert after.PixelData == planted.base(1).PixelData
