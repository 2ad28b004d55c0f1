"""The DICOM files that pydicom carries. Its own function for that would ask the network for the files it lacks."""

from pathlib import Path

import pydicom.data

FOLDER = Path(pydicom.data.__file__).parent / "test_files"


def shipped(pattern: str = "*") -> list[Path]:
    """Files whose names fit a pattern, in the order of their paths."""
    return sorted(path for path in FOLDER.rglob(pattern) if path.is_file())
