"""How often the test split was looked at: each look makes the next figure on it a little less honest."""

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from trainer.atomic import write_json
from trainer.errors import ModelFolderError
from trainer.records import NOTICE

FILE = "openings.json"
_LARGEST = 4 << 20


@dataclass(frozen=True, slots=True)
class Opening:
    """One look at the figures of a test split."""

    at: str  # ISO 8601
    why: str
    images_sha256: str  # over the images that were looked at
    threshold: float | None


def note_opening(folder: Path, why: str, images_sha256: str, threshold: float | None) -> None:
    """Add a look; ModelFolderError where the record of the earlier ones is damaged."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    found = [*openings(folder), Opening(at, why, images_sha256, threshold)]
    write_json(folder / FILE, {"notice": NOTICE, "openings": [asdict(each) for each in found]})


def openings(folder: Path) -> list[Opening]:
    """The looks at test splits with this model, the first one first."""
    path = folder / FILE
    if not path.exists():
        return []
    try:
        if path.is_symlink() or path.stat().st_size > _LARGEST:
            raise ValueError("not one of ours")
        entries = json.loads(path.read_text(encoding="utf-8"))["openings"]
        return [
            Opening(
                str(each["at"]),
                str(each["why"]),
                str(each["images_sha256"]),
                None if each["threshold"] is None else float(each["threshold"]),
            )
            for each in entries
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ModelFolderError(
            "The model's record of looks at the test split is damaged.", "Train the model again."
        ) from None


def by_other_models(folder: Path) -> int:
    """How many other models beside this one were judged on the same test images."""
    mine = {each.images_sha256 for each in openings(folder)}
    count = 0
    for other in sorted(folder.resolve().parent.glob(f"*/{FILE}")):
        if other.parent != folder.resolve():
            try:
                count += any(each.images_sha256 in mine for each in openings(other.parent))
            except ModelFolderError:
                continue  # a neighbour's damage is told when that neighbour is opened
    return count


def in_words(folder: Path) -> str:
    """How often the test split was opened, by whom, and what follows."""
    found = openings(folder)
    if not found:
        return "The test split has not been opened."
    times = {1: "once", 2: "twice"}.get(len(found), f"{len(found)} times")
    text = f"The test split was opened {times}."
    if len({each.threshold for each in found}) > 1:
        text += " The operating point was moved after it had been seen: judge the model on new images."
    others = by_other_models(folder)
    if others:
        text += (
            f" {others} other model(s) beside this one were judged on the same images: the best of several looks "
            "better than it is."
        )
    return text
