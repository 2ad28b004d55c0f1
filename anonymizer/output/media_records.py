"""What a DICOMDIR says of patients, studies, series and instances (PS3.3 annex F, table F.4-1 and F.5)."""

from pydicom.dataset import Dataset
from pydicom.uid import UID

from anonymizer.files.file_format import UNREADABLE
from anonymizer.identities.collect import texts

PATIENT, STUDY, SERIES = "PATIENT", "STUDY", "SERIES"
_NUMBER, _DAY, _TIME = "InstanceNumber", "ContentDate", "ContentTime"
_LABEL, _CONCEPT = "ContentLabel", "ConceptNameCodeSequence"
_CONTENT = (_DAY, _TIME, _NUMBER)
_NAMED = (*_CONTENT, _LABEL, "ContentDescription", "ContentCreatorName")
_KEYS = {
    PATIENT: ("PatientName", "PatientID"),
    STUDY: ("StudyDate", "StudyTime", "StudyDescription", "StudyInstanceUID", "StudyID", "AccessionNumber"),
    SERIES: ("Modality", "SeriesInstanceUID", "SeriesNumber"),
    "IMAGE": (_NUMBER,),
    "RT DOSE": (_NUMBER, "DoseSummationType"),
    "RT STRUCTURE SET": (_NUMBER, "StructureSetLabel", "StructureSetDate", "StructureSetTime"),
    "RT PLAN": (_NUMBER, "RTPlanLabel", "RTPlanDate", "RTPlanTime"),
    "RT TREAT RECORD": (_NUMBER, "TreatmentDate", "TreatmentTime"),
    "PRESENTATION": ("PresentationCreationDate", "PresentationCreationTime", _NUMBER, _LABEL, "ContentDescription",
                     "ContentCreatorName", "ReferencedSeriesSequence", "BlendingSequence"),
    "WAVEFORM": _CONTENT,
    "SR DOCUMENT": (_NUMBER, "CompletionFlag", "VerificationFlag", _DAY, _TIME, "VerificationDateTime", _CONCEPT),
    "KEY OBJECT DOC": (*_CONTENT, _CONCEPT),
    "SPECTROSCOPY": ("ImageType", *_CONTENT, "NumberOfFrames", "Rows", "Columns", "DataPointRows",
                     "DataPointColumns"),
    "RAW DATA": _CONTENT,
    "REGISTRATION": _NAMED,
    "FIDUCIAL": _NAMED,
    "VALUE MAP": _NAMED,
    "STEREOMETRIC": _NAMED,
    "MEASUREMENT": _NAMED,
    "SURFACE": _NAMED,
    "TRACT": _NAMED,
    "SURFACE SCAN": (_DAY, _TIME),
    "ASSESSMENT": (_NUMBER, "InstanceCreationDate", "InstanceCreationTime"),
    "RADIOTHERAPY": (_NUMBER, "UserContentLabel", "UserContentLongLabel", "ContentDescription"),
    "ENCAP DOC": (*_CONTENT, "DocumentTitle", "HL7InstanceIdentifier", _CONCEPT, "MIMETypeOfEncapsulatedDocument"),
}  # fmt: skip
_NEEDED = {  # what stands where masking left nothing, as these keys must have a value
    "PatientID": "UNKNOWN", "StudyDate": "19000101", "StudyTime": "000000", "StudyID": "1", "SeriesNumber": "0",
    "Modality": "OT", _NUMBER: "0", _DAY: "19000101", _TIME: "000000", _LABEL: "UNLABELLED",
    "PresentationCreationDate": "19000101", "PresentationCreationTime": "000000", "CompletionFlag": "PARTIAL",
    "VerificationFlag": "UNVERIFIED", "DoseSummationType": "PLAN", "StructureSetLabel": "UNLABELLED",
    "RTPlanLabel": "UNLABELLED", "InstanceCreationDate": "19000101", "InstanceCreationTime": "000000",
    "UserContentLabel": "UNLABELLED", "MIMETypeOfEncapsulatedDocument": "application/octet-stream",
}  # fmt: skip
_EMPTY = frozenset(  # keys that must be there and may be empty
    {"PatientName", "StudyDescription", "AccessionNumber", "StructureSetDate", "StructureSetTime", "RTPlanDate",
     "RTPlanTime", "TreatmentDate", "TreatmentTime", "ContentDescription", "ContentCreatorName", "DocumentTitle"}
)  # fmt: skip
_BY_SIGN = (  # SOP Classes by what stands in their names
    ("RT Dose", "RT DOSE"), ("RT Structure Set", "RT STRUCTURE SET"), ("Treatment Record", "RT TREAT RECORD"),
    ("Treatment Summary Record", "RT TREAT RECORD"), ("RT Plan", "RT PLAN"), ("RT Ion Plan", "RT PLAN"),
    ("Radiation Set", "RADIOTHERAPY"), ("RT Physician Intent", "RADIOTHERAPY"),
    ("Presentation State", "PRESENTATION"), ("Structured Display", "PRESENTATION"), ("Waveform", "WAVEFORM"),
    ("Key Object", "KEY OBJECT DOC"), ("Spectroscopy", "SPECTROSCOPY"), ("Raw Data", "RAW DATA"),
    ("Registration", "REGISTRATION"), ("Fiducials", "FIDUCIAL"), ("Real World Value Mapping", "VALUE MAP"),
    ("Stereometric", "STEREOMETRIC"), ("Surface Segmentation", "SURFACE"), ("Surface Scan", "SURFACE SCAN"),
    ("Tractography", "TRACT"), ("Encapsulated", "ENCAP DOC"), ("Assessment", "ASSESSMENT"),
    ("Measurements", "MEASUREMENT"), ("SR Storage", "SR DOCUMENT"), ("SR ", "SR DOCUMENT"),
    ("Report", "SR DOCUMENT"), ("Procedure Log", "SR DOCUMENT"), ("Dose SR", "SR DOCUMENT"),
)  # fmt: skip


def record_type(dataset: Dataset) -> str:
    """Return which kind of directory record stands for an instance (PS3.3 table F.4-1)."""
    name = UID(str(dataset.get("SOPClassUID", ""))).name
    if "Image Storage" in name:
        return "IMAGE"
    return next((kind for sign, kind in _BY_SIGN if sign in name), "IMAGE")


def keywords() -> list[str]:
    """Return every attribute that a record may take from an instance."""
    own = {"SpecificCharacterSet", "SOPClassUID", "SOPInstanceUID"}
    return sorted(own.union(*_KEYS.values()))


def record(kind: str, dataset: Dataset) -> Dataset:
    """Return the record of one level, taken from an instance; its links are still empty."""
    made = Dataset()
    made.OffsetOfTheNextDirectoryRecord = 0
    made.RecordInUseFlag = 0xFFFF
    made.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    made.DirectoryRecordType = kind
    for keyword in _KEYS[kind]:
        _take(made, dataset, keyword)
    if "SpecificCharacterSet" in dataset:
        made.SpecificCharacterSet = dataset.SpecificCharacterSet
    return made


def _take(made: Dataset, dataset: Dataset, keyword: str) -> None:
    try:
        element = dataset.data_element(keyword)
        filled = element is not None and (element.value if element.VR == "SQ" else texts(element))
    except UNREADABLE:
        element, filled = None, False
    if element is not None and filled:
        made.add(element)
    elif keyword in _NEEDED:
        setattr(made, keyword, _NEEDED[keyword])
    elif keyword in _EMPTY:
        setattr(made, keyword, None)
