"""What the actions of a project are called among DICOM's audit messages (PS3.15 A.5, PS3.16 CID 400 and 401)."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """One kind of audit message: its EventID, what was done to the object, and its type where there is one."""

    code: str  # of the coding scheme DCM
    name: str
    action: str  # C create, R read, U update, D delete, E execute
    kind: tuple[str, str] | None = None  # EventTypeCode: code and name
    outcome: str = "0"  # 0 success, 4 minor failure, 8 serious failure


_ACCESSED = ("110103", "DICOM Instances Accessed")
_EXPORT = ("110106", "Export")
_ALERT = ("110113", "Security Alert")
_LOGIN = ("110122", "Login")
_SECURITY = ("110129", "Security Configuration")
_RESTRICTED = ("110132", "Use of Restricted Function")
_STARTED = ("110134", "Audit Recording Started")
_ATTRIBUTES = ("110135", "Object Security Attributes Changed")

EVENTS: Mapping[str, Event] = {
    "project made": Event("110113", "Security Alert", "C", _SECURITY),
    "imported": Event("110107", "Import", "C"),
    "masked again": Event(*_ACCESSED, "U"),
    "corrected by hand": Event(*_ACCESSED, "U"),
    "approved": Event(*_ACCESSED, "U"),
    "held back": Event(*_ACCESSED, "U"),
    "verdict taken back": Event(*_ACCESSED, "U"),
    "verified": Event(*_ACCESSED, "R"),
    "predicted": Event(*_ACCESSED, "R"),
    "labelled from a list": Event(*_ACCESSED, "U"),
    "labelled from the command line": Event(*_ACCESSED, "U"),
    "labelled on originals": Event(*_ALERT, "U", _SECURITY),
    "labelled on masked instances": Event(*_ALERT, "U", _SECURITY),
    "every series is to be approved": Event(*_ALERT, "U", _SECURITY),
    "approval is asked where something is found": Event(*_ALERT, "U", _SECURITY),
    "treatment of burned-in text changed": Event(*_ALERT, "U", _SECURITY),
    "words answered": Event(*_ALERT, "U", _SECURITY),
    "catalogue encrypted": Event(*_ALERT, "U", _ATTRIBUTES),
    "catalogue decrypted": Event(*_ALERT, "U", _ATTRIBUTES),
    "catalogue restored": Event(*_ACCESSED, "U"),
    "exported": Event(*_EXPORT, "R"),
    "released with findings": Event(*_ALERT, "E", _RESTRICTED),
    "labels exported": Event(*_EXPORT, "R"),
    "label history exported": Event(*_EXPORT, "R"),
    "labels reported": Event(*_EXPORT, "R"),
    "vault opened": Event("110114", "User Authentication", "E", _LOGIN),
    "vault refused": Event("110114", "User Authentication", "E", _LOGIN, outcome="4"),
    "vault searched": Event("110112", "Query", "E"),
    "vault exported": Event(*_EXPORT, "R"),
    "vault protection changed": Event(*_ALERT, "U", _ATTRIBUTES),
    "vault key renewed": Event(*_ALERT, "U", _ATTRIBUTES),
    "recovery sheet written": Event(*_ALERT, "C", _ATTRIBUTES),
    "vault recovered": Event(*_ALERT, "E", _RESTRICTED),
    "pseudonym list read": Event("110110", "Patient Record", "U"),
    "patient forgotten": Event("110110", "Patient Record", "D"),
    "everyone forgotten": Event("110110", "Patient Record", "D"),
    "audit trail sealed": Event(*_ALERT, "E", _STARTED),
    "audit trail read": Event("110101", "Audit Log Used", "R"),
}
"""Every action that the program records."""

_OTHER = Event("110100", "Application Activity", "E")


def event_of(action: str) -> Event:
    """The audit message of an action; Application Activity for one that only another version knows."""
    return EVENTS.get(action, _OTHER)
