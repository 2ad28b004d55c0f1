"""What happens to each kind of object: how it is treated, and what its IOD decides in the Basic Profile."""

from collections.abc import Iterator

from pydicom.datadict import keyword_for_tag
from pydicom.uid import UID

from anonymizer.documents import may_hold_document
from anonymizer.files.truncation import is_image_class
from anonymizer.profiles.iod import iod_of, sop_classes
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import load_profile
from anonymizer.profiles.table import standard_table

Row = tuple[object, ...]
_PIXELS = 0x7FE00010


def object_rows() -> Iterator[Row]:
    """Yield a heading, then a row for each SOP Class with a known IOD."""
    basic = Plan(load_profile("basic"))
    yield (
        "SOP Class",
        "UID",
        "IOD",
        "beside its header",
        "decided by type in the Basic Profile, at the root",
    )
    for uid, name in sorted(sop_classes().items(), key=lambda pair: UID(pair[0]).name):
        plan = basic.for_object(uid)
        decided = (
            f"{keyword_for_tag(tag)} {decision.action}"
            for tag, rule in sorted(standard_table().attributes.items())
            if "/" in rule.basic and (decision := plan.decide(tag)) is not None and decision.action != "X"
        )
        yield (UID(uid).name, uid, name, beside_header(uid), " ".join(decided))


def beside_header(uid: str) -> str:
    """Return what is masked in an object of a class besides its attributes."""
    iod = iod_of(uid)
    if may_hold_document(uid, has_document=False):
        return "document cleaned"
    if is_image_class(uid) or (iod is not None and _PIXELS in iod.attributes()):
        return "pixels searched for text"
    return ""
