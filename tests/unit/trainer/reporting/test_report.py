"""The report opens offline, holds no identity and no script, and says what the program knows."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.unit.trainer.results.made import CLASSES, made_answers, made_rules
from trainer.model_folder import ModelInfo
from trainer.preprocessing import Preprocessing
from trainer.recipes import RECIPES
from trainer.reporting import write_report
from trainer.reporting.claim import CLAIM
from trainer.results.answers import write_answers
from trainer.results.conclusion import Beside, conclude, images_sha256, write_evaluations
from trainer.results.learning_curve import LearningPoint
from trainer.results.openings import note_opening


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> ModelInfo:
    """A model whose report is written."""
    info = made_model(tmp_path_factory.mktemp("models") / "one")
    write_report(info)
    return info


def made_model(folder: Path, classes: tuple[str, ...] = CLASSES) -> ModelInfo:
    folder.mkdir(parents=True)
    answers, test = made_answers(classes=classes), made_answers("test", seed=1, classes=classes)
    rules = made_rules(answers)
    rules.save(folder)
    write_answers(folder, [answers, test])
    points = tuple(
        LearningPoint(f, round(100 * f), 50, 0.8 + f / 10, 0.7, 0.95) for f in (0.1, 0.25, 0.5, 1.0)
    )
    beside = Beside(("The <manufacturer> alone tells the classes apart.",), points)
    write_evaluations(folder, [conclude(answers, rules), conclude(test, rules)], beside)
    note_opening(folder, "training finished", images_sha256(test), rules.threshold)
    (folder / "history.csv").write_text("epoch,loss,val_loss\n1,0.7,0.6\n2,0.4,0.5\n", encoding="utf-8")
    (folder / "weights.weights.h5").write_bytes(b"weights")
    return ModelInfo(
        folder=folder,
        classes=classes,
        architecture="residual",
        preprocessing=Preprocessing(64, False, 1, 0.0, 1.0),
        recipe="standard",
        settings=RECIPES["standard"].table(),
        weights_sha256="ab" * 32,
        classifier_sha256="",
        seed=7,
        epochs=2,
        best_epoch=2,
        seconds=12.0,
        device="CPU",
        metrics={"auc": 0.9},
        counts={"train": dict.fromkeys(classes, 50)},
        warnings=("Few patients.",),
        versions={"numpy": "2"},
        dataset_sha256="cd" * 32,
        identity={"seed": 7, "listing": "x"},
    )


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.attributes += attrs
        if tag not in ("meta", "br", "line", "circle", "polyline"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("line", "circle", "polyline"):
            assert self.open.pop() == tag


@pytest.mark.parametrize("classes", [pytest.param(CLASSES, marks=pytest.mark.slow), ("a", "b", "c")])
def test_it_is_one_sound_page_with_nothing_from_elsewhere(tmp_path: Path, classes: tuple[str, ...]) -> None:
    text = write_report(made_model(tmp_path / "one", classes)).read_text(encoding="utf-8")
    tags = _Tags()
    tags.feed(text)
    assert tags.open == []
    assert not tags.seen & {"script", "link", "iframe", "img", "object"}
    assert not [name for name, _ in tags.attributes if name in ("src", "href") or name.startswith("on")]
    assert "http://" not in text
    assert "https://" not in text
    assert "default-src 'none'" in text
    assert text.count("<svg viewBox") >= 4


def test_it_says_what_counts_in_words(two: ModelInfo) -> None:
    text = (two.folder / "report.html").read_text(encoding="utf-8")
    plain = re.sub(r"<[^>]+>", " ", text)
    assert text.count("Not for diagnostic use") >= 2
    assert "On the test split, 200 images of 100 patients: area under the ROC curve" in plain
    assert "The test split was opened once." in plain
    assert "The &lt;manufacturer&gt; alone" in text
    assert "chance alone makes differences of that size" in plain
    assert "Sex: F" in plain
    assert "cd" * 32 in plain
    assert plain.index("Results on the test split") < plain.index("Results on the validation split")


def test_no_image_is_named_in_it(two: ModelInfo) -> None:
    folder = two.folder
    text = (folder / "report.html").read_text(encoding="utf-8")
    passport = (folder / "passport.json").read_text(encoding="utf-8")
    for name in ("images/test-0", "test-0", "2.25.", str(folder.parent)):
        assert name not in text
        assert name not in passport


def test_the_passport_holds_hashes_seeds_and_settings(two: ModelInfo) -> None:
    passport = json.loads((two.folder / "passport.json").read_text(encoding="utf-8"))
    assert passport["notice"] == "Not for diagnostic use"
    assert passport["training"]["seed"] == 7
    assert passport["training"]["settings"]["learning_rate"] == 0.002
    assert set(passport["model"]["files_sha256"]) == {
        "weights.weights.h5",
        "judging.json",
        "images.json",
        "history.csv",
    }
    assert re.fullmatch("[0-9a-f]{64}", passport["code"]["sha256"])
    assert len(passport["data"]["test_openings"]) == 1
    assert [entry["item"] for entry in passport["claim"]] == list(range(1, 43))
    answered = {entry["item"] for entry in passport["claim"] if entry["answer"]}
    assert {9, 20, 21, 23, 28, 29, 34} <= answered
    assert not {3, 40, 42} & answered


def test_the_same_model_gives_the_same_report(two: ModelInfo) -> None:
    before = (two.folder / "report.html").read_bytes()
    assert write_report(two).read_bytes() == before


def test_every_item_of_the_checklist_is_there_once() -> None:
    assert [item.number for item in CLAIM] == list(range(1, 43))
