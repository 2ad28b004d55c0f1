"""Barcodes on pages: the patient's or the order's number is often printed as one, where no text detector sees it."""

from typing import Any

import numpy as np
import numpy.typing as npt

from anonymizer.documents.pdf_words import Box

Bytes = npt.NDArray[np.uint8]
_MARGIN = 0.3  # of the shorter side: the finder marks less than the bars
_GAP, _DARK = 15, 128  # pixels between bars of one code; grey that is ink


def find_barcodes(picture: Bytes) -> list[Box]:
    """Return the areas of barcodes and QR codes in an RGB picture (rows, columns, 3)."""
    import cv2

    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    corners: list[Any] = []
    for finder in (cv2.barcode.BarcodeDetector().detect, cv2.QRCodeDetector().detectMulti):
        try:
            found, points = finder(grey)
        except cv2.error:  # lines that meet nowhere; such a page is marked for a human in any case
            continue
        corners += list(points) if found and points is not None else []
    ink = np.asarray(grey < _DARK, np.uint8)
    boxes = [_box(np.asarray(quad, np.float32), grey.shape) for quad in corners]
    return [_whole(box, ink) for box in boxes if box is not None]


def _box(corners: npt.NDArray[np.float32], shape: tuple[int, ...]) -> Box | None:
    corners = corners.reshape(-1, 2)
    if not np.isfinite(corners).all():
        return None
    (left, top), (right, bottom) = corners.min(axis=0), corners.max(axis=0)
    margin = 2 + _MARGIN * min(right - left, bottom - top)
    return (
        int(max(0, left - margin)),
        int(max(0, top - margin)),
        int(min(shape[1], right + margin)),
        int(min(shape[0], bottom + margin)),
    )


def _whole(box: Box, ink: Bytes) -> Box:
    """Widen an area to all bars that go on beside it: the finder may mark a part of them."""
    import cv2

    left, top, right, bottom = box
    along = (_GAP, 1) if right - left >= bottom - top else (1, _GAP)
    joined = cv2.morphologyEx(ink, cv2.MORPH_CLOSE, np.ones(along[::-1], np.uint8))
    _, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    touched = [number for number in np.unique(labels[top:bottom, left:right]) if number]
    sides = [stats[number][:4] for number in touched]
    return (
        int(min([left, *(x for x, _, _, _ in sides)])),
        int(min([top, *(y for _, y, _, _ in sides)])),
        int(max([right, *(x + width for x, _, width, _ in sides)])),
        int(max([bottom, *(y + height for _, y, _, height in sides)])),
    )
