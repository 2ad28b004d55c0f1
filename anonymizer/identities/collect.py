"""Collecting an instance's own identities before they are masked, so that they can be hunted everywhere."""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import lru_cache

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from anonymizer.files.file_format import UNREADABLE
from anonymizer.identities.harvest import Harvest
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.table import standard_table
from anonymizer.report import Identity
from anonymizer.words.dates import spellings

_WORDS_AND_CODES = frozenset({"LO", "SH", "ST", "LT", "UC", "UT"})
_ADDRESS_LIKE = frozenset(
    {
        "InstitutionName", "InstitutionAddress", "InstitutionalDepartmentName", "PatientAddress",
        "Occupation", "StationName", "IssuerOfPatientID", "ModifyingSystem", "ResponsibleOrganization",
        "VerifyingOrganization", "PatientInstitutionResidence", "RequestingService",
        "CurrentPatientLocation", "RegionOfResidence", "PersonAddress", "CustodialOrganization",
        "InstitutionalDepartmentTypeName", "ContentCreatorName", "PerformedLocation",
    }
)  # fmt: skip
_CODES = frozenset(
    {
        "PatientID", "OtherPatientIDs", "AccessionNumber", "StudyID", "MedicalRecordLocator",
        "PatientTelephoneNumbers", "StationName", "DeviceSerialNumber", "RequestedProcedureID",
        "ScheduledProcedureStepID", "PerformedProcedureStepID", "AdmissionID",
        "FillerOrderNumberImagingServiceRequest", "PlacerOrderNumberImagingServiceRequest",
        "InsurancePlanIdentification", "PersonTelephoneNumbers", "OrderCallbackPhoneNumber",
        "ReferringPhysicianTelephoneNumbers", "ServiceEpisodeID", "DetectorID", "PlateID", "GantryID",
        "CassetteID", "TreatmentMachineName", "PatientAddress", "InstitutionAddress", "DeviceUDI",
        "UniqueDeviceIdentifier", "ClinicalTrialSubjectID", "ClinicalTrialSubjectReadingID",
        "EquipmentFrameOfReferenceDescription",
    }
)  # fmt: skip
_PATIENT_CODES = frozenset({"PatientID", "OtherPatientIDs", "AccessionNumber"})
_DATES = frozenset({"DA", "DT"})
_TELLING = _DATES | _WORDS_AND_CODES | {"PN"}
_DAY = 8  # characters
_BIRTH_DATE_TAGS = frozenset({0x00100030, 0x00100033})  # the latter in an alternative calendar


ISSUERS = (0x00100021, 0x00100024)  # the attributes that `issuer_of` reads


class Hunted(StrEnum):
    """How a text that identifies somebody is hunted."""

    NAME = "name"
    BIRTH_DATE = "birth date"
    WORDS = "words"
    PHONE = "phone"
    PATIENT_CODE = "patient's code"
    CODE = "code"
    DATE = "date"  # not hunted, but compared with what is written


Mention = tuple[Hunted, str]
_SHORTEST = {Hunted.PATIENT_CODE: {"shortest": 4}}  # characters: hunted though short


def collect(dataset: Dataset, plan: Plan) -> Harvest:
    """Collect every identity that the instance tells of itself, at any depth; kept attributes excepted."""
    return harvest_of(mentions(dataset, plan))


def harvest_of(found: Iterable[Mention]) -> Harvest:
    """Return what is hunted for mentions, in whatever order they come."""
    harvest = Harvest()
    for kind, text in found:
        if kind is Hunted.NAME:
            harvest.add_name(text)
        elif kind is Hunted.BIRTH_DATE:
            harvest.add_spellings(spellings(text))
        elif kind is Hunted.WORDS:
            harvest.add_words(text)
        elif kind is Hunted.DATE:
            harvest.dates.add(text)
        elif kind is Hunted.PHONE:
            harvest.add_phone(text)
        else:
            harvest.add_code(text, **_SHORTEST.get(kind, {}))
    return harvest


def mentions(dataset: Dataset, plan: Plan) -> Iterator[Mention]:
    """Yield every text, at any depth, by which the instance tells whose it is."""
    for element in elements(dataset):
        yield from _mentions_in(element, plan)


def mentions_at(dataset: Dataset, tag: BaseTag, plan: Plan) -> Iterator[Mention]:
    """Yield those of one attribute, at any depth."""
    for element in _below(dataset, tag):
        yield from _mentions_in(element, plan)


@lru_cache(8192)
def may_mention(tag: int, vr: str) -> bool:
    """Whether a public attribute can tell of an identity, a sequence excepted."""
    return bool(_TELLING & {vr, _standard_vr(tag)}) or tag in _BIRTH_DATE_TAGS


def _mentions_in(element: DataElement, plan: Plan) -> Iterator[Mention]:
    kinds = {str(element.VR), _standard_vr(int(element.tag))}  # in a damaged file they can differ
    if kinds & _DATES:
        yield from ((Hunted.DATE, text[:_DAY]) for text in texts(element))
    if "PN" in kinds:
        yield from ((Hunted.NAME, name) for name in _names(element))
    elif int(element.tag) in _BIRTH_DATE_TAGS:
        yield from ((Hunted.BIRTH_DATE, date) for date in texts(element))
    elif kinds & _WORDS_AND_CODES and not _kept(element, plan):
        yield from _mentions_in_text(element)


def _names(element: DataElement) -> Iterator[str]:
    """Yield the names, also as they read in UTF-8 where Latin-1 or no character set is declared."""
    for text in texts(element):
        yield text
        if not text.isascii():
            try:
                reading = text.encode("latin-1").decode("utf-8")
            except UnicodeError:
                continue
            yield reading


def _standard_vr(tag: int) -> str:
    """Return the VR that the standard gives an attribute, whatever the file says."""
    return dictionary_VR(tag) if dictionary_has_tag(tag) else ""


def _kept(element: DataElement, plan: Plan) -> bool:
    decision = plan.decide(int(element.tag))
    return decision is not None and decision.action == "K"


def _mentions_in_text(element: DataElement) -> Iterator[Mention]:
    rule = standard_table().rule(int(element.tag))
    nameless = rule is not None and not rule.options and element.VR in {"LO", "SH"}
    for text in texts(element):
        if element.keyword in _ADDRESS_LIKE:
            yield Hunted.WORDS, text
        if "Telephone" in element.keyword or "PhoneNumber" in element.keyword:
            yield Hunted.PHONE, text
        elif element.keyword in _PATIENT_CODES:
            yield Hunted.PATIENT_CODE, text
        elif element.keyword in _CODES or nameless:
            yield Hunted.CODE, text


def elements(dataset: Dataset) -> Iterator[DataElement]:
    """Every readable element at any depth that is not bulk data; unreadable ones are left out."""
    for tag in list(dataset.keys()):
        yield from _below(dataset, tag)


def _below(dataset: Dataset, tag: BaseTag) -> Iterator[DataElement]:
    if tag.group == 0x7FE0:  # noqa: PLR2004 - pixel data
        return
    try:
        element = dataset[tag]
        value = element.value
    except UNREADABLE:
        return
    if element.VR == "SQ":
        for item in value or ():
            yield from elements(item)
    else:
        yield element


def texts(element: DataElement) -> list[str]:
    """Return the element's values as texts, without padding."""
    value = element.value
    values = value if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue" else [value]
    return [text for text in (_as_text(v).strip(" \0") for v in values if v is not None) if text]


def _as_text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def first_text(dataset: Dataset, keyword: str) -> str:
    """Return an attribute's first value as text; "" where there is none."""
    try:
        found = texts(dataset[keyword]) if keyword in dataset else []
    except UNREADABLE:
        return ""
    return found[0] if found else ""


def identity_of(dataset: Dataset) -> Identity:
    """Return the original identity, for the vault."""
    return identity_from(lambda keyword: first_text(dataset, keyword), issuer_of(dataset))


def identity_from(first: Callable[[str], str], issuer: str) -> Identity:
    """Return the original identity from a function that finds the first text of an attribute."""
    return Identity(
        patient_id=first("PatientID"),
        patient_name=first("PatientName"),
        birth_date=first("PatientBirthDate"),
        accession_number=first("AccessionNumber"),
        study_uid=first("StudyInstanceUID"),
        series_uid=first("SeriesInstanceUID"),
        sop_uid=first("SOPInstanceUID"),
        issuer=issuer,
    )


def issuer_of(dataset: Dataset) -> str:
    """Return who gave out the patient ID of a data set or item: its issuer, else the issuer's own identifier."""
    try:
        found = texts(dataset["IssuerOfPatientID"]) if "IssuerOfPatientID" in dataset else []
        for item in () if found else dataset.get("IssuerOfPatientIDQualifiersSequence") or ():
            found += texts(item["UniversalEntityID"]) if "UniversalEntityID" in item else []
    except UNREADABLE:
        return ""
    return found[0] if found else ""
