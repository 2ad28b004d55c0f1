"""Who did what when in a project, in a file where a changed, removed or cut line shows.

Each line of `audit.jsonl` is a JSON object: time, action, account, facts, and `event`, the code of the DICOM audit
message that it belongs to (PS3.15 A.5). No line holds an identity. Three things guard it:

- `hash` is the SHA-256 of the line before and of the line's own content, which anybody can check;
- `mac` is the HMAC of that under a key that follows from the line before's and then is gone (`seal`), so that only
  who has the vault could have written what stands there, and nobody can write anew what was written before;
- the head of the trail stands in `dataset.json` of each data set that is exported (`Head`).
"""

from app.audit.collector import FORMS, collected
from app.audit.events import EVENTS, Event, event_of
from app.audit.lines import Head
from app.audit.seal import TrailKey
from app.audit.trail import append, begin_seal, head
from app.audit.verdict import Verdict, broken_at, judge

__all__ = [
    "EVENTS",
    "FORMS",
    "Event",
    "Head",
    "TrailKey",
    "Verdict",
    "append",
    "begin_seal",
    "broken_at",
    "collected",
    "event_of",
    "head",
    "judge",
]
