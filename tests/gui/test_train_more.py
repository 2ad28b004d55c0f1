"""Train: every setting behind “More settings”, and one click as long as nothing is changed there."""

import pytest
from pytestqt.qtbot import QtBot

from app.gui.training.more_panel import MorePanel
from trainer import ARCHITECTURES, FIELDS, RECIPES


@pytest.fixture
def more(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> MorePanel:
    monkeypatch.setenv("LEADGLASS_CONFIG", str(tmp_path))
    panel = MorePanel(RECIPES["standard"])
    qtbot.addWidget(panel)
    return panel


def choose(more: MorePanel, name: str, value: object) -> None:
    box = more.fields[name].widget
    box.setCurrentIndex(box.findData(value))  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", list(RECIPES))
def test_a_recipe_that_is_left_as_it_is_needs_no_settings(more: MorePanel, name: str) -> None:
    more.follow(RECIPES[name])
    assert more.arguments() == []
    assert more.run_name() == name
    assert RECIPES[name].title in more.told.text()


def test_it_is_folded_away_and_opens_by_the_keyboard(more: MorePanel) -> None:
    assert not more.inside.isVisibleTo(more)
    more.unfold.animateClick()
    more.unfold.setChecked(True)
    assert more.inside.isVisibleTo(more)
    assert "&" in more.unfold.text()


def test_every_setting_has_a_field_with_its_words(more: MorePanel) -> None:
    for name, entry in ARCHITECTURES.items():
        choose(more, "architecture", name)
        wanted = {each.name for each in (*FIELDS, *entry.parameters)} - {"mirror", "minutes"}
        assert set(more.fields) == wanted, name
        assert all(field.widget.accessibleDescription() for field in more.fields.values())


def test_what_was_changed_is_what_the_command_is_given(more: MorePanel) -> None:
    choose(more, "architecture", "cnn_family")
    choose(more, "kernels", "funnel-in")
    choose(more, "head", "dense")
    more.fields["layers"].widget.setValue(6)  # type: ignore[attr-defined]
    more.fields["l2"].widget.setValue(0.0005)  # type: ignore[attr-defined]
    arguments = more.arguments()
    made = RECIPES["standard"].with_texts(arguments[1::2])
    assert set(arguments[::2]) == {"--set"}
    assert (made.architecture, made.head) == ("cnn_family", "dense")
    assert made.parameters["layers"] == 6
    assert made.parameters["kernels"] == "funnel-in"
    assert made.parameters["l2"] == 0.0005
    assert "kernels" in more.told.text()
    assert more.run_name().startswith("cnn_family-")


def test_a_strategy_without_weights_says_what_to_do_before_anything_runs(more: MorePanel) -> None:
    choose(more, "architecture", "resnet50")
    assert more.is_possible()
    choose(more, "strategy", "partial fine-tuning")
    assert not more.is_possible()
    assert "leadglass weights import" in more.told.text()
    choose(more, "architecture", "efficientnet_lite0")
    assert more.fields["strategy"].value() == "partial fine-tuning"
    assert more.is_possible()


def test_a_network_without_weights_learns_from_scratch_whatever_the_recipe(more: MorePanel) -> None:
    more.follow(RECIPES["quick"])
    choose(more, "architecture", "lenet5")
    assert more.is_possible()
    assert more.fields["strategy"].value() == "from scratch"
    assert "strategy" in more.told.text()


def test_what_cannot_be_a_layer_s_name_is_told(more: MorePanel) -> None:
    more.fields["cut"].widget.setText("a;b")  # type: ignore[attr-defined]
    assert not more.is_possible()
    assert "cut" in more.told.text()


def test_another_recipe_begins_anew(more: MorePanel) -> None:
    choose(more, "head", "mlp")
    more.follow(RECIPES["quick"])
    assert more.arguments() == []
    assert more.fields["architecture"].value() == RECIPES["quick"].architecture
