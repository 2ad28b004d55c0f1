"""Instances whose identities stand in texts that have a form of their own: markup, escapes, headers of vendors.

The identities are those of `planted`, all of them invented. Each plant tells what must not be found of it, besides
the identities as such.
"""

import base64
import binascii
import gzip
import quopri
import struct
import zlib
from collections.abc import Callable

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.corpora.planted import ACCESSION, BIRTH, DOCTOR, GIVEN, PATIENT_ID, SURNAME, TOWN

FULL = f"{GIVEN} {SURNAME}"
PN = f"{SURNAME}^{GIVEN}"
Plant = Callable[[Dataset], tuple[str | bytes, ...]]


def _even(raw: bytes) -> bytes:
    return raw + b"\0" * (len(raw) % 2)


def _json(ds: Dataset) -> tuple[str | bytes, ...]:
    escaped = "".join(f"\\u{ord(c):04x}" for c in SURNAME)
    ds.ImageComments = f'{{"patient": {{"family": "{SURNAME}", "given": ["{GIVEN}"], "id": {PATIENT_ID}}}}}'
    ds.AcquisitionComments = f'{{"n":"{escaped}"}}'
    return (escaped,)


def _xml(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.add_new(0x0040A160, "UT", f'<p><n family="{SURNAME}" given="{GIVEN}"/><id>{PATIENT_ID}</id></p>')
    ds.add_new(0x00204000, "LT", f"<![CDATA[{SURNAME}]]> <!-- {DOCTOR} -->")
    return ()


def _hl7(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.ImageComments = f"PID|1||{PATIENT_ID}^^^KH||{SURNAME.upper()}^{GIVEN.upper()}||{BIRTH}|F|||{TOWN}"
    ds.FilterType = f"|{SURNAME[:12]}^"
    return (SURNAME[:12],)


def _uris(ds: Dataset) -> tuple[str | bytes, ...]:
    percent = "".join(f"%{ord(c):02X}" for c in SURNAME)
    twice = percent.replace("%", "%25")
    ds.add_new(0x00081190, "UR", f"https://pacs.example/wado?n={SURNAME}%5E{GIVEN}&id={PATIENT_ID}")
    ds.ImageComments = f"see https://pacs.example/{percent}/x"
    ds.AcquisitionComments = f"link {twice}"
    ds.FilterType = f"{PATIENT_ID[:3]}%2D{PATIENT_ID[3:]}"
    return percent, twice, f"{PATIENT_ID[:3]}%2D"


def _rtf(ds: Dataset) -> tuple[str | bytes, ...]:
    hexed = "".join(f"\\'{ord(c):02x}" for c in SURNAME)
    ds.add_new(0x0040A160, "UT", rf"{{\rtf1\ansi {{\b {SURNAME}}}, {GIVEN}\par CT chest {hexed}\u81?}}")
    ds.AcquisitionComments = rf"{{\rtf1 {hexed}}}"
    return (hexed,)


def _html(ds: Dataset) -> tuple[str | bytes, ...]:
    hexed = "".join(f"&#x{ord(c):x};" for c in SURNAME)
    partly = f"{SURNAME[:3]}&#{ord(SURNAME[3])};{SURNAME[4:]}"
    ds.ImageComments = f"<b>{hexed}</b> chest"
    ds.AcquisitionComments = f"{partly} und {SURNAME[:4]}&shy;{SURNAME[4:]}"
    ds.FilterType = f"<i>{SURNAME[:5]}</i>{SURNAME[5:]}"
    return hexed, partly, f"{SURNAME[:4]}&shy;", f"<i>{SURNAME[:5]}</i>"


def _entities(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName = f"Böswümme^{GIVEN}"
    ds.ImageComments = "B&ouml;sw&uuml;mme chest"
    ds.AcquisitionComments = quopri.encodestring("Böswümme chest".encode()).decode()
    return "B&ouml;sw", "B=C3=B6sw"


def _mail(ds: Dataset) -> tuple[str | bytes, ...]:
    quoted = "".join(f"={ord(c):02X}" for c in SURNAME)
    code = base64.b64encode(f"Dear {FULL}, your appointment".encode()).decode()
    ds.ImageComments = f"Subject: =?utf-8?Q?{quoted}?= chest\r\n\r\n{code[:20]}\r\n{code[20:]}"
    ds.AcquisitionComments = f"=?utf-8?B?{base64.b64encode(SURNAME.encode()).decode()}?="
    return quoted, code[:20], code[20:], base64.b64encode(SURNAME.encode())


def _digits(ds: Dataset) -> tuple[str | bytes, ...]:
    spaced = SURNAME.encode().hex(" ")
    octal = "".join(f"\\x{ord(c):02x}" for c in SURNAME)
    wide = base64.b64encode(SURNAME.encode("utf-16-le")).decode()
    ds.ImageComments = f"dump {spaced} end"
    ds.AcquisitionComments = f"str {octal}"
    ds.add_new(0x0040A160, "UT", f"blob {wide} {SURNAME.encode('utf-16-be').hex()}")
    return spaced, octal, wide, SURNAME.encode("utf-16-be").hex()


def _wrong_charset(ds: Dataset) -> tuple[str | bytes, ...]:
    """Texts in another character set than the one declared: see `PATCHES`."""
    ds.SpecificCharacterSet = "ISO_IR 100"
    return _umlauts(ds)


def _no_charset(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.SpecificCharacterSet = "ISO_IR 192"
    return _umlauts(ds)


def _umlauts(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.PatientName = f"Böswümme^{GIVEN}"
    ds.add_new(0x00204000, "LT", "chest Böswümme")
    ds.add_new(0x00181250, "SH", "Böswümme")
    ds.add_new(0x00181030, "LO", "chest BÖSWÜMME")
    ds.FilterType = "Boeswuemme"
    return "Böswümme", "BÖSWÜMME", b"Boeswuemme", b"B\xef\xbf\xbdsw"


def _split(ds: Dataset) -> tuple[str | bytes, ...]:
    """Names over several values and attributes."""
    half = len(SURNAME) // 2
    ds.ImageType = ["ORIGINAL", SURNAME[:half].upper(), SURNAME[half:].upper()]
    ds.SoftwareVersions = [GIVEN[:4], GIVEN[4:]]
    ds.add_new(0x00080021, "DA", SURNAME[:half])
    ds.add_new(0x00080031, "TM", SURNAME[half:])
    ds.add_new(0x0018A002, "DT", SURNAME)
    ds.add_new(0x00181012, "DA", f"{GIVEN}")
    return SURNAME[:half], SURNAME[half:], GIVEN[4:]


def _groups(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName = f"{PN}=鷲尾崎^銀之助=わしおざき^ぎんのすけ"
    ds.add_new(0x00204000, "LT", "わしおざき 鷲尾崎銀之助 Washiozaki ワシオザキ")
    ds.ReferringPhysicianName = f"{DOCTOR}^Otto^^Prof.^MD=独孤^求敗"
    ds.AcquisitionComments = "独孤求敗 chest"
    return "わしおざき", "鷲尾", "Washiozaki", "ワシオザキ", "独孤"


def _order(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.PatientName = "de la Ploverhausenez Krummelrop^Zorvinda Ottilie"
    ds.ImageComments = (
        "Ottilie Z. Krummelrop; KRUMMELROP O.Z.; Z.O.KROMMELROP; Ploverhausenez-Krummelrop chest"
    )
    ds.FilterType = "krummelropz"
    ds.AcquisitionComments = "OZKrummelrop / Ottilie"
    return "Krummelrop", "krommelrop", "Ottilie", "Ploverhausenez"


def _look_alikes(ds: Dataset) -> tuple[str | bytes, ...]:
    cyrillic = SURNAME.replace("a", "\u0430").replace("e", "\u0435").replace("o", "\u043e")
    wide = "".join(chr(ord(c) + 0xFEE0) for c in SURNAME)
    struck = "\u0336".join(SURNAME)
    mixed = "Qu4mbl3ton1x"
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.ImageComments = f"{cyrillic} chest {wide}"
    ds.AcquisitionComments = f"{struck} {SURNAME[:5]}\u200b{SURNAME[5:]} {mixed}"
    return cyrillic, wide, struck, f"{SURNAME[:5]}\u200b", mixed


def _csa(name: str, value: str) -> bytes:
    """One attribute as Siemens' CSA headers write it."""
    items = struct.pack("<4i", len(value), len(value), 77, len(value)) + value.encode().ljust(
        -(-len(value) // 4) * 4, b"\0"
    )
    return name.encode().ljust(64, b"\0") + struct.pack("<i4sii i", 1, b"LO\0\0", 27, 1, 77) + items


def _siemens(ds: Dataset) -> tuple[str | bytes, ...]:
    body = (
        b"SV10\4\3\2\1"
        + struct.pack("<ii", 3, 77)
        + _csa("PatientName", PN)
        + _csa("UsedPatientWeight", "71")
    )
    protocol = (
        f'### ASCCONV BEGIN ###\ntPatientName = "{SURNAME}"\nsName.tName = "{GIVEN}"\n### ASCCONV END ###'
    )
    for creator in ("SIEMENS CSA HEADER", "SIEMENS MEDCOM HEADER", "SIEMENS CSA NON-IMAGE"):
        block = ds.private_block(0x0029, creator, create=True)
        block.add_new(0x10, "OB", _even(body + protocol.encode()))
        block.add_new(0x20, "OB", _even(_csa("MrPhoenixProtocol", protocol)))
    ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "UN", _even(SURNAME.encode()))
    return ()


def _ge(ds: Dataset) -> tuple[str | bytes, ...]:
    packed = gzip.compress(f"set PATNAME {PN}\nset ID {PATIENT_ID}\n".encode(), mtime=0)
    ds.private_block(0x0025, "GEMS_SERS_01", create=True).add_new(
        0x1B, "OB", _even(struct.pack("<I", 40) + packed)
    )
    block = ds.private_block(0x0043, "GEMS_PARM_01", create=True)
    block.add_new(0x29, "OB", _even(SURNAME.encode("utf-16-le")))
    block.add_new(0x2A, "OB", _even(zlib.compress(PN.encode())))
    block.add_new(0x39, "IS", ["1000", "0", "0", "0"])
    ds.private_block(0x0009, "GEMS_IDEN_01", create=True).add_new(0x30, "SH", TOWN)
    return packed[10:24], zlib.compress(PN.encode())


def _philips(ds: Dataset) -> tuple[str | bytes, ...]:
    name = PN.encode() + b" " * (len(PN) % 2)
    element = struct.pack("<HHI", 0x10, 0x10, len(name)) + name
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(element)) + element
    for offset in (0x0E, 0x0F):
        ds.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(offset, "UN", item)
    inner = Dataset()
    inner.PatientName, inner.SeriesDescription = PN, f"Axial {SURNAME}"
    ds.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x5F, "SQ", Sequence([inner]))
    ds.private_block(0x2005, "Philips MR Imaging DD 004", create=True).add_new(
        0x00, "UT", base64.b64encode(f"<Exam name='{FULL}'/>".encode()).decode()
    )
    return (name, base64.b64encode(f"<Exam name='{FULL}'/>".encode())[12:30])


def _canon(ds: Dataset) -> tuple[str | bytes, ...]:
    for creator, group in (("TOSHIBA_MEC_MR3", 0x700D), ("CANON_MEC_MR3", 0x700D), ("Hologic", 0x0019)):
        block = ds.private_block(group, creator, create=True)
        block.add_new(0x08, "UN", _even(PN.encode("utf-16-be")))
        block.add_new(0x09, "OB", _even(b"\1\2\3" + binascii.hexlify(SURNAME.encode()) + b"\0\1"))
    return PN.encode("utf-16-be"), SURNAME.encode().hex()


def _undefined(ds: Dataset) -> tuple[str | bytes, ...]:
    """A public attribute of a later edition, of VR UN, that holds items."""
    element = struct.pack("<HHI", 0x10, 0x10, len(PN) + len(PN) % 2) + _even(PN.encode())
    ds.add_new(0x00189999, "UN", struct.pack("<HHI", 0xFFFE, 0xE000, len(element)) + element)
    return ()


def _numbers(ds: Dataset) -> tuple[str | bytes, ...]:
    ds.ImageComments = f"acc. {ACCESSION[:3]} {ACCESSION[3:]} / MRN:{int(PATIENT_ID):010d} chest"
    ds.AcquisitionComments = " ".join(PATIENT_ID) + f" {PATIENT_ID[::-1]}x"
    ds.add_new(0x00281055, "LO", f"WL {PATIENT_ID}")
    ds.add_new(0x00181030, "LO", "born 17th of April 1939, dob=17/4/39")
    return f"{ACCESSION[:3]} {ACCESSION[3:]}", " ".join(PATIENT_ID), "17th of April 1939", "17/4/39"


INSTANCES: dict[str, Plant] = {
    "json": _json, "xml": _xml, "hl7": _hl7, "uris": _uris, "rtf": _rtf, "html": _html, "entities": _entities,
    "mail": _mail, "digits": _digits, "wrong charset": _wrong_charset, "no charset": _no_charset, "split": _split,
    "groups": _groups, "order": _order, "look-alikes": _look_alikes, "siemens": _siemens, "ge": _ge,
    "philips": _philips, "canon": _canon, "undefined": _undefined, "numbers": _numbers,
}  # fmt: skip
PATCHES = {  # what a file says of its character set, and what it then says instead
    "wrong charset": (b"ISO_IR 100", b"ISO_IR 192"),
    "no charset": (b"ISO_IR 192", b"          "),
}
