"""The trail in the forms that a site's collector of audit messages reads. Nothing is sent: a file is written."""

import json
import os
import platform
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from app import NAME, VERSION
from app.audit.events import Event, event_of

_PRIORITY = 13 * 8 + 5  # RFC 5424: facility "log audit", severity "notice"
_KNOWN = ("at", "action", "event", "account", "line", "previous", "hash", "mac")


def collected(file: Path, form: str, after: int = 0) -> Iterator[str]:
    """Yield the lines of a trail behind line `after` in one of FORMS, each without its end of line."""
    shape = FORMS[form]
    with file.open(encoding="utf-8", errors="replace") as stream:
        for number, raw in enumerate(stream, start=1):
            entry = _read(raw)
            if entry.get("line", number) > after:
                yield shape(entry, raw.rstrip("\n"))


def _read(raw: str) -> dict[str, Any]:
    """A line's content; a damaged line is told as such, so that the collector gets it too."""
    try:
        entry = json.loads(raw)
    except (ValueError, RecursionError):
        entry = None
    known = (
        isinstance(entry, dict) and {"at", "action"} <= entry.keys() and isinstance(entry.get("line", 1), int)
    )
    return entry if known else {"at": "-", "action": "damaged line"}


def _as_it_is(_entry: Mapping[str, Any], raw: str) -> str:
    return raw


def _message(entry: Mapping[str, Any], _raw: str) -> str:
    """A DICOM audit message (PS3.15 A.5.1) on one line."""
    event = event_of(str(entry["action"]))
    kind = "" if event.kind is None else _code("EventTypeCode", *event.kind)
    return (
        "<AuditMessage>"
        f"<EventIdentification EventActionCode={quoteattr(event.action)} EventDateTime={quoteattr(str(entry['at']))} "
        f"EventOutcomeIndicator={quoteattr(event.outcome)}>{_code('EventID', event.code, event.name)}{kind}"
        f"<EventOutcomeDescription>{escape(str(entry['action']))}</EventOutcomeDescription></EventIdentification>"
        f'<ActiveParticipant UserID={quoteattr(_user(entry))} UserIsRequestor="true"/>'
        f"<AuditSourceIdentification AuditSourceID={quoteattr(platform.node())}>"
        f"{_source()}</AuditSourceIdentification>{_object(entry, event)}</AuditMessage>"
    )


def _syslog(entry: Mapping[str, Any], raw: str) -> str:
    """A DICOM audit message in an RFC 5424 line, as PS3.15 A.6 transports it."""
    where = platform.node() or "-"
    return f"<{_PRIORITY}>1 {entry['at']} {where} {NAME} {os.getpid()} DICOM+RFC3881 - \ufeff{_message(entry, raw)}"


def _user(entry: Mapping[str, Any]) -> str:
    return str(entry.get("account") or entry.get("reader") or "somebody")


def _code(element: str, code: str, name: str) -> str:
    return f'<{element} csd-code="{code}" codeSystemName="DCM" originalText={quoteattr(name)}/>'


def _source() -> str:
    return (
        '<AuditSourceTypeCode csd-code="4" codeSystemName="DCM" originalText="Application Server Process"/>'
    )


def _object(entry: Mapping[str, Any], event: Event) -> str:
    """The project as the object, with every fact of the line as a detail of it (base64, as the schema wants)."""
    from base64 import b64encode

    facts = {name: value for name, value in entry.items() if name not in _KNOWN}
    facts |= {"line": entry.get("line", 0), "hash": entry.get("hash", ""), "version": VERSION}
    details = "".join(
        f"<ParticipantObjectDetail type={quoteattr(name)} "
        f'value="{b64encode(json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")).decode()}"/>'
        for name, value in facts.items()
    )
    role = "13" if event.code == "110101" else "3"  # security resource, report
    return (
        f"<ParticipantObjectIdentification ParticipantObjectID={quoteattr(str(entry.get('sop', 'project')))} "
        f'ParticipantObjectTypeCode="2" ParticipantObjectTypeCodeRole="{role}">'
        '<ParticipantObjectIDTypeCode csd-code="12" codeSystemName="RFC-3881" originalText="URI"/>'
        f"<ParticipantObjectName>Leadglass project</ParticipantObjectName>{details}"
        "</ParticipantObjectIdentification>"
    )


FORMS: Mapping[str, Callable[[Mapping[str, Any], str], str]] = {
    "jsonl": _as_it_is,
    "xml": _message,
    "syslog": _syslog,
}
"""`jsonl`: as in the project; `xml`: one DICOM audit message a line; `syslog`: the same behind RFC 5424 headers."""
