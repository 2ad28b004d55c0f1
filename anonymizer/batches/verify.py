"""Verification of what was written: every file is opened again by other ways than it was masked, and graded.

`anonymizer.verification` does the work on one file; here whole folders are checked, beside their originals
where these are at hand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from anonymizer.batches.journal import FILE_NAME as JOURNAL
from anonymizer.batches.pool import Limits, Pool
from anonymizer.errors import AnonymizerError
from anonymizer.files.file_format import lenient, parse
from anonymizer.files.file_kinds import picture_kind
from anonymizer.files.source import Source, find_sources
from anonymizer.identities.collect import collect
from anonymizer.identities.harvest import Harvest
from anonymizer.identities.pseudonyms import is_registered_uid
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import Profile
from anonymizer.report import Finding, Grade, Identity
from anonymizer.verification.expectation import Expectation
from anonymizer.verification.folders import inspect_folder
from anonymizer.verification.inspection import Known, Verdict, inspect
from anonymizer.verification.judgement import finding
from anonymizer.verification.walker import NotWrittenError, walk
from anonymizer.words.dates import spellings

__all__ = ["Grade", "VerifyRecord", "harvest_of", "tells_of", "verify_data_set", "verify_tree"]
_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")


@dataclass(frozen=True, slots=True)
class VerifyRecord:
    """What was found in one file; findings hold places and kinds, never values."""

    path: str
    grade: Grade
    findings: tuple[Finding, ...] = ()


def verify_tree(
    root: Path,
    *,
    against: Sequence[Path | str | Identity] | Mapping[str, Identity] | None = None,
    pixels: bool = False,
    workers: int | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    limits: Limits | None = None,
) -> Iterator[VerifyRecord]:
    """Grade every file below a masked folder, in the order of finishing.

    `against` names the originals (files, folders, archives) or identities whose traces are to be looked for in
    every file; a mapping gives each patient's identity by pseudonym, so that each file is searched for its own
    patient. `pixels` searches images for legible text too, which takes seconds per image. Raises SourceError if
    `root` or an original does not exist.
    """
    root, own = Path(root), dict(against) if isinstance(against, Mapping) else {}
    everywhere = () if isinstance(against, Mapping) else against or ()
    harvest = harvest_of(everywhere, _options_of_first(root), cancelled=cancelled, workers=workers)
    task = _Verification(root, harvest, pixels, own)
    with Pool(task, workers=workers, limits=limits) as pool:
        yield from pool.run(_written(root), cancelled)


def verify_data_set(folder: Path, identities: Sequence[Identity]) -> list[VerifyRecord]:
    """Search a data set folder (names, manifest, pictures, masked instances) for identity; what passed is left out.

    Raises OSError where a file cannot be read.
    """
    known = Known(harvest_of(identities))
    return [VerifyRecord(name, Grade.BLOCKED, found) for name, found in inspect_folder(folder, known)]


def tells_of(text: str, identities: Sequence[Identity]) -> bool:
    """Whether a text that somebody typed holds one of the identities."""
    return harvest_of(identities).touches(text)


def _written(root: Path) -> Iterator[Source]:
    return (source for source in find_sources([root]) if source.container.name != JOURNAL)


def _options_of_first(root: Path) -> frozenset[str]:
    """Read from the first masked file which options were used: what they keep is no trace."""
    for source in _written(root):
        try:
            expected = Expectation.of(walk(source.read()).values)
        except (AnonymizerError, NotWrittenError):
            continue
        if expected.marked:
            return expected.options
    return frozenset()


def harvest_of(
    against: Sequence[Path | str | Identity],
    options: frozenset[str] = frozenset(),
    *,
    cancelled: Callable[[], bool] = lambda: False,
    workers: int | None = None,
) -> Harvest:
    """Collect the identities of originals; those that the options keep are left out."""
    harvest = Harvest()
    for identity in against:
        if isinstance(identity, Identity):
            _add_identity(identity, harvest, uids="retain_uids" not in options)
    files = [path for path in against if not isinstance(path, Identity)]
    if files:
        with Pool(_Collection(options), workers=workers, limits=None) as pool:
            for found in pool.run(find_sources(files), cancelled):
                harvest.merge(found)
    harvest.dates.clear()  # a day on which one patient was examined says nothing of another
    return harvest


def _add_identity(identity: Identity, harvest: Harvest, *, uids: bool) -> None:
    harvest.add_name(identity.patient_name)
    harvest.add_code(identity.patient_id)
    harvest.add_code(identity.accession_number)
    harvest.add_spellings(spellings(identity.birth_date))
    if uids:
        found = {identity.study_uid, identity.series_uid, identity.sop_uid}
        harvest.uids.update(uid for uid in found if uid and not is_registered_uid(uid))


@dataclass(frozen=True, slots=True)
class _Collection:
    """The work on one original. What cannot be read was not masked either, so it tells nothing."""

    options: frozenset[str]

    def work(self, source: Source) -> Harvest:
        """Collect its identities."""
        if source.refused:
            return Harvest()
        plan = _plan_of(self.options)
        try:
            with lenient():
                dataset = parse(source.read())
                harvest = collect(dataset, plan)
        except AnonymizerError:
            return Harvest()
        if not plan.profile.has("retain_uids"):
            uids = (str(dataset.get(keyword, "")) for keyword in _UIDS)
            harvest.uids.update(uid for uid in uids if uid and not is_registered_uid(uid))
        return harvest

    def failure(self, source: Source, reason: str, *, crashed: bool) -> Harvest:  # noqa: ARG002 - nothing to tell
        """Leave it out."""
        return Harvest()


@lru_cache(2)
def _plan_of(options: frozenset[str]) -> Plan:
    return Plan(Profile("verify", "Verify", options=options))


@dataclass(frozen=True, slots=True)
class _Verification:
    """The work on one masked file."""

    root: Path
    harvest: Harvest = field(repr=False)
    pixels: bool
    identities: Mapping[str, Identity] = field(default_factory=dict, repr=False)

    def work(self, source: Source) -> VerifyRecord:
        """Search it."""
        name = self._relative(source)
        try:
            raw = source.read()
        except AnonymizerError as error:
            return VerifyRecord(name, Grade.BLOCKED, (finding("unreadable", "file", str(error)),))
        verdict = inspect(raw, name, self._known(raw))
        if self.pixels:
            verdict = Verdict.of(iter((*verdict.findings, *_legible(raw))))
        return VerifyRecord(name, verdict.grade, verdict.findings)

    def _known(self, raw: bytes) -> Known:
        identity = self.identities.get(_patient_of(raw)) if self.identities else None
        return _known_of_identity(identity) if identity is not None else Known(self.harvest)

    def failure(self, source: Source, reason: str, *, crashed: bool) -> VerifyRecord:  # noqa: ARG002 - one grade
        """Block what cannot be searched."""
        return VerifyRecord(self._relative(source), Grade.BLOCKED, (finding("unreadable", "file", reason),))

    def _relative(self, source: Source) -> str:
        try:
            return source.container.relative_to(self.root).as_posix()
        except ValueError:
            return source.container.name


def _patient_of(raw: bytes) -> str:
    try:
        return Expectation.of(walk(raw).values).patient
    except NotWrittenError:
        return ""


@lru_cache(64)
def _known_of_identity(identity: Identity) -> Known:
    return Known(harvest_of([identity]))


def _legible(raw: bytes) -> Iterator[Finding]:
    """Search frames for text: the first, one in the middle, the last."""
    from anonymizer.pixels.rendering import DicomImage
    from anonymizer.pixels.text_finder import find_residue

    if picture_kind(raw) is not None:
        yield from _legible_in_picture(raw)
        return
    try:
        with lenient():
            if "PixelData" not in parse(raw):
                return
            image = DicomImage.open(raw)
        for index in sorted({0, image.frames // 2, image.frames - 1}):
            if find_residue(image.frame(index)):
                yield finding("legible text", "pixels", f"Text can be read in frame {index + 1}.")
    except AnonymizerError as error:
        yield finding("legible text", "pixels", f"The image was not searched: {error}")


def _legible_in_picture(raw: bytes) -> Iterator[Finding]:
    """Search the pages of a picture that is no DICOM for text: the first, one in the middle, the last."""
    from anonymizer.pictures.burned_in import views
    from anonymizer.pictures.parts import opened
    from anonymizer.pixels.text_finder import find_residue

    try:
        with opened(raw) as image:
            count = getattr(image, "n_frames", 1)
            for page in sorted({0, count // 2, count - 1}):
                image.seek(page)
                if any(len(find_residue(view)) for view in views(image)):
                    yield finding("legible text", "pixels", f"Text can be read on page {page + 1}.")
    except AnonymizerError as error:
        yield finding("legible text", "pixels", f"The picture was not searched: {error}")
