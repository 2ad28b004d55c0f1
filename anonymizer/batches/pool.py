"""Worker processes in which a bad file costs one file, never the batch.

A worker that dies or hangs is replaced; its file is tried once more in a fresh worker and then given up. A worker
gets a few inputs ahead while they are done in no time, else one; so memory stays constant however many there are,
and a reply for each tells which of them a lost worker was at. The standard
library's executors give up the whole pool when one process dies, so this one manages its processes itself.
"""

import logging
import multiprocessing
import os
import time
import warnings
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any, Generic, Protocol, TypeVar, cast

from anonymizer.errors import AnonymizerError
from anonymizer.files.memory_limit import limit_memory
from anonymizer.files.source import Source

_TRIES = 2
_START = 120.0  # seconds that a worker may take to start, on a busy machine
_POLL = 0.2  # seconds between two looks at `cancelled`
_AHEAD, _SWIFT = 8, 0.1  # inputs that a worker has at most, where each takes less than so many seconds
_OVER_MEMORY = "The file needs more memory than is allowed."
_NO_MEMORY = ("insufficient memory", "outofmemory", "bad_alloc", "bad allocation", "failed to allocate")
ResultT_co = TypeVar("ResultT_co", covariant=True)
ResultT = TypeVar("ResultT")
OtherT = TypeVar("OtherT")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 300.0
    memory: int = 8 * 2**30  # address space of a worker in bytes, where the system can limit it; 0: no limit


class Task(Protocol[ResultT_co]):
    """What workers do with each source; it travels to them pickled."""

    def work(self, source: Source) -> ResultT_co:
        """Do it, in a worker. An AnonymizerError ends the whole batch."""

    def failure(self, source: Source, reason: str, *, crashed: bool) -> ResultT_co:
        """Say instead that it could not be done."""


class _Ready:
    """What a worker says once it has started."""


@dataclass(frozen=True, slots=True)
class _Job:
    source: Source
    tries: int = 0


@dataclass(frozen=True, slots=True)
class _Crew(Generic[ResultT]):
    """What every worker of a pool is started with."""

    task: Task[ResultT]
    limits: Limits


class _Worker(Generic[ResultT]):
    """A child process and the file that it works on."""

    def __init__(self, crew: _Crew[ResultT]) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(
            target=serve, args=(theirs, crew.task, crew.limits.memory), daemon=True
        )
        self.process.start()
        theirs.close()
        self.jobs: deque[_Job] = deque()  # the first is under way
        self.ready = False  # it has loaded the program: from then on a file's time counts
        self.begun = 0.0  # when the first job was
        self._depth = 1

    @property
    def wanted(self) -> int:
        """How many jobs it can be given: none while it has enough for a while."""
        return self._depth - len(self.jobs) if 2 * len(self.jobs) <= self._depth else 0

    @property
    def elapsed(self) -> float:
        """For how many seconds it has been at its job, the time for starting not counted."""
        return time.monotonic() - self.begun - (0 if self.ready else _START)

    def start(self, jobs: Sequence[_Job]) -> None:
        if not self.jobs:
            self.begun = time.monotonic()
        self.jobs += jobs
        try:
            self.pipe.send([job.source for job in jobs])
        except OSError:
            self.process.join(1)  # it died while idle: noticed and retried like any other death

    def finished(self) -> None:
        """Take note that the first job is done: where that took no time it may have another one ahead."""
        now = time.monotonic()
        self._depth = min(self._depth + 1, _AHEAD) if now - self.begun < _SWIFT else 1
        self.jobs.popleft()
        self.begun = now

    def turned_to(self, task: Task[OtherT]) -> "_Worker[OtherT]":
        """Return the idle worker as one of another task."""
        try:
            self.pipe.send(_Turn(task))
        except OSError:
            self.process.join(1)  # it died while idle: noticed when it gets a file
        return cast("_Worker[OtherT]", self)

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


@dataclass(frozen=True, slots=True)
class _Turn(Generic[ResultT]):
    """Tells a worker what it does from now on."""

    task: Task[ResultT]


class Pool(Generic[ResultT]):
    """Workers of one batch, started when there is work for them. Use as a context manager."""

    def __init__(self, task: Task[ResultT], *, workers: int | None, limits: Limits | None) -> None:
        self._crew = _Crew(task, limits or Limits())
        self._size = workers or os.cpu_count() or 1
        self._workers: list[_Worker[ResultT]] = []
        self._again: deque[_Job] = deque()

    def __enter__(self) -> "Pool[ResultT]":
        return self

    def __exit__(self, *_: object) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()

    def turn_to(self, task: "Task[OtherT]") -> "Pool[OtherT]":
        """Return a pool with another task that takes over the workers, and what they remember."""
        other: Pool[OtherT] = Pool(task, workers=self._size, limits=self._crew.limits)
        for worker in self._workers:
            other._workers.append(worker.turned_to(task))
        self._workers.clear()
        return other

    def run(self, sources: Iterator[Source], cancelled: Callable[[], bool]) -> Iterator[ResultT]:
        """Yield a result for each source as soon as it is there; end early once `cancelled` says so."""
        more = True
        while not cancelled():
            more = self._hand_out(sources) if more or self._again else False
            busy = [worker for worker in self._workers if worker.jobs]
            if not busy:
                return
            yield from self._gather(busy)

    def _hand_out(self, sources: Iterator[Source]) -> bool:
        """Give every free worker a job. False once nothing is left to give."""
        while True:
            free = min(self._workers, key=lambda worker: len(worker.jobs), default=None)
            if (free is None or free.jobs) and len(self._workers) < self._size:
                free = None
            elif free is None or not free.wanted:
                return True
            jobs = list(self._next(sources, 1 if free is None else free.wanted))
            if not jobs:
                return False
            if free is None:
                free = _Worker(self._crew)
                self._workers.append(free)
            free.start(jobs)

    def _next(self, sources: Iterator[Source], number: int) -> Iterator[_Job]:
        for _ in range(number):
            if self._again:
                yield self._again.popleft()
            elif (source := next(sources, None)) is not None:
                yield _Job(source)

    def _gather(self, busy: list[_Worker[ResultT]]) -> Iterator[ResultT]:
        """Collect what finished, died or ran out of time within a moment."""
        ready = set(
            wait([worker.pipe for worker in busy] + [worker.process.sentinel for worker in busy], _POLL)
        )
        for worker in busy:
            if worker.pipe in ready or worker.process.sentinel in ready:
                yield from self._receive(worker)
            elif worker.elapsed > self._crew.limits.seconds:
                yield from self._lost(worker, "took longer than is allowed")

    def _receive(self, worker: _Worker[ResultT]) -> Iterator[ResultT]:
        try:
            if not worker.pipe.poll():
                raise EOFError
            reply: ResultT | AnonymizerError | _Ready = worker.pipe.recv()
        except (EOFError, OSError):
            yield from self._lost(worker, "made its worker process die")
            return
        if isinstance(reply, _Ready):
            worker.ready, worker.begun = True, time.monotonic()
            return
        worker.finished()
        if isinstance(reply, AnonymizerError):
            raise reply
        yield reply

    def _lost(self, worker: _Worker[ResultT], what: str) -> Iterator[ResultT]:
        """Replace a worker; its file gets another chance or is given up, those behind it have lost nothing."""
        self._workers.remove(worker)
        worker.stop()
        if not worker.jobs:
            return
        job = worker.jobs.popleft()
        self._again += worker.jobs
        if job.tries + 1 < _TRIES:
            self._again.append(_Job(job.source, job.tries + 1))
            return
        reason = f"The file {what}, twice; it was left out."
        yield self._crew.task.failure(job.source, reason, crashed=False)


def serve(pipe: Connection, task: Task[Any], memory: int) -> None:
    """Work off one source after the other in a child process until the parent closes the pipe."""
    # pydicom's warnings quote values, so they could carry identities into logs
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    limit_memory(memory)
    pipe.send(_Ready())
    while True:
        try:
            told: list[Source] | _Turn[Any] = pipe.recv()
        except (EOFError, OSError, KeyboardInterrupt):
            return
        if isinstance(told, _Turn):
            task = told.task
            continue
        for source in told:
            pipe.send(_attempt(task, source))


def _attempt(task: Task[ResultT], source: Source) -> ResultT | AnonymizerError:
    try:
        return task.work(source)
    except AnonymizerError as error:
        return type(error)(str(error), error.remedy)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # noqa: BLE001 - decoders written in Rust panic with a BaseException
        if _wants_memory(error):
            return task.failure(source, _OVER_MEMORY, crashed=False)
        reason = f"The file met an error of the program ({type(error).__name__})."
        return task.failure(source, reason, crashed=True)


def _wants_memory(error: BaseException) -> bool:
    """Whether memory ran out: OpenCV and ONNX Runtime say so by errors of their own."""
    return isinstance(error, MemoryError) or any(sign in str(error).lower() for sign in _NO_MEMORY)
