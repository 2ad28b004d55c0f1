"""HL7 instance identifiers (data type II): of CDA documents and, as (0040,E001), of the headers around them."""

import re

from anonymizer.headers.subject import Subject

_UID = re.compile(r"[0-2](?:\.\d+)+$")


def is_uid(text: str) -> bool:
    """Whether a text has the form of a UID."""
    return bool(_UID.match(text))


def new_identifier(subject: Subject, root: str, extension: str) -> tuple[str, str]:
    """Return the pseudonyms of a root and an extension: the same ones wherever both stand."""
    pseudonyms = subject.pseudonyms
    kept = subject.plan.profile.has("retain_uids") and is_uid(root)
    new_root = root if kept or not root else pseudonyms.uid(root)
    if not extension:
        return new_root, ""
    if extension.strip() == subject.patient.original_id:
        return new_root, subject.pseudonym
    return new_root, pseudonyms.digest(f"{root}\0{extension}")[:16]


def new_header_identifier(subject: Subject, text: str) -> str:
    """Return the new value of HL7 Instance Identifier (0040,E001): root, "^", extension."""
    root, _, extension = text.strip(" \0").partition("^")
    return "^".join(part for part in new_identifier(subject, root, extension) if part)
