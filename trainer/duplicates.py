"""Images that stand in a data set more than once, as far as that can be told without decoding them."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence

from trainer.dataset import DataSet
from trainer.listing import Item

_DESCRIPTION = "dataset.json"
_MOST_BYTES = 512 << 20  # of files that are compared byte for byte


def duplicate_warnings(dataset: DataSet) -> Iterator[str]:
    """What an export noted of near-duplicates, and files that are the same byte for byte."""
    noted = _noted(dataset)
    if noted:
        yield f"{noted} group(s) of nearly the same images stand in several splits; results will look too good."
    groups = list(_same_files(dataset.items))
    several = sum(len({item.patient for item in group}) > 1 for group in groups)
    if several:
        yield f"{several} file(s) stand under two patients, byte for byte."
    classes = sum(len({item.class_name for item in group}) > 1 for group in groups)
    if classes:
        yield f"{classes} file(s) stand under two classes, byte for byte; one of the labels is wrong."


def _noted(dataset: DataSet) -> int:
    try:
        document = json.loads((dataset.folder / _DESCRIPTION).read_text(encoding="utf-8"))
        return len(document["duplicates"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0  # no data set of ours, or one from before this was noted


def _same_files(items: Sequence[Item]) -> Iterator[list[Item]]:
    by_size: defaultdict[int, list[Item]] = defaultdict(list)
    for item in items:
        by_size[item.path.stat().st_size].append(item)
    left = _MOST_BYTES
    for size, group in sorted(by_size.items()):
        if len(group) == 1 or size * len(group) > left:
            continue
        left -= size * len(group)
        by_content: defaultdict[str, list[Item]] = defaultdict(list)
        for item in group:
            by_content[hashlib.sha256(item.path.read_bytes()).hexdigest()].append(item)
        yield from (same for same in by_content.values() if len(same) > 1)
