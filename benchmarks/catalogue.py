"""How fast the catalogue is: `python -m benchmarks.catalogue [INSTANCES] [--file CATALOGUE]` (100,000 unless told).

With `--file` the catalogue is kept there, and taken from there the next time: making one takes longer than
measuring it; `benchmarks.grid --project` keeps one too. A tenth of the instances is labelled, some of them by two
readers, and a model has predicted for half. Prints the rows entered per second, the bytes per instance, the time from
a key to a label that is on the disk, and what lists ask: wall time, and processor time, which says more where the
machine is shared.
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from labeller import SORTS, Catalogue, InstanceFilter, NewInstance, PredictionRow, RunRow

LABELS = 300
FILES = 200  # the names of so many files are shared by all instances
CLASSES = ("normal", "opacity")
PLAIN = """
CREATE TABLE event (instance, before_id, before, before_reader, class_id, class, reader, at, means, label_set, shown);
CREATE INDEX by_instance ON event (instance);
CREATE TABLE label (instance, label_set, class, reader, note, PRIMARY KEY (instance, label_set));
CREATE INDEX by_class ON label (class, instance);
CREATE TABLE opinion (instance, label_set, reader, class, PRIMARY KEY (instance, label_set, reader));
CREATE INDEX by_opinion ON opinion (class);
"""
CHANGE = {
    "path": "(0010,0010)",
    "name": "Patient's Name",
    "action": "Z",
    "layer": "profile",
    "reason": "tells who",
}
HEADERS = {"changes": [CHANGE] * 20, "regions": [], "findings": []}
MASKED = HEADERS | {"regions": [{"kind": "text"}]}


def instance(number: int) -> NewInstance:
    study, place = divmod(number, 10)
    return NewInstance(
        sop_instance_uid=f"2.25.{10**30 + number}",
        file=f"{number % FILES:05}.dcm",
        patient=f"LG{study // 3:016}",
        study=f"2.25.{2 * 10**30 + study}",
        series=f"2.25.{3 * 10**30 + study}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        modality=("CT", "MR", "DX", "US")[study % 4],
        rows=512,
        columns=512,
        body_part=("CHEST", "ABDOMEN", "KNEE")[study % 3],
        study_description=f"Study {study % 40}",
        series_description=f"Series {study % 300}",
        patient_sex="FM"[study % 2],
        patient_age=f"{study % 90:03}Y",
        manufacturer=f"Vendor {study % 7}",
        grade="pass",
        instance_number=place,
        review=("look",) if number % 50 == 0 else (),
        masking=MASKED if number % 9 == 0 else HEADERS,
    )


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return sorted(taken)[times // 2]


def tell(title: str, work: Callable[[], object], times: int = 5) -> None:
    """Print the first run, and the medians of the others."""
    first, taken, busy = milliseconds(work, 1), [], []
    for _ in range(times):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        taken.append(1000 * (time.perf_counter() - wall))
        busy.append(1000 * (time.process_time() - processor))
    middle = times // 2
    print(
        f"{title}: {sorted(taken)[middle]:.0f} ms, processor {sorted(busy)[middle]:.0f} ms (first {first:.0f} ms)"
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("instances", nargs="?", type=int, default=100_000)
    parser.add_argument("--file", type=Path)
    told = parser.parse_args()
    with kept(told.file) as path:
        if not path.exists():
            with Catalogue.create(path) as catalogue:
                fill(catalogue, told.instances)
        print(f"open: {milliseconds(lambda: Catalogue.open(path).close()):.1f} ms")
        with Catalogue.open(path) as catalogue:
            number = catalogue.count()
            size = path.stat().st_size
            print(f"size: {size / 1e6:.0f} MB, {size / number:.0f} bytes an instance")
            measure(catalogue, number)


@contextmanager
def kept(wanted: Path | None) -> Iterator[Path]:
    """Offer a path that stays, or one that is deleted afterwards."""
    if wanted is not None:
        yield wanted
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder, "catalogue.sqlite")


def fill(catalogue: Catalogue, number: int) -> None:
    start = time.perf_counter()
    for first in range(0, number, 5000):
        catalogue.add_instances([instance(n) for n in range(first, min(first + 5000, number))])
    print(f"entered in batches of 5,000: {number / (time.perf_counter() - start):,.0f} rows/s")
    for name in CLASSES:
        catalogue.add_class(name)
    uids = catalogue.uids()
    for first in range(0, number // 10, 5000):
        chosen = uids[first : min(first + 5000, number // 10)]
        catalogue.set_label(chosen, CLASSES[first // 5000 % 2], reader="Dr. A", means="key")
    catalogue.set_label(uids[: number // 200], CLASSES[1], reader="Dr. B", means="key")
    catalogue.add_run(RunRow("run", "run", "2026-01-01", "quick", {}))
    for first in range(0, number // 2, 5000):
        rows = [PredictionRow(uid, "run", CLASSES[n % 2], {CLASSES[n % 2]: 0.5 + n / 10_000}, "2026-01-01")
                for n, uid in enumerate(uids[first : first + 5000])]  # fmt: skip
        catalogue.add_predictions("run", rows)


def measure(catalogue: Catalogue, number: int) -> None:
    first = milliseconds(catalogue.listing, 1)
    print(f"reading order of all, once after opening: {first:.0f} ms")
    keys = catalogue.listing().keys
    for title, place in (("first", 0), ("middle", number // 2), ("last", number - 200)):
        tell(f"{title} 200 rows", lambda place=place: catalogue.rows(keys[place : place + 200]))
    for title, only in FILTERS.items():
        tell(f"filter: {title}", lambda only=only: catalogue.listing(only))
    for sort, words in SORTS.items():
        tell(f"order: {words}", lambda sort=sort: catalogue.listing(sort=sort), 3)
    tell("stacks folded", lambda: catalogue.listing(folded=True), 3)
    uids = catalogue.uids_of(keys[number // 2 : number // 2 + 5000])
    tell("next unlabelled", lambda: catalogue.unlabelled_after(uids[0]))
    tell("counts by class", catalogue.counts_by_class)
    tell("counts by modality", catalogue.counts_by_modality)
    names = iter(CLASSES * 10)
    tell(
        f"label {len(uids):,} at once, with history",
        lambda: catalogue.set_label(uids, next(names), reader="Dr. A", means="key"),
    )
    tell("  the rows of it, written by SQLite alone", lambda: write_plainly(uids))
    label_one_by_one(catalogue, uids)


def write_plainly(uids: list[str]) -> None:
    """What the disk and SQLite need for the same rows, in tables with nothing else in them."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(sqlite3.connect(Path(folder, "plain.sqlite"))) as file,
    ):
        file.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + PLAIN)
        event = (1, "normal", 1, 2, "opacity", 1, "2026-01-01T00:00:00.000+00:00", "key", 1, "")
        with file:
            file.executemany(
                f"INSERT INTO event VALUES ({', '.join('?' * 11)})", [(n, *event) for n in range(len(uids))]
            )
            file.executemany("INSERT INTO label VALUES (?, 1, 2, 1, '')", [(n,) for n in range(len(uids))])
            file.executemany("INSERT INTO opinion VALUES (?, 1, 1, 2)", [(n,) for n in range(len(uids))])


FILTERS = {
    "modality": InstanceFilter(modality="MR"),
    "body part": InstanceFilter(body_part="CHEST"),
    "sex": InstanceFilter(patient_sex="F"),
    "age from 60": InstanceFilter(age_from=60),
    "manufacturer": InstanceFilter(manufacturer="Vendor 3"),
    "class": InstanceFilter(label="opacity"),
    "without a label": InstanceFilter(labelled=False),
    "reader": InstanceFilter(reader="Dr. B"),
    "not sure": InstanceFilter(kind="unsure"),
    "with a note": InstanceFilter(noted=True),
    "disagreement": InstanceFilter(disputed=True),
    "masked pixels": InstanceFilter(masked=True),
    "mask to look at": InstanceFilter(needs_review=True),
    "model sure by 80 to 90 %": InstanceFilter(score_from=0.8, score_to=0.9),
    "model says otherwise": InstanceFilter(contradicted=True),
    "text in a description": InstanceFilter(text="series 29"),
    "text of a pseudonym": InstanceFilter(text="LG00000000000012"),
    "text that is nowhere": InstanceFilter(text="nothing like it"),
    "one series": InstanceFilter(series=f"2.25.{3 * 10**30 + 77}"),
    "one series of a patient": InstanceFilter(patient=f"LG{77 // 3:016}", series=f"2.25.{3 * 10**30 + 77}"),
    "four conditions": InstanceFilter(modality="MR", patient_sex="F", age_from=60, labelled=False),
}


def label_one_by_one(catalogue: Catalogue, uids: list[str]) -> None:
    todo = iter(uids)
    durable = sorted(
        milliseconds(lambda: catalogue.set_label([next(todo)], "normal", reader="Dr. A", means="key"), 1)
        for _ in range(LABELS)
    )
    median, late = durable[LABELS // 2], durable[LABELS * 19 // 20]
    print(f"key to durable label: median {median:.1f} ms, 95th percentile {late:.1f} ms")


if __name__ == "__main__":
    main()
