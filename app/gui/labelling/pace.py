"""How fast one labels: images a minute over the last ones, pauses left out."""

import time
from collections import deque

KEPT = 50  # the last answers that count
PAUSE_S = 180.0  # who looks longer at an image has gone for coffee
FEWEST = 5


class Pace:
    """Told of each answer, it says the pace in words."""

    def __init__(self) -> None:
        self._looks: deque[tuple[int, float]] = deque(maxlen=KEPT)  # answers and seconds
        self._last: float | None = None

    def answered(self, images: int, at: float | None = None) -> None:
        """Count answers for so many images; `at` in seconds of any clock that never jumps."""
        now = time.monotonic() if at is None else at
        if self._last is not None and 0 < now - self._last < PAUSE_S:
            self._looks.append((images, now - self._last))
        self._last = now

    def per_minute(self) -> float | None:
        """Return images a minute, None while too few were answered to tell."""
        if len(self._looks) < FEWEST:
            return None
        return 60 * sum(n for n, _ in self._looks) / sum(seconds for _, seconds in self._looks)

    def words(self, left: int) -> str:
        """Say the pace, and how long the rest takes at it; "" while there is none."""
        pace = self.per_minute()
        if pace is None:
            return ""
        minutes = left / pace
        rest = f", about {minutes:.0f} min left" if minutes < 90 else f", about {minutes / 60:.1f} h left"  # noqa: PLR2004 - people count in hours then
        return f"{pace:.0f} a minute" + (rest if left else "")
