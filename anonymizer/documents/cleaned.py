"""What cleaning makes of a document."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A document without identities: its bytes, what was done in a sentence, why a human should look at it."""

    body: bytes
    reason: str
    review: tuple[str, ...] = ()
