"""Windows that readers are used to by modality, offered after those that the file itself proposes.

Centre and width in Hounsfield units for computed tomography, as textbooks give them. Scanners of other modalities
share no scale: there a window is a part of the values of the image in sight, and of counts an upper level.
"""

from anonymizer.pixels.rendering import WindowPreset
from app.gui.image.value_windows import ValueWindow

Offered = WindowPreset | ValueWindow

_CT = (
    WindowPreset("Soft tissue", 50, 400),
    WindowPreset("Lung", -600, 1500),
    WindowPreset("Bone", 400, 1800),
    WindowPreset("Brain", 40, 80),
    WindowPreset("Liver", 60, 160),
)
_MR = (
    ValueWindow("All tissue", 1, 99.5),
    ValueWindow("Dark tissue", 0, 60),
    ValueWindow("Bright tissue", 40, 100),
)
_RADIOGRAPH = (
    ValueWindow("All tissue", 1, 99.5),
    ValueWindow("Dark parts (lung)", 0, 60),
    ValueWindow("Bright parts (bone)", 40, 100),
)
_MAMMOGRAM = (
    ValueWindow("Whole breast", 1, 99.5),
    ValueWindow("Dense tissue", 50, 100),
    ValueWindow("Skin and fat", 0, 50),
)
_COUNTS = tuple(
    ValueWindow(f"Upper level {share} %", 0, share, of_largest=True) for share in (100, 50, 25, 10)
)
_ULTRASOUND = (ValueWindow("Higher gain", 0, 70), ValueWindow("More contrast", 10, 95))

_BY_MODALITY: dict[str, tuple[Offered, ...]] = {
    "CT": _CT,
    "MR": _MR,
    "MG": _MAMMOGRAM,
    "PT": _COUNTS,
    "NM": _COUNTS,
    "US": _ULTRASOUND,
    **dict.fromkeys(("CR", "DX", "RG", "RF", "XA", "PX", "IO"), _RADIOGRAPH),
}


def presets_for(modality: str) -> tuple[Offered, ...]:
    """Return the usual windows of a modality (0008,0060), none for those without."""
    return _BY_MODALITY.get(modality, ())
