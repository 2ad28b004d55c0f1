"""One instance of every kind of object in the standard, all that its IOD requires filled, names in the texts.

The instances are as complete as the tables allow, not as sensible: they show what masking takes away.
"""

from pathlib import Path

from pydicom.datadict import dictionary_VM, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import ExplicitVRLittleEndian

from anonymizer.profiles.iod import Iod, Need, iod_of, sop_classes
from tests.corpora.planted import ACCESSION, DOCTOR, GIVEN, PATIENT_ID, ROOT, SURNAME

_DEPTH = 3
_PIXELS = {
    "Rows": 4, "Columns": 4, "SamplesPerPixel": 1, "PhotometricInterpretation": "MONOCHROME2", "BitsAllocated": 8,
    "BitsStored": 8, "HighBit": 7, "PixelRepresentation": 0, "PixelData": bytes(16),
}  # fmt: skip
_LEFT_OUT = frozenset(
    {"PixelData", "FloatPixelData", "DoubleFloatPixelData", "PixelDataProviderURL", "EncapsulatedDocument",
     "SpecificCharacterSet", "DigitalSignaturesSequence", "EncryptedAttributesSequence", "WaveformData",
     "PixelPaddingValue", "LongCodeValue", "URNCodeValue", "EquivalentCodeSequence",
     "ExtendedOffsetTable", "ExtendedOffsetTableLengths"}
)  # fmt: skip
_GIVEN = {
    "PatientID": PATIENT_ID, "PatientName": f"{SURNAME}^{GIVEN}", "AccessionNumber": ACCESSION,
    "ValueType": "TEXT", "RelationshipType": "CONTAINS", "Modality": "OT", "BurnedInAnnotation": "NO",
    "CodeValue": "T-D3000", "CodingSchemeDesignator": "99LOCAL", "CodingSchemeVersion": "1", "CodeMeaning": "Chest",
    "ResponsiblePersonRole": "OWNER", "PatientSex": "F",
}  # fmt: skip
_BY_VR = {
    "PN": f"{DOCTOR}^Otto", "LO": f"Chest {SURNAME}", "SH": SURNAME[:12], "ST": f"seen by {DOCTOR}",
    "LT": f"{GIVEN} {SURNAME}", "UT": f"{GIVEN} {SURNAME}", "UC": SURNAME, "UR": "https://example.org/1",
    "CS": "ORIGINAL", "AE": "STORE", "DA": "20240311", "TM": "101112", "DT": "20240311101112", "AS": "061Y",
    "DS": "1", "IS": "1", "US": 1, "SS": 1, "UL": 1, "SL": 1, "UV": 1, "SV": 1, "FL": 1.0, "FD": 1.0, "AT": 0x00100010,
    "OB": bytes(2), "OW": bytes(2), "UN": bytes(2), "OF": bytes(4), "OL": bytes(4), "OD": bytes(8), "OV": bytes(8),
}  # fmt: skip


def fill(dataset: Dataset, iod: Iod, within: tuple[int, ...] = ()) -> None:
    """Give a data set every attribute that is required inside some sequences, with a value."""
    for tag, found in iod.attributes(within).items():
        element = DataElement(tag, "LO", "")
        if element.keyword in _LEFT_OUT or Tag(tag) in dataset:
            continue
        vr = dictionary_VR(tag).split(" or ")[0]
        if vr == "SQ":
            if len(within) < _DEPTH and (found.need or len(within) < 1):
                item = Dataset()
                fill(item, iod, (*within, tag))
                dataset.add_new(tag, "SQ", Sequence([item]))
        elif found.need is not Need.NOTHING:
            dataset.add_new(tag, vr, _value(element.keyword, vr, tag))


def _value(keyword: str, vr: str, tag: int) -> object:
    if keyword in _GIVEN:
        return _GIVEN[keyword]
    if vr == "UI":
        return f"{ROOT}.9.{tag}"
    smallest = dictionary_VM(tag).split("-")[0]
    count = int(smallest) if smallest.isdigit() else 1
    return _BY_VR[vr] if count == 1 else [_BY_VR[vr]] * count


def instance(uid: str, number: int) -> FileDataset:
    """An instance of a SOP Class."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = ExplicitVRLittleEndian, uid
    meta.MediaStorageSOPInstanceUID = f"{ROOT}.8.{number}"
    ds = FileDataset(None, {}, file_meta=meta, preamble=bytes(128))
    ds.SOPClassUID, ds.SOPInstanceUID = uid, meta.MediaStorageSOPInstanceUID
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{ROOT}.2", f"{ROOT}.3.{number}"
    iod = iod_of(uid)
    if Tag("PixelData") in iod.attributes() or "image" in iod.name:
        for keyword, value in _PIXELS.items():
            setattr(ds, keyword, value)
    fill(ds, iod)
    return ds


def write(folder: Path) -> dict[str, Path]:
    """Write one instance of each kind; returns SOP Class UID → file."""
    written = {}
    for number, uid in enumerate(sop_classes(), 1):
        written[uid] = folder / f"{number:03}.dcm"
        instance(uid, number).save_as(written[uid], enforce_file_format=True)
    return written
