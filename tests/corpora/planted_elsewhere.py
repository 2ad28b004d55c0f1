"""More instances with planted identities, all of them invented: other objects, spellings, wrong VRs, bytes.

The identities are those of `planted`; every instance must come out masked without any of them, or be refused.
"""

from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    GrayscaleSoftcopyPresentationStateStorage,
    KeyObjectSelectionDocumentStorage,
    SegmentationStorage,
    TwelveLeadECGWaveformStorage,
)

from tests.corpora.planted import ACCESSION, BIRTH, DOCTOR, GIVEN, PATIENT_ID, PHONE, ROOT, SURNAME, TOWN

FULL = f"{GIVEN} {SURNAME}"
SERIAL, MAIL = "SNX7718820", "zq.mail@krummelwick.example"
MORE_IDENTITIES = (SERIAL, MAIL, "krummelwick", "LiNao", "Strzeżymir", "Strzezymir")


def item(**values: object) -> Dataset:
    """An item of a sequence."""
    ds = Dataset()
    for keyword, value in values.items():
        setattr(ds, keyword, value)
    return ds


def code(meaning: str, value: str = "T-D3000") -> Dataset:
    """A code whose meaning somebody typed."""
    return item(CodeValue=value, CodingSchemeDesignator="99X", CodeMeaning=meaning)


def _dates_and_phones(ds: Dataset) -> None:
    ds.ProtocolName = "CT chest 04/17/1939"
    ds.SeriesDescription = "CT chest 1939-04-17"
    ds.PerformedProcedureStepDescription = "17 Apr 1939 chest"
    ds.RequestedProcedureDescription = "Apr 17, 1939 chest"
    ds.FilterType, ds.ReceiveCoilName = "17.04.1939", "tel 02215550 1234"
    ds.ImageComments = f"mail {MAIL}, call (0221) 5550-1234 or 55501234, ID{PATIENT_ID}x"
    ds.PatientTelecomInformation = MAIL


def _short_names(ds: Dataset) -> None:
    ds.PatientName = "Li^Nao"
    ds.SeriesDescription, ds.FilterType = "Axial LI NAO", "LiNao"
    ds.ConvolutionKernel, ds.StudyDescription = "B30f NAOLI", "CT chest Nao, Li"
    ds.ReceiveCoilName = "LINAO coil"
    ds.add_new(0x00282000, "OB", "desc LiNao profile ".encode("utf-16-be"))


def _accents(ds: Dataset) -> None:
    ds.SpecificCharacterSet = ["ISO_IR 101", "ISO 2022 IR 100"]
    ds.PatientName = "Strzeżymir^Ala"
    ds.StudyDescription, ds.FilterType = "CT chest STRZEZYMIR", "STRZEŻYMIR"


def _wrong_vr(ds: Dataset) -> None:
    ds.add_new(0x00181030, "UN", f"Thorax {SURNAME}".encode())
    ds.add_new(0x00180015, "LO", f"CHEST {SURNAME}")
    ds.add_new(0x00180060, "LO", f"120 {GIVEN}")
    ds.add_new(0x00080070, "PN", f"{SURNAME}^{GIVEN}")
    ds.add_new(0x00081090, "UT", f"Model 9 {DOCTOR}")


def _long_and_uneven(ds: Dataset) -> None:
    ds.SeriesDescription = f"Axial {'chest ' * 60}{SURNAME}   "
    ds.StationName = f"{TOWN.upper()}CT1\0"
    ds.ImageType = ["ORIGINAL", "PRIMARY", SURNAME.upper(), ""]
    ds.add_new(0x00101010, "AS", f"85 {GIVEN}")
    ds.OtherPatientIDs = ["", PATIENT_ID + " ", f" {ACCESSION}"]
    ds.ReferencedStudySequence, ds.ReferencedPatientSequence = [], Sequence()


def _sequences(ds: Dataset) -> None:
    ds.ReferencedPatientAliasSequence = [item(PatientName=f"{SURNAME}^{GIVEN}", PatientID=PATIENT_ID)]
    ds.ModalityLUTSequence = [
        item(
            LUTDescriptor=[1, 0, 16],
            LUTData=b"\0\0",
            ModalityLUTType=SURNAME[:16],
            LUTExplanation=f"of {FULL}",
        )
    ]
    ds.VOILUTSequence = [item(LUTDescriptor=[1, 0, 16], LUTData=b"\0\0", LUTExplanation=f"{SURNAME} lung")]
    ds.WindowCenterWidthExplanation = ["LUNG", f"{GIVEN} WINDOW"]
    ds.ProcedureCodeSequence = [code(f"{SURNAME}^{GIVEN}", ACCESSION), code(f"CT per Dr {DOCTOR}", "P5")]
    ds.ContributingEquipmentSequence = [
        item(Manufacturer=f"Acme {TOWN}", DeviceSerialNumber=SERIAL, InstitutionAddress=f"{TOWN} 5",
             OperatorsName=f"{DOCTOR}^Otto", ContributionDescription=f"done for {FULL}", StationName=TOWN[:16])
    ]  # fmt: skip
    ds.DeviceSerialNumber, ds.SoftwareVersions = SERIAL, ["VA40", f"{SERIAL}-1"]
    ds.DerivationDescription = f"Scanner {SERIAL}, accession {ACCESSION}"
    ds.StudyID = ACCESSION
    ds.SourceImageSequence = [item(ReferencedSOPInstanceUID=f"{ROOT}.1.{PATIENT_ID}.7", ImageComments=FULL)]


def _private(ds: Dataset) -> None:
    block = ds.private_block(0x0029, "ACME 1", create=True)
    inner = item(PatientName=f"{SURNAME}^{GIVEN}")
    inner.private_block(0x0031, f"SITE {TOWN}", create=True).add_new(1, "UT", f"{FULL} " * 50)
    block.add_new(1, "SQ", Sequence([inner]))
    block.add_new(2, "OB", (f"PatientName={SURNAME}\0").encode())
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "IS", "1000")
    ds.private_block(0x0051, f"GEMS {SURNAME}", create=True).add_new(8, "CS", "X")
    ds.add_new(0x00091001, "UN", b"\x10\0\x10\0" + SURNAME.encode())


def _bytes(ds: Dataset) -> None:
    ds.add_new(0x00282000, "OB", b"\0\0acsp" + SURNAME.encode("utf-16-be") + FULL.encode())
    ds.add_new(0x00281201, "OW", SURNAME.encode().ljust(32, b"\0"))
    ds.add_new(0x00189005, "UN", FULL.encode().ljust(40))
    ds.add_new(0x00189516, "DT", f"{BIRTH}101010 {GIVEN}")


def _waveform(ds: Dataset) -> None:
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = TwelveLeadECGWaveformStorage
    del ds.PixelData
    channel = item(ChannelLabel=SURNAME[:16], ChannelSourceSequence=[code(f"Lead I {GIVEN}")])
    wave = item(MultiplexGroupLabel=GIVEN, ChannelDefinitionSequence=[channel])
    wave.add_new(0x54001010, "OW", FULL.encode().ljust(40))
    ds.WaveformSequence = [wave]
    ds.WaveformAnnotationSequence = [
        item(UnformattedTextValue=f"ECG {FULL}", ConceptNameCodeSequence=[code(f"of {SURNAME}")])
    ]


def _key_object(ds: Dataset) -> None:
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = KeyObjectSelectionDocumentStorage
    del ds.PixelData
    ds.ValueType, ds.ConceptNameCodeSequence = "CONTAINER", [code("Of Interest", "113000")]
    ds.ContentSequence = [
        item(
            ValueType="TEXT", TextValue=f"{FULL}, see lesion", ConceptNameCodeSequence=[code("Description")]
        ),
        item(ValueType="PNAME", PersonName=f"{DOCTOR}^Otto", ConceptNameCodeSequence=[code(f"Dr {DOCTOR}")]),
        item(ValueType="UIDREF", UID=f"{ROOT}.1.9", ConceptNameCodeSequence=[code("Of")]),
        item(ValueType="DATE", Date=BIRTH, ConceptNameCodeSequence=[code("Born")]),
    ]


def _segmentation(ds: Dataset) -> None:
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SegmentationStorage
    ds.ContentLabel, ds.ContentDescription, ds.ContentCreatorName = SURNAME[:16], FULL, f"{DOCTOR}^Otto"
    ds.SegmentSequence = [
        item(SegmentNumber=1, SegmentLabel=f"Liver {SURNAME}", SegmentDescription=f"for {FULL}",
             SegmentAlgorithmName=f"by {DOCTOR}", TrackingID=f"{PATIENT_ID}-1", TrackingUID=f"{ROOT}.7")
    ]  # fmt: skip


def _presentation(ds: Dataset) -> None:
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = GrayscaleSoftcopyPresentationStateStorage
    del ds.PixelData
    ds.ContentLabel, ds.ContentDescription = "PR", f"for {FULL}"
    ds.ContentCreatorIdentificationCodeSequence = [
        item(PersonIdentificationCodeSequence=[code(DOCTOR)], InstitutionName=TOWN, PersonAddress=TOWN,
             PersonTelephoneNumbers=PHONE)
    ]  # fmt: skip
    ds.GraphicAnnotationSequence = [
        item(
            GraphicLayer=SURNAME.upper()[:16],
            TextObjectSequence=[item(UnformattedTextValue=f"{FULL} lesion")],
        )
    ]
    ds.GraphicLayerSequence = [item(GraphicLayer=SURNAME.upper()[:16], GraphicLayerDescription=FULL)]


def _three_groups(ds: Dataset) -> None:
    ds.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    ds.PatientName = f"{SURNAME}^{GIVEN}=山田^太郎=やまだ^たろう"
    ds.OperatorsName = [f"{DOCTOR}^Otto", "佐藤^花子"]
    ds.StudyDescription, ds.SeriesDescription = "胸部CT chest 山田太郎", "Axial 2.5mm やまだ 佐藤"


INSTANCES: dict[str, Callable[[Dataset], None]] = {
    "dates and phones": _dates_and_phones, "short names": _short_names, "accents": _accents,
    "wrong vr": _wrong_vr, "long and uneven": _long_and_uneven, "sequences": _sequences, "private": _private,
    "bytes": _bytes, "waveform": _waveform, "key object": _key_object, "segmentation": _segmentation,
    "presentation": _presentation, "three groups": _three_groups,
}  # fmt: skip
JAPANESE = ("山田", "太郎", "やまだ", "たろう", "佐藤", "花子")
SPELLED = ("04/17/1939", "1939-04-17", "17 Apr 1939", "Apr 17, 1939", "5550-1234", "55501234", PATIENT_ID)
EVERYTHING = (*MORE_IDENTITIES, *JAPANESE, *SPELLED)
