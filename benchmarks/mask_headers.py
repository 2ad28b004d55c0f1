"""How fast headers are masked in one process, beside pydicom reading, walking and writing the same files.

    python benchmarks/mask_headers.py [--files 60] [--size 512]

Makes CT-like instances of invented patients; prints files per CPU-second of both and their ratio.
"""

import argparse
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pydicom

from anonymizer.deidentify import Layout, Settings, deidentify
from anonymizer.key import SecretKey
from anonymizer.profile import load_profile
from anonymizer.source import find_sources
from benchmarks.masking import make


def per_cpu_second(work: Callable[[], int]) -> float:
    """Files per second of processor time, the second of two runs: tables are built in the first."""
    work()
    begun = time.process_time()
    return work() / (time.process_time() - begun)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=60)
    parser.add_argument("--size", type=int, default=512)
    chosen = parser.parse_args()
    settings = Settings(load_profile("research"), SecretKey(bytes(32)), find_text=False)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in")
        make(source, chosen.files, chosen.size)

        def masked() -> int:
            with tempfile.TemporaryDirectory(dir=folder) as out:
                return sum(
                    bool(deidentify(s, Path(out), settings, Layout.FLAT)) for s in find_sources([source])
                )

        def walked() -> int:
            with tempfile.TemporaryDirectory(dir=folder) as out:
                for path in source.iterdir():
                    dataset = pydicom.dcmread(path)
                    dataset.walk(lambda _, element: element.value)
                    dataset.save_as(Path(out, path.name))
            return chosen.files

        ours, theirs = per_cpu_second(masked), per_cpu_second(walked)
    print(f"headers masked               {ours:8.1f} files/CPU-s")
    print(f"pydicom read, walk, write    {theirs:8.1f} files/CPU-s")
    print(f"ratio                        {ours / theirs:8.2f}")


if __name__ == "__main__":
    main()
