"""What the network is fed with: prepared as for prediction, changed as asked, the same whatever the pace."""

import numpy as np
import pytest

from trainer.augmentation import augment, draw
from trainer.balancing import Epoch, balancing
from trainer.feeding import Feed
from trainer.preprocessing import Preprocessing

SHAPE = Preprocessing(12, colour=False, channels=3, offset=127.0, scale=128.0)
PIXELS = np.random.default_rng(0).integers(0, 256, (10, 12, 12, 1)).astype(np.uint8)
LABELS = np.array([0] * 7 + [1] * 3, np.int64)


def _feed(*, mirror: bool = False) -> Feed:
    return Feed(PIXELS, LABELS, np.array([1.0, 2.0], np.float32), SHAPE, batch_size=4, mirror=mirror)


def _batches(epoch: Epoch, *, parallel: bool = True) -> list[tuple[np.ndarray, ...]]:
    rng = np.random.default_rng(5)
    return [tuple(map(np.asarray, batch)) for batch in _feed().batches(epoch, rng, parallel=parallel)]


def test_an_unchanged_image_is_fed_exactly_as_for_prediction() -> None:
    epoch = Epoch(np.arange(10), np.zeros(10, np.bool_))
    images = np.concatenate([batch[0] for batch in _batches(epoch)])
    assert np.array_equal(images, SHAPE.scaled(PIXELS))


def test_batches_follow_the_epoch_with_labels_and_weights() -> None:
    epoch = balancing("none").arrange(LABELS, np.random.default_rng(1))
    batches = _batches(epoch)
    assert [len(batch[0]) for batch in batches] == [4, 4, 2]
    targets = np.concatenate([batch[1] for batch in batches])
    assert np.array_equal(targets.argmax(axis=1), LABELS[epoch.order])
    assert targets.sum(axis=1) == pytest.approx(np.ones(10))
    weights = np.concatenate([batch[2] for batch in batches])
    assert np.array_equal(weights, np.where(LABELS[epoch.order] == 1, 2.0, 1.0))


def test_parallel_preparation_gives_the_same_numbers() -> None:
    epoch = balancing("over-sampling").arrange(LABELS, np.random.default_rng(1))
    for one, other in zip(_batches(epoch), _batches(epoch, parallel=False), strict=True):
        assert all(np.array_equal(a, b) for a, b in zip(one, other, strict=True))


def test_no_program_text_is_written_to_the_temporary_folder_where_a_kill_would_leave_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import keras
    from tensorflow.python.autograph.pyct import loader

    from trainer.forward import Forward
    from trainer.steps import compile_step

    written: list[str] = []
    write = loader.load_source
    monkeypatch.setattr(
        loader, "load_source", lambda text, *rest: (written.append(text), write(text, *rest))[1]
    )
    entry = keras.Input((12, 12, 3))
    flat = keras.layers.Flatten()(entry)
    logits = keras.layers.Dense(2, name="logits")(flat)
    model = keras.Model(entry, keras.layers.Softmax(name="probabilities")(logits))
    step = compile_step(model, keras.optimizers.SGD(0.01))
    for batch in _feed().batches(Epoch(np.arange(10), np.ones(10, np.bool_)), np.random.default_rng(0)):
        step(*batch)
    assert Forward(model, SHAPE)(PIXELS).shape == (10, 2)
    assert Forward(model, SHAPE, frozen=True)(PIXELS).shape == (10, 2)
    assert written == []


def test_a_pipeline_built_once_gives_each_epoch_its_own_batches() -> None:
    stream = _feed().stream()
    for seed in (1, 2):
        epoch = balancing("none").arrange(LABELS, np.random.default_rng(seed))
        targets = [np.asarray(batch[1]) for batch in stream.epoch(epoch, np.random.default_rng(seed))]
        assert np.array_equal(np.concatenate(targets).argmax(axis=1), LABELS[epoch.order])


def test_only_the_images_that_are_to_change_change() -> None:
    changed = np.arange(10) % 2 == 0
    images = np.concatenate([batch[0] for batch in _batches(Epoch(np.arange(10), changed))])
    same = [np.array_equal(image, right) for image, right in zip(images, SHAPE.scaled(PIXELS), strict=True)]
    assert same == [not each for each in changed]


def test_nothing_is_mirrored_unless_asked() -> None:
    half = np.zeros((64, 16, 16, 1), np.uint8)
    half[:, :, :8] = 200  # bright at the left
    plain = augment(half, np.random.default_rng(2))
    mirrored = augment(half, np.random.default_rng(2), mirror=True)

    def left(images: np.ndarray) -> np.ndarray:
        return np.asarray(images[:, :, :8].mean(axis=(1, 2, 3)) > images[:, :, 8:].mean(axis=(1, 2, 3)))

    assert left(plain).all()
    assert 0.3 < left(mirrored).mean() < 0.7


def test_upside_down_never() -> None:
    half = np.zeros((64, 16, 16, 1), np.uint8)
    half[:, :8] = 200
    changed = augment(half, np.random.default_rng(2), mirror=True)
    assert (changed[:, :8].mean(axis=(1, 2, 3)) > changed[:, 8:].mean(axis=(1, 2, 3))).all()


def test_an_image_that_is_not_to_change_is_not_mirrored_either() -> None:
    draws = draw(np.zeros(1, np.bool_), 12, np.random.default_rng(0), mirror=True)
    assert draws["maps"][0].tolist() == [1, 0, 0, 0, 1, 0, 0, 0]
