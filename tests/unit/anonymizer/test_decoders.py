"""Frames decoded by a child process: the same values, whatever becomes of the child."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000, UID, HTJ2KLossless, JPEG2000Lossless, JPEGLSLossless, RLELossless

from anonymizer.errors import PixelError
from anonymizer.pixels import decoder_process, decoders
from anonymizer.pixels.decoder_process import DecoderProcess
from anonymizer.pixels.decoders import Decoders, decode_apart
from anonymizer.pixels.decoding import decode_frame
from anonymizer.pixels.packed_frame import PackedFrame
from anonymizer.pixels.rendering import DicomImage
from tests.unit.anonymizer.pixel_cases import dataset_of
from tests.unit.anonymizer.test_mask_walk import by_gdcm

RNG = np.random.default_rng(5)
posix = pytest.mark.skipif(sys.platform == "win32", reason="by signals and /proc")


def grey(bits: int, *, signed: bool = False, frames: int = 0, side: int = 48) -> Dataset:
    low, high = (-(1 << (bits - 1)), 1 << (bits - 1)) if signed else (0, 1 << bits)
    kind = f"{'i' if signed else 'u'}{1 if bits <= 8 else 2}"
    shape = (frames, side, side + 2) if frames else (side, side + 2)
    pixels = RNG.integers(low, high, shape).astype(kind)
    pixels.flat[:2] = low, high - 1
    return dataset_of(pixels, bits=bits, frames=frames or None)


def colour() -> Dataset:
    return dataset_of(RNG.integers(0, 256, (40, 44, 3)).astype(np.uint8), photometric="RGB")


def packed(dataset: Dataset, syntax: UID) -> Dataset:
    dataset.compress(syntax, generate_instance_uid=False)
    return dataset


CASES = {
    **{f"JPEG 2000, {bits} bits": packed(grey(bits), JPEG2000Lossless) for bits in (8, 10, 12, 15, 16)},
    **{f"JPEG 2000, {b} bits, signed": packed(grey(b, signed=True), JPEG2000Lossless) for b in (8, 12, 16)},
    "JPEG 2000, colour": packed(colour(), JPEG2000Lossless),
    "JPEG 2000, frames": packed(grey(12, frames=3), JPEG2000Lossless),
    "JPEG-LS": packed(grey(12), JPEGLSLossless),
    "JPEG-LS, signed": packed(grey(16, signed=True), JPEGLSLossless),
    "JPEG-LS, colour": packed(colour(), JPEGLSLossless),
    "RLE, frames": packed(grey(16, frames=2), RLELossless),
    "RLE, signed": packed(grey(16, signed=True), RLELossless),
}  # fmt: skip


@pytest.fixture
def some() -> Iterator[Decoders]:
    made = Decoders(2)
    yield made
    made.end()


@pytest.fixture
def frame() -> PackedFrame:
    taken = PackedFrame.of(CASES["JPEG-LS"], 0)
    assert taken is not None
    return taken


@pytest.fixture(scope="module")
def one() -> Iterator[DecoderProcess]:
    child = DecoderProcess()
    yield child
    child.end()


@pytest.mark.parametrize("name", CASES)
def test_a_child_decodes_the_same_values(name: str, one: DecoderProcess) -> None:
    dataset = CASES[name]
    for index in range(int(dataset.get("NumberOfFrames") or 1)):
        here = decode_frame(dataset, index, allow_gdcm=False)
        frame = PackedFrame.of(dataset, index)
        assert frame is not None
        there = one.decode(frame)
        assert there.dtype == here.dtype
        assert np.array_equal(there, here)


def test_nothing_but_the_pixels_is_told_to_a_child() -> None:
    dataset = packed(grey(12), JPEG2000Lossless)
    dataset.PatientName, dataset.PatientID, dataset.ImageComments = "Westerhout^Johanna", "4711", "Johanna"
    frame = PackedFrame.of(dataset, 0)
    assert frame is not None
    assert not {"PatientName", "PatientID", "ImageComments"} & set(frame.attributes)
    assert "Johanna" not in repr(frame.attributes)


def test_large_frames_that_take_long_go_to_a_child_and_small_ones_do_not(
    some: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "DECODERS", some)
    small, large = packed(grey(12), JPEG2000Lossless), packed(grey(12, side=300), JPEG2000Lossless)
    decode_apart(small, 0)
    decode_apart(grey(12, side=300), 0)
    assert some.processes == ()
    assert np.array_equal(decode_apart(large, 0), decode_frame(large, 0))
    assert len(some.processes) == 1


def test_what_only_the_decoder_that_can_end_its_process_reads_is_read_by_a_child(
    some: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "DECODERS", some)
    plain = grey(12)
    expected = decode_frame(plain, 0)
    assert np.array_equal(DicomImage(by_gdcm(plain)).stored(0), expected)


@pytest.mark.parametrize("syntax", [JPEG2000, JPEG2000Lossless, HTJ2KLossless, JPEGLSLossless, RLELossless])
def test_damaged_frames_are_refused_with_a_remedy(
    syntax: UID, some: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoders, "DECODERS", some)
    dataset = grey(12)
    dataset.PixelData = encapsulate([bytes(range(256)) * 4])
    dataset.file_meta.TransferSyntaxUID = syntax
    with pytest.raises(PixelError) as caught:
        decode_apart(dataset, 0)
    assert caught.value.remedy


def test_where_no_child_can_be_started_frames_are_decoded_here(
    some: Decoders, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> DecoderProcess:
        raise PermissionError

    monkeypatch.setattr(decoders, "DecoderProcess", refuse)
    monkeypatch.setattr(decoders, "DECODERS", some)
    large = packed(grey(12, side=300), JPEG2000Lossless)
    assert np.array_equal(decode_apart(large, 0), decode_frame(large, 0))
    assert some.processes == ()


@posix
def test_a_child_that_was_killed_while_idle_is_replaced(some: Decoders, frame: PackedFrame) -> None:
    expected = some.decode(frame)
    (first,) = some.processes
    os.kill(first, signal.SIGKILL)
    assert np.array_equal(some.decode(frame), expected)
    assert len(some.processes) == 1
    assert some.processes != (first,)


@posix
def test_a_child_that_is_killed_at_work_costs_one_attempt(some: Decoders, frame: PackedFrame) -> None:
    expected = some.decode(frame)
    (first,) = some.processes
    os.kill(first, signal.SIGSTOP)
    killer = threading.Timer(0.3, os.kill, (first, signal.SIGKILL))
    killer.start()
    assert np.array_equal(some.decode(frame), expected)
    killer.join()
    assert some.processes != (first,)


@posix
def test_a_frame_that_takes_too_long_is_given_up_and_the_next_one_decoded(
    some: Decoders, frame: PackedFrame, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = some.decode(frame)
    start = decoder_process.DecoderProcess.__init__

    def start_and_stop(self: DecoderProcess) -> None:
        start(self)
        os.kill(self.pid, signal.SIGSTOP)

    with monkeypatch.context() as slow:
        slow.setattr(decoder_process, "SECONDS", 0.2)
        slow.setattr(decoder_process.DecoderProcess, "__init__", start_and_stop)
        os.kill(some.processes[0], signal.SIGSTOP)
        with pytest.raises(PixelError, match="ended, twice") as caught:
            some.decode(frame)
    assert "Other images" in caught.value.remedy
    assert np.array_equal(some.decode(frame), expected)


@posix
def test_ending_all_lets_go_who_waits_for_one(some: Decoders, frame: PackedFrame) -> None:
    some.decode(frame)
    os.kill(some.processes[0], signal.SIGSTOP)
    told: list[str] = []

    def wait() -> None:
        try:
            some.decode(frame)
        except PixelError as error:
            told.append(str(error))

    waiting = threading.Thread(target=wait)
    waiting.start()
    time.sleep(0.1)
    some.end()
    waiting.join(10)
    assert told
    assert some.processes == ()


ORPHANS = """
import os, signal
from anonymizer.pixels.decoder_process import DecoderProcess
print(DecoderProcess().pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@posix
def test_no_child_outlives_a_program_that_was_killed() -> None:
    done = subprocess.run([sys.executable, "-c", ORPHANS], capture_output=True, text=True, check=False, env={
        **os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})  # fmt: skip
    pid = int(done.stdout)
    deadline = time.monotonic() + 20
    while _runs(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _runs(pid)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
