"""Compressed images in the window: decoded beside it, shown as they are, and told about where that fails."""

import os
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1
from pytestqt.qtbot import QtBot

from anonymizer import DECODERS, DicomImage
from anonymizer.pixels import decoders
from anonymizer.pixels.decoder_process import DecoderLostError, DecoderProcess
from anonymizer.pixels.packed_frame import PackedFrame
from app.gui.image.image_view import ImageView
from app.gui.thumbnails import draw
from app.project import Project
from tests.unit.anonymizer.pixel_cases import dataset_of, of_a_patient
from tests.unit.anonymizer.test_mask_walk import by_gdcm

PIXELS = np.random.default_rng(3).integers(0, 4096, (300, 280)).astype(np.uint16)


def packed(file: Path) -> Path:
    """Write an image in JPEG 2000 that takes long enough to be decoded beside the window."""
    dataset = of_a_patient(dataset_of(PIXELS, bits=12), "Invented^Ida")
    dataset.compress(JPEG2000Lossless, generate_instance_uid=False)
    dataset.save_as(file, enforce_file_format=True)
    return file


@pytest.fixture
def view(qtbot: QtBot) -> ImageView:
    made = ImageView()
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def test_jpeg_2000_is_shown_with_its_values(qtbot: QtBot, view: ImageView, tmp_path: Path) -> None:
    file = packed(tmp_path / "a.dcm")
    view.show_instance("a", lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None, timeout=20_000)
    assert view.frame_shown is not None
    assert np.array_equal(view.frame_shown.values[0], PIXELS)
    assert DECODERS.processes


def test_lossless_jpeg_is_shown_large_and_small(qtbot: QtBot, view: ImageView, tmp_path: Path) -> None:
    file = tmp_path / "a.dcm"
    dataset = by_gdcm(of_a_patient(dataset_of(PIXELS, bits=12), "Invented^Ida"))
    assert dataset.file_meta.TransferSyntaxUID == JPEGLosslessSV1
    dataset.save_as(file)
    view.show_instance("a", lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None, timeout=20_000)
    assert view.frame_shown is not None
    assert np.array_equal(view.frame_shown.values[0], PIXELS)
    assert draw(file).width() > 100


def test_an_image_whose_decoder_dies_says_so_and_the_next_one_is_shown(
    qtbot: QtBot, view: ImageView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = packed(tmp_path / "a.dcm")

    def die(_self: DecoderProcess, _frame: PackedFrame) -> None:
        raise DecoderLostError

    with monkeypatch.context() as broken:
        broken.setattr(DecoderProcess, "decode", die)
        view.show_instance("a", lambda: DicomImage.open(file))
        qtbot.waitUntil(lambda: bool(view.message) and not view.loading, timeout=20_000)
    assert "could not be unpacked" in view.message
    assert "Other images are not concerned" in view.message
    view.show_instance("b", lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None, timeout=20_000)
    assert not view.message


def test_without_any_child_the_window_decodes_itself(
    qtbot: QtBot, view: ImageView, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> DecoderProcess:
        raise PermissionError

    monkeypatch.setattr(decoders, "DecoderProcess", refuse)
    file = packed(tmp_path / "a.dcm")
    view.show_instance("a", lambda: DicomImage.open(file))
    qtbot.waitUntil(lambda: view.frame_shown is not None, timeout=20_000)
    assert view.frame_shown is not None
    assert np.array_equal(view.frame_shown.values[0], PIXELS)


PROGRAM = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from anonymizer import DECODERS
from app.gui.application import make_application, make_window
from app.gui.preferences import Preferences

application = make_application()
window = make_window(application, Preferences(Path(sys.argv[2])))
window.show()
window.session.open(Path(sys.argv[1]))
window.go("label")

def look():
    if window.current_page().view.seen:
        print(*DECODERS.processes, flush=True)
        window.close()

timer = QTimer(interval=50)
timer.timeout.connect(look)
timer.start()
application.exec()
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="asks for processes by their numbers")
def test_closing_the_program_leaves_no_decoder_behind(with_one: Project, tmp_path: Path) -> None:
    (file,) = with_one.instances.iterdir()
    uid = dcmread(file).SOPInstanceUID
    dataset = dcmread(BytesIO(packed(tmp_path / "a.dcm").read_bytes()))
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = uid
    dataset.save_as(file)
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(with_one.folder), str(tmp_path / "window.ini")],
        capture_output=True, encoding="utf-8", check=False, timeout=120,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(Path.cwd())},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    children = [int(each) for each in done.stdout.split()]
    assert children
    deadline = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(Path(f"/proc/{pid}").exists() for pid in children)
