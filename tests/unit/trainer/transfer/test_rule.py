import pytest

from trainer import Recipe, RecipeError
from trainer.transfer import settle


@pytest.mark.parametrize(
    ("images", "similarity", "strategy"),
    [
        (100, "similar", "fixed features"),
        (100, "different", "earlier layer"),
        (50_000, "similar", "partial fine-tuning"),
        (50_000, "different", "full fine-tuning"),
    ],
)
def test_size_and_similarity_choose_the_strategy_and_say_why(
    images: int, similarity: str, strategy: str
) -> None:
    recipe = Recipe(architecture="efficientnet_lite0", strategy="by rule", similarity=similarity)
    found = settle(recipe, images)
    assert found.recipe.strategy == strategy
    assert strategy in found.why
    assert f"{images:,} training images" in found.why
    assert found.recipe.learning_rate > 0


@pytest.mark.parametrize("images", [100, 50_000])
def test_the_rule_begins_from_scratch_where_nothing_was_learned_before(images: int) -> None:
    found = settle(Recipe(architecture="resnet50", strategy="by rule"), images, has_weights=False)
    assert found.recipe.strategy == "from scratch"
    assert "no weights that ResNet50 has learned" in found.why
    assert found.recipe.learning_rate == found.recipe.design.architecture.learning_rate


def test_the_rule_takes_the_last_features_where_no_earlier_layer_is_named() -> None:
    found = settle(Recipe(architecture="alexnet", strategy="by rule"), 100)
    assert found.recipe.strategy == "fixed features"
    assert "no earlier layer" in found.why


def test_what_the_user_chose_stays() -> None:
    recipe = Recipe(architecture="efficientnet_lite0", strategy="full fine-tuning", learning_rate=0.5)
    found = settle(recipe, 10)
    assert (found.recipe, found.why) == (recipe, "")


def test_fine_tuning_treads_more_softly_than_learning_from_scratch() -> None:
    scratch, tuned = (
        settle(Recipe(architecture="efficientnet_lite0", strategy=strategy), 10).recipe.learning_rate
        for strategy in ("from scratch", "full fine-tuning")
    )
    assert tuned < scratch


def test_a_network_without_an_earlier_layer_asks_for_one() -> None:
    with pytest.raises(RecipeError) as caught:
        settle(Recipe(strategy="earlier layer"), 10)
    assert "cut" in caught.value.remedy
