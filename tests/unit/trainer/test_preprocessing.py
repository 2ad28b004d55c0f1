import numpy as np
import pytest

from trainer import ModelFolderError
from trainer.preprocessing import Preprocessing


def make(size: int = 16, *, colour: bool = False, channels: int = 1) -> Preprocessing:
    return Preprocessing(size, colour=colour, channels=channels, offset=100.0, scale=50.0)


def test_aspect_is_kept_and_the_rest_is_black() -> None:
    prepared = make().prepare(np.full((32, 16), 200, np.uint8))
    assert prepared.shape == (16, 16, 1)
    assert (prepared[:, 4:12] == 200).all()
    assert not prepared[:, :4].any()
    assert not prepared[:, 12:].any()


def test_an_image_of_the_right_size_is_not_touched() -> None:
    image = np.random.default_rng(0).integers(0, 256, (16, 16), np.uint8)
    assert (make().prepare(image)[..., 0] == image).all()


def test_shrinking_averages_instead_of_picking_pixels() -> None:
    checks = (np.indices((64, 64)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert np.abs(make().prepare(checks).astype(int) - 127).max() < 20


def test_grey_is_repeated_for_a_network_of_three_channels_and_scaled() -> None:
    preprocessing = make(channels=3)
    batch = preprocessing.scaled(preprocessing.prepare(np.full((16, 16), 150, np.uint8))[None])
    assert batch.shape == (1, 16, 16, 3)
    assert batch.dtype == np.float32
    assert (batch == 1.0).all()


def test_colour_becomes_luminance_where_the_training_was_grey() -> None:
    image = np.zeros((16, 16, 3), np.uint8)
    image[..., 1] = 255
    assert make().prepare(image)[0, 0, 0] == 150  # ITU-R 601: 0.587 of green
    assert make(colour=True, channels=3).prepare(image)[0, 0].tolist() == [0, 255, 0]


def test_settings_survive_json_and_nonsense_is_refused() -> None:
    preprocessing = make()
    assert Preprocessing.from_json(preprocessing.as_json()) == preprocessing
    for change in ({"size": 100000}, {"scale": 0}, {"channels": 7}, {"size": "16"}, {"more": 1}):
        with pytest.raises(ModelFolderError):
            Preprocessing.from_json({**preprocessing.as_json(), **change})
