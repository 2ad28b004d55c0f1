"""What was done to an attribute, and who decided it, in plain words and colours."""

from dataclasses import dataclass
from enum import StrEnum

from anonymizer import AttributeRow
from app.gui.theme import Tokens

FREE_TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UN", "UT"})
# Actions of PS3.15 Table E.1-1 in plain words.
WORDS = {
    "D": "replaced",
    "Z": "emptied",
    "X": "removed",
    "K": "kept",
    "C": "cleaned",
    "U": "new UID",
    "M": "moved",
    "added": "added",
}
SIGNS = {
    "removed": "✕",
    "emptied": "○",
    "replaced": "↔",
    "rewritten": "↔",
    "new UID": "↔",
    "cleaned": "✎",
    "moved": "↷",
    "added": "+",
    "kept": "=",
}


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer of the de-identification: its short name, what it is, and its colour among the theme's."""

    title: str
    meaning: str
    colour: str  # a name among `Tokens`


LAYERS = {
    "table": Layer("Standard", "a rule of the standard for this attribute", "accent"),
    "vr": Layer("Kind of value", "a rule for its kind of value", "good"),
    "private": Layer("Private", "the rule for private attributes", "violet"),
    "harvest": Layer("Identity", "an identity of this patient was found in it", "bad"),
    "vocabulary": Layer("Vocabulary", "words that the vocabulary does not know", "caution"),
    "document": Layer("Document", "the rule for whole documents inside an object", "teal"),
    "file": Layer("File", "the way in which the file is written", "muted"),
}
KEPT = Layer("Kept", "kept as it was", "muted")


class Show(StrEnum):
    """Which attributes are listed."""

    CHANGED = "Changed"
    FREE_TEXT = "Kept with free text"
    REMOVED = "Removed"
    ALL = "All"

    def lists(self, row: AttributeRow) -> bool:
        """Whether an attribute is among them."""
        match self:
            case Show.CHANGED:
                return is_changed(row)
            case Show.REMOVED:
                return is_changed(row) and not row.after
            case Show.FREE_TEXT:
                return row.vr in FREE_TEXT and bool(row.after) and row.action in {"", "K", "C"}
        return True


def in_words(row: AttributeRow) -> str:
    """What was done to an attribute, for people."""
    if row.action in {"X", "Z", "D"} and row.after is None:
        return "removed"
    if row.action == "X":
        return "rewritten"
    if row.action in {"Z", "D"}:
        return "replaced" if row.after else "emptied"
    return WORDS.get(row.action, row.action) or "kept"


def with_sign(row: AttributeRow) -> str:
    """The same with a sign that is seen from afar."""
    words = in_words(row)
    return f"{SIGNS.get(words, '•')} {words}"


def is_changed(row: AttributeRow) -> bool:
    """Whether masking changed the attribute."""
    return row.action not in {"", "K"}


def layer_of(row: AttributeRow) -> Layer:
    """Who decided about an attribute."""
    return LAYERS.get(row.layer) or (Layer(row.layer, row.layer, "muted") if row.layer else KEPT)


def colour_of(layer: Layer, colours: Tokens) -> str:
    """The layer's colour in a theme."""
    return str(getattr(colours, layer.colour))


def tag(row: AttributeRow) -> str:
    """The attribute's own tag, without the sequences it lies in."""
    return row.path.rpartition("/")[2]
