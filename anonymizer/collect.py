"""Collecting an instance's own identities before they are masked, so that they can be hunted everywhere."""

from collections.abc import Iterator

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from anonymizer.dates import spellings
from anonymizer.file_format import UNREADABLE
from anonymizer.harvest import Harvest
from anonymizer.plan import Plan
from anonymizer.report import Identity
from anonymizer.table import standard_table

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
_PATIENT_CODES = frozenset({"PatientID", "OtherPatientIDs", "AccessionNumber"})  # hunted though short
_BIRTH_DATES = frozenset({"PatientBirthDate", "PatientBirthDateInAlternativeCalendar"})


def collect(dataset: Dataset, plan: Plan) -> Harvest:
    """Collect every identity that the instance tells of itself, at any depth; kept attributes excepted."""
    harvest = Harvest()
    for element in elements(dataset):
        if element.VR in ("DA", "DT"):
            harvest.dates.update(text[:8] for text in texts(element))
        if element.VR == "PN":
            for name in texts(element):
                harvest.add_name(name)
        elif element.keyword in _BIRTH_DATES:
            for date in texts(element):
                harvest.add_spellings(spellings(date))
        elif element.VR in _WORDS_AND_CODES and not _kept(element, plan):
            _collect_text(element, harvest)
    return harvest


def _kept(element: DataElement, plan: Plan) -> bool:
    decision = plan.decide(int(element.tag))
    return decision is not None and decision.action == "K"


def _collect_text(element: DataElement, harvest: Harvest) -> None:
    rule = standard_table().rule(int(element.tag))
    nameless = rule is not None and not rule.options and element.VR in {"LO", "SH"}
    for text in texts(element):
        if element.keyword in _ADDRESS_LIKE:
            harvest.add_words(text)
        if "Telephone" in element.keyword or "PhoneNumber" in element.keyword:
            harvest.add_phone(text)
        elif element.keyword in _PATIENT_CODES:
            harvest.add_code(text, shortest=4)
        elif element.keyword in _CODES or nameless:
            harvest.add_code(text)


def elements(dataset: Dataset) -> Iterator[DataElement]:
    """Every readable element at any depth that is not bulk data; unreadable ones are left out."""
    for tag in list(dataset.keys()):
        if tag.group == 0x7FE0:  # noqa: PLR2004 - pixel data
            continue
        try:
            element = dataset[tag]
            value = element.value
        except UNREADABLE:
            continue
        if element.VR == "SQ":
            for item in value or ():
                yield from elements(item)
        else:
            yield element


def texts(element: DataElement) -> list[str]:
    """Return the element's values as texts, without padding."""
    value = element.value
    values = value if isinstance(value, (list, tuple)) or type(value).__name__ == "MultiValue" else [value]
    return [text for text in (str(v).strip(" \0") for v in values if v is not None) if text]


def identity_of(dataset: Dataset) -> Identity:
    """Return the original identity, for the vault."""

    def first(keyword: str) -> str:
        try:
            found = texts(dataset[keyword]) if keyword in dataset else []
        except UNREADABLE:
            return ""
        return found[0] if found else ""

    return Identity(
        patient_id=first("PatientID"),
        patient_name=first("PatientName"),
        birth_date=first("PatientBirthDate"),
        accession_number=first("AccessionNumber"),
        study_uid=first("StudyInstanceUID"),
        series_uid=first("SeriesInstanceUID"),
        sop_uid=first("SOPInstanceUID"),
        issuer=issuer_of(dataset),
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
