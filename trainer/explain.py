"""Where in an image a model looked: Grad-CAM (Selvaraju et al. 2017) on the last feature map."""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from trainer.device import import_keras, import_tensorflow
from trainer.errors import DataSetError, TrainerError
from trainer.images import read_or_reason
from trainer.inference import Predictor
from trainer.preprocessing import Preprocessing
from trainer.records import HeatMap


def grad_cam(predictor: Predictor, path: Path, class_name: str | None = None) -> HeatMap:
    """The heat map of a class (default: the most probable) in the image's own rows and columns, 0 to 1.

    Raises TrainerError for a class that the model does not know, DataSetError if the image cannot be read.
    """
    classes = predictor.info.classes
    if class_name is not None and class_name not in classes:
        raise TrainerError(f'The model has no class "{class_name}".', f"It has: {', '.join(classes)}.")
    image, reason = read_or_reason(path, predictor.read_image)
    if image is None:
        raise DataSetError(reason, "Choose another image.")
    preprocessing = predictor.info.preprocessing
    batch = preprocessing.scaled(preprocessing.prepare(image)[None])
    wanted = None if class_name is None else classes.index(class_name)
    index, values = _activation(predictor, batch, wanted)
    return HeatMap(path, classes[index], _in_image(values, image.shape, preprocessing))


def _activation(
    predictor: Predictor, batch: NDArray[np.float32], wanted: int | None
) -> tuple[int, NDArray[np.float32]]:
    """Feature maps weighted by how much they raise the class's score: `(rows, columns)` of the feature map."""
    keras, tensorflow = import_keras(), import_tensorflow()
    model = predictor.model
    outputs = [model.get_layer("features").output, model.get_layer("logits").output]
    part = keras.Model(model.input, outputs)
    with tensorflow.GradientTape() as tape:
        features, logits = part(tensorflow.constant(batch), training=False)
        index = int(np.argmax(np.asarray(logits)[0])) if wanted is None else wanted
        # Against the mean of the others: scores count only relative to each other.
        score = logits[0, index] - tensorflow.reduce_mean(logits[0])
    gradient = np.asarray(tape.gradient(score, features))[0]
    weights = gradient.mean(axis=(0, 1))
    return index, np.maximum((np.asarray(features)[0] * weights).sum(axis=-1), 0).astype(np.float32)


def _in_image(
    values: NDArray[np.float32], shape: tuple[int, ...], preprocessing: Preprocessing
) -> NDArray[np.float32]:
    """Enlarge to the square, cut the padding off, bring to the image's own size, scale to 0 to 1."""
    from PIL import Image

    size = preprocessing.size
    square = np.asarray(Image.fromarray(values).resize((size, size), Image.Resampling.BILINEAR))
    place = preprocessing.placement(shape[0], shape[1])
    cut = square[place.top : place.top + place.rows, place.left : place.left + place.columns]
    picture = Image.fromarray(np.ascontiguousarray(cut))
    whole = np.asarray(picture.resize((shape[1], shape[0]), Image.Resampling.BILINEAR), np.float32)
    peak = float(whole.max())
    return np.clip(whole / peak, 0, 1) if peak > 0 else np.zeros_like(whole)
