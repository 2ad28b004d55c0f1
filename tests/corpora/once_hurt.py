"""Inputs that once ended in something else than a result or a message: "kind: what it did" to the file's bytes."""

ONCE_HURT: dict[str, bytes] = {
    "audit trail: a last line that is no JSON stood in the way of every later one": b'{"at": "2026", "hash"\n',
}
