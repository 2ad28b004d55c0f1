"""The net can be trained on from the file that the program runs: its weights come back, less what was rounded off."""

import numpy as np

from anonymizer.pixels import text_net
from anonymizer.pixels.text_views import planes
from benchmarks.text_net.onnx_file import onnx_bytes
from benchmarks.text_net.quantised import between, floats
from resources import find
from tests.unit.anonymizer.pixel_cases import background, written


def test_the_weights_of_the_file_in_use_make_the_same_map_in_floating_point_numbers():
    import onnxruntime

    weights = floats(find("weights", text_net.WEIGHTS).read_bytes())
    shown = planes((written(background(256, 256)) * 4000).astype(np.uint16))
    made = onnxruntime.InferenceSession(onnx_bytes(weights), providers=["CPUExecutionProvider"])
    again = made.run(["text"], {"planes": shown[None]})[0][0, 0]
    used = text_net._tiled(shown)
    assert used.max() > 0.9
    assert np.abs(again - used).mean() < 0.01
    assert np.corrcoef(again.ravel(), used.ravel())[0, 1] > 0.98


def test_between_two_nets_lies_a_share_of_each():
    one, other = {"half/bias": np.array([1.0, 2.0])}, {"half/bias": np.array([2.0, 0.0])}
    assert between(one, other, 0.25)["half/bias"].tolist() == [1.25, 1.5]
