"""Several trainings: who takes part, which one is kept, and all of them answering together."""

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.unit.trainer.conftest import read_png, write_dataset
from trainer import (
    NEXT_RECIPE,
    RECIPES,
    CancelledError,
    ModelFolderError,
    ModelInfo,
    Predictor,
    Recipe,
    RecipeError,
    TrainerError,
    train,
    training,
)
from trainer.fitting import Fit
from trainer.lineup import lineup, preferred, takes_too_long
from trainer.order import Order
from trainer.records import OnEvent

LIGHT = Recipe(architecture="pixels", classifier="svm", size=16, seeds=3)


def test_standard_takes_on_one_that_has_learned_before_and_best_takes_on_all() -> None:
    assert [each.name for each in lineup(RECIPES["standard"])] == ["standard", "transfer"]
    names = [each.name for each in lineup(RECIPES["best"])]
    assert names == ["best", "transfer", "quick", "best-2", "transfer-2", "best-3", "transfer-3"]
    assert [each.name for each in lineup(RECIPES["quick"])] == ["quick"]
    assert NEXT_RECIPE == {"quick": "standard", "standard": "best"}


def test_what_is_said_of_the_images_holds_for_every_rival() -> None:
    recipe = RECIPES["standard"].changed({"mirror": True, "balancing": "over-sampling", "epochs": 3})
    own, rival = (each.recipe for each in lineup(recipe))
    assert (rival.architecture, rival.mirror, rival.balancing) == (
        "efficientnet_lite0",
        True,
        "over-sampling",
    )
    assert (own.epochs, rival.epochs) == (3, RECIPES["transfer"].epochs)
    assert not own.rivals


def test_more_time_is_no_other_recipe() -> None:
    longer = RECIPES["best"].with_texts(["minutes=240"])
    assert (longer.name, longer.title, longer.minutes) == ("best", RECIPES["best"].title, 240)
    with pytest.raises(RecipeError, match="minutes"):
        RECIPES["best"].with_texts(["minutes=-1"])


def test_another_network_is_trained_alone() -> None:
    assert not RECIPES["standard"].changed({"architecture": "vgg16"}).rivals


@pytest.mark.parametrize("name", ["best", "magic", "standard"])
def test_what_cannot_be_a_rival_is_refused_with_what_can(name: str) -> None:
    with pytest.raises(RecipeError) as caught:
        lineup(RECIPES["standard"].changed({"name": "standard", "rivals": name}))
    assert "quick" in caught.value.remedy


def test_a_rival_that_a_processor_would_take_long_for_is_known_from_numbers_alone() -> None:
    transfer = RECIPES["transfer"]
    assert not takes_too_long(transfer, 400, 128, None)
    assert takes_too_long(transfer, 400, 224, None)
    assert takes_too_long(transfer, 5000, 128, None)
    assert not takes_too_long(transfer, 5000, 128, epochs=1)


def test_validation_prefers_the_larger_area_then_the_smaller_loss() -> None:
    def fit(area: float | None, loss: float) -> Fit:
        return Fit(({"val_auc": area, "val_loss": loss},), 1)

    assert preferred([fit(0.9, 0.1), fit(0.95, 0.5)]) == 1
    assert preferred([fit(0.9, 0.3), fit(0.9, 0.2), fit(0.9, 0.2)]) == 1
    assert preferred([fit(None, 0.2), fit(None, 0.3)]) == 0


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"), patients=16)


class Heard:
    """Keeps what is told."""

    def __init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, kind: str, facts: Mapping[str, Any]) -> None:
        self.events.append((kind, dict(facts)))

    def texts(self) -> str:
        return " ".join(str(facts.get("text", "")) for _, facts in self.events)

    def runs(self) -> list[tuple[str, str]]:
        return [(facts["name"], facts["state"]) for kind, facts in self.events if kind == "run"]


def test_of_several_beginnings_the_one_that_validation_prefers_is_kept_and_the_report_says_so(
    folder: Path, tmp_path: Path
) -> None:
    heard = Heard()
    summary = train(folder, tmp_path / "model", recipe=LIGHT, read_image=read_png, on_event=heard)
    assert [name for name, state in heard.runs() if state == "running"] == [
        "The pixels themselves",
        "The pixels themselves, beginning 2",
        "The pixels themselves, beginning 3",
    ]
    assert any("3 models were trained" in text for text in summary.warnings)
    openings = json.loads((tmp_path / "model" / "openings.json").read_text(encoding="utf-8"))
    assert len(openings["openings"]) == 1
    assert (
        len(list(Predictor.load(tmp_path / "model", read_png).predict(sorted(folder.rglob("*.png"))[:2])))
        == 2
    )


def in_process(order: Order, on_event: OnEvent, cancelled: Callable[[], bool]) -> str:
    training.train(order, on_event, cancelled)
    return ""


def copied(source: Path) -> Callable[[Order, OnEvent, Callable[[], bool]], str]:
    """Instead of training: the members of an ensemble that has been made."""

    def train_one(order: Order, _on_event: OnEvent, _cancelled: Callable[[], bool]) -> str:
        shutil.copytree(source / "trainings" / order.out.name, order.out)
        return ""

    return train_one


TOGETHER = LIGHT.changed({"name": "own", "outcome": "all together"})


@pytest.fixture(scope="module")
def ensemble(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("best") / "model"
    train(folder, out, recipe=TOGETHER, read_image=read_png, in_child=in_process)
    return out


def test_all_together_answer_as_one_and_only_the_whole_opens_the_test_split(
    ensemble: Path, folder: Path
) -> None:
    info = ModelInfo.read(ensemble)
    assert (info.architecture, info.settings["members"], info.recipe) == ("ensemble", 3, "own")
    assert len(json.loads((ensemble / "openings.json").read_text(encoding="utf-8"))["openings"]) == 1
    assert not list((ensemble / "trainings").rglob("openings.json"))
    said = list(Predictor.load(ensemble, read_png).predict(sorted(folder.rglob("*.png"))[:3]))
    assert all(sum(each.probabilities.values()) == pytest.approx(1) for each in said)


def test_beginnings_differ_and_share_the_split(ensemble: Path) -> None:
    members = [ModelInfo.read(path) for path in sorted((ensemble / "trainings").iterdir())]
    assert [info.identity.get("draw", 0) for info in members] == [0, 1, 2]
    assert len({str(info.counts) for info in members}) == 1
    assert len({info.seed for info in members}) == 1


def test_what_is_finished_is_not_done_again_and_another_wish_is_refused(ensemble: Path, folder: Path) -> None:
    before = (ensemble / "run.json").stat().st_mtime_ns
    more_time = TOGETHER.changed({"name": "own", "minutes": 5})
    train(folder, ensemble, recipe=more_time, read_image=read_png, in_child=in_process)
    assert (ensemble / "run.json").stat().st_mtime_ns == before
    with pytest.raises(ModelFolderError, match="another training"):
        train(folder, ensemble, recipe=TOGETHER, read_image=read_png, seed=1, in_child=in_process)


def test_a_stopped_one_goes_on_with_the_next_training(ensemble: Path, folder: Path, tmp_path: Path) -> None:
    begun: list[str] = []
    copy = copied(ensemble)

    def stops(order: Order, on_event: OnEvent, cancelled: Callable[[], bool]) -> str:
        begun.append(order.out.name)
        if len(begun) == 2:
            raise CancelledError("stopped")
        return copy(order, on_event, cancelled)

    with pytest.raises(CancelledError, match="kept"):
        train(folder, tmp_path / "m", recipe=TOGETHER, read_image=read_png, in_child=stops)
    train(folder, tmp_path / "m", recipe=TOGETHER, read_image=read_png, in_child=stops)
    assert begun == ["01-own", "02-own-2", "02-own-2", "03-own-3"]
    assert ModelInfo.read(tmp_path / "m").settings["members"] == 3


def test_when_the_time_is_over_at_least_two_are_trained_and_the_rest_is_named(
    ensemble: Path, folder: Path, tmp_path: Path
) -> None:
    heard = Heard()
    train(
        folder,
        tmp_path / "m",
        recipe=TOGETHER,
        read_image=read_png,
        on_event=heard,
        in_child=copied(ensemble),
        limit_seconds=0,
    )
    assert ModelInfo.read(tmp_path / "m").settings["members"] == 2
    assert "1 more were not begun" in heard.texts()


def test_trainings_that_fail_are_told_and_one_alone_is_no_ensemble(folder: Path, tmp_path: Path) -> None:
    heard = Heard()
    with pytest.raises(TrainerError, match="memory ran out"):
        train(
            folder,
            tmp_path / "m",
            recipe=TOGETHER,
            read_image=read_png,
            on_event=heard,
            in_child=lambda *_: "memory ran out",
        )
    assert heard.runs()[-1] == ("The pixels themselves, beginning 3", "failed")


def test_several_cannot_be_a_training_of_an_experiment(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="among others"):
        training.train(Order(folder, tmp_path / "m", TOGETHER, read_png))


def test_a_rival_that_would_take_too_long_leaves_no_trace_but_a_word(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trainer.contest.takes_too_long", lambda *_: True)
    heard = Heard()
    recipe = LIGHT.changed({"name": "own", "seeds": 1, "rivals": "transfer"})
    summary = train(folder, tmp_path / "m", recipe=recipe, read_image=read_png, on_event=heard)
    assert "“Transfer” was left out" in heard.texts()
    assert not heard.runs()
    assert summary.recipe == "own"
    assert not (tmp_path / "m" / "rivals").exists()


@pytest.mark.slow
def test_each_is_trained_in_a_process_of_its_own(folder: Path, tmp_path: Path) -> None:
    heard = Heard()
    recipe = TOGETHER.changed({"name": "own", "seeds": 2})
    summary = train(folder, tmp_path / "m", recipe=recipe, read_image=read_png, on_event=heard)
    assert heard.runs()[-1] == ("The pixels themselves, beginning 2", "done")
    assert ModelInfo.read(summary.folder).settings["members"] == 2


@pytest.mark.slow
def test_standard_trains_both_networks_and_goes_on_with_the_second_where_it_was_stopped(
    folder: Path, tmp_path: Path
) -> None:
    recipe = RECIPES["standard"].changed({"name": "standard", "size": 32})
    heard = Heard()
    with pytest.raises(CancelledError):
        train(
            folder,
            tmp_path / "m",
            recipe=recipe,
            read_image=read_png,
            epochs=1,
            on_event=heard,
            cancelled=lambda: ("Transfer", "running") in heard.runs(),
        )
    again = Heard()
    summary = train(folder, tmp_path / "m", recipe=recipe, read_image=read_png, epochs=1, on_event=again)
    assert "Going on after epoch 1" in again.texts()
    assert [name for name, state in again.runs() if state == "done"] == ["Small residual network", "Transfer"]
    assert summary.recipe in ("standard", "transfer")
    assert any("2 models were trained" in text for text in summary.warnings)
    assert not list((tmp_path / "m").rglob("checkpoint"))
    assert len(list((tmp_path / "m" / "rivals").glob("*/history.csv"))) == 2
