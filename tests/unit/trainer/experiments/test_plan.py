"""Plans: what a file gives, what runs come of it, and what it is told where it is wrong."""

from pathlib import Path

import pytest

from trainer import RecipeError
from trainer.experiments import Experiment, Span, planned, read_experiment, write_experiment

TEXT = """
name = "Which balancing?"
dataset = "knees"
seeds = [0, 1]
minutes = 5

[recipe]
recipe = "standard"
epochs = 2

[vary]
balancing = ["class weights", "over-sampling"]
learning_rate = [0.001, 0.01]
"""


def _read(folder: Path, text: str) -> Experiment:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8")
    return read_experiment(path)


def test_a_grid_is_every_combination_with_every_seed_and_each_has_a_readable_name(tmp_path: Path) -> None:
    experiment = _read(tmp_path, TEXT)
    assert experiment.dataset == (tmp_path / "knees").resolve()
    runs = planned(experiment)
    assert [run.name for run in runs][:3] == [
        "01-class-weights-lr0.001-seed0",
        "02-class-weights-lr0.001-seed1",
        "03-class-weights-lr0.01-seed0",
    ]
    assert len(runs) == len({(run.recipe.balancing, run.recipe.learning_rate, run.seed) for run in runs}) == 8
    assert {run.recipe.epochs for run in runs} == {2}
    assert {run.recipe.name for run in runs} == {"standard"}


def test_a_search_at_random_draws_different_ones_and_the_same_again(tmp_path: Path) -> None:
    experiment = Experiment(
        "r",
        tmp_path,
        {"learning_rate": Span(1e-4, 1e-1, log=True), "epochs": Span(2, 9)},
        search="random",
        number=6,
    )
    runs = planned(experiment)
    assert len({run.recipe.learning_rate for run in runs}) == 6
    assert all(1e-4 <= run.recipe.learning_rate <= 1e-1 for run in runs)
    assert all(isinstance(run.recipe.epochs, int) and 2 <= run.recipe.epochs <= 9 for run in runs)
    assert planned(experiment) == runs


def test_fewer_combinations_than_asked_for_are_drawn_once_each(tmp_path: Path) -> None:
    experiment = Experiment("r", tmp_path, {"epochs": (1, 2)}, search="random", number=50)
    assert len(planned(experiment)) == 2


def test_a_plan_that_varies_nothing_is_one_training(tmp_path: Path) -> None:
    (run,) = planned(Experiment("one", tmp_path, {}))
    assert run.name == "01-as-it-is"


def test_what_is_written_reads_back_the_same(tmp_path: Path) -> None:
    vary = {
        "learning_rate": Span(1e-4, 1e-2, log=True),
        "mirror": (True, False),
        "balancing": ("none", "alternating"),
    }
    experiment = Experiment(
        'A "name"',
        tmp_path / "set",
        vary,
        {"recipe": "quick", "epochs": 3},
        search="random",
        seeds=(4, 5),
        minutes=1.5,
    )
    write_experiment(experiment, tmp_path / "again.toml")
    assert read_experiment(tmp_path / "again.toml") == experiment


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nonsense", "cannot be understood"),
        ('name = "x"', "no data set"),
        ('dataset = "x"\ncolour = 1', 'no setting "colour"'),
        ('dataset = "x"\nsearch = "magic"', "no search"),
        ('dataset = "x"\nseeds = []', "no training"),
        ('dataset = "x"\nseeds = ["a"]', "cannot be understood"),
        ('dataset = "x"\n[vary]\nepochs = 3', "epochs cannot be understood"),
        ('dataset = "x"\n[vary]\nepochs = { low = 3, high = 2 }', "epochs cannot be understood"),
        (
            'dataset = "x"\n[vary]\nlearning_rate = { low = 0, high = 1, scale = "log" }',
            "cannot be understood",
        ),
        ('dataset = "x"\n[vary]\nepochs = { low = 1, high = 2 }', "cannot go through every number"),
    ],
)
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(RecipeError, match=words) as caught:
        _read(tmp_path, text)
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("vary", "words"),
    [({"colour": ("red",)}, "colour"), ({"balancing": ("magic",)}, "magic"), ({"epochs": (0,)}, "0")],
)
def test_a_setting_that_does_not_exist_is_found_before_anything_runs(
    tmp_path: Path, vary: dict[str, tuple[str | int, ...]], words: str
) -> None:
    with pytest.raises(RecipeError, match=words):
        planned(Experiment("x", tmp_path, vary))


def test_a_night_has_an_end(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="10,000 trainings"):
        planned(Experiment("x", tmp_path, {"epochs": tuple(range(1, 101))}, seeds=tuple(range(100))))
