"""What somebody looked at on the contact sheet and found fine, so that nobody is asked for it twice.

`looked_at.jsonl` in the project folder: one answer a line, places of images by their new UIDs, no pixels and nothing of
the originals. A line that a crash cut off is left out.
"""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from anonymizer import Region
from app.errors import SettingsError

FILE = "looked_at.jsonl"
Place = tuple[str, str, int, int, int, int, int | None, tuple[tuple[int, int], ...]]


def place_of(half: str, sop: str, region: Region) -> Place:
    """Where a picture of one half of the sheet stands; another box there is another place."""
    return half, sop, region.x, region.y, region.width, region.height, region.frame, region.points


class LookedAt:
    """The answers of one project."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / FILE
        self._answers = dict(self._read())

    def answer(self, place: Place) -> str:
        """What was said of a place, "" where nobody looked."""
        return self._answers.get(place, "")

    def note(self, places: Iterable[Place], answer: str) -> None:
        """Keep an answer, "" to take it back. Raises SettingsError where it cannot be written."""
        fresh = [place for place in places if self.answer(place) != answer]
        if not fresh:
            return
        row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "answer": answer, "places": fresh}
        try:
            with self._file.open("ab") as stream:
                cut_off = "\n" if self._ends_in_a_line() else ""
                stream.write(f"{cut_off}{json.dumps(row)}\n".encode())
                stream.flush()
                os.fsync(stream.fileno())
        except OSError as error:
            raise SettingsError("The answer cannot be kept.", "Check free space and permissions.") from error
        self._answers |= dict.fromkeys(fresh, answer)

    def _ends_in_a_line(self) -> bool:
        """Whether a crash left the beginning of a line, to which nothing must be joined."""
        text = self._file.read_bytes()
        return bool(text) and not text.endswith(b"\n")

    def _read(self) -> Iterator[tuple[Place, str]]:
        if not self._file.exists():
            return
        for line in self._file.read_text(encoding="utf-8").splitlines():
            try:
                row = json.loads(line)
                yield from ((_place(each), str(row["answer"])) for each in row["places"])
            except (ValueError, KeyError, TypeError):
                continue  # cut off: whoever answered is asked once more


def _place(row: list[object]) -> Place:
    half, sop, x, y, width, height, frame, points = row
    corners = tuple((int(p), int(q)) for p, q in points)  # type: ignore[attr-defined]
    number = None if frame is None else int(str(frame))
    return str(half), str(sop), int(str(x)), int(str(y)), int(str(width)), int(str(height)), number, corners
