"""Texts, codes, numbers and bytes in the header: identities leave them, the rest stays."""

import re
from collections.abc import Callable

from pydicom.datadict import dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from anonymizer.headers.attributes import Edits, joined, values
from anonymizer.headers.colour_profile import clean_profile
from anonymizer.headers.fragments import Fragments
from anonymizer.headers.free_text import clean, hunt, masked_phrases, unknown_words, unsafe_spans
from anonymizer.headers.subject import Subject
from anonymizer.identities.byte_search import is_printed
from anonymizer.identities.residue import written_bytes
from anonymizer.profiles.actions import DUMMY_TEXT, LONG_TEXT_VRS
from anonymizer.words.spelling import spells_words

_NUMBER = re.compile(rb"[0-9+\-.eE \\\0]*$")
_CODE = re.compile(r"[A-Z0-9_ ]{0,16}$")  # PS3.5 Table 6.2-1
_BYTE_VRS = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "OB or OW", "UN", "US or OW", "US or SS or OW"})
_LONGEST_DISGUISE = 4096  # bytes
_NUMBERS = frozenset({"US", "SS", "UL", "SL", "UV", "SV", "FL", "FD", "AT"})
_LONGEST_CODE = 64  # four times what is allowed: real files are not strict
_TYPED = re.compile(  # attributes whose text people type, whatever the device makes of the others
    r"(?:Description|Label|Comments?|Notes?|Explanation|Meaning|Text|Reason|Reasons?ForProcedure|TreatmentProtocols|ViewName"
    r"|StageName|BeamName|BlockName|RTImageName|AcquisitionProtocolName|HangingProtocolName|DiagnosticTasks|UCValue|DisplayName"
    r"|TemplateName|SetupName|ConfigurationName|LUTType|TemplateType|DataSetName|IDType|Creator|GroupName|OwnerID)$"
)
_CODED_BY_STANDARD = frozenset(
    {"DCM", "SCT", "SRT", "SNM3", "SNOMED-RT", "LN", "UCUM", "RADLEX", "FMA", "NCIt", "NCI", "UMLS", "ICD10", "I10", "I9",
     "C4", "CPT", "MDC", "NEU", "ITIS_TSN", "UBERON", "BARI", "99PMP"}
)  # fmt: skip
_TERMS = frozenset(
    {"CONTAINER", "TEXT", "CODE", "NUM", "DATETIME", "DATE", "TIME", "UIDREF", "PNAME", "COMPOSITE", "IMAGE",
     "WAVEFORM", "TABLE", "SCOORD", "SCOORD3D", "TCOORD", "CONTAINS", "SEPARATE", "CONTINUOUS", "COMPLETE",
     "PARTIAL", "ORIGINAL", "DERIVED", "PRIMARY", "SECONDARY", "POINT", "MULTIPOINT", "POLYLINE", "CIRCLE",
     # how pixels are read and shown (PS3.3 C.7.6.3.1.2, C.11.2.1.3, C.11.6.1): an image without is ruined
     "MONOCHROME1", "MONOCHROME2", "PALETTE COLOR", "RGB", "HSV", "ARGB", "CMYK", "YBR_FULL", "YBR_FULL_422",
     "YBR_PARTIAL_422", "YBR_PARTIAL_420", "YBR_ICT", "YBR_RCT", "XYB", "LINEAR", "LINEAR_EXACT", "SIGMOID",
     "IDENTITY", "INVERSE"}
)  # fmt: skip
_MODALITIES = frozenset(  # the defined terms of Modality, PS3.3 C.7.3.1.1.1, retired ones too
    {"AR", "AS", "BI", "BMD", "CD", "CR", "CT", "CTPROTOCOL", "DG", "DOC", "DX", "ECG", "EEG", "EMG", "EOG", "EPS",
     "ES", "FID", "GM", "HC", "HD", "IO", "IOL", "IVOCT", "IVUS", "KER", "KO", "LEN", "LS", "MA", "MG", "MR", "NM",
     "OAM", "OCT", "OP", "OPM", "OPT", "OPTBSV", "OPTENF", "OPV", "OSS", "OT", "PA", "PLAN", "PR", "PT", "PX", "REG",
     "RESP", "RF", "RG", "RTDOSE", "RTIMAGE", "RTINTENT", "RTPLAN", "RTRAD", "RTRECORD", "RTSEGANN", "RTSTRUCT",
     "RWV", "SEG", "SM", "SMR", "SR", "SRF", "STAIN", "TEXTUREMAP", "TG", "US", "VA", "VF", "XA", "XC", "XAPROTOCOL"}
)  # fmt: skip
_CODE_LIKE = re.compile(r"(?<![^\W_])(?=\w*\d{4})\w{6,}")  # as accession and order numbers are written
_VALUES_OF_CODES = frozenset({"CodeValue", "LongCodeValue"})
_CODED = frozenset(
    {"CodeValue", "LongCodeValue", "CodingSchemeDesignator", "CodingSchemeVersion", "MappingResource",
     "ContextIdentifier", "SoftwareVersions", "CodingSchemeName", "CodingSchemeResponsibleOrganization"}
)  # fmt: skip


class TextRules:
    """Cleans what one instance says in words, codes and bytes."""

    def __init__(self, subject: Subject, edits: Edits) -> None:
        self._plan, self._harvest, self._edits = subject.plan, subject.harvest, edits
        self._own = subject.plan.profile.own_words
        self._damaged = subject.damaged

    @property
    def fragments(self) -> Fragments:
        """The pieces of free text that were taken out or kept."""
        return self._edits.notes.fragments

    def hunt(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Take out what identifies somebody."""
        if self._damaged:
            self.clean(dataset, element, path)
            return
        self._rewrite(dataset, element, path, self._without_identities, layer="harvest")

    def clean(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Keep only words that are known to be harmless."""
        for text in values(element):
            unknown = unknown_words(str(text), self._harvest, self._own)
            self.fragments.removed(unknown, path, element.name, word_by_word=True)
        self._rewrite(dataset, element, path, self._known_words, layer="vocabulary")

    def _without_identities(self, text: str) -> str:
        return hunt(text, self._harvest, self._own)

    def _known_words(self, text: str) -> str:
        return "" if self._damaged and _CODE_LIKE.search(text) else clean(text, self._harvest, self._own)

    def unlisted(self, dataset: Dataset, element: DataElement, path: str, *, dummies: bool) -> None:
        """Treat a text that no table names; `dummies`: it stands in content that is replaced."""
        if dummies or (element.keyword == "TextValue" and not self._plan.cleans_content):
            reason = "Text in structured content is replaced."
            self._edits.set(dataset, element, DUMMY_TEXT, path, reason=reason, layer="vr")
        elif element.VR in LONG_TEXT_VRS or self._is_typed(dataset, element):
            self.clean(dataset, element, path)
        elif self._is_doubtful(dataset, element):
            reason = "In a damaged file a code that no standard gives may identify somebody."
            self._edits.set(dataset, element, DUMMY_TEXT, path, reason=reason, layer="vr")
        elif element.keyword not in _CODED or any(
            self._harvest.touches(str(value)) for value in values(element)
        ):
            self.hunt(dataset, element, path)
        else:
            self._keep(values(element))

    def _is_doubtful(self, dataset: Dataset, element: DataElement) -> bool:
        """Whether a code of a damaged file is of no standard: an identifier whose own attribute was lost looks so."""
        if not self._damaged or element.keyword not in _CODED:
            return False
        if element.keyword in _VALUES_OF_CODES:
            return str(dataset.get("CodingSchemeDesignator", "")).strip() not in _CODED_BY_STANDARD
        return any(self._is_unknown(str(value)) for value in values(element))

    def _is_unknown(self, text: str) -> bool:
        """Whether a text holds words or identifiers that no vocabulary has."""
        return bool(_CODE_LIKE.search(text) or unsafe_spans(text, self._harvest, self._own))

    @staticmethod
    def _is_typed(dataset: Dataset, element: DataElement) -> bool:
        """Whether people type such a text; the meanings of a standard's codes come from lists."""
        if element.keyword == "CodeMeaning":
            return str(dataset.get("CodingSchemeDesignator", "")).strip() not in _CODED_BY_STANDARD
        return bool(_TYPED.search(element.keyword))

    def _rewrite(
        self,
        dataset: Dataset,
        element: DataElement,
        path: str,
        how: Callable[[str], str],
        *,
        layer: str,
    ) -> None:
        old = [str(value) for value in values(element)]
        spread = self._harvest.spread_over(old)
        new = ["" if n in spread else how(text) if text.strip() else text for n, text in enumerate(old)]
        if new != old:
            left = new if any(text.strip() for text in new) else [DUMMY_TEXT]
            reason = "What identifies somebody was taken out of the text."
            self._edits.set(dataset, element, joined(left), path, reason=reason, action="C", layer=layer)
        for text in old:
            self.fragments.removed(masked_phrases(text, self._own), path, element.name, word_by_word=False)
        for text in new:
            self.fragments.kept(text, path, element.name, word_by_word=layer == "vocabulary")
        self._keep(new)

    def _keep(self, texts: list[str]) -> None:
        if not all(str(text).isascii() for text in texts):
            self._edits.notes.non_ascii = True

    def other(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Codes, numbers and bytes: kept if they are what they should be and hold no identity."""
        if element.VR in ("UN", "UR", "AE"):
            reason = "Values of this kind cannot be checked."
            self._edits.remove(dataset, element.tag, path, layer="vr", reason=reason)
        elif element.VR == "CS":
            if self.is_suspicious(element):
                self._without_bad_codes(dataset, element, path)
        elif element.VR in ("DS", "IS"):
            if not all(_NUMBER.match(str(value).encode()) for value in values(element)):
                reason = "The value is no number."
                self._edits.set(dataset, element, None, path, reason=reason, action="Z", layer="vr")
        elif element.keyword == "ICCProfile":
            self._profile(dataset, element, path)
        elif reason := self._reason_against(element):
            self._edits.remove(dataset, element.tag, path, layer="harvest", reason=reason)

    def is_disguised(self, raw: bytes | None) -> bool:
        """Whether the bytes of a number are an identity's text; in a damaged file, any text."""
        if not raw or len(raw) > _LONGEST_DISGUISE or not is_printed(raw):
            return False
        return self._harvest.held_in_bytes(raw) or (self._damaged and spells_words(raw))

    def _disguised(self, element: DataElement) -> bool:
        return element.VR in _NUMBERS and bool(element.value) and self.is_disguised(written_bytes(element))

    def _profile(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Keep the numbers of a colour profile, without its words."""
        value = element.value if isinstance(element.value, bytes) else b""
        left = clean_profile(value)
        if not left:
            reason = "The colour profile is damaged."
            self._edits.remove(dataset, element.tag, path, layer="vr", reason=reason)
        elif left != value:
            reason = "The words of the colour profile were taken out."
            self._edits.set(dataset, element, left, path, reason=reason, action="C", layer="vr")

    def _reason_against(self, element: DataElement) -> str:
        """Tell why bytes or binary numbers cannot stay; "" if they can."""
        if not isinstance(element.value, bytes):
            return "The number reads as an identity." if self._disguised(element) else ""
        if not element.tag.is_private and dictionary_VR(element.tag) not in _BYTE_VRS:
            return "The standard wants no bytes here."
        if self._damaged and spells_words(element.value):
            return "The file is damaged, and words stand among the bytes."
        return "The bytes hold an identity." if self._harvest.held_in_bytes(element.value) else ""

    def _without_bad_codes(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Take out what is no harmless code; of several values the others stay, each in its place."""
        reason = "The code holds an identity or is no code."
        codes = [str(value).strip(" \0") for value in values(element)]
        spread = self._harvest.spread_over(codes)
        left = [DUMMY_TEXT if n in spread or self._is_bad(code) else code for n, code in enumerate(codes)]
        if all(code == DUMMY_TEXT for code in left if code):
            self._edits.remove(dataset, element.tag, path, layer="harvest", reason=reason)
        else:
            self._edits.set(dataset, element, left, path, layer="harvest", reason=reason)

    def is_suspicious(self, element: DataElement) -> bool:
        """Tell whether a code (CS) holds an identity or is no code; the standard's own terms never do."""
        codes = [str(value).strip(" \0") for value in values(element)]
        return any(map(self._is_bad, codes)) or bool(self._harvest.spread_over(codes))

    def _is_bad(self, code: str) -> bool:
        if code in _TERMS:
            return False
        if not code.isascii() or len(code) > _LONGEST_CODE or self._harvest.touches(code):
            return True
        if self._damaged:
            return code not in _MODALITIES and self._is_unknown(code)
        return not _CODE.match(code) and bool(unsafe_spans(code, self._harvest, self._own))
