"""Plays the frames of an image, at the pace that its file asks for or at one's own."""

from PySide6.QtCore import QObject, QTimer, Signal

USUAL = 12.0  # frames per second, where the file does not say
SLOWEST, FASTEST = 0.5, 60.0


class Cine(QObject):
    """`tick` tells that the next frame is due."""

    tick = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rate = USUAL
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self.set_rate(USUAL)

    @property
    def playing(self) -> bool:
        """Whether frames run."""
        return self._timer.isActive()

    @property
    def rate(self) -> float:
        """Frames per second."""
        return self._rate

    @property
    def words(self) -> str:
        """What the line of facts says."""
        return f"▶ {self._rate:.3g} frames/s" if self.playing else ""

    def set_rate(self, rate: float | None) -> None:
        """Play so many frames per second, within reason; None: the usual pace."""
        self._rate = min(max(rate or USUAL, SLOWEST), FASTEST)
        self._timer.setInterval(round(1000 / self._rate))

    def start(self) -> None:
        """Begin to play."""
        self._timer.start()

    def stop(self) -> None:
        """Play no more."""
        self._timer.stop()
