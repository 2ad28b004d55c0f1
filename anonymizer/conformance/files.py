"""Which files make the statement, and how each is made."""

import csv
import io
from collections.abc import Callable, Iterable, Sequence

from anonymizer.conformance import attributes, objects
from anonymizer.conformance.statement import statement


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


FILES: dict[str, Callable[[], str]] = {
    "conformance.md": statement,
    "conformance/attributes.csv": lambda: _csv(attributes.attribute_rows()),
    "conformance/content-items.csv": lambda: _csv(attributes.content_rows()),
    "conformance/private.csv": lambda: _csv(attributes.private_rows()),
    "conformance/objects.csv": lambda: _csv(objects.object_rows()),
}
