"""Places of an instance that can hold a text: every attribute of the dictionary, at any depth, private ones and bytes."""

import random
from collections.abc import Callable
from functools import cache

from pydicom.datadict import DicomDictionary
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from anonymizer.profiles.table import safe_private

Plant = Callable[[random.Random, Dataset, str], None]
_LIMITS = {"SH": 16, "LO": 64, "CS": 16}
_NEVER = frozenset({"SpecificCharacterSet", "PatientID", "PatientName"})
_CREATORS = (
    "SIEMENS CSA HEADER",
    "GEMS_PATI_01",
    "Philips Imaging DD 001",
    "CANON_MEC_MR3",
    "TOSHIBA_MEC_CT3",
    "ACME 7",
)


@cache
def _attributes(vr: str) -> tuple[int, ...]:
    return tuple(
        tag for tag, entry in DicomDictionary.items()
        if entry[0] == vr and not entry[3] and tag >> 16 >= 8 and entry[4] not in _NEVER and tag >> 16 < 0x5000
    )  # fmt: skip


def _text(rnd: random.Random, ds: Dataset, text: str) -> None:
    vr = rnd.choice(("LO", "LO", "LO", "SH", "ST", "LT", "UT", "UC", "PN"))
    tag = rnd.choice(_attributes(vr))
    if tag not in ds:
        ds.add_new(tag, vr, text.replace("\\", " "))


def _code(rnd: random.Random, ds: Dataset, text: str) -> None:
    if text.isascii():
        tag = rnd.choice(_attributes("CS"))
        if tag not in ds:
            ds.add_new(tag, "CS", text.replace("\\", " "))


def _wrong_kind(rnd: random.Random, ds: Dataset, text: str) -> None:
    """A text where its attribute should hold something else."""
    tag = rnd.choice(
        _attributes(rnd.choice(("LO", "UI", "DA", "DT", "TM", "IS", "DS", "AS", "OB", "UN", "AE", "UR")))
    )
    vr = rnd.choice(("LO", "UT", "LT", "OB"))
    if tag not in ds:
        ds[tag] = DataElement(tag, vr, _even(text.encode()) if vr == "OB" else text)


def _nested(rnd: random.Random, ds: Dataset, text: str) -> None:
    item = Dataset()
    rnd.choice((_text, _text, _code_item, _private, _wrong_kind))(rnd, item, text)
    for _ in range(rnd.randrange(4)):
        outer = Dataset()
        outer.add_new(rnd.choice(_attributes("SQ")), "SQ", Sequence([item]))
        item = outer
    tag = rnd.choice(_attributes("SQ"))
    if tag not in ds:
        ds.add_new(tag, "SQ", Sequence([item]))


def _code_item(rnd: random.Random, ds: Dataset, text: str) -> None:
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = (
        "T-1",
        rnd.choice(("99LOCAL", "SCT", "DCM")),
        text,
    )


def _private(rnd: random.Random, ds: Dataset, text: str) -> None:
    block = ds.private_block(0x0009 + 2 * rnd.randrange(16), rnd.choice(_CREATORS), create=True)
    offset = rnd.randrange(1, 0xFE)
    vr = rnd.choice(("LO", "UT", "PN", "UN", "OB", "SH", "LT"))
    block.add_new(offset, vr, _even(text.encode()) if vr in ("UN", "OB") else text)


def _safe_private(rnd: random.Random, ds: Dataset, text: str) -> None:
    """A private attribute that the lists call harmless, with a text in it that is not."""
    creator, group, element = rnd.choice(sorted(safe_private()))
    if group % 2 and group > 8:
        block = ds.private_block(group, creator, create=True)
        vr = rnd.choice(("LO", "UT", "ST", "CS" if text.isascii() else "LT", "UN", "OB", "SH"))
        block.add_new(element, vr, _even(text.encode()) if vr in ("UN", "OB") else text)


def _private_sequence(rnd: random.Random, ds: Dataset, text: str) -> None:
    inner = Dataset()
    _text(rnd, inner, text)
    _private(rnd, inner, text)
    ds.private_block(0x0031, rnd.choice(_CREATORS), create=True).add_new(1, "SQ", Sequence([inner]))


def _bytes(rnd: random.Random, ds: Dataset, text: str) -> None:
    codec = rnd.choice(("utf-8", "utf-16-le", "utf-16-be")) if text.isascii() else "utf-8"
    raw = (
        rnd.randbytes(rnd.randrange(40))
        + b"\0\0"
        + text.encode(codec)
        + b"\0\0"
        + rnd.randbytes(rnd.randrange(40))
    )
    ds.add_new(rnd.choice((0x00282000, 0x00281201, 0x00421013, 0x00880904, 0x00189005)), "OB", _even(raw))


def _large_bytes(rnd: random.Random, ds: Dataset, text: str) -> None:
    codec = rnd.choice(("utf-8", "utf-16-le", "utf-16-be")) if text.isascii() else "utf-8"
    raw = rnd.randbytes(70_001) + b"\0\0" + text.encode(codec) + b"\0\0" + rnd.randbytes(5_000)
    ds.add_new(0x00282000, "OB", _even(raw))


def _overlay(rnd: random.Random, ds: Dataset, text: str) -> None:
    ds.add_new(0x60000022, "LO", text)
    ds.add_new(0x60001500, "LO", text)
    ds.add_new(0x60004000, "LT", text)


def _graphics(rnd: random.Random, ds: Dataset, text: str) -> None:
    note, annotation, layer = Dataset(), Dataset(), Dataset()
    note.UnformattedTextValue = text
    annotation.TextObjectSequence, annotation.GraphicLayer = [note], "L"
    layer.GraphicLayer, layer.GraphicLayerDescription = "L", text
    ds.GraphicAnnotationSequence, ds.GraphicLayerSequence = [annotation], [layer]


def _content(rnd: random.Random, ds: Dataset, text: str) -> None:
    item, name = Dataset(), Dataset()
    _code_item(rnd, name, "Finding")
    item.ValueType, item.TextValue, item.ConceptNameCodeSequence = "TEXT", text, [name]
    outer = Dataset()
    outer.ValueType, outer.ContentSequence = "CONTAINER", [item]
    ds.ContentSequence = [outer]


def _specimen(rnd: random.Random, ds: Dataset, text: str) -> None:
    step, item = Dataset(), Dataset()
    step.ValueType, step.TextValue = "TEXT", text
    item.SpecimenIdentifier, item.SpecimenDetailedDescription, item.SpecimenShortDescription = (
        text[:64],
        text,
        text[:64],
    )
    preparation = Dataset()
    preparation.SpecimenPreparationStepContentItemSequence = [step]
    item.SpecimenPreparationSequence = [preparation]
    ds.SpecimenDescriptionSequence, ds.ContainerIdentifier = [item], text[:64]


def _several(rnd: random.Random, ds: Dataset, text: str) -> None:
    """One of several values."""
    keyword = rnd.choice(
        (
            "ImageType",
            "WindowCenterWidthExplanation",
            "SoftwareVersions",
            "OtherPatientIDs",
            "SequenceVariant",
        )
    )
    values = ["ORIGINAL", text.replace("\\", " "), "AXIAL"]
    if keyword not in ds and (text.isascii() or keyword not in ("ImageType", "SequenceVariant")):
        setattr(ds, keyword, values)


def _even(raw: bytes) -> bytes:
    return raw + b"\0" * (len(raw) % 2)


PLACES: tuple[Plant, ...] = (
    _text, _text, _text, _text, _code, _wrong_kind, _nested, _nested, _nested, _private, _safe_private, _safe_private,
    _private_sequence, _bytes, _large_bytes, _overlay, _graphics, _content, _specimen, _several,
)  # fmt: skip
