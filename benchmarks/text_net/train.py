"""Train the text net on synthetic pictures (`benchmarks.text_net.pool` makes them) and write it as an ONNX file.

    python -m benchmarks.text_net.train POOL resources/weights/text_net.onnx --steps 6000

Needs no GPU: an hour on two cores. The same pool, steps and versions of the libraries give nearly the same net;
sums of floating-point numbers in another order change its last digits. `--start` goes on from weights that were kept
(NET.weights.h5) or, where these are gone, from the file that the program runs (NET.onnx), less what was rounded off:

    python -m benchmarks.text_net.train POOL NEW.onnx --start resources/weights/text_net.onnx --steps 2000 --rate 4e-4
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.pixels.text_net import STRIDE
from benchmarks.text_net.network import LAYERS, keras_model
from benchmarks.text_net.quantised import floats, quantised
from benchmarks.text_net.scenes import EITHER, TEXT

Array = npt.NDArray[Any]
CROP, BATCH = 192, 16
SEED = 4
EPOCH = 100  # steps after which the weights are written
PADDED = 0.2  # share of cuts that end as a padded image does
SAME = 3  # the plane that does not turn with the polarity


def batches(shards: list[Array], steps: int, first: int = 0) -> Iterator[tuple[Array, Array]]:
    """Yield random cuts, turned, mirrored and inverted, with their labels at half the size."""
    for step in range(first, first + steps):
        rng = np.random.default_rng([SEED, step])
        picked = [_cut(rng, shards[int(rng.integers(len(shards)))]) for _ in range(BATCH)]
        cuts = np.stack(picked)
        yield cuts[..., :4].astype(np.float32) / 255, _labels(cuts[..., 4])


def _cut(rng: np.random.Generator, shard: Array) -> Array:
    scene = shard[int(rng.integers(len(shard)))]
    top, left = rng.integers(0, scene.shape[0] - CROP + 1, 2)
    cut = np.rot90(scene[top : top + CROP, left : left + CROP], int(rng.choice([0, 0, 0, 1, 2, 3])))
    if rng.random() < 0.15:
        cut = cut[:, ::-1]
    cut = cut.copy()
    if rng.random() < 0.4:
        cut[..., :SAME] = 255 - cut[..., :SAME]
    if rng.random() < 0.4:
        gain, shift = rng.uniform(0.6, 1.3), rng.uniform(-40, 40)
        cut[..., 0] = np.clip(cut[..., 0] * gain + shift, 0, 255)
    if rng.random() < 0.15:
        cut[..., SAME] = 0  # compressed with loss, or enlarged
    if rng.random() < PADDED:
        _pad(rng, cut)
    return cut


def _pad(rng: np.random.Generator, cut: Array) -> None:
    """Mirror the last rows and columns, as the program does where an image fills no whole stride."""
    rows, columns = (int(length) for length in rng.integers(1, STRIDE, 2))
    cut[-rows:] = cut[-2 * rows : -rows][::-1]
    cut[:, -columns:] = cut[:, -2 * columns : -columns][:, ::-1]
    cut[-rows:, :, 4] = EITHER
    cut[:, -columns:, 4] = EITHER


def _labels(classes: Array) -> Array:
    """Share of text and whether the place counts: (batch, rows / 2, columns / 2, 2)."""
    quads = classes.reshape(len(classes), CROP // 2, 2, CROP // 2, 2)
    text = (quads == TEXT).mean(axis=(2, 4))
    counts = (quads == EITHER).mean(axis=(2, 4)) < 0.5
    return np.stack([text >= 0.5, counts], axis=-1).astype(np.float32)


def loss(labels: Any, logits: Any) -> Any:
    """Cross-entropy, text counting double, and one minus the overlap (Dice)."""
    import tensorflow as tf

    text, counts = labels[..., 0], labels[..., 1]
    found = logits[..., 0]
    entropy = tf.nn.weighted_cross_entropy_with_logits(text, found, pos_weight=2.0)
    probability = tf.sigmoid(found) * counts
    overlap = tf.reduce_sum(probability * text)
    dice = 1 - (2 * overlap + 1) / (tf.reduce_sum(probability) + tf.reduce_sum(text * counts) + 1)
    return tf.reduce_sum(entropy * counts) / tf.reduce_sum(counts) + 0.3 * dice


def folded(model: Any) -> dict[str, Array]:
    """Kernels and biases with the normalisation folded in, for input from 0 to 255."""
    weights: dict[str, Array] = {}
    for layer in LAYERS:
        kernel, *bias = (np.asarray(w) for w in model.get_layer(layer.name).get_weights())
        if not bias:
            norm = model.get_layer(f"{layer.name}_norm")
            gamma, beta, mean, variance = (np.asarray(w) for w in norm.get_weights())
            factor = gamma / np.sqrt(variance + norm.epsilon)
            kernel, bias = kernel * factor, [beta - mean * factor]
        weights[f"{layer.name}/kernel"], weights[f"{layer.name}/bias"] = kernel, bias[0]
    weights["half/kernel"] = weights["half/kernel"] / 255
    return weights


def _started(start: Path | None) -> Any:
    """The net to train: new, or with the weights of a file."""
    if start is None or start.suffix != ".onnx":
        model = keras_model()
        if start is not None:
            model.load_weights(start)
        return model
    model, weights = keras_model(normalised=False), floats(start.read_bytes())
    weights["half/kernel"] = weights["half/kernel"] * 255
    for layer in LAYERS:
        model.get_layer(layer.name).set_weights(
            [weights[f"{layer.name}/{part}"] for part in ("kernel", "bias")]
        )
    return model


def main() -> None:
    """Train and write."""
    import keras

    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pool", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=6000)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--first", type=int, default=0, help="number of the first step, when going on")
    wanted = parser.parse_args()
    keras.utils.set_random_seed(SEED)
    shards = [np.load(path, mmap_mode="r") for path in sorted(wanted.pool.glob("???.npy"))]
    model = _started(wanted.start)
    rising = min(150, wanted.steps // 8)
    rate = keras.optimizers.schedules.CosineDecay(
        1e-4, wanted.steps - rising, alpha=0.01, warmup_target=wanted.rate, warmup_steps=rising
    )
    model.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)
    made = batches(shards, wanted.steps + 8, wanted.first)  # Keras draws some batches ahead

    def keep(_epoch: int, _logs: Any = None) -> None:
        model.save_weights(wanted.out.with_suffix(".weights.h5"))

    kept = keras.callbacks.LambdaCallback(on_epoch_end=keep)
    epochs = wanted.steps // EPOCH
    model.fit(made, steps_per_epoch=EPOCH, epochs=epochs, callbacks=[kept], verbose=2)
    wanted.out.write_bytes(quantised(folded(model)))


if __name__ == "__main__":
    main()
