"""Pictures that stand beside the image of an instance: further pixel data, and lines that somebody drew over an image.

Letters in them can spell a name, and Table E.1-1 does not name each of them.
"""

from collections.abc import Mapping
from types import MappingProxyType

ANNOTATIONS = 0x00700001  # Graphic Annotation Sequence (PS3.3 C.10.5)
_PICTURES, _IMAGE = 0x7F, 0x7FE0
_IMAGE_ELEMENTS = frozenset({0x0001, 0x0002, 0x0003, 0x0008, 0x0009, 0x0010})

IN_ANNOTATIONS: Mapping[int, str] = MappingProxyType({
    0x00700021: "D", 0x00700022: "D", 0x00700023: "D",  # number of points, points, type: one point is left
    0x00700209: "X",  # compound graphics: optional
})  # fmt: skip
"""What happens to lines in annotations that are to be replaced: letters may be drawn with them."""


def is_second_image(tag: int) -> bool:
    """Whether an attribute holds pixels that are not those of the image: variable pixel data, coefficients (retired)."""
    group = tag >> 16
    return group >> 8 == _PICTURES and not (group == _IMAGE and tag & 0xFFFF in _IMAGE_ELEMENTS)
