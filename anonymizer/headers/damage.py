"""Signs that a file was damaged: what it tells of its patient may be lost, so that harvesting cannot be trusted.

What such a file still says in free words or unusual codes may be the name that nobody harvested. Then only what
needs no harvest is kept: numbers, the standard's codes, renewed UIDs and words of the harmless vocabulary.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.tag import BaseTag

from anonymizer.files.file_format import NAMES, beginning, mended, transfer_syntax
from anonymizer.files.truncation import End, holds_another_file
from anonymizer.headers.attributes import is_known, undecoded
from anonymizer.verification.walker import NotWrittenError, walk

_PATIENT = (BaseTag(0x00100010), BaseTag(0x00100020))
_PRIVATE, _PIXEL_DATA, _UNDEFINED = 0x10000, 0x7FE00010, 0xFFFFFFFF
_BEHIND = "end of file"  # what stands behind the data set is left out
_KINDS = (
    "LO SH ST LT UT UC", "PN", "CS", "AE", "UI", "DA DT TM", "AS", "DS IS", "UR", "SQ", "US SS UL SL UV SV AT",
    "FL FD", "OB OW OF OD OL OV",
)  # fmt: skip
_KIND_OF = {vr: kind for kind, vrs in enumerate(_KINDS) for vr in vrs.split()}
_CONTROL = re.compile(rb"[\x01-\x08\x0b\x0e-\x1a\x1c-\x1f]")  # ESC switches character sets
_CREATORS = range(0x10, 0x100)  # PS3.5 7.8.1: these elements reserve private blocks and are LO
_CREATOR = frozenset({"LO", "", "UN", "SH", "CS"})
_ANY_KIND = frozenset({"", "UN"})  # PS3.5 6.2.2: writers may use UN for an attribute that they do not know


def is_damaged(raw: bytes, dataset: FileDataset, end: End) -> bool:
    """Tell whether a file's bytes were damaged where its attributes stand; an image that is cut off is not.

    A sound file without its patient's name or ID is not damaged either: anonymised ones and those of phantoms are
    like that. One that ends too early or goes on too long may have lost them.
    """
    own = _without_what_follows(raw, dataset, end)
    try:
        walked = walk(mended(own))
    except NotWrittenError:  # it begins with its data set
        walked = walk(beginning("", "", transfer_syntax(dataset)) + own)
    root = [
        (value.tag, value.vr.decode("latin-1")) for value in walked.values if not value.prefix and value.tag
    ]
    problems = [place for place, _ in walked.problems if place != _BEHIND]
    only_cut = problems == ["file"] and end is End.CUT and "PixelData" in dataset
    if shows_damage(root) or (problems and not only_cut):
        return True
    if any(is_spoiled(value.value) for value in walked.values if value.tag in NAMES and not value.prefix):
        return True
    sound = end is End.WHOLE and not problems and len(own) == len(raw)
    return not sound and any(tag not in dataset for tag in _PATIENT)


def _without_what_follows(raw: bytes, dataset: FileDataset, end: End) -> bytes:
    """Return a file's bytes without those behind its image that are known to be no part of it."""
    pixels = undecoded(dataset, BaseTag(_PIXEL_DATA)) if _PIXEL_DATA in dataset else None
    if not isinstance(pixels, RawDataElement) or pixels.length == _UNDEFINED:
        return raw
    if transfer_syntax(dataset).is_deflated or not (end is End.MORE or holds_another_file(raw)):
        return raw
    return raw[: pixels.value_tell + pixels.length]


def is_spoiled(value: bytes) -> bool:
    """Tell whether a name or identifier holds control characters that no writer puts there."""
    return bool(_CONTROL.search(value))


def shows_damage(root: Iterable[tuple[int, str]]) -> bool:
    """Tell whether the tags and VRs of a data set's own attributes are such as only damage brings about."""
    return not all(is_plausible(tag, vr) for tag, vr in frozenset(root))


@lru_cache(4096)
def is_plausible(tag: int, vr: str) -> bool:
    """Tell whether a public attribute exists and can be of such a kind; of private ones only creators are known."""
    if tag & _PRIVATE:
        return vr in _CREATOR or tag & 0xFFFF not in _CREATORS
    if not tag & 0xFFFF:
        return True  # a group length
    if not is_known(BaseTag(tag)):
        return False
    wanted = dictionary_VR(tag) if dictionary_has_tag(tag) else ""
    if vr in _ANY_KIND or " or " in wanted or wanted not in _KIND_OF:
        return True
    return _KIND_OF.get(vr) == _KIND_OF[wanted]
