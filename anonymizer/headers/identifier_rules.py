"""UIDs and the patient's name and ID in the header: replaced by pseudonyms."""

import re

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset

from anonymizer.headers.attributes import Edits, joined, values
from anonymizer.headers.subject import Subject
from anonymizer.identities.collect import issuer_of

PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
_UID = re.compile(r"[0-9.]{0,64}$")
_CLASS_UIDS = re.compile(
    r"SOPClass|TransferSyntax|CodingScheme|ContextUID|MappingResource|ContextGroupExtension"
)


class IdentifierRules:
    """Replaces the identifiers of one instance."""

    def __init__(self, subject: Subject, edits: Edits) -> None:
        self._subject, self._edits = subject, edits

    def pseudonymise(self, dataset: Dataset, element: DataElement, path: str, *, reason: str) -> None:
        """Give the patient's name or ID the pseudonym; another patient's ID gets that patient's."""
        subject = self._subject
        value = str(element.value or "").strip(" \0")
        is_id = int(element.tag) == PATIENT_ID and value
        new = subject.pseudonym_of(value, issuer_of(dataset)) if is_id else subject.pseudonym
        reason = f"{reason} It becomes the pseudonym."
        self._edits.set(dataset, element, new, path, reason=reason, action="D")

    def renew_uid(
        self, dataset: Dataset, element: DataElement, path: str, *, reason: str, layer: str = "table"
    ) -> None:
        """Replace UIDs by new ones; those that the standard registers stay."""
        old = [str(uid).strip(" \0") for uid in values(element)]
        new = [uid and self._subject.pseudonyms.uid(uid) for uid in old]
        self._edits.notes.uids.update(uid for uid, other in zip(old, new, strict=True) if uid != other)
        if new != old:
            self._edits.set(dataset, element, joined(new), path, reason=reason, action="U", layer=layer)

    def unlisted_uid(self, dataset: Dataset, element: DataElement, path: str) -> None:
        """Replace UIDs that no table names, unless they name a class."""
        well_formed = all(_UID.match(str(uid).strip(" \0")) for uid in values(element))
        if not _CLASS_UIDS.search(element.keyword) or not well_formed:
            reason = "UIDs that name an instance are replaced."
            self.renew_uid(dataset, element, path, reason=reason, layer="vr")
