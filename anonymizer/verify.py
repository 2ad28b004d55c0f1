"""Verification: masked files are opened again by other ways than they were written and searched for identity.

Raw bytes are searched for what is known of the originals; every element is walked and judged by what may
stand there after masking, not by what masking did.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileDataset
from pydicom.uid import MediaStorageDirectoryStorage

from anonymizer.actions import DUMMY_DATE, DUMMY_TEXT, TEXT_VRS
from anonymizer.collect import collect, texts
from anonymizer.dates import spellings
from anonymizer.errors import AnonymizerError
from anonymizer.file_format import UNREADABLE, NotDicomError, lenient, parse, searchable
from anonymizer.free_text import has_pattern
from anonymizer.harvest import Harvest
from anonymizer.journal import FILE_NAME as JOURNAL
from anonymizer.plan import Plan
from anonymizer.pool import Limits, Pool
from anonymizer.profile import OPTIONS, Profile
from anonymizer.pseudonyms import is_registered_uid
from anonymizer.report import Finding, Identity
from anonymizer.residue import residue
from anonymizer.source import Source, find_sources
from anonymizer.table import is_safe_private

_PSEUDONYM = re.compile(r"LG[A-Z2-7]{16}$")
_OWN_TEXTS = frozenset({"DeidentificationMethod", "CodeValue", "SoftwareVersions", "CodingSchemeVersion",
                        "LongCodeValue", "ManufacturerModelName", "MappingResource"})  # fmt: skip
_FRAMES = 3  # so many frames of an instance are searched for text: first, middle, last


class Grade(StrEnum):
    """What a verification thinks of one file."""

    PASS = "pass"  # noqa: S105 - a grade, no password
    REVIEW = "review"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class VerifyRecord:
    """What was found in one file; findings hold places and kinds, never values."""

    path: str
    grade: Grade
    findings: tuple[Finding, ...] = ()


def verify_tree(
    root: Path,
    *,
    against: Sequence[Path | str | Identity] | None = None,
    pixels: bool = False,
    workers: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limits: Limits | None = None,
) -> Iterator[VerifyRecord]:
    """Grade every file below a masked folder, in the order of finishing.

    `against` names the originals (files, folders, archives) or identities whose traces are to be looked for;
    `pixels` searches images for legible text too, which takes seconds per image. Raises SourceError if `root`
    or an original does not exist.
    """
    root = Path(root)
    options = _options_of_first(root)
    harvest = harvest_of(against or (), options, cancelled)
    task = _Verification(root, harvest, pixels)
    with Pool(task, workers=workers, limits=limits) as pool:
        yield from pool.run(_written(root), cancelled)


def _written(root: Path) -> Iterator[Source]:
    return (source for source in find_sources([root]) if source.container.name != JOURNAL)


def _options_of_first(root: Path) -> frozenset[str]:
    """Read from the first masked file which options were used: what they keep is no trace."""
    for source in _written(root):
        try:
            with lenient():
                return frozenset(
                    option.name for option in OPTIONS if option.code in _codes(parse(source.read()))
                )
        except AnonymizerError:
            continue
    return frozenset()


def harvest_of(
    against: Sequence[Path | str | Identity],
    options: frozenset[str] = frozenset(),
    cancelled: Callable[[], bool] = lambda: False,
) -> Harvest:
    """Collect the identities of originals; those that the options keep are left out."""
    harvest = Harvest()
    plan = Plan(Profile("verify", "Verify", options=options))
    for identity in against:
        if isinstance(identity, Identity):
            _add_identity(identity, harvest, uids="retain_uids" not in options)
    with lenient():
        for source in find_sources([path for path in against if not isinstance(path, Identity)]):
            if cancelled():
                break
            _add_original(source, harvest, plan)
    return harvest


def _add_identity(identity: Identity, harvest: Harvest, *, uids: bool) -> None:
    harvest.add_name(identity.patient_name)
    harvest.add_code(identity.patient_id)
    harvest.add_code(identity.accession_number)
    harvest.add_spellings(spellings(identity.birth_date))
    if uids:
        found = {identity.study_uid, identity.series_uid, identity.sop_uid}
        harvest.uids.update(uid for uid in found if uid and not is_registered_uid(uid))


def _add_original(source: Source, harvest: Harvest, plan: Plan) -> None:
    if source.refused:
        return
    try:
        dataset = parse(source.read())
    except AnonymizerError:
        return  # what cannot be read was not masked either
    harvest.merge(collect(dataset, plan))
    if not plan.profile.has("retain_uids"):
        uids = (
            str(dataset.get(keyword, ""))
            for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        )
        harvest.uids.update(uid for uid in uids if uid and not is_registered_uid(uid))


@dataclass(frozen=True, slots=True)
class _Verification:
    """The work on one masked file."""

    root: Path
    harvest: Harvest = field(repr=False)
    pixels: bool

    def work(self, source: Source) -> VerifyRecord:
        """Search it."""
        with lenient():
            findings = tuple(self._findings(source))
        blocked = any(finding.kind not in _FOR_REVIEW for finding in findings)
        grade = Grade.BLOCKED if blocked else Grade.REVIEW if findings else Grade.PASS
        return VerifyRecord(self._relative(source), grade, findings)

    def failure(self, source: Source, reason: str, *, crashed: bool) -> VerifyRecord:  # noqa: ARG002 - one grade
        """Block what cannot be searched."""
        return VerifyRecord(self._relative(source), Grade.BLOCKED, (Finding("file", "unreadable", reason),))

    def _relative(self, source: Source) -> str:
        try:
            return source.container.relative_to(self.root).as_posix()
        except ValueError:
            return source.container.name

    def _findings(self, source: Source) -> Iterator[Finding]:
        name = self._relative(source)
        if self.harvest.distinctive_in(name) or any(uid in name for uid in self.harvest.uids):
            yield Finding(
                "file name", "known identity", "The file's name holds an identity of the originals."
            )
        try:
            raw = source.read()
            dataset = parse(raw)
        except NotDicomError:
            yield Finding("file", "other file", "This is no DICOM file; it was not searched.")
            return
        except AnonymizerError as error:
            yield Finding("file", "unreadable", str(error))
            return
        if residue(searchable(raw), dataset, self.harvest):
            yield Finding("raw bytes", "known identity", "The bytes hold an identity of the originals.")
        yield from _judge_file(dataset)
        yield from _judge(dataset, "", _Expectation.of(dataset), self.harvest)
        if self.pixels and "PixelData" in dataset:
            yield from _legible(raw)


_FOR_REVIEW = frozenset({"pattern", "legible text", "future date", "other file"})


@dataclass(frozen=True, slots=True)
class _Expectation:
    """What the file itself says was done to it, so what may stand in it."""

    patient: str
    dates_removed: bool
    private_kept: bool

    @classmethod
    def of(cls, dataset: Dataset) -> "_Expectation":
        return cls(
            patient=str(dataset.get("PatientID", "")),
            dates_removed=dataset.get("LongitudinalTemporalInformationModified") == "REMOVED",
            private_kept="113111" in _codes(dataset),
        )


def _codes(dataset: Dataset) -> set[str]:
    return {
        str(item.get("CodeValue", "")) for item in dataset.get("DeidentificationMethodCodeSequence") or ()
    }


def _judge_file(dataset: FileDataset) -> Iterator[Finding]:
    if any(dataset.preamble or b""):
        yield Finding("preamble", "hidden bytes", "The preamble is not empty.")
    directory = dataset.file_meta.get("MediaStorageSOPClassUID") == MediaStorageDirectoryStorage
    if not directory and dataset.get("PatientIdentityRemoved") != "YES":
        yield Finding("(0012,0062)", "unmarked", "The file does not say that it was de-identified.")
    for element in dataset.file_meta:
        if element.tag.element in (0x16, 0x17, 0x18, 0x100, 0x102):
            yield Finding(_place(element), "file meta", "The file meta information names a sender.")


def _judge(dataset: Dataset, prefix: str, expected: _Expectation, harvest: Harvest) -> Iterator[Finding]:
    for tag in sorted(dataset.keys()):
        place = f"{prefix}({tag.group:04X},{tag.element:04X})"
        if tag.group == 0x7FE0:  # noqa: PLR2004 - pixel data
            continue
        if tag.is_private and not (expected.private_kept and is_safe_private(dataset, tag)):
            yield Finding(place, "private attribute", "A private attribute that is not known to be safe.")
            continue
        try:
            element = dataset[tag]
            items = element.value if element.VR == "SQ" else None
        except UNREADABLE:
            yield Finding(place, "unreadable", "The value cannot be read, so not be searched.")
            continue
        if items is None:
            yield from _judge_value(element, place, expected, harvest)
        for index, item in enumerate(items or ()):
            yield from _judge(item, f"{place}[{index}]/", expected, harvest)


def _judge_value(
    element: DataElement, place: str, expected: _Expectation, harvest: Harvest
) -> Iterator[Finding]:
    for text in [] if isinstance(element.value, bytes) else texts(element):
        if element.VR == "PN" and not (text in (DUMMY_TEXT, expected.patient) or _PSEUDONYM.match(text)):
            yield Finding(place, "person name", "A person's name that is no pseudonym.")
        elif element.VR in ("DA", "DT"):
            yield from _judge_date(text, place, expected)
        elif element.VR in TEXT_VRS and element.keyword not in _OWN_TEXTS:
            if harvest.distinctive_in(text):
                yield Finding(place, "known identity", "The text holds an identity of the originals.")
            elif has_pattern(text):
                yield Finding(place, "pattern", "The text looks like a phone number, an address or a date.")


def _judge_date(text: str, place: str, expected: _Expectation) -> Iterator[Finding]:
    if expected.dates_removed and not text.startswith(DUMMY_DATE):
        yield Finding(place, "date", "A date is left although dates were to be removed.")
    elif text[:8] > (dt.datetime.now(tz=dt.UTC) + dt.timedelta(1)).strftime("%Y%m%d"):
        yield Finding(place, "future date", "The date lies in the future.")


def _place(element: DataElement) -> str:
    return f"({element.tag.group:04X},{element.tag.element:04X})"


def _legible(raw: bytes) -> Iterator[Finding]:
    from anonymizer.rendering import DicomImage
    from anonymizer.text_finder import find_residue

    try:
        image = DicomImage.open(raw)
        for index in sorted({0, image.frames // 2, image.frames - 1}):
            if find_residue(image.frame(index)):
                yield Finding("pixels", "legible text", f"Text can be read in frame {index + 1}.")
    except AnonymizerError as error:
        yield Finding("pixels", "legible text", f"The image was not searched: {error}")
