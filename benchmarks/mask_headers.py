"""How fast headers are masked, beside a copy, pydicom and other tools on the same files in the same run.

    python benchmarks/mask_headers.py [--files 600] [--size 512] [--workers N] [--peers PYTHON] [--many 0]

Makes CT series of invented patients with some 240 elements each. Files per CPU-second are those of one process
that has warmed up; the survey, the four layers, the search of the written bytes and the verification are in it,
burned-in text is not. `leadglass mask` is run on all cores, with its start. `--peers` names a Python that has
dicognito and dicom-anonymizer. `--many` masks a quarter, half and all of so many small files, to show that memory
stays flat: the largest process is told for each.
"""

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pydicom

from anonymizer.batches.survey import Identities, Surveyor
from anonymizer.files.source import find_sources
from anonymizer.identities.key import SecretKey
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from app.program import command
from benchmarks.ct_series import SLICES, make, make_enhanced, make_many

_OTHERS = 600_000  # number of the first file of a patient who is in no measurement
_PEERS = {
    "dicognito": (
        "import dicognito.anonymizer as a, pydicom, sys, time, pathlib; t = time.process_time();"
        "m = a.Anonymizer(seed='x'); paths = sorted(pathlib.Path(sys.argv[1]).iterdir());"
        "[(m.anonymize(d := pydicom.dcmread(p)), d.save_as(sys.argv[2] + '/' + p.name)) for p in paths];"
        "print(len(paths) / (time.process_time() - t))"
    ),
    "dicom-anonymizer": (
        "from dicomanonymizer import anonymize; import sys, time, pathlib; t = time.process_time();"
        "n = len(list(pathlib.Path(sys.argv[1]).iterdir())); anonymize(sys.argv[1], sys.argv[2], {}, False);"
        "print(n / (time.process_time() - t))"
    ),
}


@dataclass(frozen=True, slots=True)
class Bench:
    """The files of one run."""

    folder: Path
    source: Path
    files: int

    def out(self, name: str) -> Path:
        """Return a new, empty folder."""
        path = self.folder / name
        shutil.rmtree(path, ignore_errors=True)
        path.mkdir()
        return path


def per_cpu_second(work: Callable[[Bench], int], warm: Bench, bench: Bench) -> float:
    """Files per second of processor time, once tables are built with the files of another patient."""
    work(warm)
    begun = time.process_time()
    return work(bench) / (time.process_time() - begun)


def masked(bench: Bench) -> int:
    """Look for identities in all files, then mask them, in this process."""
    settings = Settings(load_profile("research"), SecretKey(bytes(32)), find_text=False)
    out, surveyor, identities = bench.out("masked"), Surveyor(settings), Identities()
    sources = list(find_sources([bench.source]))
    for source in sources:
        identities.add(surveyor.survey(source))
    told = identities.by_patient()
    return sum(bool(deidentify(s, out, settings, Layout.FLAT, told=told).new_path) for s in sources)


def walked(bench: Bench) -> int:
    """Read, walk and write with pydicom."""
    out = bench.out("walked")
    for path in bench.source.iterdir():
        dataset = pydicom.dcmread(path)
        dataset.walk(lambda _, element: element.value)
        dataset.save_as(out / path.name)
    return bench.files


def copied(bench: Bench) -> int:
    """Copy the files."""
    shutil.copytree(bench.source, bench.out("copied"), dirs_exist_ok=True)
    return bench.files


def print_run(bench: Bench, workers: int) -> None:
    """Print how `leadglass mask` does with all files on all cores: time, processor time, memory."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    out, report = bench.out("run"), bench.folder / "report.json"
    words = ["mask", str(bench.source), "--out", str(out), "--key", str(bench.folder / "key")]
    words += ["--profile", "research", "--headers-only", "--progress", "none", "--report", str(report)]
    done = subprocess.run(
        command(*words, "--workers", str(workers)), check=True, capture_output=True, text=True
    )
    seconds = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"leadglass mask, {workers} workers      {bench.files / seconds * 60:8.0f} files a minute")
    print(f"  with its start           {bench.files / spent:8.1f} files/CPU-s; {done.stdout.splitlines()[0]}")
    print(f"  largest process          {after.ru_maxrss / 1024:8.0f} MB")


def print_enhanced(bench: Bench) -> None:
    """Print how long an enhanced multi-frame takes."""
    folder = bench.out("multi-frame")
    elements = make_enhanced(folder / "enhanced.dcm")
    single = Bench(bench.folder, folder, 1)
    masked(Bench(bench.folder, bench.source, bench.files))
    begun = time.process_time()
    if masked(single) != 1:
        sys.exit("The enhanced multi-frame was not masked.")
    print(f"500 frames, {elements} elements {time.process_time() - begun:8.2f} CPU-s")


def print_peer(name: str, bench: Bench, python: str) -> None:
    """Print how fast another tool is, if there is one."""
    words = [python, "-c", _PEERS[name], str(bench.source), str(bench.out("peer"))]
    done = subprocess.run(words, check=False, capture_output=True, text=True)
    figure = done.stdout.strip().splitlines()[-1:] if not done.returncode else []
    print(f"{name:27}{float(figure[0]):8.1f} files/CPU-s" if figure else f"{name:27}not installed")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=600)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    parser.add_argument("--peers", default=sys.executable)
    parser.add_argument("--many", type=int, default=0)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name), Path(name, "in"), chosen.files)
        warm = Bench(Path(name), Path(name, "warm"), SLICES)
        make(bench.source, chosen.files, chosen.size)
        make(warm.source, warm.files, chosen.size, first=_OTHERS)
        for title, work in (
            ("copy", copied),
            ("pydicom read, walk, write", walked),
            ("headers masked", masked),
        ):
            print(f"{title:27}{per_cpu_second(work, warm, bench):8.1f} files/CPU-s")
        for peer in _PEERS:
            print_peer(peer, bench, chosen.peers)
        print_run(bench, chosen.workers)
        print_enhanced(bench)
        for part in (chosen.many // 4, chosen.many // 2, chosen.many) if chosen.many else ():
            small = Bench(Path(name), Path(name, f"small{part}"), part)
            make_many(small.source, part)
            print_run(small, chosen.workers)


if __name__ == "__main__":
    main()
