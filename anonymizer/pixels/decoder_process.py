"""A child process that decodes frames: what a decoder does there neither stops this process nor ends it.

The decoders keep Python's lock for as long as they work, up to a second and more a frame, and one of them ends its
process on damaged data. The child is plain Python on two pipes: it is told a line of JSON and the frame, and answers
with a line of JSON and the values. It ends by itself once its input is closed, so none is left behind whatever
becomes of its parent.
"""

import json
import logging
import os
import subprocess
import sys
import threading
import warnings
from typing import IO, Any, BinaryIO

import numpy as np

from anonymizer.errors import PixelError
from anonymizer.files.memory_limit import limit_memory
from anonymizer.pixels.decoding import Array
from anonymizer.pixels.packed_frame import PackedFrame

MEMORY = 4 * 2**30
"""Bytes of address space that a child may take; the largest frame allowed needs about 3 GiB."""
SECONDS = 120.0  # that one frame may take
PIPE = 2**20  # bytes: fewer turns for ten megabytes than with the usual 64 KiB
_START = (
    "import sys; sys.path[:] = sys.argv[1:]; from anonymizer.pixels.decoder_process import serve; serve()"
)


class DecoderLostError(Exception):
    """The child ended, or was ended, before it had answered."""


class DecoderProcess:
    """One child. Raises OSError where it cannot be started."""

    def __init__(self) -> None:
        if getattr(sys, "frozen", False):
            raise FileNotFoundError(sys.executable)  # there is no Python to start
        # -P: a module in the current folder is not taken for one of ours; see `app.program`.
        alone = "-I" if sys.flags.isolated else "-P"
        self._child: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, alone, "-c", _START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},  # each thread would reserve memory that counts
            pipesize=PIPE,
            creationflags=_quietly(),
        )

    @property
    def pid(self) -> int:
        """The number of the process."""
        return self._child.pid

    @property
    def alive(self) -> bool:
        """Whether it runs still."""
        return self._child.poll() is None

    def decode(self, frame: PackedFrame) -> Array:
        """Return the frame's values. Raises PixelError, or DecoderLostError where the child did not survive it."""
        answered = threading.Event()
        threading.Thread(target=self._mind, args=(answered,), name="decoder's time", daemon=True).start()
        try:
            _send(_pipe(self._child.stdin), {"syntax": frame.syntax, **frame.attributes}, frame.data)
            return _receive(_pipe(self._child.stdout))
        except (OSError, ValueError, EOFError) as error:
            raise DecoderLostError from error
        finally:
            answered.set()

    def _mind(self, answered: threading.Event) -> None:
        if not answered.wait(SECONDS):
            self._child.kill()

    def end(self) -> None:
        """End the child at once."""
        self._child.kill()
        self._child.wait()
        for pipe in (self._child.stdin, self._child.stdout):
            try:
                _pipe(pipe).close()
            except OSError:  # what was still to be written has nobody to read it
                continue


def _quietly() -> int:
    """On Windows: no console, and the window goes first; elsewhere the child says so itself."""
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.BELOW_NORMAL_PRIORITY_CLASS
    return 0


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None  # asked for at the start
    return pipe


def _send(pipe: IO[bytes], told: dict[str, Any], data: bytes | memoryview) -> None:
    pipe.write(json.dumps({**told, "bytes": len(data)}).encode("ascii") + b"\n")
    pipe.write(data)
    pipe.flush()


def _told(pipe: IO[bytes]) -> dict[str, Any]:
    line = pipe.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    told: dict[str, Any] = json.loads(line)
    return told


def _receive(pipe: IO[bytes]) -> Array:
    told = _told(pipe)
    if "error" in told:
        raise PixelError(told["error"], told["remedy"])
    values = np.empty(told["shape"], np.dtype(told["kind"]))
    left = values.data.cast("B")
    while left:
        taken = pipe.readinto(left)  # type: ignore[attr-defined] # a buffered reader, whatever the stubs call it
        if not taken:
            raise EOFError
        left = left[taken:]
    return values


def serve() -> None:
    """Decode what comes in until there is no more, in the child."""
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    limit_memory(MEMORY)
    if sys.platform != "win32":
        os.nice(5)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # libraries that print are not to be heard among the answers
    questions = sys.stdin.buffer
    try:
        while True:
            _answer(questions, answers)
    except (EOFError, OSError, KeyboardInterrupt):
        return


def _answer(questions: BinaryIO, answers: BinaryIO) -> None:
    told = _told(questions)
    data = questions.read(told.pop("bytes"))
    _mind_time()
    try:
        values = np.ascontiguousarray(PackedFrame(told.pop("syntax"), told, data).decode())
    except PixelError as error:
        _send(answers, {"error": str(error), "remedy": error.remedy}, b"")
    else:
        _send(answers, {"shape": values.shape, "kind": values.dtype.str}, values.data.cast("B"))


def _mind_time() -> None:
    """End this process if the next frame takes too long: its parent may be gone by then and cannot end it."""
    if sys.platform == "win32":
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = int(used.ru_utime + used.ru_stime + SECONDS) + 1
    resource.setrlimit(
        resource.RLIMIT_CPU, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard)
    )
