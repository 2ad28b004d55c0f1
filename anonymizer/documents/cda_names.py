"""The identities that a CDA document names: collected as those of a header are."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from anonymizer.identities.harvest import Harvest
from anonymizer.words.dates import spellings

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

PRODUCTS = frozenset({"manufacturedMaterial", "manufacturedLabeledDrug", "playingEntity", "material"})
_ORGANISATIONS = ("organization", "custodian", "place", "location", "facility")
_DAY = 8  # digits


def local_name(element: "Element") -> str:
    """Return an element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def collect_names(root: "Element", harvest: Harvest) -> None:
    """Take what names or numbers a person or an organisation; names of products do not."""
    for parent in root.iter():
        for element in parent:
            collect = _COLLECTORS.get(local_name(element))
            if collect is not None:
                collect(element, local_name(parent), harvest)


def _name(element: "Element", parent: str, harvest: Harvest) -> None:
    if parent in PRODUCTS:
        return
    parts = {local_name(child): "".join(child.itertext()).strip() for child in element}
    text = " ".join(part.strip() for part in element.itertext() if part.strip())
    if "family" in parts or "given" in parts:
        harvest.add_name(f"{parts.get('family', '')}^{parts.get('given', '')}")
        harvest.add_words(text, name=True)
    elif any(part in parent.lower() for part in _ORGANISATIONS):
        harvest.add_words(text)
    else:
        harvest.add_name(text.replace(" ", "^"))


def _address(element: "Element", _: str, harvest: Harvest) -> None:
    for part in filter(str.strip, element.itertext()):
        harvest.add_words(part)
        harvest.add_code(part)


def _telecom(element: "Element", _: str, harvest: Harvest) -> None:
    scheme, _, rest = element.get("value", "").rpartition(":")
    if "@" in rest:
        harvest.add_words(rest.split("@", maxsplit=1)[0])
    elif scheme.lower() not in ("http", "https"):
        harvest.add_phone(rest)


def _identifier(element: "Element", _: str, harvest: Harvest) -> None:
    harvest.add_code(element.get("extension", ""))


def _birth(element: "Element", _: str, harvest: Harvest) -> None:
    harvest.add_spellings(spellings(element.get("value", "")[:_DAY]))


_COLLECTORS: dict[str, Callable[["Element", str, Harvest], None]] = {
    "name": _name,
    "addr": _address,
    "telecom": _telecom,
    "id": _identifier,
    "setId": _identifier,
    "birthTime": _birth,
}
