"""What a masked file says of its own masking (PS3.15 E.3, PS3.3 C.12.1), so what may stand in it."""

from collections.abc import Sequence
from dataclasses import dataclass

from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.table import standard_table
from anonymizer.verification.values import Value

_PATIENT_NAME, _PATIENT_ID, _REMOVED, _METHODS, _DATES = (
    0x00100010,
    0x00100020,
    0x00120062,
    0x00120064,
    0x00280303,
)
_CODE_VALUE = 0x00080100
_OPTION_OF = {option.code: option.name for option in OPTIONS}


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the file claims."""

    patient: str = ""
    patient_name: str = ""
    marked: bool = False  # Patient Identity Removed is YES
    dates: str = ""  # "REMOVED", "MODIFIED", "UNMODIFIED"
    options: frozenset[str] = frozenset()

    @classmethod
    def of(cls, values: Sequence[Value]) -> "Expectation":
        """Read it from the elements of a file."""
        root = {v.tag: text_of(v.value) for v in values if not v.prefix and v.tag in _ROOT}
        codes = {
            text_of(v.value) for v in values if v.tag == _CODE_VALUE and v.prefix.startswith("(0012,0064)")
        }
        return cls(
            patient=root.get(_PATIENT_ID, ""),
            patient_name=root.get(_PATIENT_NAME, ""),
            marked=root.get(_REMOVED) == "YES",
            dates=root.get(_DATES, ""),
            options=frozenset(_OPTION_OF[code] for code in codes if code in _OPTION_OF),
        )

    def keeps(self, tag: int) -> bool:
        """Tell whether one of the options keeps this attribute as it was."""
        rule = standard_table().rule(tag)
        return rule is not None and any(rule.options.get(name) == "K" for name in self.options)


_ROOT = frozenset({_PATIENT_NAME, _PATIENT_ID, _REMOVED, _DATES})
EXPECTED = _ROOT | {_CODE_VALUE}
"""The attributes, at any depth, that `Expectation.of` looks at."""


def text_of(value: bytes) -> str:
    """Decode a value's text, padding taken off. Masking writes UTF-8; other bytes are read one by one."""
    try:
        return value.decode("utf-8").strip(" \0")
    except UnicodeDecodeError:
        return value.decode("latin-1").strip(" \0")
