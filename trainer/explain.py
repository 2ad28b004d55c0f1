"""Where in an image a model looked: Grad-CAM, covering the image piece by piece, and what classical methods weigh."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from trainer.device import import_keras, import_tensorflow
from trainer.errors import DataSetError, TrainerError
from trainer.forward import Forward
from trainer.images import read_or_reason
from trainer.inference import Predictor
from trainer.occlusion import Listener, occlusion
from trainer.preprocessing import Preprocessing
from trainer.records import HeatMap
from trainer.sight import NetworkSight, Sight
from trainer.tabular.code import Facts

GRAD_CAM, OCCLUSION, IMPORTANCE, AUTOMATIC = "grad-cam", "occlusion", "importance", "automatic"
MAPS: Mapping[str, str] = MappingProxyType(
    {
        AUTOMATIC: "Grad-CAM where the model is one network, else covering.",
        GRAD_CAM: "Grad-CAM (Selvaraju et al. 2017): which places of the last feature map raise the class's score.",
        OCCLUSION: "Covers the image piece by piece and measures how far the answer falls: slower, for any model, a "
        "check of the other.",
        IMPORTANCE: "What a random forest, a support vector machine or a dense layer weighs most: over the pixels, the "
        "same for every image; over a network's description, where in this image it lies.",
    }
)
_NO_FACTS: Facts = MappingProxyType({})


def explain(
    predictor: Predictor,
    path: Path,
    class_name: str | None = None,
    *,
    method: str = AUTOMATIC,
    facts: Facts = _NO_FACTS,
    listener: Listener = Listener(),  # noqa: B008 - frozen
) -> HeatMap:
    """The heat map of a class (default: the most probable) in the image's own rows and columns, 0 to 1.

    Raises TrainerError for a class that the model does not know or a map that it cannot give, DataSetError if the
    image cannot be read.
    """
    classes = predictor.info.classes
    if class_name is not None and class_name not in classes:
        raise TrainerError(f'The model has no class "{class_name}".', f"It has: {', '.join(classes)}.")
    image, reason = read_or_reason(path, predictor.read_image)
    if image is None:
        raise DataSetError(reason, "Choose another image.")
    wanted = None if class_name is None else classes.index(class_name)
    sight = predictor.sight
    index, values = _map(sight, image, wanted, chosen=_chosen(method, sight), facts=facts, listener=listener)
    similar = sight.see([sight.prepare(image)], [facts]).similar[0]
    return HeatMap(path, classes[index], values, _chosen(method, sight), similar, sight.missing(facts))


def _map(
    sight: Sight,
    image: NDArray[np.uint8],
    wanted: int | None,
    *,
    chosen: str,
    facts: Facts,
    listener: Listener,
) -> tuple[int, NDArray[np.float32]]:
    """The class that it is for, and the map in the image's own rows and columns."""
    if chosen == OCCLUSION:
        index, values = occlusion(sight, image, _choice(wanted), facts=facts, listener=listener)
        return index, _enlarged(values, image.shape)
    assert isinstance(sight, NetworkSight)  # the others give an occlusion map, or were refused
    if chosen == GRAD_CAM:
        index, values = _activation(sight, image, wanted)
    else:
        index = _choice(wanted)(sight.see([sight.prepare(image)], [facts]).raw[0])
        values = _importance(sight, image)
    return index, _in_image(values, image.shape, sight.preprocessing)


def grad_cam(predictor: Predictor, path: Path, class_name: str | None = None) -> HeatMap:
    """The Grad-CAM map; TrainerError for a model that is not one network alone."""
    return explain(predictor, path, class_name, method=GRAD_CAM)


def _chosen(method: str, sight: object) -> str:
    """The map that is drawn; TrainerError where this model cannot give the one asked for."""
    network = isinstance(sight, NetworkSight)
    own_end = isinstance(sight, NetworkSight) and sight.classifier is None
    possible = {
        OCCLUSION: True,
        GRAD_CAM: own_end,
        IMPORTANCE: network and not own_end,
        AUTOMATIC: True,
    }
    if method not in possible:
        raise TrainerError(f'There is no map "{method[:40]}".', f"There are: {', '.join(possible)}.")
    if not possible[method]:
        can = ", ".join(name for name, able in possible.items() if able)
        raise TrainerError(f"This model cannot give the map “{method}”.", f"It can give: {can}.")
    return method if method != AUTOMATIC else GRAD_CAM if own_end else OCCLUSION


def _choice(wanted: int | None) -> Callable[[NDArray[np.floating]], int]:
    return lambda raw: int(raw.argmax()) if wanted is None else wanted


def _activation(
    sight: NetworkSight, image: NDArray[np.uint8], wanted: int | None
) -> tuple[int, NDArray[np.float32]]:
    """Feature maps weighted by how much they raise the class's score: `(rows, columns)` of the feature map."""
    tensorflow = import_tensorflow()
    outputs = [sight.model.get_layer(name).output for name in ("features", "logits")]
    part = import_keras().Model(sight.model.input, outputs)
    preprocessing = sight.preprocessing
    batch = preprocessing.scaled(preprocessing.prepare(image)[None])
    with tensorflow.GradientTape() as tape:
        features, logits = part(tensorflow.constant(batch), training=False)
        index = int(np.argmax(np.asarray(logits)[0])) if wanted is None else wanted
        # Against the mean of the others: scores count only relative to each other.
        score = logits[0, index] - tensorflow.reduce_mean(logits[0])
    gradient = np.asarray(tape.gradient(score, features))[0]
    weights = gradient.mean(axis=(0, 1))
    return index, np.maximum((np.asarray(features)[0] * weights).sum(axis=-1), 0).astype(np.float32)


def _importance(sight: NetworkSight, image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """What the classifier weighs, laid over the feature map: its own importance, where the features are."""
    assert sight.classifier is not None
    weights = sight.classifier.importance
    look = Forward(sight.model, sight.preprocessing, "features")
    features = look(sight.preprocessing.prepare(image)[None])[0]
    if features.size == weights.size:  # flattened: a weight for each place
        return np.asarray(weights.reshape(features.shape).sum(axis=-1), np.float32)
    if features.shape[-1] == weights.size:  # pooled: a weight for each channel
        return np.asarray((np.abs(features) * weights).sum(axis=-1), np.float32)
    raise TrainerError(
        "What this classifier weighs cannot be laid over the image: layers lie between.",
        "Use the occlusion map.",
    )


def _in_image(
    values: NDArray[np.float32], shape: tuple[int, ...], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """Enlarge to the square, cut the padding off, bring to the image's own size, scale to 0 to 1."""
    from PIL import Image

    size = preprocessing.size
    square = np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BILINEAR))
    place = preprocessing.placement(shape[0], shape[1])
    cut = square[place.top : place.top + place.rows, place.left : place.left + place.columns]
    return _enlarged(np.ascontiguousarray(cut), shape)


def _enlarged(values: NDArray[np.float32], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """To the image's own rows and columns, 0 to 1."""
    from PIL import Image

    picture = Image.fromarray(values)
    whole = np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BILINEAR), np.float32)
    peak = float(whole.max())
    return np.clip(whole / peak, 0, 1) if peak > 0 else np.zeros_like(whole)
