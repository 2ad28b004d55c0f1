"""Which device made an image: what rules for devices and corrections of all images of a device go by."""

from dataclasses import dataclass
from pathlib import Path

from pydicom import dcmread
from pydicom.dataset import Dataset

from anonymizer.collect import first_text
from anonymizer.errors import SourceError
from anonymizer.file_format import UNREADABLE

_ATTRIBUTES = ("Manufacturer", "ManufacturerModelName", "Rows", "Columns", "PhotometricInterpretation")


@dataclass(frozen=True, slots=True)
class Device:
    """What kind of image which device makes; images that agree in it have their text in the same places."""

    manufacturer: str
    model: str
    rows: int
    columns: int
    photometric: str

    @property
    def words(self) -> str:
        """The device in words, for messages."""
        name = f"{self.manufacturer} {self.model}".strip()
        return f"{name}, {self.columns} × {self.rows}, {self.photometric}"


def device_of(dataset: Dataset) -> Device:
    """Return which device made an image; texts are "" where the header does not say it."""
    manufacturer, model, rows, columns, photometric = (first_text(dataset, each) for each in _ATTRIBUTES)
    return Device(
        manufacturer.strip(), model.strip(), _number(rows), _number(columns), photometric.strip().upper()
    )


def device_of_file(path: Path) -> Device:
    """Return which device made the image in a file. Raises SourceError."""
    try:
        return device_of(dcmread(path, stop_before_pixels=True, specific_tags=list(_ATTRIBUTES)))
    except (OSError, *UNREADABLE) as error:
        raise SourceError("The masked instance cannot be read.", "Restore it from a backup.") from error


def _number(text: str) -> int:
    return int(text) if text.isdecimal() else 0
