"""Signs that a file was damaged: what it tells of its patient may be lost, so that harvesting cannot be trusted.

What such a file still says in free words or unusual codes may be the name that nobody harvested. Then only what
needs no harvest is kept: numbers, the standard's codes, renewed UIDs and words of the harmless vocabulary.
"""

from collections.abc import Iterable

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import FileDataset
from pydicom.tag import BaseTag

from anonymizer.files.file_format import beginning, mended, transfer_syntax
from anonymizer.files.truncation import End, holds_another_file
from anonymizer.headers.attributes import is_known, undecoded
from anonymizer.profiles.iod import Iod
from anonymizer.verification.walker import NotWrittenError, walk

_PATIENT = (0x00100010, 0x00100020)  # name and ID: type 2 wherever there is a patient
_PRIVATE, _PIXEL_DATA, _UNDEFINED = 0x10000, 0x7FE00010, 0xFFFFFFFF
_BEHIND = "end of file"  # what stands behind the data set is left out
_KINDS = (
    "LO SH ST LT UT UC", "PN", "CS", "AE", "UI", "DA DT TM", "AS", "DS IS", "UR", "SQ", "US SS UL SL UV SV AT",
    "FL FD", "OB OW OF OD OL OV",
)  # fmt: skip
_KIND_OF = {vr: kind for kind, vrs in enumerate(_KINDS) for vr in vrs.split()}
_ANY_KIND = frozenset({"", "UN"})  # PS3.5 6.2.2: writers may use UN for an attribute that they do not know


def is_damaged(raw: bytes, dataset: FileDataset, end: End, iod: Iod | None) -> bool:
    """Tell whether a file's bytes were damaged where its attributes stand; an image that is cut off is not."""
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
    return bool(problems and not only_cut) or shows_damage(root, iod)


def _without_what_follows(raw: bytes, dataset: FileDataset, end: End) -> bytes:
    """Return a file's bytes without those behind its image that are known to be no part of it."""
    pixels = undecoded(dataset, BaseTag(_PIXEL_DATA)) if _PIXEL_DATA in dataset else None
    if not isinstance(pixels, RawDataElement) or pixels.length == _UNDEFINED:
        return raw
    if transfer_syntax(dataset).is_deflated or not (end is End.MORE or holds_another_file(raw)):
        return raw
    return raw[: pixels.value_tell + pixels.length]


def shows_damage(root: Iterable[tuple[int, str]], iod: Iod | None) -> bool:
    """Tell whether the tags and VRs of a data set's own attributes are such as only damage brings about."""
    kinds = frozenset(root)
    if not all(tag & _PRIVATE or _is_plausible(tag, vr) for tag, vr in kinds):
        return True
    tags = {tag for tag, _ in kinds}
    needed = _PATIENT if iod is None else [tag for tag in _PATIENT if iod.requirement(tag).need]
    return not tags.issuperset(needed)


def _is_plausible(tag: int, vr: str) -> bool:
    """Tell whether a public attribute exists and can be of such a kind."""
    if not tag & 0xFFFF:
        return True  # a group length
    if not is_known(BaseTag(tag)):
        return False
    wanted = dictionary_VR(tag) if dictionary_has_tag(tag) else ""
    if vr in _ANY_KIND or " or " in wanted or wanted not in _KIND_OF:
        return True
    return _KIND_OF.get(vr) == _KIND_OF[wanted]
