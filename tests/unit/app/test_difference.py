"""The difference view: what masking changed is coloured, and a change outside the masks in another colour."""

import numpy as np

from anonymizer import Region
from app.gui.image.difference import INSIDE, OUTSIDE, DifferencePicture
from app.gui.image.image_frames import ArrayPicture


def test_changes_under_a_mask_and_elsewhere_are_told_apart() -> None:
    before = np.full((8, 8), 200, np.uint8)
    after = before.copy()
    after[1:3, 1:5] = 0
    after[6, 6] = 199
    box = Region(1, 1, 4, 2)
    picture = DifferencePicture(ArrayPicture(before), ArrayPicture(after), (box,))
    shown, _ = picture.view(0)
    grey = (shown == shown[..., :1]).all(axis=2)
    coloured = ~grey
    assert coloured.sum() == 9
    under, elsewhere = shown[1, 1].astype(float), shown[6, 6].astype(float)
    assert np.allclose(under / under.max(), np.array(INSIDE) / 255, atol=0.02)
    assert np.allclose(elsewhere / elsewhere.max(), np.array(OUTSIDE) / 255, atol=0.02)


def test_a_box_of_one_frame_explains_no_change_in_another() -> None:
    before = np.full((4, 4, 3), 90, np.uint8)
    after = before.copy()
    after[0, 0] = 0
    picture = DifferencePicture(ArrayPicture(before), ArrayPicture(after), (Region(0, 0, 1, 1, frame=3),))
    shown, _ = picture.view(0)
    assert shown[0, 0, 2] > shown[0, 0, 1]  # rose, not amber
