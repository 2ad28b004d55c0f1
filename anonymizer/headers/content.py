"""Structured content (PS3.15 E.3.4): content items decided by their concept, Table E.3.4-1."""

from pydicom.dataset import Dataset

from anonymizer.files.file_format import UNREADABLE
from anonymizer.profiles.plan import Decision, Plan
from anonymizer.profiles.table import standard_table


def content_decision(item: Dataset, plan: Plan) -> Decision | None:
    """Tell what Table E.3.4-1 says about a content item; None if it is none or its concept is not listed.

    The order X/D is read as D, so that templates keep their mandatory rows.
    """
    if "ValueType" not in item or "ConceptNameCodeSequence" not in item:
        return None
    try:
        code = item.ConceptNameCodeSequence[0]
        key = (str(code.get("CodingSchemeDesignator", "")).strip(), str(code.get("CodeValue", "")).strip())
    except UNREADABLE:
        return None
    rule = standard_table().content_items.get(key)
    return plan.resolve(rule) if rule is not None else None
