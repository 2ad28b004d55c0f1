"""How fast the catalogue is at 100,000 instances: `python -m benchmarks.catalogue [INSTANCES]`.

Prints the rows entered per second, the time from a key to a label that is on the disk, and what lists ask.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from labeller import Catalogue, InstanceFilter, NewInstance

LABELS = 300


def instance(number: int) -> NewInstance:
    study, place = divmod(number, 10)
    return NewInstance(
        sop_instance_uid=f"2.25.{10**30 + number}",
        file=f"2.25.{10**30 + number}.dcm",
        patient=f"LG{study // 3:016}",
        study=f"2.25.{2 * 10**30 + study}",
        series=f"2.25.{3 * 10**30 + study}",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        modality=("CT", "MR", "DX", "US")[study % 4],
        rows=512,
        columns=512,
        body_part="CHEST",
        study_description="CT thorax",
        instance_number=place,
        review=("look",) if number % 50 == 0 else (),
        masking={"changes": [{"path": "(0010,0010)", "action": "Z"}] * 20, "regions": [], "findings": []},
    )


def milliseconds(work: Callable[[], object], times: int = 5) -> float:
    """The median of a few runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - start))
    return sorted(taken)[times // 2]


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "catalogue.sqlite"
        with Catalogue.create(path) as catalogue:
            start = time.perf_counter()
            for first in range(0, number, 1000):
                catalogue.add_instances([instance(n) for n in range(first, min(first + 1000, number))])
            print(f"entered in batches of 1,000: {number / (time.perf_counter() - start):,.0f} rows/s")
            more = iter(range(number, number + 200))
            each = milliseconds(lambda: catalogue.add_instances([instance(next(more))]), 200)
            print(f"entered one by one: {each:.2f} ms each")
            measure(catalogue, number)
        print(f"open: {milliseconds(lambda: Catalogue.open(path).close()):.1f} ms")
        print(f"size: {path.stat().st_size / 1e6:.0f} MB")


def measure(catalogue: Catalogue, number: int) -> None:
    for name in ("normal", "opacity"):
        catalogue.add_class(name)
    uids = catalogue.uids()
    label_one_by_one(catalogue, uids)
    chosen = uids[number // 2 : number // 2 + 5000]
    names = iter(["normal", "opacity"] * 5)
    many = milliseconds(lambda: catalogue.set_label(chosen, next(names), reader="Dr. A", means="key"))
    print(f"label {len(chosen):,} at once: {many:.0f} ms")
    text, marked = InstanceFilter(text="nothing like it"), InstanceFilter(needs_review=True)
    questions: dict[str, Callable[[], object]] = {
        "first page of 100": lambda: catalogue.instances(limit=100),
        "page of 100 in the middle": lambda: catalogue.instances(offset=number // 2, limit=100),
        "page of 100 at the end": lambda: catalogue.instances(offset=number - 100, limit=100),
        "page of 100 of one modality": lambda: catalogue.instances(InstanceFilter(modality="MR"), limit=100),
        "page of 100 unlabelled": lambda: catalogue.instances(InstanceFilter(labelled=False), limit=100),
        "page of 100 to be looked at": lambda: catalogue.instances(marked, limit=100),
        "page of 100 of one class": lambda: catalogue.instances(InstanceFilter(label="opacity"), limit=100),
        "text that is nowhere": lambda: catalogue.instances(text, limit=100),
        "all UIDs": catalogue.uids,
        "count of unlabelled": lambda: catalogue.count(InstanceFilter(labelled=False)),
        "counts by class": catalogue.counts_by_class,
        "counts by modality": catalogue.counts_by_modality,
        "next unlabelled": lambda: catalogue.unlabelled_after(uids[number // 3]),
        "one instance": lambda: catalogue.instance(uids[7]),
    }
    for title, work in questions.items():
        print(f"{title}: {milliseconds(work):.1f} ms")


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
