"""What encryption of the catalogue costs: `python -m benchmarks.encryption [INSTANCES]` (100,000 unless told).

The same catalogue twice, in clear and encrypted (the second is the first one converted, as `leadglass vault P encrypt`
does); each question is put to both in turn, so that a processor that slows down slows both. Prints the medians.
"""

import argparse
import secrets
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.catalogue import CLASSES, FILTERS, fill
from labeller import Catalogue, CatalogueKey, back_up, convert, is_sound

ROUNDS = 7
LABELS = 150
SHOWN = ("modality", "class", "text in a description", "four conditions")


def seconds(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def tell(
    title: str, plain: Callable[[], object], encrypted: Callable[[], object], rounds: int = ROUNDS
) -> None:
    """Print the medians of both, each asked in turn."""
    pairs = [(seconds(plain), seconds(encrypted)) for _ in range(rounds)]
    one, other = (1000 * statistics.median(times) for times in zip(*pairs, strict=True))
    print(f"{title}: {one:.1f} ms in clear, {other:.1f} ms encrypted, {other / one:.2f} times", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("instances", nargs="?", type=int, default=100_000)
    number = parser.parse_args().instances
    with tempfile.TemporaryDirectory() as name:
        plain, encrypted = Path(name, "catalogue.sqlite"), Path(name, "catalogue.sqlcipher")
        key = CatalogueKey(secrets.token_bytes(32))
        with Catalogue.create(plain) as catalogue:
            fill(catalogue, number)
        kept = Path(name, "kept.sqlite")
        shutil.copyfile(plain, kept)
        print(f"converted: {seconds(lambda: convert(plain, encrypted, key, lambda: None)):.1f} s")
        kept.replace(plain)
        print(
            f"size: {plain.stat().st_size / 1e6:.0f} MB in clear, {encrypted.stat().st_size / 1e6:.0f} MB encrypted"
        )
        files(plain, encrypted, key)
        with Catalogue.open(plain) as one, Catalogue.open(encrypted, key) as other:
            questions(one, other)


def files(plain: Path, encrypted: Path, key: CatalogueKey) -> None:
    def opened(file: Path, key: CatalogueKey | None) -> None:
        with Catalogue.open(file, key) as catalogue:
            catalogue.count()

    def copied(file: Path, key: CatalogueKey | None) -> None:
        folder = file.with_suffix(".backups")
        back_up(file, folder, key)
        shutil.rmtree(folder)

    tell("open", lambda: opened(plain, None), lambda: opened(encrypted, key))
    tell("copy of the day", lambda: copied(plain, None), lambda: copied(encrypted, key), 3)
    tell("check", lambda: is_sound(plain), lambda: is_sound(encrypted, key), 3)


def questions(one: Catalogue, other: Catalogue) -> None:
    tell("reading order, once after opening", one.listing, other.listing, 1)
    keys = one.listing().keys
    middle = keys[len(keys) // 2 :]
    tell("200 rows in the middle", lambda: one.rows(middle[:200]), lambda: other.rows(middle[:200]))
    for name in SHOWN:
        only = FILTERS[name]
        tell(f"filter: {name}", lambda only=only: one.listing(only), lambda only=only: other.listing(only))
    uids = one.uids_of(middle[:5000])
    names = {id(one): iter(CLASSES * 100), id(other): iter(CLASSES * 100)}

    def at_once(catalogue: Catalogue) -> None:
        catalogue.set_label(uids, next(names[id(catalogue)]), reader="Dr. A", means="key")

    tell(f"label {len(uids):,} at once", lambda: at_once(one), lambda: at_once(other), 5)
    todo = [iter(uids), iter(uids)]

    def next_one(catalogue: Catalogue, which: int) -> None:
        catalogue.set_label([next(todo[which])], "third", reader="Dr. A", means="key")

    for catalogue in (one, other):
        catalogue.add_class("third")
    tell("key to durable label", lambda: next_one(one, 0), lambda: next_one(other, 1), LABELS)


if __name__ == "__main__":
    main()
