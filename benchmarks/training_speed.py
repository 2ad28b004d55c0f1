"""Images a second of every recipe: learning and predicting beside plain Keras loops and ONNX Runtime, in one run.

python -m benchmarks.training_speed --images 400

Also how images are read (one after the other, on all cores, from the cache), the seconds from the command to the first
epoch and the largest memory of a training. The images are invented noise; speed does not depend on what they show.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from benchmarks.onnx_graph import onnx_model
from trainer import RECIPES
from trainer.architectures import build_network
from trainer.balancing import balancing
from trainer.device import import_keras
from trainer.feeding import Feed
from trainer.forward import Forward
from trainer.images import read_images, read_or_reason
from trainer.listing import Item
from trainer.preprocessing import Preprocessing
from trainer.recipes import FIXED_FEATURES, PARTIAL, Recipe
from trainer.steps import compile_step

BATCH, CLASSES = 64, 2
SINGLE = ("quick", "standard", "transfer")  # what "best" puts together
Pixels = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=400)
    parser.add_argument("--side", type=int, default=1024, help="of the files, in pixels")
    parser.add_argument("--size", type=int, default=28, help="of the images that networks are fed, in pixels")
    parser.add_argument("--recipe", nargs="+", choices=SINGLE, default=SINGLE)
    given = parser.parse_args()
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        for recipe in given.recipe:
            begun(Path(folder, recipe), recipe, given.images, given.size)
        import_keras()
        pixels = reading(Path(folder), given.images, given.side, given.size)
        for recipe in given.recipe:
            of_recipe(RECIPES[recipe], pixels, given.size)


def begun(folder: Path, recipe: str, number: int, side: int) -> None:
    """`leadglass train` on its own, until the first epoch is told."""
    lines = ["path,class,split"]
    for place, item in enumerate(made(folder, number, side)):
        lines.append(f"{item.path.name},{item.class_name},{'validation' if place % 10 < 2 else 'train'}")
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    command = [sys.executable, "-m", "app", "train", str(folder), "--out", str(folder / "model")]
    command += ["--set", "rivals="] if recipe == "standard" else []
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--recipe", recipe, "--epochs", "2", "--progress", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as child:
        assert child.stdout is not None
        first = next((time.perf_counter() - began for line in child.stdout if is_epoch(line)), None)
        for _ in child.stdout:
            pass
    assert child.returncode == 0, "the training failed"
    assert first is not None
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{recipe}: {number} images of {side}², command to first epoch {first:.1f} s, to the report "
        f"{time.perf_counter() - began:.1f} s, largest memory of a training so far {largest:.0f} MiB",
        flush=True,
    )


def is_epoch(line: str) -> bool:
    told = json.loads(line)
    return bool(told.get("event") == "item" and told.get("kind") == "epoch")


def of_recipe(recipe: Recipe, pixels: Pixels, size: int) -> None:
    network = recipe.design.architecture
    side = network.input_size(size)
    shape = Preprocessing(side, colour=False, channels=network.channels or 1, offset=127.0, scale=128.0)
    fed = np.stack([shape.prepare(each[..., 0]) for each in pixels])
    model = build_network(recipe.design, side, shape.channels, CLASSES)
    if network.pretrained is not None and recipe.strategy != "from scratch":
        network.pretrained(model)
    freeze(model, recipe)
    print(f"{recipe.name}: {network.title}, {side} × {side} pixels, {recipe.strategy}", flush=True)
    learning(model, shape, fed, described=recipe.strategy == FIXED_FEATURES)
    predicting(model, shape, fed)


def freeze(model: Any, recipe: Recipe) -> None:
    """As the recipe's strategy does."""
    learns = recipe.strategy not in (FIXED_FEATURES, PARTIAL)
    for layer in model.layers:
        learns = learns or layer.name in ("logits", recipe.trainable_from)
        layer.trainable = learns and not (
            recipe.strategy == PARTIAL and type(layer).__name__ == "BatchNormalization"
        )


def told(name: str, images: int, work: Callable[[], object]) -> None:
    began, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, processor = time.perf_counter() - began, time.process_time() - cpu
    print(
        f"  {name:58} {images / seconds:8.1f} images/s, {1000 * processor / images:7.2f} ms of processor each",
        flush=True,
    )


def reading(folder: Path, number: int, side: int, size: int) -> Pixels:
    shape = Preprocessing(size, colour=False, channels=1, offset=127.0, scale=128.0)
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

    print("preparing images", flush=True)
    told(f"{side}² PNG, one after the other", number, one_after_the_other)
    told("on all cores, into the cache", number, cached)
    told("from the cache", number, lambda: cached().sum())
    return np.array(cached())


def made(folder: Path, number: int, side: int) -> list[Item]:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(0)
    items = []
    for index in range(number):
        path = folder / f"{index}.png"
        Image.fromarray(rng.integers(0, 64, (side, side)).astype(np.uint8)).save(path, compress_level=1)
        items.append(Item(path, path.name, "ab"[index % 2], str(index), "train"))
    return items


def learning(model: Any, shape: Preprocessing, pixels: Pixels, *, described: bool) -> None:
    keras = import_keras()
    labels = np.arange(len(pixels), dtype=np.int64) % CLASSES
    if described:
        forward = Forward(model, shape, "embedding", frozen=True)
        forward(pixels[:BATCH])
        told("describing each image once, which is all of an epoch", len(pixels), lambda: forward(pixels))
    else:
        by_steps(model, shape, pixels, labels)
    model.compile(keras.optimizers.AdamW(1e-3), "sparse_categorical_crossentropy", jit_compile=False)
    scaled = shape.scaled(pixels)

    def plain() -> None:
        model.fit(scaled, labels, batch_size=BATCH, epochs=1, verbose=0)

    plain()  # compiles
    told("Keras' model.fit, images unchanged and already scaled", len(pixels), plain)


def by_steps(model: Any, shape: Preprocessing, pixels: Pixels, labels: NDArray[np.int64]) -> None:
    feed = Feed(pixels, labels, np.ones(CLASSES, np.float32), shape, BATCH)
    optimizer = import_keras().optimizers.AdamW(1e-3)
    optimizer.build(model.trainable_variables)
    step = compile_step(model, optimizer)
    streams = {parallel: feed.stream(parallel=parallel) for parallel in (False, True)}

    def epoch(*, parallel: bool) -> None:
        rng = np.random.default_rng(0)
        for batch in streams[parallel].epoch(balancing("none").arrange(labels, rng), rng):
            float(step(*batch)[0])

    for parallel in streams:
        epoch(parallel=parallel)  # compiles
    told("learning, changed images prepared one after the other", len(pixels), lambda: epoch(parallel=False))
    told("learning, changed images prepared ahead", len(pixels), lambda: epoch(parallel=True))


def predicting(model: Any, shape: Preprocessing, pixels: Pixels) -> None:
    import onnxruntime

    scaled = shape.scaled(pixels)
    ours, frozen = Forward(model, shape), Forward(model, shape, frozen=True)
    session = onnxruntime.InferenceSession(onnx_model(model))

    def elsewhere() -> NDArray[np.float32]:
        parts = [scaled[place : place + BATCH] for place in range(0, len(scaled), BATCH)]
        return np.concatenate([session.run(None, {"image": part})[0] for part in parts])

    ways: tuple[tuple[str, Callable[[], Any]], ...] = (
        ("predicting", lambda: ours(pixels)),
        ("predicting with frozen weights", lambda: frozen(pixels)),
        ("Keras' model.predict, images already scaled", lambda: model.predict(scaled, verbose=0)),
        ("ONNX Runtime, images already scaled", elsewhere),
    )
    said = [work() for _, work in ways]  # compiles
    for name, work in ways:
        told(name, len(pixels), work)
    furthest = max(float(np.abs(each - said[0]).max()) for each in said)
    print(f"  furthest from each other: {furthest:.1e}", flush=True)


def read_png(path: Path) -> Pixels:
    with Image.open(path) as picture:
        return np.asarray(picture, np.uint8)


if __name__ == "__main__":
    main()
