"""Calibration, operating point and limits: fitted on validation, kept with the model, read with suspicion."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.unit.trainer.results.made import CLASSES, made_answers, made_rules
from trainer.errors import ModelFolderError, TrainerError
from trainer.results.answers import cell, read_answers, worst_errors, write_answers
from trainer.results.calibration import fit_calibration
from trainer.results.conclusion import Beside, choose_operating_point, chooser, conclude, write_evaluations
from trainer.results.familiarity import Familiarity, Limits
from trainer.results.judging import evaluate_split
from trainer.results.openings import by_other_models, in_words, note_opening, openings
from trainer.results.operating_point import PointChooser
from trainer.results.rules import read_rules


@pytest.fixture(scope="module")
def judged_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A judged model without a network."""
    folder = tmp_path_factory.mktemp("models")
    answers, test = made_answers(), made_answers("test", seed=1)
    rules = made_rules(answers)
    rules.save(folder)
    write_answers(folder, [answers, test])
    write_evaluations(folder, [conclude(answers, rules), conclude(test, rules)], Beside(("a doubt",)))
    note_opening(folder, "training finished", "x", rules.threshold)
    return folder


@pytest.fixture
def folder(judged_once: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(judged_once, tmp_path / "models" / "first"))


def test_calibration_makes_overconfident_probabilities_honest_on_new_images() -> None:
    learned, new = made_answers(images=400), made_answers("test", images=400, seed=9)
    calibration = fit_calibration(learned.labels, learned.raw)
    assert calibration.method == "platt"
    assert calibration.slope == pytest.approx(1 / 2, abs=0.15)  # log odds of the model are twice too large
    judged = new.judged(made_rules(learned))
    before = evaluate_split(replace(judged, probabilities=new.raw), "test").metrics
    after = evaluate_split(judged, "test").metrics
    assert after["ece"] < before["ece"] / 2
    assert after["brier"] < before["brier"]
    assert after["auc"] == pytest.approx(before["auc"])


def test_more_classes_get_a_temperature_which_never_changes_what_is_said() -> None:
    answers = made_answers(images=300, classes=("a", "b", "c"))
    calibration = fit_calibration(answers.labels, answers.raw)
    calibrated = calibration.apply(answers.raw)
    assert calibration.method == "temperature"
    assert (calibrated.argmax(1) == answers.raw.argmax(1)).all()
    assert calibrated.sum(axis=1) == pytest.approx(1)


def test_too_few_images_are_not_calibrated_on() -> None:
    answers = made_answers(images=12)
    assert fit_calibration(answers.labels, answers.raw).method == "none"


def test_a_split_without_errors_does_not_ask_for_infinite_certainty() -> None:
    labels = np.repeat([0, 1], 20)
    raw = np.where(labels[:, None] == [[0, 1]], 0.999, 0.001)
    assert fit_calibration(labels, raw).apply(raw).max() < 0.99


def test_calibration_alone_leaves_what_is_said_as_it_was() -> None:
    answers = made_answers()
    assert (made_rules(answers).said(answers.raw) == answers.raw.argmax(1)).mean() > 0.99


def test_sensitivity_grows_along_the_points_and_both_are_counted() -> None:
    points = PointChooser(np.array([0, 0, 0, 1, 1]), np.array([0.1, 0.2, 0.7, 0.6, 0.9]))
    told = [(points.at(place).found, points.at(place).spared) for place in range(len(points))]
    assert told == [(0, 3), (1, 3), (1, 2), (2, 2), (2, 1), (2, 0)]
    assert points.at(points.with_sensitivity(1.0)).specificity == pytest.approx(2 / 3)
    assert points.at(points.with_specificity(1.0)).sensitivity == 0.5
    assert points.at(points.youden()).found == 2
    assert points.nearest(1 / 3, 1.0) == 3
    assert points.of(0.65).in_words().startswith("Sensitivity 0.500 (0.095 – 0.905; 1 of 2)")


def test_the_operating_point_is_kept_and_every_figure_follows(folder: Path) -> None:
    found = chooser(folder, CLASSES)
    assert found is not None
    points, _ = found
    wanted = points.at(points.with_sensitivity(0.95))
    choose_operating_point(folder, CLASSES, wanted.threshold)
    rules = read_rules(folder, CLASSES)
    assert rules.threshold == pytest.approx(wanted.threshold, abs=1e-6)
    splits = json.loads((folder / "evaluation.json").read_text(encoding="utf-8"))
    validation = splits["splits"]["validation"]["metrics"]
    assert validation["sensitivity"] == pytest.approx(wanted.sensitivity)
    assert validation["specificity"] == pytest.approx(wanted.specificity)
    assert splits["doubts"] == ["a doubt"]


def test_moving_the_point_after_the_test_split_was_seen_is_counted_and_said(folder: Path) -> None:
    assert in_words(folder) == "The test split was opened once."
    choose_operating_point(folder, CLASSES, 0.3)
    assert len(openings(folder)) == 2
    assert "opened twice" in in_words(folder)
    assert "moved after it had been seen" in in_words(folder)


def test_other_models_on_the_same_test_images_are_counted(tmp_path: Path) -> None:
    for name, images in (("one", "same"), ("two", "same"), ("three", "other")):
        (tmp_path / name).mkdir()
        note_opening(tmp_path / name, "training finished", images, None)
    assert by_other_models(tmp_path / "one") == 1
    assert "1 other model" in in_words(tmp_path / "one")


@pytest.mark.parametrize("threshold", [-0.1, 1.5, float("nan")])
def test_a_threshold_that_is_no_probability_is_refused(folder: Path, threshold: float) -> None:
    with pytest.raises(TrainerError, match="between 0 and 1"):
        choose_operating_point(folder, CLASSES, threshold)


def test_three_classes_have_no_operating_point(tmp_path: Path) -> None:
    classes = ("a", "b", "c")
    answers = made_answers(classes=classes)
    made_rules(answers).save(tmp_path)
    write_answers(tmp_path, [answers])
    assert chooser(tmp_path, classes) is None
    with pytest.raises(TrainerError, match="no operating point"):
        choose_operating_point(tmp_path, classes, 0.5)


def test_a_model_from_before_says_the_most_probable_class(tmp_path: Path) -> None:
    rules = read_rules(tmp_path, CLASSES)
    raw = np.array([[0.4, 0.6], [0.7, 0.3]])
    assert rules.said(raw).tolist() == [1, 0]
    assert rules.probabilities(raw) is raw
    assert read_answers(tmp_path, CLASSES) == {}


@pytest.mark.parametrize(
    "change",
    [
        {"format": 9},
        {"calibration": {"method": "platt", "slope": 1e9, "offsets": [0, 0]}},
        {"calibration": {"method": "platt", "slope": 1, "offsets": [0]}},
        {"calibration": {"method": "pickle", "slope": 1, "offsets": [0, 0]}},
        {"operating_point": {"class_name": "spot", "threshold": 7, "how": "", "at": ""}},
        {"operating_point": {"class_name": "other", "threshold": 0.5, "how": "", "at": ""}},
        {"limits": {"caution": 2, "limit": 1, "images": 3}},
        {"prior": [1, 2, 3]},
    ],
)
def test_rules_out_of_bounds_are_refused(folder: Path, change: dict[str, object]) -> None:
    file = folder / "judging.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | change), encoding="utf-8")
    with pytest.raises(ModelFolderError, match="judging") as caught:
        read_rules(folder, CLASSES)
    assert caught.value.remedy


@pytest.mark.parametrize("name", ["judging.json", "images.json", "openings.json"])
@pytest.mark.parametrize("text", ["", "[]", "{", '{"format": 1}', "[" * 100_000, "NaN"])
def test_damaged_files_are_named(folder: Path, name: str, text: str) -> None:
    (folder / name).write_text(text, encoding="utf-8")
    with pytest.raises(ModelFolderError):
        {"judging.json": read_rules, "images.json": read_answers}.get(name, lambda at, _: openings(at))(
            folder, CLASSES
        )


def test_answers_come_back_as_they_were_written(folder: Path) -> None:
    written, read = made_answers(), read_answers(folder, CLASSES)["validation"]
    assert read.names == written.names
    assert read.facts == written.facts
    assert np.abs(read.raw - written.raw).max() < 1e-8
    assert conclude(read, made_rules(read)).metrics == pytest.approx(
        conclude(written, made_rules(written)).metrics
    )


def test_cells_open_their_images_and_the_worst_error_comes_first() -> None:
    answers = made_answers()
    rules = made_rules(answers)
    found = conclude(answers, rules)
    for row in (0, 1):
        for column in (0, 1):
            places = cell(answers, rules, row, column)
            assert len(places) == found.confusion[row][column]
            assert all(answers.labels[place] == row for place in places)
    errors = worst_errors(answers, rules)
    assert len(errors) == found.confusion[0][1] + found.confusion[1][0]
    assert [e.surprise for e in errors] == sorted((e.surprise for e in errors), reverse=True)
    assert answers.instance(errors[0].place).startswith("2.25.")


class TestFamiliarity:
    """Unlike anything learned."""

    @pytest.fixture
    def learned(self) -> Familiarity:
        return Familiarity.learn(self.embeddings(300), [f"images/{n}.png" for n in range(300)])

    def embeddings(self, number: int, *, shift: float = 0.0, seed: int = 0) -> np.ndarray:
        rng = np.random.default_rng(seed)
        basis = np.random.default_rng(99).normal(0, 1, (6, 64))
        return (rng.normal(0, 1, (number, 6)) @ basis + shift * np.sin(np.arange(64))).astype(np.float32)

    def test_new_images_of_the_kind_are_answered_and_others_refused(self, learned: Familiarity) -> None:
        limits = learned.limits(self.embeddings(200, seed=1))
        assert limits is not None
        ordinary = learned.distances(self.embeddings(400, seed=2))
        strange = learned.distances(self.embeddings(50, shift=20, seed=3))
        assert np.mean(ordinary > limits.limit) < 0.02
        assert (strange > limits.limit).all()
        assert limits.in_words(float(strange[0])).startswith(
            "Unlike anything the model learned from: no answer"
        )
        assert limits.in_words(float(np.median(ordinary))) == ""
        assert "look twice" in limits.in_words((limits.caution + limits.limit) / 2)

    def test_few_validation_images_leave_more_room(self, learned: Familiarity) -> None:
        few, many = (learned.limits(self.embeddings(n, seed=1)) for n in (8, 200))
        assert few is not None
        assert many is not None
        assert few.limit > learned.distances(self.embeddings(8, seed=1)).max()
        assert learned.limits(self.embeddings(0)) is None

    def test_the_most_similar_training_image_is_the_image_itself(self, learned: Familiarity) -> None:
        assert learned.similar(self.embeddings(300)[7])[0][0] == "images/7.png"

    def test_it_comes_back_as_it_was_saved(self, learned: Familiarity, tmp_path: Path) -> None:
        learned.save(tmp_path)
        read = Familiarity.load(tmp_path)
        assert read.names == learned.names
        assert (read.distances(self.embeddings(5)) == learned.distances(self.embeddings(5))).all()

    @pytest.mark.parametrize("attack", ["pickle", "shape", "names", "nan", "bomb", "empty"])
    def test_a_foreign_file_is_refused(self, learned: Familiarity, tmp_path: Path, attack: str) -> None:
        learned.save(tmp_path)
        file = tmp_path / "familiarity.npz"
        with np.load(file) as stored:
            arrays = {name: stored[name] for name in stored.files}
        if attack == "pickle":
            arrays["references"] = np.array([{"a": 1}], dtype=object)
        elif attack == "shape":
            arrays["references"] = arrays["references"][0]
        elif attack == "names":
            arrays["names"] = arrays["names"][:10]
        elif attack == "nan":
            arrays["references"] = arrays["references"] * np.float32("nan")
        if attack == "bomb":
            np.savez_compressed(file, **{**arrays, "zeros": np.zeros(10_000_000, np.float32)})
        else:
            np.savez(file, **arrays)
        if attack == "empty":
            file.write_bytes(b"")
        with pytest.raises(ValueError, match=r".") as caught:
            Familiarity.load(tmp_path)
        assert not isinstance(caught.value, UnicodeError)

    def test_limits_out_of_bounds_are_refused(self) -> None:
        for caution, limit in ((2.0, 1.0), (-1.0, 1.0), (0.0, 0.0), (0.0, float("nan"))):
            with pytest.raises(ValueError, match="bounds"):
                Limits.from_json({"caution": caution, "limit": limit, "images": 5})
