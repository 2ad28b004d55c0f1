"""How fast a training goes, measured while it goes: time left, device and memory, told about once a second."""

import time

from trainer.device import describe_device
from trainer.fitting import Task
from trainer.machine import memory_in_use

_EVERY = 1.0  # seconds
_FORGET = 0.9  # how much of the earlier pace counts
_PAUSED = 20  # times as long as usual: the user let the training rest


class Pace:
    """Counts batches; the first one, in which the network is compiled, says nothing of the pace."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._device = describe_device()
        self._per_batch: float | None = None
        self._last: float | None = None
        self._told = 0.0

    def batch(self, epoch: int, done: int, steps: int) -> None:
        """One more batch of an epoch (counted from 0) is learned."""
        now = time.monotonic()
        if self._last is not None:
            took = now - self._last
            if self._per_batch is None:
                self._per_batch = took
            elif took < _PAUSED * self._per_batch + 1:
                self._per_batch = _FORGET * self._per_batch + (1 - _FORGET) * took
        self._last = now
        if now - self._told >= _EVERY:
            self._told = now
            self._tell(epoch, done, steps)

    def pause(self) -> None:
        """Something else than a batch took time: validation, or a pause that the user made."""
        self._last = None

    def _tell(self, epoch: int, done: int, steps: int) -> None:
        left = (self._task.plan.epochs - epoch) * steps - done
        seconds = None if self._per_batch is None else round(left * self._per_batch, 1)
        self._task.on_event(
            "pace",
            {
                "epoch": epoch + 1,
                "epochs": self._task.plan.epochs,
                "batch": done,
                "batches": steps,
                "seconds_left": seconds,
                "images_per_second": None
                if not self._per_batch
                else round(self._task.plan.batch_size / self._per_batch, 1),
                "device": self._device,
                "memory": memory_in_use(),
            },
        )
