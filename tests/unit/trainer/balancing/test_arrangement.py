"""What each way of balancing shows in an epoch, and in a batch."""

import numpy as np
import pytest
from numpy.typing import NDArray

from trainer import RECIPES, RecipeError
from trainer.balancing import BALANCINGS, Epoch, balancing

LABELS = np.array([0] * 60 + [1] * 12 + [2] * 3, np.int64)
COUNTS = {0: 60, 1: 12, 2: 3}


def _epoch(name: str, seed: int = 0) -> Epoch:
    return balancing(name).arrange(LABELS, np.random.default_rng(seed))


def _shown(epoch: Epoch) -> dict[int, int]:
    return {label: int((LABELS[epoch.order] == label).sum()) for label in COUNTS}


@pytest.mark.parametrize("name", ["class weights", "none"])
def test_every_image_is_shown_once_where_nothing_is_sampled(name: str) -> None:
    assert sorted(_epoch(name).order) == list(range(len(LABELS)))


@pytest.mark.parametrize("name", ["over-sampling", "augmented minority", "alternating"])
def test_rare_classes_are_shown_as_often_as_the_largest(name: str) -> None:
    epoch = _epoch(name)
    assert _shown(epoch) == {0: 60, 1: 60, 2: 60}
    assert set(epoch.order) == set(range(len(LABELS)))
    times = np.bincount(epoch.order)
    assert set(times[LABELS == 1]) == {5}
    assert set(times[LABELS == 2]) == {20}


def test_under_sampling_shows_as_many_of_each_as_the_smallest_class_has_and_others_each_time() -> None:
    first, second = _epoch("under-sampling", 0), _epoch("under-sampling", 1)
    assert _shown(first) == _shown(second) == {0: 3, 1: 3, 2: 3}
    assert set(first.order) != set(second.order)
    assert len(set(first.order)) == 9


def test_only_copies_of_rare_classes_are_changed_where_the_minority_is_augmented() -> None:
    epoch = _epoch("augmented minority")
    assert not epoch.changed[LABELS[epoch.order] == 0].any()
    unchanged = epoch.order[~epoch.changed]
    assert sorted(unchanged) == list(range(len(LABELS)))  # each image itself stands there once, as it is
    assert epoch.changed.sum() == (60 - 12) + (60 - 3)


@pytest.mark.parametrize("name", sorted(set(BALANCINGS) - {"augmented minority"}))
def test_elsewhere_every_image_is_changed_slightly(name: str) -> None:
    assert _epoch(name).changed.all()


def test_alternating_batches_hold_every_class_alike() -> None:
    labels = LABELS[_epoch("alternating").order]
    for start in range(0, len(labels), 6):
        assert sorted(labels[start : start + 6]) == [0, 0, 1, 1, 2, 2]


@pytest.mark.parametrize("name", sorted(BALANCINGS))
def test_the_order_is_another_one_in_each_epoch_and_the_same_for_the_same_seed(name: str) -> None:
    def order(seed: int) -> NDArray[np.int64]:
        return _epoch(name, seed).order

    assert np.array_equal(order(3), order(3))
    assert not np.array_equal(order(3), order(4))
    assert (np.diff(LABELS[order(3)]) < 0).any()  # not class after class


@pytest.mark.parametrize("name", sorted(BALANCINGS))
def test_the_length_of_an_epoch_is_known_beforehand(name: str) -> None:
    way = balancing(name)
    assert way.length(LABELS) == len(_epoch(name, 7).order)
    assert way.description


def test_only_class_weights_weigh() -> None:
    assert [name for name, way in BALANCINGS.items() if way.weighted] == ["class weights"]


def test_a_recipe_names_the_ways_there_are() -> None:
    with pytest.raises(RecipeError, match="balancing") as caught:
        RECIPES["standard"].changed({"balancing": "magic"})
    assert "alternating" in caught.value.remedy
    with pytest.raises(RecipeError, match="no balancing"):
        balancing("magic")
