"""Soak: every step in a loop, in one folder; memory, handles, threads and temporary files must stay flat.

    python -m benchmarks.soak --minutes 60 --folder /somewhere/empty

Each round masks a folder in worker processes, imports it into a project, masks everything again, labels, exports, and
(with --train) trains and predicts into the project, in one process that never ends, headers and pixels as ever. It
prints a line of figures, and fails where a step did less than in the first round. The last line compares the second
round, when everything is loaded, with the last one.
"""

import argparse
import gc
import os
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import resources
from anonymizer import SecretKey, read_image
from app.project import Project
from app.workflows import importing, learning, masking
from app.workflows.datasets import export_project
from app.workflows.masking_again import all_instances, mask_again
from app.workflows.projects import create_project, unlock

MOST_GROWTH = {"memory_mb": 40.0, "handles": 4.0, "threads": 2.0, "processes": 0.0, "temporary": 0.0}
ITSELF = Path("/proc/self")


class Silent:
    """A `Progress` that tells nobody."""

    def stage(self, title: str, total: int | None = None) -> None: ...
    def step(self, done: int, message: str = "") -> None: ...
    def item(self, kind: str, facts: Mapping[str, Any]) -> None: ...
    def cancelled(self) -> bool:
        return False


@dataclass(frozen=True)
class Figures:
    """What a process holds at a moment."""

    memory_mb: float
    handles: float
    threads: float  # of the system, not only Python's
    processes: float  # workers that did not go
    temporary: float  # files in the temporary folder and half-written ones in the soak's folder

    @classmethod
    def now(cls, folder: Path) -> "Figures":
        gc.collect()
        pages = int((ITSELF / "statm").read_text(encoding="ascii").split()[1])
        left = [path for path in folder.rglob(".*") if path.suffix in (".tmp", ".part")]
        threads = list((ITSELF / "task").iterdir())
        return cls(
            pages * os.sysconf("SC_PAGE_SIZE") / 2**20,
            len(list((ITSELF / "fd").iterdir())),
            len(threads),
            sum(len((each / "children").read_text(encoding="ascii").split()) for each in threads),
            len(left) + len(list(Path(tempfile.gettempdir()).iterdir())),
        )


def one_round(folder: Path, originals: Path, *, train: bool) -> Counter[str]:
    """Every step once, in a project of its own that is deleted at the end; how much each step did."""
    done: Counter[str] = Counter()
    progress = Silent()
    settings = masking.settings_for("basic", (), SecretKey.generate())
    request = masking.MaskRequest((originals,), folder / "masked", settings, workers=2)
    done["masked"] = masking.mask(request, progress).outcomes["masked"]
    project = create_project(folder / "soak.leadglass")
    with unlock(project) as vault:
        imported = importing.import_instances(project, vault, [originals], progress, workers=1)
        done["imported"] = imported.outcomes["masked"]
        again = mask_again(project, vault, all_instances(project), progress, workers=1)
        done["masked again"] = again.outcomes["masked"]
        done["labelled"] = label_all(project)
        done["exported"] = export_project(project, folder / "data", progress, vault=vault).images
    if train:
        done["predicted"] = learn(project, folder)
    for each in (folder / "masked", project.folder, folder / "data"):
        shutil.rmtree(each)
    return done


def label_all(project: Project) -> int:
    """Two classes in turn, and one change taken back; how many have a label."""
    with project.catalogue() as catalogue:
        for name in ("one", "other"):
            catalogue.add_class(name)
        reader = "Soak"
        for number, uid in enumerate(catalogue.uids()):
            catalogue.set_label([uid], ("one", "other")[number % 2], reader=reader, means="window")
        events = catalogue.set_label(list(catalogue.uids())[:1], None, reader=reader, means="window")
        catalogue.undo(events, reader=reader)
        return sum(bool(row.label) for row in catalogue.instances())


def learn(project: Project, folder: Path) -> int:
    """A quick training, and what it says of every instance, kept in the catalogue; how many it spoke of."""
    from trainer import train

    train(folder / "data", folder / "model", recipe="quick", read_image=read_image, on_event=lambda _kind, _facts: None,
          cancelled=lambda: False, epochs=1)  # fmt: skip
    told = learning.predict_project(project, folder / "model", (), Silent())
    shutil.rmtree(folder / "model")
    return sum(not each.error for _uid, each in told)


def main() -> int:
    """Run for the given time; 1 where anything grew."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--originals", type=Path, default=resources.find("sample") / "instances")
    parser.add_argument("--train", action="store_true")
    given = parser.parse_args()
    scratch = given.folder / "tmp"
    scratch.mkdir(parents=True)
    tempfile.tempdir = os.environ["TMPDIR"] = str(scratch)
    os.environ["LEADGLASS_CONFIG"] = str(given.folder / "config")
    rows: list[Figures] = []
    first: Counter[str] = Counter()
    end = time.monotonic() + 60 * given.minutes
    while time.monotonic() < end or len(rows) < 3:
        begun = time.monotonic()
        done = one_round(given.folder, given.originals, train=given.train)
        first = first or done
        assert done == first, f"a round did {dict(done)}, the first one {dict(first)}"
        rows.append(Figures.now(given.folder))
        told = ", ".join(f"{name} {value:.0f}" for name, value in asdict(rows[-1]).items())
        print(f"round {len(rows)}: {time.monotonic() - begun:.0f} s; {told}", flush=True)
    grown = {
        each.name: getattr(rows[-1], each.name) - getattr(rows[1], each.name)
        for each in fields(Figures)
        if getattr(rows[-1], each.name) - getattr(rows[1], each.name) > MOST_GROWTH[each.name]
    }
    print(f"{len(rows)} rounds of {dict(first)}; " + (f"grown: {grown}" if grown else "nothing grew."))
    return 1 if grown else 0


if __name__ == "__main__":
    raise SystemExit(main())
