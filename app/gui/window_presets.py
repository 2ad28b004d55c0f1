"""Windows that readers are used to by modality, offered after those that the file itself proposes.

Centre and width in Hounsfield units, as textbooks of computed tomography give them.
"""

from anonymizer.pixels.rendering import WindowPreset

_CT = (
    WindowPreset("Soft tissue", 50, 400),
    WindowPreset("Lung", -600, 1500),
    WindowPreset("Bone", 400, 1800),
    WindowPreset("Brain", 40, 80),
    WindowPreset("Liver", 60, 160),
)


def presets_for(modality: str) -> tuple[WindowPreset, ...]:
    """Return the usual windows of a modality; only those of CT have a scale that all scanners share.

    For the others a view offers windows that it finds in the values themselves.
    """
    return _CT if modality == "CT" else ()
