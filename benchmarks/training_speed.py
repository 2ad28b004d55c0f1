"""Images a second: reading (one after the other, in parallel, from the cache), learning and predicting beside Keras.

python -m benchmarks.training_speed --images 400 --recipe standard

The images are invented noise; speed does not depend on what they show.
"""

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from trainer import RECIPES
from trainer.architectures import build_network
from trainer.balancing import balancing
from trainer.device import import_keras
from trainer.feeding import Feed
from trainer.forward import Forward
from trainer.gradient import compile_step
from trainer.images import read_images, read_or_reason
from trainer.listing import Item
from trainer.machine import memory_in_use
from trainer.preprocessing import Preprocessing

BATCH, CLASSES = 64, 2
Pixels = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--side", type=int, default=1024, help="of the files, in pixels")
    parser.add_argument("--size", type=int, default=28, help="of what the network takes, in pixels")
    parser.add_argument("--recipe", choices=tuple(RECIPES), default="standard")
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    import_keras()
    network = RECIPES[given.recipe].design.architecture
    size = network.input_size(given.size)
    shape = Preprocessing(size, colour=False, channels=network.channels or 1, offset=127.0, scale=128.0)
    with tempfile.TemporaryDirectory() as folder:
        pixels = reading(Path(folder), given.images, given.side, shape)
    model = build_network(RECIPES[given.recipe].design, size, shape.channels, CLASSES)
    learning(model, shape, pixels)
    predicting(model, shape, pixels)
    memory = memory_in_use()
    print(f"memory at the end: {(memory or 0) / (1 << 20):.0f} MiB")


def told(name: str, images: int, work: Callable[[], object]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, processor = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"{name:58} {images / seconds:8.1f} images/s, {1000 * processor / images:7.2f} ms of processor each",
        flush=True,
    )


def reading(folder: Path, number: int, side: int, shape: Preprocessing) -> Pixels:
    items = made(folder, number, side)

    def one_after_the_other() -> None:
        for item in items:
            image, _ = read_or_reason(item.path, read_png)
            if image is not None:
                shape.prepare(image)

    def cached() -> Pixels:
        found = read_images(
            items,
            shape,
            read_image=read_png,
            on_event=lambda *_: None,
            cancelled=lambda: False,
            cache=folder / "cache",
        )
        return found.pixels

    told(f"reading {side}² PNG, one after the other", number, one_after_the_other)
    told("reading in parallel, into the cache", number, cached)
    told("reading from the cache", number, lambda: cached().sum())
    return np.array(cached())


def made(folder: Path, number: int, side: int) -> list[Item]:
    rng = np.random.default_rng(0)
    items = []
    for index in range(number):
        path = folder / f"{index}.png"
        Image.fromarray(rng.integers(0, 64, (side, side)).astype(np.uint8)).save(path, compress_level=1)
        items.append(Item(path, path.name, "ab"[index % 2], str(index), "train"))
    return items


def learning(model: Any, shape: Preprocessing, pixels: Pixels) -> None:
    keras = import_keras()
    labels = np.arange(len(pixels), dtype=np.int64) % CLASSES
    feed = Feed(pixels, labels, np.ones(CLASSES, np.float32), shape, BATCH)
    optimizer = keras.optimizers.AdamW(1e-3)
    optimizer.build(model.trainable_variables)
    step = compile_step(model, optimizer)

    streams = {parallel: feed.stream(parallel=parallel) for parallel in (False, True)}

    def epoch(*, parallel: bool) -> None:
        rng = np.random.default_rng(0)
        for batch in streams[parallel].epoch(balancing("none").arrange(labels, rng), rng):
            float(step(*batch)[0])

    for parallel in streams:
        epoch(parallel=parallel)  # compiles
    told(
        "learning with changed images, batches one after the other",
        len(pixels),
        lambda: epoch(parallel=False),
    )
    told("learning with changed images, batches prepared ahead", len(pixels), lambda: epoch(parallel=True))
    model.compile(keras.optimizers.AdamW(1e-3), "sparse_categorical_crossentropy", jit_compile=False)
    scaled = shape.scaled(pixels)

    def plain() -> None:
        model.fit(scaled, labels, batch_size=BATCH, epochs=1, verbose=0)

    plain()  # compiles
    told("Keras' model.fit, images unchanged and already scaled", len(pixels), plain)


def predicting(model: Any, shape: Preprocessing, pixels: Pixels) -> None:
    scaled = shape.scaled(pixels)
    for name, forward in (
        ("predicting", Forward(model, shape)),
        ("predicting with frozen weights", Forward(model, shape, frozen=True)),
    ):
        forward(pixels[:BATCH])
        told(name, len(pixels), lambda forward=forward: forward(pixels))  # type: ignore[misc]  # mypy cannot infer a default's type
    model.predict(scaled[:BATCH], verbose=0)
    told("Keras' model.predict, images already scaled", len(pixels), lambda: model.predict(scaled, verbose=0))


def read_png(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture, np.uint8)


if __name__ == "__main__":
    main()
