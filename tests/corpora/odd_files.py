"""One instance with planted identities in the many odd forms that files have in archives and on media.

All identities are those of `planted`. Every case is the bytes of one file.
"""

import gzip
import random
import struct
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO

import numpy as np
from pydicom.dataset import Dataset, FileDataset
from pydicom.encaps import encapsulate
from pydicom.filewriter import dcmwrite
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    SecondaryCaptureImageStorage,
)

from tests.corpora.planted import ACCESSION, GIVEN, PATIENT_ID, SURNAME, TOWN, base

NAME = f"{SURNAME}^{GIVEN}".encode()
_START_OF_META = 132


def written(ds: FileDataset) -> bytes:
    """The data set as a file's bytes."""
    buffer = BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return buffer.getvalue()


def _body(raw: bytes) -> int:
    """Where the data set begins."""
    return 144 + struct.unpack("<L", raw[140:144])[0]


def explicit(tag: int, vr: str, value: bytes, *, length: int | None = None) -> bytes:
    """An element in explicit VR little endian, its length perhaps a lie."""
    size = len(value) if length is None else length
    head = struct.pack("<HH2s", tag >> 16, tag & 0xFFFF, vr.encode())
    long = vr in ("OB", "OW", "SQ", "UN", "UT", "UC", "UR", "OF", "OD", "OL")
    return head + (struct.pack("<HL", 0, size) if long else struct.pack("<H", size)) + value


def with_element(element: bytes, *, at: int = 0x00100010) -> bytes:
    """The plain file with a further element before another, whatever that does to the order."""
    raw = written(base(1))
    place = raw.index(struct.pack("<HH", at >> 16, at & 0xFFFF), _body(raw))
    return raw[:place] + element + raw[place:]


def no_preamble() -> bytes:
    return written(base(1))[128:]


def no_meta() -> bytes:
    raw = written(base(1))
    return raw[_body(raw) :]


def no_meta_implicit() -> bytes:
    ds = base(1)
    ds.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    ds.set_original_encoding(is_implicit_vr=True, is_little_endian=True)
    raw = written(ds)
    return raw[_body(raw) :]


def tiff_preamble() -> bytes:
    raw = written(base(1))
    return b"II*\0" + struct.pack("<L", 8) + SURNAME.encode().ljust(120, b"\0") + raw[128:]


def big_endian() -> bytes:
    ds = base(1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    ds.set_original_encoding(is_implicit_vr=False, is_little_endian=False)
    ds.PixelData = np.frombuffer(ds.PixelData, "<u2").astype(">u2").tobytes()
    return written(ds)


def deflated() -> bytes:
    ds = base(1)
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    return written(ds) + NAME


def deflated_with_header() -> bytes:
    """Deflated with the zlib header that the standard does not want."""
    ds = base(1)
    raw = written(ds)
    start = _body(raw)
    ds.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    meta = written(ds)
    return meta[: _body(meta)] + zlib.compress(raw[start:])


def group_lengths() -> bytes:
    raw = with_element(explicit(0x00100000, "UL", struct.pack("<L", 999)))
    start = _body(raw)
    return raw[:start] + explicit(0x00080000, "UL", struct.pack("<L", 12345)) + raw[start:]


def padded() -> bytes:
    return written(base(1)) + explicit(0xFFFCFFFC, "OB", NAME.ljust(64, b"\0"))


def signed() -> bytes:
    ds = base(1)
    item = Dataset()
    item.MACIDNumber, item.CertificateType = 1, "X509_1993_SIG"
    item.DigitalSignatureUID, item.DigitalSignatureDateTime = "1.2.3.4", "20240311101112"
    item.CertificateOfSigner, item.Signature = NAME + b"\0" * (len(NAME) % 2), NAME + b"\0" * (len(NAME) % 2)
    ds.DigitalSignaturesSequence = [item]
    mac = Dataset()
    mac.MACIDNumber, mac.MACCalculationTransferSyntaxUID, mac.MACAlgorithm = 1, "1.2.840.10008.1.2.1", "SHA1"
    mac.DataElementsSigned = [0x00100010]
    ds.MACParametersSequence = [mac]
    return written(ds)


def encrypted_attributes() -> bytes:
    ds = base(1)
    item = Dataset()
    item.EncryptedContentTransferSyntaxUID = "1.2.840.10008.1.2.1"
    item.EncryptedContent = NAME * 4
    ds.EncryptedAttributesSequence = [item]
    original, modified = Dataset(), Dataset()
    modified.PatientName, modified.PatientID, modified.AccessionNumber = NAME.decode(), PATIENT_ID, ACCESSION
    original.ModifiedAttributesSequence = [modified]
    original.AttributeModificationDateTime, original.ModifyingSystem = "20240311101112", TOWN
    original.SourceOfPreviousValues, original.ReasonForTheAttributeModification = TOWN, "COERCE"
    ds.OriginalAttributesSequence = [original]
    return written(ds)


def icon() -> bytes:
    ds = base(1)
    item = Dataset()
    item.Rows = item.Columns = 16
    item.SamplesPerPixel, item.PhotometricInterpretation, item.PixelRepresentation = 1, "MONOCHROME2", 0
    item.BitsAllocated = item.BitsStored = 8
    item.HighBit = 7
    item.PixelData = NAME.ljust(256, b"\0")
    ds.IconImageSequence = [item]
    return written(ds)


def overlays_and_curves() -> bytes:
    ds = base(1)
    ds.add_new(0x60000010, "US", 16)
    ds.add_new(0x60000011, "US", 16)
    ds.add_new(0x60000022, "LO", f"ROI {SURNAME}")
    ds.add_new(0x60000040, "CS", "G")
    ds.add_new(0x60000050, "SS", [1, 1])
    ds.add_new(0x60000100, "US", 1)
    ds.add_new(0x60000102, "US", 0)
    ds.add_new(0x60001500, "LO", SURNAME)
    ds.add_new(0x60003000, "OW", NAME.ljust(32, b"\0"))
    ds.add_new(0x60004000, "LT", SURNAME)
    ds.add_new(0x50000005, "US", 2)
    ds.add_new(0x50000022, "LO", SURNAME)
    ds.add_new(0x50003000, "OW", NAME + b"\0" * (len(NAME) % 2))
    ds.add_new(0x501E0022, "LO", SURNAME)
    return written(ds)


def undefined_lengths() -> bytes:
    inner = explicit(0x00100010, "PN", NAME + b" " * (len(NAME) % 2))
    item = b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + inner + b"\xfe\xff\x0d\xe0\0\0\0\0"
    end = b"\xfe\xff\xdd\xe0\0\0\0\0"
    sequence = explicit(0x00081140, "SQ", item + end, length=0xFFFFFFFF)
    hidden = explicit(0x00081190, "UN", item + end, length=0xFFFFFFFF)
    return with_element(sequence + hidden, at=0x00100010)


def odd_length() -> bytes:
    return with_element(
        explicit(0x00104000, "LT", f"{SURNAME} x".encode()[: 2 * (len(SURNAME) // 2) + 1]), at=0x00180060
    )


def over_long() -> bytes:
    return with_element(explicit(0x00081010, "SH", (SURNAME * 300).encode()), at=0x00081030)


def unknown_vr() -> bytes:
    return with_element(explicit(0x00081010, "ZZ", SURNAME.encode().ljust(14)), at=0x00081030)


def wrong_vr() -> bytes:
    return with_element(explicit(0x0008103F, "US", SURNAME.encode().ljust(14)), at=0x00100010)


def twice() -> bytes:
    more = explicit(0x00100010, "PN", NAME + b" " * (len(NAME) % 2)) + explicit(
        0x00104000, "LT", SURNAME.encode()
    )
    return with_element(more, at=0x00180060)


def out_of_order() -> bytes:
    return with_element(explicit(0x00080090, "PN", NAME + b" " * (len(NAME) % 2)), at=0x00280002)


def garbage_behind() -> bytes:
    return written(base(1)) + SURNAME.encode() * 40


def two_in_one() -> bytes:
    return written(base(1)) + written(base(2))


def zeros_behind() -> bytes:
    return written(base(1)) + bytes(2048)


def jpeg_with_gps() -> bytes:
    """An encapsulated frame with EXIF, comments between scans and bytes behind it, in three fragments."""
    from tests.unit.anonymizer.picture_cases import jpeg, ramp

    ds = base(1)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    frames = [jpeg(ramp(16, 16, 1)), jpeg(ramp(16, 16, 1)[::-1].copy())]
    ds.Rows = ds.Columns = 16
    ds.NumberOfFrames = len(frames)
    ds.BitsAllocated = ds.BitsStored = 8
    ds.HighBit, ds.LossyImageCompression = 7, "01"
    ds.PixelData = encapsulate(frames, fragments_per_frame=3)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return written(ds)


def empty_sequence_items() -> bytes:
    item = b"\xfe\xff\x00\xe0\0\0\0\0"
    return with_element(explicit(0x00081140, "SQ", item * 3), at=0x00100010)


def item_longer_than_sequence() -> bytes:
    inner = explicit(0x00100010, "PN", NAME + b" " * (len(NAME) % 2))
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(inner) + 500) + inner
    return with_element(explicit(0x00081140, "SQ", item), at=0x00100010)


def wrong_meta_length() -> bytes:
    raw = bytearray(written(base(1)))
    struct.pack_into("<L", raw, 140, 30)
    return bytes(raw)


def wrong_syntax() -> bytes:
    """Says implicit VR, is explicit."""
    raw = written(base(1))
    return raw.replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.10008.1.2\0\0\0", 1)


def zipped() -> bytes:
    return gzip.compress(written(base(1)))


MASKED: dict[str, Callable[[], bytes]] = {
    "no preamble": no_preamble, "no meta": no_meta, "no meta, implicit": no_meta_implicit,
    "TIFF preamble": tiff_preamble, "big endian": big_endian, "deflated": deflated,
    "deflated with header": deflated_with_header, "group lengths": group_lengths, "padded": padded,
    "signed": signed, "encrypted attributes": encrypted_attributes, "icon": icon,
    "overlays and curves": overlays_and_curves, "undefined lengths": undefined_lengths,
    "odd length": odd_length, "over-long": over_long, "unknown VR": unknown_vr, "wrong VR": wrong_vr,
    "twice": twice, "out of order": out_of_order, "garbage behind": garbage_behind, "two in one": two_in_one,
    "zeros behind": zeros_behind, "JPEG with GPS": jpeg_with_gps, "empty items": empty_sequence_items,
    "item longer than sequence": item_longer_than_sequence, "wrong meta length": wrong_meta_length,
    "wrong syntax": wrong_syntax,
}  # fmt: skip


def cut_everywhere(step: int = 1) -> Iterator[tuple[int, bytes]]:
    """The plain file cut at the beginning of each element, in its middle and inside its value."""
    raw = written(base(1))
    for place in range(_START_OF_META, len(raw), step):
        yield place, raw[:place]


_JUNK = (b"\xff\xff\xff\xff", b"\0\0\0\0", b"\xfe\xff\xdd\xe0", b"\xfe\xff\x0d\xe0", b"\xfe\xff\x00\xe0")


def damaged(raw: bytes, chance: random.Random) -> bytes:
    """A file's bytes with some of them changed, lost, doubled or cut off, mostly in its first part."""
    changed = bytearray(raw)
    for _ in range(chance.choice((1, 1, 2, 4, 8))):
        if len(changed) < 16:
            break
        place = chance.randrange(len(changed) if chance.random() < 0.5 else min(len(changed), 1200))
        kind = chance.randrange(6)
        if kind == 0:
            changed[place] ^= 1 << chance.randrange(8)
        elif kind == 1:
            changed[place] = chance.choice((0, 255, 0x7F, 0x80, 1))
        elif kind == 2:
            del changed[place : place + chance.randrange(1, 30)]
        elif kind == 3:
            changed[place:place] = chance.randbytes(chance.randrange(1, 9))
        elif kind == 4:
            del changed[max(16, place) :]
        else:
            changed[place : place + 4] = chance.choice(_JUNK)
    return bytes(changed)
