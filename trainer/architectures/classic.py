"""Networks of the textbooks, for comparison: LeNet-5 and AlexNet."""

from typing import Any

from trainer.parameters import Parameter, Values

DENSE_UNITS = Parameter(
    "dense_units",
    4096,
    "Width of the two dense layers of the network's own head; fewer make a smaller file and learn faster.",
    low=16,
    high=4096,
)


def lenet_features(image: Any, _parameters: Values) -> Any:
    """LeNet-5 (LeCun et al. 1998): two convolutions of 5 × 5 with averaging after each."""
    from keras import layers

    x = layers.Conv2D(6, 5, activation="tanh", padding="same", name="conv1")(image)
    x = layers.AveragePooling2D(2, name="pool1")(x)
    x = layers.Conv2D(16, 5, activation="tanh", name="conv2")(x)
    return layers.AveragePooling2D(2, name="features")(x)


def lenet_top(features: Any, _parameters: Values) -> Any:
    """Two dense layers of 120 and 84."""
    from keras import layers

    x = layers.Flatten(name="flat")(features)
    x = layers.Dense(120, "tanh", name="dense_1")(x)
    return layers.Dense(84, "tanh", name="embedding")(x)


def alexnet_features(image: Any, _parameters: Values) -> Any:
    """AlexNet (Krizhevsky et al. 2012), with batch normalization where it had local response normalization."""
    from keras import layers

    x = _normalised(layers.Conv2D(96, 11, 4, use_bias=False, name="conv1")(image))
    x = layers.MaxPooling2D(3, 2, name="pool1")(x)
    x = _normalised(layers.Conv2D(256, 5, padding="same", use_bias=False, name="conv2")(x))
    x = layers.MaxPooling2D(3, 2, name="pool2")(x)
    for number, width in enumerate((384, 384, 256), start=3):
        x = layers.Conv2D(width, 3, padding="same", activation="relu", name=f"conv{number}")(x)
    return layers.Activation("linear", name="features")(x)


def wide_top(features: Any, parameters: Values) -> Any:
    """Two wide dense layers on the flattened feature map, as AlexNet has them after its last pooling."""
    from keras import layers

    return flat_top(layers.MaxPooling2D(3, 2, padding="same", name="pool3")(features), parameters)


def flat_top(features: Any, parameters: Values) -> Any:
    """Two wide dense layers on the flattened feature map, as VGG16 has them."""
    from keras import layers

    units = parameters["dense_units"]
    x = layers.Flatten(name="flat")(features)
    x = layers.Dense(units, "relu", name="dense_1")(x)
    x = layers.Dropout(parameters["dropout"], name="dropout_1")(x)
    x = layers.Dense(units, "relu", name="dense_2")(x)
    return layers.Activation("linear", name="embedding")(x)


def _normalised(x: Any) -> Any:
    from keras import layers

    return layers.ReLU()(layers.BatchNormalization(momentum=0.9)(x))
