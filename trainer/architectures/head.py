"""The end that all networks share: pooled features, dropout, one score per class."""

from typing import Any


def add_head(features: Any, classes: int, *, dropout: float) -> Any:
    """Pool the feature map, drop some of it while training, and give class probabilities."""
    from keras import layers

    pooled = layers.GlobalAveragePooling2D(name="embedding")(features)
    dropped = layers.Dropout(dropout, name="dropout")(pooled)
    logits = layers.Dense(classes, name="logits")(dropped)
    return layers.Activation("softmax", name="probabilities")(logits)
