"""De-identifying files without a project, and checking what was written."""

import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from anonymizer import (
    FileRecord,
    Grade,
    Journal,
    Layout,
    Outcome,
    PatientRules,
    PixelPolicy,
    Profile,
    SecretKey,
    Settings,
    Source,
    Vault,
    VerifyRecord,
    find_sources,
    load_profile,
    mask_batch,
    verify_tree,
    write_media_directory,
)
from app import long_paths, policy
from app.counted import counted
from app.errors import UsageError
from app.places import lies_in
from app.progress import Progress
from app.project import Project
from app.settings import default_key_file
from app.workflows.device_rules import site_rules
from app.workflows.patients import Namesakes
from app.workflows.pixel_policy import with_policies
from app.workflows.site_words import site_words
from app.workflows.source_list import SourceList


@dataclass(slots=True)
class Tally:
    """How many inputs ended how, and those that need a person."""

    outcomes: Counter[str] = field(default_factory=Counter)
    review: int = 0
    grades: Counter[str] = field(default_factory=Counter)  # of what was written or blocked
    problems: list[tuple[str, str, str]] = field(default_factory=list)  # path, outcome, reason
    listed: int | None = None  # so many instances are listed in the new DICOMDIR

    def add(self, record: FileRecord) -> None:
        """Count one input."""
        self.outcomes[record.outcome.value] += 1
        self.review += bool(record.review)
        if record.grade is not None:
            self.grades[record.grade.value] += 1
        if record.outcome in (Outcome.FAILED, Outcome.QUARANTINED):
            self.problems.append((record.path, record.outcome.value, record.reason))

    @property
    def total(self) -> int:
        """All inputs."""
        return sum(self.outcomes.values())

    def as_json(self) -> dict[str, Any]:
        """The counts, for programs."""
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in Outcome}
        listed = {} if self.listed is None else {"dicomdir": self.listed}
        grades = {grade.value: self.grades[grade.value] for grade in Grade}
        return {"total": self.total, **counts, "review": self.review, "grades": grades, **listed}

    def as_text(self) -> str:
        """The counts and what needs a person, for people."""
        counts = ", ".join(f"{self.outcomes[o.value]} {o.value}" for o in Outcome if self.outcomes[o.value])
        lines = [f"{counted(self.total, 'file')}: {counts or 'nothing found'}."]
        if self.grades:
            passed, look, blocked = (self.grades[grade.value] for grade in Grade)
            lines.append(f"Checked after masking: {passed} pass, {look} to be looked at, {blocked} blocked.")
        elif self.review:
            lines.append(f"{self.review} of the masked ones should be looked at.")
        if self.listed is not None:
            lines.append(f"A new DICOMDIR lists {counted(self.listed, 'instance')}.")
        lines += [f"  {outcome}: {path}: {reason}" for path, outcome, reason in self.problems]
        return "\n".join(lines)


def existing(paths: Sequence[Path]) -> list[Path]:
    """The same paths; raises UsageError naming those that do not exist."""
    missing = [str(path) for path in paths if not path.exists()]
    if missing:
        raise UsageError(f"Not found: {', '.join(missing)}.", "Check the spelling of the path.")
    return list(paths)


def settings_for(
    profile: str,
    options: Sequence[str],
    key: SecretKey,
    *,
    find_text: bool = True,
    verify: bool = True,
    patients: PatientRules | None = None,
    pixels: Mapping[str, Any] | None = None,
) -> Settings:
    """How to de-identify without a project. Raises ProfileError, SettingsError, DeviceRuleError, PolicyError."""
    policy.current().check_masking(profile, options)
    words = site_words()
    loaded = load_profile(profile, options).with_words(words.keep, words.mask)
    loaded = with_policies(loaded, pixels or {})
    return Settings(
        loaded, key, find_text, patients or PatientRules(), verify=verify, device_rules=site_rules()
    )


def project_profile(project: Project, vault: Vault) -> Profile:
    """The project's profile with its own words and the site's.

    Raises ProfileError, SettingsError, VaultError, and PolicyError where the project, made before or elsewhere, masks
    in a way that the site's IT does not allow.
    """
    policy.current().check_masking(project.profile, project.options)
    site, own = site_words(), vault.words.own_words()
    profile = with_policies(load_profile(project.profile, project.options), project.pixels)
    return profile.with_words(site.keep | own.keep, site.mask | own.mask)


def project_settings(project: Project, vault: Vault) -> Settings:
    """How to de-identify into a project. Raises ProfileError, SettingsError, DeviceRuleError, VaultError."""
    return Settings(
        project_profile(project, vault),
        vault.key,
        patients=vault.patients.rules(),
        device_rules=site_rules(),
    )


def site_key(file: Path | None) -> tuple[SecretKey, Path, bool]:
    """The secret key in `file` or the user's own, where it lies, and whether it was made just now.

    A file that is named but missing is made too: the site chose where its key shall lie.
    """
    place = file or default_key_file()
    if place.exists():
        return SecretKey.load(place), place, False
    key = SecretKey.generate()
    key.save(place)
    return key, place, True


def list_sources(paths: Sequence[Path], progress: Progress) -> SourceList:
    """All inputs under `paths`, found before the work begins so that its end can be foreseen."""
    progress.stage("Looking for files")
    sources = SourceList()
    for source in find_sources(existing(paths)):
        sources.add(source)
        if len(sources) % 500 == 0:
            progress.step(len(sources))
        if progress.cancelled():
            break
    return sources


@dataclass(frozen=True, slots=True)
class MaskRequest:
    """What `leadglass mask` is asked to do."""

    sources: tuple[Path, ...]
    out: Path
    settings: Settings
    workers: int | None = None
    report: Path | None = None
    dicomdir: bool = False  # write a medium with a DICOMDIR, as is done where the originals are one

    def layout(self, sources: Iterable[Source]) -> Layout:
        """How the output is arranged: as a medium if asked for, or if an original's top folder is one."""
        tops = {path.resolve() for path in self.sources}
        media = self.dicomdir or any(_is_top_directory(source, tops) for source in sources)
        return Layout.MEDIA if media else Layout.TREE


def _is_top_directory(source: Source, tops: set[Path]) -> bool:
    place = source.container if source.member is None else source.container / source.member
    if place.name.upper() != "DICOMDIR":
        return False
    return not tops.isdisjoint((place.resolve(), place.parent.resolve()))


def mask(request: MaskRequest, progress: Progress) -> Tally:
    """De-identify into a tree; a run that was killed goes on where it was. Raises PolicyError for its place."""
    policy.current().check_output(request.out)
    long_paths.check(request.out, long_paths.MASKED)
    out = _output_folder(request)
    sources = list_sources(request.sources, progress)
    tally = Tally()
    layout = request.layout(sources)
    with Journal.open(out, request.settings, layout) as journal, ReportFile(request.report) as report:
        for record in _all_records(sources, journal, (request, layout), progress):
            tally.add(record)
            report.add(record)
            progress.item("file", record.as_json())
            progress.step(tally.total)
        if layout is Layout.MEDIA and not progress.cancelled():
            progress.stage("Writing the DICOMDIR")
            tally.listed = write_media_directory(out, progress.cancelled)
        if not progress.cancelled():
            journal.complete()
        report.finish(tally, request.settings.profile.pixels)
    return tally


def _all_records(
    sources: SourceList, journal: Journal, how: tuple[MaskRequest, Layout], progress: Progress
) -> Iterator[FileRecord]:
    request, layout = how
    progress.stage("Looking for identities", len(sources))
    records = mask_batch(
        journal.pending(sources),
        request.out,
        request.settings,
        layout=layout,
        workers=request.workers,
        cancelled=progress.cancelled,
        survey=sources,
        surveyed=progress.step,
    )
    begun = begin_masking(records, progress, len(sources))
    yield from journal.finished(sources)
    namesakes = Namesakes()
    yield from journal.noted(map(namesakes.look, begun))


def begin_masking(
    records: Iterator[FileRecord], progress: Progress, total: int, title: str = "Masking"
) -> Iterator[FileRecord]:
    """Wait until identities have been looked for, tell that masking begins; the records as they come."""
    first = next(records, None)
    progress.stage(title, total)
    return records if first is None else chain((first,), records)


def _output_folder(request: MaskRequest) -> Path:
    out = request.out.resolve()
    for source in request.sources:
        if lies_in(out, source) or lies_in(source, out):
            raise UsageError(
                "The output folder and the originals lie inside one another.",
                "Choose a folder of its own, so that originals and masked files never mix (--out).",
            )
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(
            f"{out} cannot be made: {error.strerror}.", "Choose another folder (--out)."
        ) from error
    return out


class ReportFile:
    """The report of a run, written record by record so that 100,000 files need no memory, renamed at the end."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._first = True

    def __enter__(self) -> "ReportFile":
        if self._path is not None:
            self._temporary = self._path.with_name(f".{self._path.name}.tmp")
            try:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._stream = self._temporary.open("w", encoding="utf-8")
            except OSError as error:
                raise UsageError(
                    f"The report {self._path} cannot be written: {error.strerror}.", "Choose another place."
                ) from error
            self._stream.write('{"files": [')
        return self

    def add(self, record: FileRecord) -> None:
        """One input, as it ended."""
        if self._path is not None:
            self._stream.write("\n" if self._first else ",\n")
            self._first = False
            self._stream.write(record.as_json_text())

    def finish(self, tally: Tally, policy: PixelPolicy) -> None:
        """Close the list, add the counts and how burned-in text was treated, and put the report in place."""
        if self._path is None:
            return
        counts, pixels = json.dumps(tally.as_json()), json.dumps(asdict(policy))
        self._stream.write(f'\n], "counts": {counts}, "pixels": {pixels}}}\n')
        self._stream.flush()
        os.fsync(self._stream.fileno())
        self._stream.close()
        self._temporary.replace(self._path)

    def __exit__(self, *_: object) -> None:
        if self._path is not None:
            self._stream.close()
            self._temporary.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Verification:
    """What `leadglass verify` found."""

    grades: Counter[str]
    findings: tuple[VerifyRecord, ...]  # the instances that did not pass

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        rows = [
            {
                "path": record.path,
                "grade": record.grade.value,
                "findings": [{"place": f.place, "kind": f.kind, "detail": f.detail} for f in record.findings],
            }
            for record in self.findings
        ]
        return {"grades": dict(self.grades), "files": rows}

    def as_text(self) -> str:
        """For people."""
        counts = ", ".join(f"{n} {grade}" for grade, n in sorted(self.grades.items()))
        lines = [f"{counted(sum(self.grades.values()), 'file')} checked: {counts or 'nothing found'}."]
        for record in self.findings:
            lines += [f"  {record.grade.value} {record.path}: {f.kind} in {f.place}" for f in record.findings]
        return "\n".join(lines)


def verify(
    root: Path,
    against: Sequence[Path],
    progress: Progress,
    *,
    pixels: bool = True,
    workers: int | None = None,
) -> Verification:
    """Look for identity that is left under `root`, with that of the originals `against` where given."""
    existing([root, *against])
    progress.stage("Checking what is left")
    collected = Collected()
    for record in verify_tree(
        root,
        against=against or None,
        pixels=pixels,
        workers=workers,
        cancelled=progress.cancelled,
    ):
        collected.add(record)
        progress.step(collected.done)
    return collected.result()


@dataclass(slots=True)
class Collected:
    """What a verification has found so far."""

    grades: Counter[str] = field(default_factory=Counter)
    findings: list[VerifyRecord] = field(default_factory=list)

    def add(self, record: VerifyRecord) -> None:
        """Count one file."""
        self.grades[record.grade.value] += 1
        if record.findings:
            self.findings.append(record)

    @property
    def done(self) -> int:
        """How many files were checked."""
        return sum(self.grades.values())

    def result(self) -> Verification:
        """The whole."""
        return Verification(self.grades, tuple(self.findings))
