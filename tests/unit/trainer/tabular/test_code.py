"""Rows of the manifest as numbers."""

import json

import numpy as np
import pytest

from trainer.tabular.code import TableCode, number_of

ROWS = [
    {"patient_age": "040Y", "patient_sex": "F"},
    {"patient_age": "060Y", "patient_sex": "m"},
    {"patient_age": "006M", "patient_sex": ""},
    {"patient_sex": "F"},
]


@pytest.fixture
def code() -> TableCode:
    return TableCode.learn(("patient_age", "patient_sex"), ROWS)


def test_ages_in_any_unit_are_years() -> None:
    assert number_of("012M") == pytest.approx(1)
    assert number_of("061Y") == 61
    assert number_of("3,5") == 3.5
    assert number_of("F") is None
    assert number_of("nan") is None


def test_numbers_are_scaled_and_categories_have_a_place_each(code: TableCode) -> None:
    coded = code.encode(ROWS)
    assert coded.shape == (4, code.width) == (4, 5)
    assert coded[:3, 0].mean() == pytest.approx(0, abs=1e-5)
    assert coded[:3, 0].std() == pytest.approx(1, abs=1e-4)
    assert coded[0, 2:].tolist() == [1, 0, 0]
    assert coded[1, 2:].tolist() == [0, 1, 0]


def test_what_is_missing_is_the_mean_and_marked(code: TableCode) -> None:
    coded = code.encode(ROWS)
    assert coded[3, :2].tolist() == [0, 1]
    assert coded[2, 2:].tolist() == [0, 0, 1]
    assert code.missing({}) == ("patient_age", "patient_sex")
    assert code.missing({"patient_age": "033Y", "patient_sex": "O"}) == ("patient_sex",)
    assert code.missing(ROWS[0]) == ()


def test_absurd_numbers_do_not_swamp_the_rest(code: TableCode) -> None:
    assert np.abs(code.encode([{"patient_age": "9e30", "patient_sex": "F"}])).max() <= 5


def test_a_column_that_says_nothing_is_named() -> None:
    with pytest.raises(ValueError, match="body_part"):
        TableCode.learn(("body_part",), ROWS)


def test_it_reads_back_as_it_was_written(code: TableCode) -> None:
    assert TableCode.from_json(json.loads(json.dumps(code.as_json()))) == code


@pytest.mark.parametrize("document", [
    None, {}, [1], [{"name": "a"}], [{"name": "a", "mean": 0, "spread": 0, "categories": []}],
    [{"name": "a", "mean": 0, "spread": 1, "categories": [1]}],
    [{"name": "a", "mean": float("nan"), "spread": 1, "categories": []}],
    [{"name": "a", "mean": 0, "spread": 1, "categories": ["x"] * 99}],
])  # fmt: skip
def test_what_is_no_table_of_ours_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match="column"):
        TableCode.from_json(document)
