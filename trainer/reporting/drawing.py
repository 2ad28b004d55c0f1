"""Curves as SVG inside a page: no script, no font and no picture from elsewhere."""

from collections.abc import Iterable, Sequence
from html import escape

Points = Sequence[tuple[float, float]]
_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 420, 320, 52, 44, 14, 14
_DASHES = ("", "7 4", "2 4", "9 3 2 3")
_TICKS = 5


class Chart:
    """A chart with two axes; lines differ in pattern, not only in colour."""

    def __init__(
        self, title: str, axes: tuple[str, str], x: tuple[float, float], y: tuple[float, float]
    ) -> None:
        self._title, self._x, self._y = title, _wide(x), _wide(y)
        self._parts = list(self._frame(axes))
        self._names: list[str] = []

    def line(self, name: str, points: Points, *, marks: bool = False) -> None:
        """A line through the points; `marks` puts a dot on each."""
        number = len(self._names)
        self._names.append(name)
        path = " ".join(f"{self._at_x(x):.1f},{self._at_y(y):.1f}" for x, y in points)
        dash = _DASHES[number % len(_DASHES)]
        self._parts.append(f'<polyline class="l{number % 4}" stroke-dasharray="{dash}" points="{path}"/>')
        if marks:
            self._parts += [
                f'<circle class="l{number % 4}" cx="{self._at_x(x):.1f}" cy="{self._at_y(y):.1f}" r="3.5"/>'
                for x, y in points
            ]

    def bars(self, bars: Iterable[tuple[float, float, float]]) -> None:
        """Upright intervals: x, low, high."""
        for x, low, high in bars:
            place = f"{self._at_x(x):.1f}"
            ends = f'y1="{self._at_y(low):.1f}" y2="{self._at_y(high):.1f}"'
            self._parts.append(f'<line class="bar" x1="{place}" x2="{place}" {ends}/>')

    def diagonal(self) -> None:
        """From corner to corner: chance on a ROC curve, honesty on a reliability diagram."""
        ends = (self._at_x(0), self._at_y(0), self._at_x(1), self._at_y(1))
        self._parts.append(
            '<line class="grid" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>'.format(*ends)
        )

    def point(self, x: float, y: float, name: str) -> None:
        """One place that matters."""
        self._parts.append(f'<circle class="point" cx="{self._at_x(x):.1f}" cy="{self._at_y(y):.1f}" r="6"/>')
        self._parts.append(
            f'<text x="{self._at_x(x) + 10:.1f}" y="{self._at_y(y) + 16:.1f}">{escape(name)}</text>'
        )

    def text(self) -> str:
        """The chart with its legend, as HTML."""
        keys = "".join(
            f'<span><svg width="34" height="10"><line class="l{n % 4}" stroke-dasharray="{_DASHES[n % 4]}" x1="0" '
            f'y1="5" x2="34" y2="5"/></svg> {escape(name)}</span>'
            for n, name in enumerate(self._names)
            if name
        )
        return (
            f'<figure><figcaption>{escape(self._title)}</figcaption><svg viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'role="img" aria-label="{escape(self._title)}">{"".join(self._parts)}</svg>'
            f'<div class="keys">{keys}</div></figure>'
        )

    def _frame(self, axes: tuple[str, str]) -> Iterable[str]:
        left, right = _LEFT, _WIDTH - _RIGHT
        for step in range(_TICKS + 1):
            x, y = (low + (high - low) * step / _TICKS for low, high in (self._x, self._y))
            at_x, at_y = f"{self._at_x(x):.1f}", f"{self._at_y(y):.1f}"
            yield f'<line class="grid" x1="{left}" x2="{right}" y1="{at_y}" y2="{at_y}"/>'
            yield f'<text class="tick" text-anchor="end" x="{left - 6}" y="{at_y}" dy="4">{_number(y)}</text>'
            yield f'<text class="tick" text-anchor="middle" x="{at_x}" y="{_HEIGHT - _BOTTOM + 16}">{_number(x)}</text>'
        middle = (left + right) / 2
        yield f'<text text-anchor="middle" x="{middle}" y="{_HEIGHT - 6}">{escape(axes[0])}</text>'
        height = (_HEIGHT - _BOTTOM + _TOP) / 2
        yield (
            f'<text text-anchor="middle" transform="rotate(-90 12 {height})" x="12" y="{height}">{escape(axes[1])}</text>'
        )

    def _at_x(self, value: float) -> float:
        low, high = self._x
        return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)

    def _at_y(self, value: float) -> float:
        low, high = self._y
        return _HEIGHT - _BOTTOM - (value - low) / (high - low) * (_HEIGHT - _BOTTOM - _TOP)


def _wide(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".") or "0"
