"""The table of networks, in the order of their lists: small first, then the textbooks', then the well-known."""

from trainer.architectures import classic, convnet, lite0, pixels, residual
from trainer.architectures.entry import Architecture
from trainer.architectures.published import (
    centred_blue_first,
    published,
    side,
    standardised,
    standardised_times_255,
    symmetric,
)

_SMALL = (
    Architecture(
        "residual",
        "Small residual network",
        "small",
        "Learns from your images alone; small enough for a PC without a graphics card.",
        residual.features,
        residual.input_size,
        channels=0,
        learning_rate=2e-3,
    ),
    Architecture(
        "efficientnet_lite0",
        "EfficientNet-Lite0",
        "EfficientNet",
        "Learned on everyday photographs (ImageNet); the weights come with the program.",
        lite0.features,
        lite0.input_size,
        channels=3,
        smallest=32,
        pretrained=lite0.load_imagenet,
        offset=127.0,
        scale=128.0,
        dropout=0.2,
        learning_rate=2e-3,
        earlier="block10_add",
        upper="block9_expand",
    ),
    Architecture(
        "convnet",
        "Plain network of ten convolutions",
        "plain",
        "Five blocks of two convolutions with batch normalization and max pooling.",
        convnet.plain,
        side(28, 128, 4),
        channels=0,
        earlier="block4_conv2_relu",
        upper="block4_conv1",
    ),
    Architecture(
        "convnet_separable",
        "Plain network of ten separable convolutions",
        "plain",
        "As the plain one, but each convolution looks at space and channels apart: an eighth of the weights.",
        convnet.separable,
        side(28, 128, 4),
        channels=0,
        earlier="block4_conv2_relu",
        upper="block4_conv1",
    ),
    Architecture(
        "cnn_family",
        "Network of your own shape",
        "plain",
        "Depth, windows, width, pooling, dropout and penalty are yours to set, to compare what each does.",
        convnet.family,
        side(28, 128, 4),
        channels=0,
        own=convnet.FAMILY,
    ),
)

_CLASSIC = (
    Architecture(
        "lenet5",
        "LeNet-5",
        "textbook",
        "The first widely known convolutional network (1998), for images of 32 pixels.",
        classic.lenet_features,
        lambda _longer: 32,
        channels=0,
        top=classic.lenet_top,
        smallest=28,
        dropout=0.0,
    ),
    Architecture(
        "alexnet",
        "AlexNet",
        "textbook",
        "The network that began it all in 2012, with batch normalization in place of its own normalization.",
        classic.alexnet_features,
        side(96, 227, 1),
        channels=3,
        own=(classic.DENSE_UNITS,),
        top=classic.wide_top,
        smallest=67,
        dropout=0.5,
        learning_rate=3e-4,
    ),
    Architecture(
        "vgg16",
        "VGG16",
        "textbook",
        "Thirteen convolutions and three dense layers (2014); slow, and large on the disk.",
        published("VGG16", centred_blue_first),
        side(96, 224),
        channels=3,
        own=(classic.DENSE_UNITS,),
        top=classic.flat_top,
        smallest=32,
        offset=0.0,
        scale=1.0,
        dropout=0.5,
        learning_rate=1e-4,
        earlier="block4_pool",
        upper="block5_conv1",
    ),
)


def _efficientnet(number: int, native: int) -> Architecture:
    return Architecture(
        f"efficientnet_b{number}",
        f"EfficientNet-B{number}",
        "EfficientNet",
        f"Accurate for its size (2019); drawn for images of {native} pixels.",
        published(f"EfficientNetB{number}", standardised_times_255),
        side(96, native, 1),
        channels=3,
        smallest=32,
        offset=0.0,
        scale=1.0,
        dropout=0.2 + 0.1 * (number // 2),
        earlier="block6a_expand_activation",
        upper="block6a_expand_conv",
    )


def _densenet(number: int) -> Architecture:
    return Architecture(
        f"densenet{number}",
        f"DenseNet{number}",
        "DenseNet",
        f"{number} layers, each of which sees all before it (2017); often chosen for chest radiographs.",
        published(f"DenseNet{number}", standardised),
        side(96, 224),
        channels=3,
        smallest=32,
        offset=0.0,
        scale=1.0,
        earlier="pool4_pool",
        upper="pool4_pool",
    )


_LARGE = (
    Architecture(
        "inception_v3",
        "Inception V3",
        "well-known",
        "Looks through windows of several sizes side by side (2015); images of 75 pixels or more.",
        published("InceptionV3", symmetric),
        side(139, 299, 1),
        channels=3,
        smallest=75,
        offset=0.0,
        scale=1.0,
        earlier="mixed7",
        upper="mixed7",
    ),
    Architecture(
        "xception",
        "Xception",
        "well-known",
        "Inception with separable convolutions (2017); images of 71 pixels or more.",
        published("Xception", symmetric),
        side(96, 299, 1),
        channels=3,
        smallest=71,
        offset=0.0,
        scale=1.0,
        earlier="block9_sepconv1_act",
        upper="block9_sepconv1",
    ),
    Architecture(
        "resnet50",
        "ResNet50",
        "well-known",
        "Fifty layers with direct ways around them (2015); the usual yardstick.",
        published("ResNet50", centred_blue_first),
        side(96, 224),
        channels=3,
        smallest=32,
        offset=0.0,
        scale=1.0,
        earlier="conv4_block6_out",
        upper="conv4_block6_out",
    ),
    *map(_densenet, (121, 169, 201)),
    *(_efficientnet(number, native) for number, native in enumerate((224, 240, 260, 300, 380))),
)

_CLASSICAL = (
    Architecture(
        "pixels",
        "The pixels themselves",
        "classical",
        "No network: the shrunk image as one row of grey values, for a random forest, a support vector machine or "
        "plain logistic regression.",
        pixels.features,
        pixels.input_size,
        channels=0,
        top=pixels.top,
        smallest=8,
        dropout=0.0,
    ),
)

TABLE = (*_CLASSICAL, *_SMALL, *_CLASSIC, *_LARGE)
