"""The inspection of one written instance: its grade, and what was found where. Never a value."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, lru_cache

from anonymizer.files.file_kinds import picture_kind
from anonymizer.identities.harvest import Harvest, Terms
from anonymizer.report import Finding, Grade
from anonymizer.verification.companions import companion
from anonymizer.verification.comparison import Comparison, of_values
from anonymizer.verification.documents import HiddenError, contents
from anonymizer.verification.expectation import EXPECTED, Expectation, text_of
from anonymizer.verification.frames import hidden_in_frames
from anonymizer.verification.judgement import KINDS, Judge, finding
from anonymizer.verification.needles import Needles
from anonymizer.verification.passages import Passages
from anonymizer.verification.picture_check import hidden_in_picture
from anonymizer.verification.texts import TextSearch
from anonymizer.verification.values import place
from anonymizer.verification.walker import NotWrittenError, Walk, walk

_META = frozenset(0x00020000 | element for element in (0, 1, 2, 3, 0x10, 0x12, 0x13))
_MEDIA_CLASS, _DIRECTORY = 0x00020002, "1.2.840.10008.1.3.10"
_PIXEL_DATA, _DOCUMENT, _MOST = 0x7FE00010, 0x00420011, 100
_DOCUMENTS = frozenset({_DOCUMENT})
_LONG_TEXT = 2**16  # bytes: what is longer in a document is a picture
_ROWS, _COLUMNS, _SAMPLES, _ALLOCATED, _FRAMES = 0x00280010, 0x00280011, 0x00280002, 0x00280100, 0x00280008


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the originals: of a patient, of one instance, or of a whole run."""

    harvest: Harvest = field(default_factory=Harvest, repr=False)
    moved: frozenset[str] = frozenset()  # YYYYMMDD: what the dates of the originals may have become
    private: frozenset[tuple[str, int, int]] = frozenset()  # what the site keeps on its own account
    uids: frozenset[str] = field(default=frozenset(), repr=False)  # that were replaced, besides the harvest's

    @property
    def all_uids(self) -> frozenset[str]:
        """Every UID of the originals that must not be found."""
        return self.uids | self.harvest.uids


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the verification thinks of one instance."""

    grade: Grade
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, findings: Iterator[Finding]) -> "Verdict":
        """Grade what was found: the gravest finding counts."""
        found = tuple(dict.fromkeys(findings))[:_MOST]
        grades = {KINDS[finding.kind][0] for finding in found}
        grade = next((grade for grade in (Grade.BLOCKED, Grade.REVIEW) if grade in grades), Grade.PASS)
        return cls(grade, found)

    @property
    def reason(self) -> str:
        """Say why a blocked instance was not written."""
        return f"The check of the masked file did not pass it: {' '.join(self.sentences()[:3])}"

    def sentences(self) -> tuple[str, ...]:
        """Say what was found, gravest first, for the record's reason or review."""
        ordered = sorted(self.findings, key=lambda f: KINDS[f.kind][0] is not Grade.BLOCKED)
        return tuple(dict.fromkeys(finding.sentence for finding in ordered))


def inspect(raw: bytes, name: str, known: Known) -> Verdict:
    """Grade a written file by its bytes and the name that it has or will have, relative to its folder."""
    return Verdict.of(_findings(raw, name, known))


def _findings(raw: bytes, name: str, known: Known) -> Iterator[Finding]:
    terms = known.harvest.terms()
    needles = _needles(terms)
    yield from name_findings(name, known)
    try:
        walked = walk(raw, _passages())
    except NotWrittenError:
        beside = companion(raw, name, search_of(known))
        yield from _of_other(raw, needles) if beside is None else beside
        return
    expected = Expectation.of(walked.values_of(EXPECTED))
    yield from _of_structure(walked, expected)
    yield from of_values(walked, _judge(terms, expected), _comparison(expected, known))
    yield from _of_pixels(walked, needles)
    yield from _of_documents(walked, needles)


def _of_other(raw: bytes, needles: Needles) -> Iterator[Finding]:
    if needles.in_bulk(raw):
        yield finding("known identity", "file")
    if picture_kind(raw) is None:
        yield finding("other file", "file")
        return
    try:
        for sentence in dict.fromkeys(hidden_in_picture(raw)):
            yield finding("picture metadata", "file", sentence)
    except (OSError, SyntaxError, ValueError):
        yield finding("unreadable", "file")


def name_findings(name: str, known: Known) -> Iterator[Finding]:
    """Search a file's and its folders' names."""
    search = search_of(known)
    if any(map(search.judge.names_somebody, name.split("/"))) or search.holds_uid(name):
        yield finding("known identity", "file name", "The file's name holds an identity of the originals.")


def search_of(known: Known) -> TextSearch:
    """Return what searches texts that are no attributes, by what is known of the originals."""
    return TextSearch(_judge(known.harvest.terms(), Expectation()), known.all_uids)


def _of_structure(walked: Walk, expected: Expectation) -> Iterator[Finding]:
    for where, what in walked.problems:
        yield finding("unreadable" if where == "file" else "hidden bytes", where, what)
    if any(walked.preamble):
        yield finding("hidden bytes", "preamble", "The preamble is not empty.")
    if not expected.marked and not _is_directory(walked):
        yield finding("unmarked", "(0012,0062)")
    if expected.patient != expected.patient_name and not expected.patient.startswith("LG"):
        yield finding("patient ID", "(0010,0020)")
    for value in walked.meta:
        if value.tag not in _META:
            yield finding("file meta", value.place)


def _is_directory(walked: Walk) -> bool:
    """Tell whether it is a DICOMDIR, which has no place to say that it was de-identified."""
    return any(v.tag == _MEDIA_CLASS and text_of(v.value) == _DIRECTORY for v in walked.meta)


def _comparison(expected: Expectation, known: Known) -> Comparison:
    tomorrow = dt.datetime.now(tz=dt.UTC) + dt.timedelta(1)
    changed = expected.dates == "MODIFIED"
    return Comparison(
        uids=known.all_uids,
        uids_kept="retain_uids" in expected.options,
        dates=known.harvest.dates - known.moved if changed else set(),
        tomorrow=tomorrow.strftime("%Y%m%d"),
        private=known.private,
        private_kept="retain_safe_private" in expected.options,
    )


def _of_pixels(walked: Walk, needles: Needles) -> Iterator[Finding]:
    for sentence in hidden_in_frames(walked.fragments):
        yield finding("image comment", place(_PIXEL_DATA), sentence)
    if any(needles.in_bulk(fragment) for fragment in walked.fragments):
        yield finding("known identity", place(_PIXEL_DATA))
    for bulk in walked.bulk:
        if needles.in_bulk(bulk.content):
            yield finding("known identity", bulk.prefix + place(bulk.tag))
    if not walked.encapsulated and _tail(walked).strip(b"\0"):
        yield finding("pixel tail", place(_PIXEL_DATA))


def _of_documents(walked: Walk, needles: Needles) -> Iterator[Finding]:
    held = [*((v.prefix, v.value) for v in walked.values_of(_DOCUMENTS)),
            *((b.prefix, bytes(b.content)) for b in walked.bulk if b.tag == _DOCUMENT)]  # fmt: skip
    for prefix, document in held:
        try:
            if any(_holds(needles, content) for content in contents(document)):
                yield finding("known identity", prefix + place(_DOCUMENT))
        except HiddenError:
            yield finding("unreadable", prefix + place(_DOCUMENT), "The document cannot be opened.")


def _holds(needles: Needles, content: bytes) -> bool:
    return needles.in_bulk(content) if len(content) > _LONG_TEXT else needles.in_bytes(content)


def _tail(walked: Walk) -> bytes:
    """Return what stands in the pixel data behind the image."""
    root = {v.tag: v.value for v in walked.values_of(_PIXEL_TAGS) if not v.prefix}
    size = _size(root, walked)
    if not size:
        return b""
    bulk = next((b.content for b in walked.bulk if b.tag == _PIXEL_DATA and not b.prefix), None)
    return root.get(_PIXEL_DATA, b"")[size:] if bulk is None else bytes(bulk[size:])


_PIXEL_TAGS = frozenset({_PIXEL_DATA, _ROWS, _COLUMNS, _SAMPLES, _ALLOCATED, _FRAMES})


def _size(root: dict[int, bytes], walked: Walk) -> int:
    """Return how many bytes the image takes; 0 where the header does not say."""
    order = "big" if walked.big else "little"
    rows, columns, samples, bits = (
        int.from_bytes(root.get(tag, b"")[:2], order)  # type: ignore[arg-type] # one of the two
        for tag in (_ROWS, _COLUMNS, _SAMPLES, _ALLOCATED)
    )
    try:
        frames = int(root.get(_FRAMES, b"1") or b"1")
    except ValueError:
        return 0
    return (rows * columns * samples * bits * max(1, frames) + 7) // 8


@cache
def _passages() -> Passages:
    return Passages()


@lru_cache(16)
def _judge(terms: Terms, expected: Expectation) -> Judge:
    return Judge(_needles(terms), expected)


@lru_cache(16)
def _needles(terms: Terms) -> Needles:
    words, inside, codes, originals = terms
    harvest = Harvest(words=set(words), inside=set(inside), codes=set(codes), originals=set(originals))
    return Needles.of(harvest)
