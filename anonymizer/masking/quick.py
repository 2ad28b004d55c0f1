"""Masking regular files without decoding them: the same layers, the same bytes, a fraction of the time.

Whatever is not regular, or turns out to need more than the header layers, raises `IrregularError`; then the file
is masked by way of pydicom.
"""

from dataclasses import replace
from functools import lru_cache

import numpy as np
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset
from pydicom.uid import ExplicitVRLittleEndian

from anonymizer.documents import DOCUMENT, may_hold_document
from anonymizer.files.file_format import UNREADABLE, beginning
from anonymizer.files.slices import IrregularError, elements
from anonymizer.files.stretches import Piece, Stretch, Stretches
from anonymizer.files.truncation import FIRST_ELEMENT as FIRST
from anonymizer.files.truncation import SHAPE, holds_another_file, is_image_class, pixel_bytes
from anonymizer.headers.damage import is_plausible
from anonymizer.headers.date_rules import TIMES_OF_DATES
from anonymizer.headers.fragments import Fragments
from anonymizer.headers.header import NEIGHBOURS, HeaderMasker
from anonymizer.headers.marks import MARKS, METHOD_CODES_TAG, mark, mark_settings
from anonymizer.headers.remembered import Memory, Recent
from anonymizer.headers.subject import Subject
from anonymizer.identities.collect import Mention
from anonymizer.identities.patients import Patient
from anonymizer.identities.residue import Search
from anonymizer.masking.regular_file import (
    PIXEL_DATA,
    SOP_CLASS,
    RegularFile,
    open_header,
    open_regular,
    parsed,
)
from anonymizer.masking.run import Masked, Run, Settings, check_listed, tools_of
from anonymizer.masking.slice_collector import SliceCollector
from anonymizer.masking.slice_masker import Part, SliceMasker
from anonymizer.masking.thorough import MEDIA_DIRECTORY, MULTIFRAME_CAPTURES, NOT_EXAMINED
from anonymizer.output.facts import TAGS, facts_from
from anonymizer.output.gate import known_of
from anonymizer.pixels.bit_layout import Layout, layout_of
from anonymizer.pixels.device_rules import CONDITION_TAGS, matching
from anonymizer.profiles.drawings import ANNOTATIONS

_BITS = (0x00280002, 0x00280100, 0x00280101, 0x00280102, 0x00280103)  # where values lie in their words
_SUBJECTS, _KINDS = 16, 32  # of which answers are remembered


@lru_cache(4)
def _quick(settings: Settings) -> "_Quick":
    return _Quick(settings)


def mask_quickly(raw: bytes, run: Run) -> Masked:
    """Mask a file's bytes. Raises IrregularError where that cannot be done in this way."""
    return _quick(run.settings).mask(raw, run)


def told_quickly(raw: bytes, settings: Settings, *, whole: bool) -> tuple[str, frozenset[Mention]]:
    """Return the patient's key and what a file, or its beginning, tells of the patient.

    Raises IrregularError where that cannot be told from these bytes alone.
    """
    quick = _quick(settings)
    file = open_header(raw, quick.stretches)
    if not whole and not file.is_followed:
        raise IrregularError
    sop_class = file.uid(SOP_CLASS)
    collector = quick.collector(sop_class, file.charset)
    patient = tools_of(settings).patients.of(collector.identity(file))
    return patient.key, collector.mentions(file)


def _apart(settings: Settings) -> set[int]:
    """Return the tags that are no part of a stretch: what masking writes itself, and what depends on neighbours."""
    neighbours = dict(NEIGHBOURS)
    if settings.profile.shift_times:
        neighbours |= TIMES_OF_DATES
    return {*MARKS, *neighbours, *(beside for tags in neighbours.values() for beside in tags)}


class _Quick:
    """What is remembered from file to file under the same settings."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.stretches = Stretches(_apart(settings))
        self._plausible: Memory[Stretch, bool] = Memory()
        self._ruled: Memory[bytes, bool] = Memory()
        self._collectors: Recent[tuple[str, bytes], SliceCollector] = Recent(_KINDS)
        self._subjects: Recent[tuple[Patient, str, frozenset[Mention], str, bytes], _OfSubject] = Recent(
            _SUBJECTS
        )

    def collector(self, sop_class: str, charset: bytes) -> SliceCollector:
        """Return the collector for a kind of file."""
        plan = tools_of(self._settings).plan.for_object(sop_class)
        return self._collectors.get((sop_class, charset), lambda: SliceCollector(plan, charset))

    def _is_plausible(self, piece: Piece) -> bool:
        if not isinstance(piece, Stretch):
            return is_plausible(piece.tag, piece.vr.decode("latin-1"))
        found = self._plausible.get(piece)
        if found is None:
            found = all(map(self._is_plausible, piece.slices))
            self._plausible.put(piece, found)
        return found

    def _is_ruled(self, file: RegularFile) -> bool:
        """Whether a device rule says what is to be masked in the image."""
        if file.pixels is None or not self._settings.device_rules:
            return False
        asked = b"".join([file.charset, *map(file.bytes_of, CONDITION_TAGS)])
        found = self._ruled.get(asked)
        if found is None:
            found = bool(matching(self._settings.device_rules, parsed([asked])))
            self._ruled.put(asked, found)
        return found

    def mask(self, raw: bytes, run: Run) -> Masked:
        """Mask a file's bytes."""
        file = open_regular(raw, self.stretches)
        sop_class = file.uid(SOP_CLASS)
        _check(file, sop_class, find_text=self._settings.find_text)
        if not all(map(self._is_plausible, file.pieces)) or self._is_ruled(file):
            raise IrregularError
        collector = self.collector(sop_class, file.charset)
        identity = collector.identity(file)
        patient = tools_of(self._settings).patients.of(identity)
        device = collector.first_text(file, "DeviceSerialNumber")
        own, known = collector.mentions(file), run.told.get(patient.key, frozenset())
        mentions = known if own <= known else known | own
        key = (patient, device, mentions, sop_class, file.charset)
        of_subject = self._subjects.get(key, lambda: _OfSubject(self._settings, key))
        part = of_subject.mask(file)
        facts = facts_from(lambda keyword: part.facts.get(TAGS[keyword]), str(ExplicitVRLittleEndian))
        fragments = Fragments()
        for fragment in part.fragments:
            fragments.add(fragment)
        return Masked(
            of_subject.checked(file, part, facts.sop_class_uid, facts.sop_instance_uid),
            facts,
            identity,
            of_subject.digest,
            replace(of_subject.originals, uids=frozenset(part.uids)),
            changes=(*part.changes, *part.completed),
            review=(NOT_EXAMINED,) if file.pixels else (),
            fragments=fragments.without(()),
        )


def _check(file: RegularFile, sop_class: str, *, find_text: bool) -> None:
    """Leave what needs more than its header masked to pydicom."""
    if sop_class == MEDIA_DIRECTORY or _holds_another_file(file):
        raise IrregularError
    if may_hold_document(sop_class, has_document=DOCUMENT in file.by_tag) or ANNOTATIONS in file.by_tag:
        raise IrregularError
    if sop_class.startswith(MULTIFRAME_CAPTURES):
        raise IrregularError
    if file.pixels is None:
        if is_image_class(sop_class):
            raise IrregularError
    elif find_text or _room(file) < 0 or _may_hide_overlay(file):
        raise IrregularError


def _may_hide_overlay(file: RegularFile) -> bool:
    """Whether bits are left over beside the pixels' values, and something lies there, as an overlay may."""
    layout = _bits(b"".join(file.bytes_of(tag) for tag in _BITS))
    if layout is None or layout.is_full or file.pixels is None:
        return False
    size = layout.allocated // 8
    count = (file.pixels.stop - file.pixels.value) // size
    words = np.frombuffer(file.raw, f"<u{size}", count, file.pixels.value)
    return bool(layout.foreign(words).any())


@lru_cache(256)
def _bits(shape: bytes) -> Layout | None:
    dataset = parsed([shape])
    dataset.PixelData = b""
    return layout_of(dataset)


def _holds_another_file(file: RegularFile) -> bool:
    """Whether another file follows; it cannot where the image leaves no room for it."""
    if file.pixels is None or _room(file) > 1:
        return holds_another_file(file.raw)
    return holds_another_file(file.raw[: file.pixels.value]) or holds_another_file(
        bytes(FIRST) + file.raw[file.pixels.stop :]
    )


def _room(file: RegularFile) -> int:
    """Return how many bytes the pixel data have beyond the image; negative where some are missing."""
    shape = b"".join(file.bytes_of(tag) for tag in SHAPE)
    return 0 if file.pixels is None else file.pixels.stop - file.pixels.value - _expected(shape)


@lru_cache(256)
def _expected(shape: bytes) -> int:
    try:
        return pixel_bytes(parsed([shape]))
    except UNREADABLE as error:
        raise IrregularError from error


class _OfSubject:
    """Masks regular files of one subject that are of one kind."""

    def __init__(self, settings: Settings, key: tuple[Patient, str, frozenset[Mention], str, bytes]) -> None:
        patient, device, mentions, sop_class, charset = key
        tools = tools_of(settings)
        harvest = tools.harvest(mentions)
        subject = Subject(tools.plan.for_object(sop_class), tools.patients, harvest, patient, device)
        check_listed(patient, harvest)
        self._search = Search(harvest)
        self._masker = SliceMasker(HeaderMasker(subject), charset)
        self.originals = known_of(subject)
        self.digest = settings.digest(patient)
        self._marks = _marks(settings, subject, self.digest, has_charset=bool(charset))
        self._unfit = self._search.finds(b"".join(self._marks.values()))

    def mask(self, file: RegularFile) -> Part:
        """Mask the elements of a file; none of them holds an identity afterwards. Raises IrregularError."""
        if self._unfit:
            raise IrregularError
        try:
            part = self._masker.mask(file)
            if self._search.finds(b"\0".join(self._masker.fresh)):
                raise IrregularError
        except BaseException:
            self._masker.forget()  # among the answers are some that were not searched
            raise
        if part.non_ascii and not file.charset:
            raise IrregularError  # a character set has to be declared and all texts written in it
        return part

    def checked(
        self, file: RegularFile, part: Part, sop_class: str, sop_uid: str
    ) -> tuple[bytes | memoryview, ...]:
        """Return the bytes to be written, searched for what differs from file to file."""
        written = {**part.written, **self._marks}
        if METHOD_CODES_TAG not in self._marks:
            written.pop(METHOD_CODES_TAG, None)
        tags = sorted(written)
        head = beginning(sop_class, sop_uid, ExplicitVRLittleEndian)
        before = head + b"".join(written[tag] for tag in tags if tag < PIXEL_DATA)
        behind = b"".join(written[tag] for tag in tags if tag > PIXEL_DATA)
        search = Search(self._search.harvest, frozenset(part.uids))
        if search.finds_uid(before) or search.finds_uid(behind):
            raise IrregularError
        if file.pixels is None:
            return (before, behind)
        whole = memoryview(file.raw)
        if search.finds_in_noise(whole[file.pixels.value : file.pixels.stop]):
            raise IrregularError
        return (before, whole[file.pixels.start : file.pixels.end], behind)


def _marks(settings: Settings, subject: Subject, digest: str, *, has_charset: bool) -> dict[int, bytes]:
    """Return what every masked instance of a subject says, by tag."""
    dataset = Dataset()
    dataset.PatientID = dataset.PatientName = subject.pseudonym
    mark(dataset, settings.profile, pixels_cleaned=False, text_rewritten=has_charset)
    mark_settings(dataset, digest)
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, dataset)
    raw = buffer.getvalue()
    return {each.tag: raw[each.start : each.end] for each in elements(raw, 0, len(raw))}
