"""What the rules by VR make of attributes that no table names: found by asking the rules themselves."""

from collections.abc import Iterator

from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import keyword_for_tag
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from anonymizer.files.file_format import lenient
from anonymizer.headers.header import HeaderMasker
from anonymizer.headers.subject import Subject
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.key import SecretKey
from anonymizer.identities.patients import Patient, Patients
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import load_profile
from anonymizer.profiles.table import standard_table

_SURNAME, _GIVEN = "Quellwortner", "Zorvinda"  # invented
_FIRST_GROUP = 0x0008
_ICC_PROFILE = 0x00282000  # has rules of its own
_OF_ACQUISITION = 0x0018  # lower groups hold numbers and dates with rules of their own
_WORDS = "Axial soft tissue"
_SAMPLES: dict[str, tuple[object, object]] = {  # a harmless value, one with an identity
    "PN": ("Vogelsang^Ida", f"{_SURNAME}^{_GIVEN}"), "LO": (_WORDS, f"{_WORDS} {_SURNAME}"),
    "SH": ("Axial", f"Ax {_SURNAME}"), "UC": (_WORDS, f"{_WORDS} {_SURNAME}"),
    "ST": (_WORDS, f"{_WORDS} {_SURNAME}"), "LT": (_WORDS, f"{_WORDS} {_SURNAME}"),
    "UT": (_WORDS, f"{_WORDS} {_SURNAME}"), "CS": ("AXIAL", _SURNAME.upper()),
    "UR": ("https://example.org/a", f"https://example.org/{_SURNAME}"), "UI": ("1.2.3.4", "1.2.3.4"),
    "DA": ("20240311", "20240311"), "DT": ("20240311101112", "20240311101112"), "TM": ("101112", "101112"),
    "DS": ("1.5", _SURNAME), "IS": ("3", _SURNAME), "US": (3, 3), "FD": (1.5, 1.5),
    "OB": (bytes(24), b"bytes of " + _SURNAME.encode() + bytes(3)),
}  # fmt: skip


def value_rows() -> Iterator[tuple[str, ...]]:
    """Yield a heading, then a row for each VR: what becomes of a harmless value and of one with an identity."""
    yield ("VR", "for example", "Basic", "Basic, with an identity", "Research", "Research, with an identity")
    with lenient():
        for vr, samples in _SAMPLES.items():
            tag = _unlisted(vr)
            became = (
                _became(profile, tag, vr, value) for profile in ("basic", "research") for value in samples
            )
            yield (vr, keyword_for_tag(tag), *became)


def _unlisted(vr: str) -> int:
    """Return an attribute of a VR that no table names."""
    rule = standard_table().rule
    found = [
        tag
        for tag, (of, count, _, retired, _) in sorted(DicomDictionary.items())
        if of == vr
        and tag >> 16 >= _FIRST_GROUP
        and count.startswith("1")
        and not retired
        and rule(tag) is None
        and tag != _ICC_PROFILE
    ]
    return next((tag for tag in found if tag >> 16 >= _OF_ACQUISITION), found[0])


def _became(profile: str, tag: int, vr: str, value: object) -> str:
    dataset = Dataset()
    if isinstance(value, str):  # as a file holds it: numbers that are none cannot be given otherwise
        raw = value.encode("ascii")
        dataset[tag] = RawDataElement(Tag(tag), vr, len(raw), raw, 0, False, True)  # noqa: FBT003 - explicit, little
    else:
        dataset.add_new(tag, vr, value)
    patient = Patient("x", "LGPSEUDONYM", -7)
    harvest = Harvest()
    harvest.add_name(f"{_SURNAME}^{_GIVEN}")
    plan = Plan(load_profile(profile))
    patients = Patients(Pseudonyms(SecretKey(bytes(32))))
    HeaderMasker(Subject(plan, patients, harvest, patient)).mask(dataset)
    if tag not in dataset:
        return "removed"
    after = dataset[tag].value
    if after == value or str(after) == str(value):
        return "kept"
    if after in (None, ""):
        return "emptied"
    return _named(vr, str(after))


def _named(vr: str, after: str) -> str:
    if vr == "UI":
        return "new UID"
    if after.startswith("20240304"):
        return "moved"
    return "dummy value" if after in ("REMOVED", "19000101") else f"becomes “{after}”"
