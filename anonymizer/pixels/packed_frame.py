"""One compressed frame with what it takes to decode it, and nothing that tells of the patient.

So it can be decoded by another process, to the same values: what decodes it there is what decodes it here.
"""

from dataclasses import dataclass

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import UID

from anonymizer.pixels.decoding import Array, decode_frame, transfer_syntax

_ATTRIBUTES = (
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "PlanarConfiguration",
    "PhotometricInterpretation",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
)
Value = int | str | None


@dataclass(frozen=True, slots=True)
class PackedFrame:
    """A frame as it stands in its file."""

    syntax: str
    attributes: dict[str, Value]
    data: bytes

    @classmethod
    def of(cls, dataset: Dataset, index: int) -> "PackedFrame | None":
        """Take a frame out of its data set; None where it does not stand there by itself."""
        try:
            attributes = {name: _plain(dataset.get(name)) for name in _ATTRIBUTES if name in dataset}
            data = get_frame(
                dataset.PixelData,
                index,
                number_of_frames=int(dataset.get("NumberOfFrames") or 1),
                extended_offsets=_offsets(dataset),
            )
        except Exception:  # noqa: BLE001 - pydicom raises anything on damaged files; who decodes says what is wrong
            return None
        return cls(str(transfer_syntax(dataset)), attributes, data)

    def decode(self) -> Array:
        """Return the stored values as `decode_frame` does, with every decoder there is. Raises PixelError."""
        dataset = Dataset()
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = UID(self.syntax)
        for name, value in self.attributes.items():
            setattr(dataset, name, value)
        dataset.PixelData = encapsulate([self.data], has_bot=False)
        return decode_frame(dataset, 0)


def _plain(value: object) -> Value:
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, int):
        return value
    raise TypeError(type(value).__name__)


def _offsets(dataset: Dataset) -> tuple[bytes, bytes] | None:
    if "ExtendedOffsetTable" not in dataset or "ExtendedOffsetTableLengths" not in dataset:
        return None
    return dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths
