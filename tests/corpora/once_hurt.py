"""Inputs that once ended in something else than a result or a message: "kind: what it did" to the file's bytes."""

SEEDS_THAT_HURT = (("catalogue", 10014), ("catalogue", 10247), ("vault", 5), ("weights", 10103), ("dicomdir", 10090),
                   ("device rules", 10072), ("data set", 10014), ("audit trail", 10180), ("project", 10309),
                   ("project", 10604), ("vault", 10654), ("data set", 10406))  # fmt: skip
"""Kinds and seeds of `tests/fuzz` by which the others were found."""

ONCE_HURT: dict[str, bytes] = {
    "audit trail: a last line that is no JSON stood in the way of every later one": b'{"at": "2026", "hash"\n',
}
