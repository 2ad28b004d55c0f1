"""Many instances at once: a pool of worker processes in which a bad file costs one file, never the batch.

A worker that dies or hangs is replaced; its file is tried once more in a fresh worker and then quarantined.
Not more inputs are drawn than workers are free, so memory stays constant however many there are.
"""

import multiprocessing
import os
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path

from anonymizer.deidentify import Layout, Settings
from anonymizer.errors import WriteError
from anonymizer.report import FileRecord, Outcome
from anonymizer.source import Source
from anonymizer.worker import serve

_TRIES = 2
_POLL = 0.2  # seconds between two looks at `cancelled`


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost."""

    seconds: float = 300.0
    memory: int = 8 * 2**30  # address space of a worker in bytes; 0 for no limit


@dataclass(frozen=True, slots=True)
class _Job:
    source: Source
    tries: int = 0


def mask_batch(
    sources: Iterable[Source],
    out: Path,
    settings: Settings,
    *,
    layout: Layout = Layout.TREE,
    workers: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limits: Limits | None = None,
) -> Iterator[FileRecord]:
    """Mask every source and yield its record as soon as it is finished, in the order of finishing.

    `cancelled` is asked several times a second; when it says yes, the iteration ends at once, and files that
    were under way are not written. Raises WriteError if the output folder cannot be written.
    """
    pool = _Pool(out, settings, layout, limits or Limits(), workers or os.cpu_count() or 1)
    try:
        yield from pool.run(iter(sources), cancelled)
    finally:
        pool.close()


class _Worker:
    """A child process and the file that it works on."""

    def __init__(self, out: Path, settings: Settings, layout: Layout, limits: Limits) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe: Connection
        self.pipe, theirs = context.Pipe()
        self.process: BaseProcess = context.Process(
            target=serve, args=(theirs, out, settings, layout, limits.memory), daemon=True
        )
        self.process.start()
        theirs.close()
        self.job: _Job | None = None
        self.deadline = 0.0

    def start(self, job: _Job, seconds: float) -> None:
        self.job, self.deadline = job, time.monotonic() + seconds
        try:
            self.pipe.send(job.source)
        except OSError:
            self.process.join(1)  # it died while idle: noticed and retried like any other death

    def stop(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class _Pool:
    """The workers of one batch, started when there is work for them."""

    def __init__(self, out: Path, settings: Settings, layout: Layout, limits: Limits, size: int) -> None:
        self._out, self._settings, self._layout, self._limits = out, settings, layout, limits
        self._size = size
        self._workers: list[_Worker] = []
        self._again: deque[_Job] = deque()

    def run(self, sources: Iterator[Source], cancelled: Callable[[], bool]) -> Iterator[FileRecord]:
        more = True
        while not cancelled():
            more = self._hand_out(sources) if more or self._again else False
            busy = [worker for worker in self._workers if worker.job is not None]
            if not busy:
                return
            yield from self._gather(busy)

    def _hand_out(self, sources: Iterator[Source]) -> bool:
        """Give every free worker a job. False once nothing is left to give."""
        while True:
            free = next((worker for worker in self._workers if worker.job is None), None)
            if free is None and len(self._workers) >= self._size:
                return True
            job = self._next(sources)
            if job is None:
                return False
            if free is None:
                free = _Worker(self._out, self._settings, self._layout, self._limits)
                self._workers.append(free)
            free.start(job, self._limits.seconds)

    def _next(self, sources: Iterator[Source]) -> _Job | None:
        if self._again:
            return self._again.popleft()
        source = next(sources, None)
        return None if source is None else _Job(source)

    def _gather(self, busy: list[_Worker]) -> Iterator[FileRecord]:
        """The records of what finished, died or ran out of time within a moment."""
        by_handle = {handle: worker for worker in busy for handle in (worker.pipe, worker.process.sentinel)}
        ready = {id(by_handle[handle]): by_handle[handle] for handle in wait(list(by_handle), _POLL)}  # type: ignore[index]
        for worker in ready.values():
            record = self._receive(worker)
            if record is not None:
                yield record
        now = time.monotonic()
        for worker in busy:
            if worker.job is not None and now > worker.deadline:
                record = self._lost(worker, "took longer than is allowed")
                if record is not None:
                    yield record

    def _receive(self, worker: _Worker) -> FileRecord | None:
        try:
            reply = worker.pipe.recv() if worker.pipe.poll() else None
        except (EOFError, OSError):
            reply = None
        if reply is None:
            return self._lost(worker, "made its worker process die")
        worker.job = None
        if isinstance(reply, WriteError):
            raise reply
        record: FileRecord = reply
        return record

    def _lost(self, worker: _Worker, what: str) -> FileRecord | None:
        """Replace a worker; its file gets another chance or is given up."""
        job = worker.job
        self._workers.remove(worker)
        worker.stop()
        if job is None:
            return None
        if job.tries + 1 < _TRIES:
            self._again.append(_Job(job.source, job.tries + 1))
            return None
        return FileRecord(job.source.path, Outcome.QUARANTINED, f"The file {what}, twice; it was left out.")

    def close(self) -> None:
        for worker in self._workers:
            worker.stop()
        self._workers.clear()
