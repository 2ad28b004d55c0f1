"""Encapsulated meshes (STL, OBJ and MTL): the geometry stays to the byte, every other word is cleaned or left out.

Only lines that the format knows are taken over. Names of parts and materials that say more than harmless words
become keyed ones, so that an OBJ and its MTL still agree.
"""

import re
import struct
from collections.abc import Iterator

from anonymizer.documents.cleaned import Cleaned
from anonymizer.documents.errors import UnreadableError
from anonymizer.headers.free_text import clean
from anonymizer.headers.subject import Subject

_HEADER, _COUNT, _FACET = 80, 4, 50  # bytes of a binary STL
_ATTRIBUTE = 48  # where in a facet its two free bytes stand

_NUMBERS = rb"(?:[ \t]+[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
_STL_LINE = re.compile(
    rb"[ \t]*(?:facet[ \t]+normal"
    + _NUMBERS
    + rb"{3}|outer[ \t]+loop|vertex"
    + _NUMBERS
    + rb"{3}|endloop|endfacet)"
    rb"[ \t]*$",
    re.I,
)
_INDEXES = rb"(?:[ \t]+-?\d+(?:/-?\d*){0,2})"
_OBJ_LINE = re.compile(
    rb"[ \t]*(?:(?:v|vt|vn|vp)"
    + _NUMBERS
    + rb"{1,8}|[flp]"
    + _INDEXES
    + rb"+|s[ \t]+(?:off|\d+)|deg(?:[ \t]+\d+){1,2}"
    rb"|cstype(?:[ \t]+(?:rat|bmatrix|bezier|bspline|cardinal|taylor)){1,2}|parm[ \t]+[uv]" + _NUMBERS + rb"+"
    rb"|(?:curv|surf|curv2|trim|hole|scrv|sp)(?:" + _NUMBERS + rb"|" + _INDEXES + rb")+|end)[ \t]*\\?$"
)
_MTL_LINE = re.compile(
    rb"[ \t]*(?:(?:Ka|Kd|Ks|Ke|Tf)"
    + _NUMBERS
    + rb"{1,3}|(?:Ns|Ni|d|Tr|Pr|Pm|Ps|Pc|Pcr|aniso|anisor|sharpness)"
    + _NUMBERS
    + rb"|d[ \t]+-halo"
    + _NUMBERS
    + rb"|illum[ \t]+\d+)[ \t]*$"
)
_NAMED = re.compile(rb"[ \t]*(o|g|usemtl|newmtl|usemap)(?:[ \t]+(.*?))?[ \t]*\\?$")
_LIBRARY = re.compile(rb"[ \t]*mtllib\b")
_CONTINUED = re.compile(rb"(?:[ \t]*-?\d+(?:/-?\d*){0,2})+[ \t]*\\?$")
_MATERIALS = b"mtllib materials.mtl"

GEOMETRY = "The geometry stayed; comments, names and paths were cleaned or removed."
FREE_BYTES = " Free bytes beside the facets held an identity and were blanked."


def clean_stl(raw: bytes, subject: Subject) -> Cleaned:
    """Return a binary or ASCII STL without header and names. Raises UnreadableError where it is neither."""
    (count,) = struct.unpack_from("<I", raw, _HEADER) if len(raw) >= _HEADER + _COUNT else (0,)
    end = _HEADER + _COUNT + count * _FACET
    if count and end <= len(raw):
        return _binary(raw[_HEADER:end], subject)
    if raw.lstrip()[:5].lower() == b"solid":
        lines = list(_ascii(raw))
        if len(lines) > 1:
            return Cleaned(b"solid\n" + b"\n".join(lines) + b"\nendsolid\n", GEOMETRY)
    raise UnreadableError


def _binary(facets: bytes, subject: Subject) -> Cleaned:
    body = bytearray(bytes(_HEADER) + facets)
    free = bytes(
        b
        for place in range(_HEADER + _COUNT + _ATTRIBUTE, len(body), _FACET)
        for b in body[place : place + 2]
    )
    if not next(subject.harvest.found_in_bytes(free), None):
        return Cleaned(bytes(body), GEOMETRY)
    for place in range(_HEADER + _COUNT + _ATTRIBUTE, len(body), _FACET):
        body[place : place + 2] = bytes(2)
    return Cleaned(bytes(body), GEOMETRY + FREE_BYTES)


def _ascii(raw: bytes) -> Iterator[bytes]:
    yield from (line for line in raw.splitlines() if _STL_LINE.match(line))


def clean_obj(raw: bytes, subject: Subject) -> Cleaned:
    """Return an OBJ with its geometry and cleaned names. Raises UnreadableError where there is no geometry."""
    lines = list(_lines(raw, subject, _OBJ_LINE))
    if not any(line.lstrip().startswith(b"v") for line in lines):
        raise UnreadableError
    return Cleaned(b"\n".join(lines) + b"\n", GEOMETRY)


def clean_mtl(raw: bytes, subject: Subject) -> Cleaned:
    """Return an MTL with its colours and cleaned names, without textures.

    Raises UnreadableError where there is no material.
    """
    lines = list(_lines(raw, subject, _MTL_LINE))
    if not any(line.lstrip().startswith(b"newmtl") for line in lines):
        raise UnreadableError
    return Cleaned(b"\n".join(lines) + b"\n", GEOMETRY)


def _lines(raw: bytes, subject: Subject, known: re.Pattern[bytes]) -> Iterator[bytes]:
    continued = False
    for line in (written.partition(b"#")[0].rstrip() for written in raw.splitlines()):
        if known.match(line) or (continued and _CONTINUED.match(line)):
            continued = line.rstrip().endswith(b"\\")
            yield line
            continue
        continued = False
        if named := _NAMED.match(line):
            yield b" ".join(part for part in (named[1], _named(named[2] or b"", subject)) if part)
        elif _LIBRARY.match(line):
            yield _MATERIALS


def _named(name: bytes, subject: Subject) -> bytes:
    """Return a name as it is where it says nothing but harmless words, else a keyed one."""
    text = name.decode("utf-8", "replace").strip()
    words = re.sub(r"[_.]", " ", text)
    if clean(words, subject.harvest, subject.plan.profile.own_words) == words and text.isascii():
        return text.encode()
    return b"part_" + subject.pseudonyms.digest(f"part\0{text}")[:12].encode()


def notice_stl(_: str) -> bytes:
    """Return a mesh without facets; the format has no place for a sentence."""
    return bytes(_HEADER + _COUNT)


def notice_text(sentence: str) -> bytes:
    """Return an OBJ or MTL that says a sentence in a comment and nothing else."""
    return f"# {sentence}\n".encode()
