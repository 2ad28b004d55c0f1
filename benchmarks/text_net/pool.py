"""Make the training pictures beforehand, as drawing them takes longer than learning from them.

python -m benchmarks.text_net.pool FOLDER --first 0 --shards 8
"""

import argparse
from pathlib import Path

import cv2  # noqa: TID253 - draws everything here; nothing of the program imports this module
import numpy as np
import numpy.typing as npt

from benchmarks.text_net.scenes import SIZE, USUAL, Shares, scene

SEED = 20_260
IN_SHARD = 250


def shard(number: int, shares: Shares) -> npt.NDArray[np.uint8]:
    """The scenes of a shard: (IN_SHARD, SIZE, SIZE, 5), four planes and the classes of the pixels."""
    made = np.empty((IN_SHARD, SIZE, SIZE, 5), np.uint8)
    for index in range(IN_SHARD):
        rng = np.random.default_rng([SEED, number, index])
        made[index, ..., :4], made[index, ..., 4] = scene(rng, shares)
    return made


def main() -> None:
    """Write the shards."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--shards", type=int, default=8)
    parser.add_argument(
        "--ultrasound", type=float, default=USUAL.ultrasound, help="share of ultrasound, 0 to 1"
    )
    parser.add_argument("--screens", type=float, default=USUAL.screens, help="share of screens, 0 to 1")
    parser.add_argument(
        "--hard", type=float, default=USUAL.hard, help="share of scenes with faint text, 0 to 1"
    )
    wanted = parser.parse_args()
    shares = Shares(wanted.ultrasound, wanted.screens, wanted.hard)
    cv2.setNumThreads(1)
    wanted.folder.mkdir(parents=True, exist_ok=True)
    for number in range(wanted.first, wanted.first + wanted.shards):
        temporary = wanted.folder / f"{number:03d}.part.npy"
        np.save(temporary, shard(number, shares))
        temporary.rename(wanted.folder / f"{number:03d}.npy")


if __name__ == "__main__":
    main()
