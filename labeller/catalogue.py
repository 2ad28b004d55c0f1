"""A project's catalogue: masked instances, labels and predictions; the only door to the database."""

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from labeller import (
    classes,
    finding,
    history,
    instances,
    label_sets,
    labels,
    merging,
    readings,
    release,
    runs,
)
from labeller.agreement import Agreement, agreement
from labeller.encryption import CatalogueKey
from labeller.instances import ALL, Facet
from labeller.listing import Keys, Listing, is_kept, keep, reading_order
from labeller.records import (
    Decision,
    InstanceFilter,
    InstanceRow,
    LabelClass,
    LabelEvent,
    LabelSet,
    NewInstance,
    PredictionRow,
    Reader,
    RunRow,
    SecondReading,
)
from labeller.schema import Instance, LabelSetRow
from labeller.storage import Storage

FIRST_SET = 1
"""Every catalogue has this label set from the beginning."""


class Catalogue:
    """A catalogue file. What a method reports done is on disk, also after a power cut.

    One program writes at a time; others wait for up to ten seconds, then get a CatalogueError. Every method
    may raise CatalogueError where the file cannot be read or written.
    """

    def __init__(self, storage: Storage, label_set: int = FIRST_SET, shown: str = "") -> None:
        self._storage = storage
        self._set = label_set
        self._shown = shown

    @classmethod
    def create(cls, path: Path, key: CatalogueKey | None = None) -> Self:
        """Make a new catalogue, encrypted where a key is given.

        Raises CatalogueError if the file exists or its folder does not.
        """
        return cls(Storage.create(path, key))

    @classmethod
    def open(cls, path: Path, key: CatalogueKey | None = None, *, read_only: str = "") -> Self:
        """Open a catalogue, an encrypted one by its key, bringing one of an older version to this one.

        Where `read_only` says why, nothing is written: every method that would raises CatalogueError with it as
        the remedy. Raises CatalogueError if it is missing, damaged, another program's or of a newer version.
        """
        return cls(Storage.open(path, key, read_only=read_only))

    @classmethod
    def renew(cls, path: Path, told: Callable[[int, int], object], key: CatalogueKey | None = None) -> None:
        """Bring a catalogue of an older version to this one; `told(done, total)` after each step of the way.

        All of it or nothing is done. Raises CatalogueError as `open` does.
        """
        Storage.open(path, key, told=told).close()

    def in_set(self, name: str) -> Self:
        """Return the same catalogue, working in another label set; closing one closes both.

        Labels, classes, counts, second readings and agreement are about one set. Raises LabelError where there is
        no set of that name.
        """
        with self._storage.reading(self._set) as session:
            return type(self)(self._storage, label_sets.find(session, name).id, self._shown)

    def looking_at(self, shown: str) -> Self:
        """Return the same catalogue for a reader who looks at "masked" instances, or at the "original" ones.

        The history says so of what is entered through it; closing one closes both.
        """
        return type(self)(self._storage, self._set, shown)

    @property
    def label_set(self) -> LabelSet:
        """The set that this catalogue works in."""
        with self._storage.reading(self._set) as session:
            return label_sets.record(session.get_one(LabelSetRow, self._set))

    def label_sets(self) -> list[LabelSet]:
        """All label sets in the order in which they are shown."""
        with self._storage.reading(self._set) as session:
            return label_sets.listed(session)

    def add_label_set(self, name: str, *, scope: str = "image", several: bool = False) -> LabelSet:
        """Make a label set; one answer is about an image, its series, its study or its patient (`scope`).

        With `several`, an image may have several of the classes at once. Raises LabelError for a taken name.
        """
        with self._storage.writing(self._set) as session:
            return label_sets.add(session, name, scope=scope, several=several)

    def rename_label_set(self, old: str, new: str) -> LabelSet:
        """Give a label set another name; labels and history follow."""
        with self._storage.writing(self._set) as session:
            return label_sets.rename(session, old, new)

    def remove_label_set(self, name: str) -> None:
        """Remove a label set in which nothing was ever labelled; raises LabelError otherwise."""
        with self._storage.writing(self._set) as session:
            label_sets.remove(session, name)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file."""
        self._storage.close()

    def add_instances(self, new: Sequence[NewInstance]) -> int:
        """Enter instances, all or none, and return how many are new.

        One that is there already gets its facts renewed and keeps its labels.
        """
        with self._storage.writing(self._set) as session:
            return instances.add(session, new)

    def keep_order(self) -> None:
        """Keep the order of all instances, so that the next one to open the catalogue need not sort them.

        Worth the time once many were entered, and beside the window's thread.
        """
        with self._storage.reading(self._set) as session:
            if is_kept(session):
                return
            order = reading_order(session)  # not while others wait to write
        with self._storage.writing(self._set) as session:
            keep(session, order)

    def instances(
        self, only: InstanceFilter = ALL, *, offset: int = 0, limit: int | None = None
    ) -> list[InstanceRow]:
        """List the instances that match, ordered by patient, study, series and instance number."""
        with self._storage.reading(self._set) as session:
            return instances.page(session, only, offset, limit)

    def instance(self, sop_uid: str) -> InstanceRow:
        """One instance; raises LabelError if it is unknown."""
        with self._storage.reading(self._set) as session:
            return instances.one(session, sop_uid)

    def uids(self, only: InstanceFilter = ALL) -> list[str]:
        """List the SOP Instance UIDs that match, in the order of `instances`: cheap for a whole worklist."""
        with self._storage.reading(self._set) as session:
            return instances.uids(session, only)

    def listing(self, only: InstanceFilter = ALL, sort: str = "patient", *, folded: bool = False) -> Listing:
        """List what a filter means in one of `SORTS`, by ids: cheap for a million. `rows` reads what is in sight.

        Folded, one entry stands for all of a series that match.
        """
        with self._storage.reading(self._set) as session:
            return finding.listing(session, only, sort, folded=folded)

    def listing_of(self, sop_uids: Sequence[str]) -> Listing:
        """List these instances in this order; raises LabelError if one is unknown."""
        with self._storage.reading(self._set) as session:
            known = instances.known_ids(session, sop_uids)
            return Listing(np.array([known[uid] for uid in sop_uids], np.int64))

    def rows(self, keys: Keys) -> list[InstanceRow]:
        """Read the instances with these ids of a listing, in their order."""
        with self._storage.reading(self._set) as session:
            return instances.rows(session, keys)

    def uids_of(self, keys: Keys) -> list[str]:
        """Return the SOP Instance UIDs of these ids of a listing, in their order."""
        with self._storage.reading(self._set) as session:
            return instances.uids_of(session, keys)

    def answers_of(self, keys: Keys) -> dict[int, int]:
        """Tell the labelled ones of these ids of a listing apart by their answers: id -> an answer's number."""
        with self._storage.reading(self._set) as session:
            return instances.answers_of(session, keys)

    def keys_of(self, sop_uids: Sequence[str]) -> list[int]:
        """Return the ids that listings have for these instances, as far as they are known, in no order."""
        with self._storage.reading(self._set) as session:
            return list(instances.ids_of(session, sop_uids).values())

    def values(self, name: Facet) -> list[str]:
        """List the different values of a column, for a filter's choices, without counting them."""
        with self._storage.reading(self._set) as session:
            return finding.values(session, getattr(Instance, name))

    def count(self, only: InstanceFilter = ALL) -> int:
        """How many instances match."""
        with self._storage.reading(self._set) as session:
            return instances.count(session, only)

    def facets(self, name: Facet) -> dict[str, int]:
        """Count the values that a column has, for a filter's choices: value -> instances."""
        with self._storage.reading(self._set) as session:
            return instances.facet(session, name)

    def counts_by_modality(self) -> dict[str, int]:
        """How many instances each modality has."""
        return self.facets("modality")

    def counts_by_class(self) -> dict[str, int]:
        """How many instances each class has now, in the order of the classes, empty ones too."""
        with self._storage.reading(self._set) as session:
            return classes.counts(session)

    def unlabelled_after(self, sop_uid: str | None, only: InstanceFilter = ALL) -> str | None:
        """Find the next instance without a label, beginning again after the last; None if all have one."""
        with self._storage.reading(self._set) as session:
            return instances.unlabelled_after(session, sop_uid, only)

    def masking(self, sop_uid: str) -> dict[str, object]:
        """Tell what was masked in an instance: changes, regions and findings as in the masking report."""
        with self._storage.reading(self._set) as session:
            return instances.masking(session, sop_uid)

    def set_masking(self, sop_uid: str, report: Mapping[str, object]) -> None:
        """Renew what was masked in an instance, as after a correction by hand."""
        with self._storage.writing(self._set) as session:
            instances.set_masking(session, sop_uid, report)

    def set_review(self, sop_uid: str, reasons: Sequence[str] = ()) -> None:
        """Say why a human should look at an instance; without reasons: it was looked at."""
        with self._storage.writing(self._set) as session:
            instances.set_review(session, sop_uid, reasons)

    def ask_of_all(self, reason: str, *, wanted: bool) -> int:
        """Ask for a look at every instance that no reader approved, for this reason, or do so no longer.

        Returns how many changed.
        """
        with self._storage.writing(self._set) as session:
            return release.ask_of_all(session, reason, wanted=wanted)

    def decide(self, sop_uids: Sequence[str], verdict: str, *, reader: str, means: str) -> list[Decision]:
        """Enter what a reader decided about instances: all of them or, on an error, none.

        "approve": they may leave the project; "reject": they must not; "withdraw": the decision before counts
        again. Raises LabelError for an unknown instance, for approving one in which identity was found or that
        was never verified, and for withdrawing where nothing was decided.
        """
        with self._storage.writing(self._set) as session:
            return release.decide(session, sop_uids, verdict, reader=reader, means=means)

    def decisions(self, sop_uid: str) -> list[Decision]:
        """All decisions about an instance, oldest first."""
        with self._storage.reading(self._set) as session:
            return release.decisions(session, sop_uid)

    def set_grade(self, sop_uid: str, grade: str, reasons: Sequence[str] = ()) -> None:
        """Enter what a verification found: the grade, and why a human should look."""
        with self._storage.writing(self._set) as session:
            release.set_grade(session, sop_uid, grade, reasons)

    def classes(self) -> list[LabelClass]:
        """All label classes in the order in which they are shown."""
        with self._storage.reading(self._set) as session:
            return classes.listed(session)

    def answers(self) -> list[LabelClass]:
        """The answers that are no class, such as “not sure”, with their keys."""
        with self._storage.reading(self._set) as session:
            return classes.listed(session, (classes.NONE, *classes.NO_ANSWER))

    def combinations(self) -> list[LabelClass]:
        """Answers that stand for several classes at once, as far as they were given: "a + b"."""
        with self._storage.reading(self._set) as session:
            return classes.listed(session, (classes.COMBINATION,))

    def counts_of_answers(self) -> dict[str, int]:
        """How many instances have each answer that is no class."""
        with self._storage.reading(self._set) as session:
            return classes.counts_of_answers(session)

    def add_class(
        self,
        name: str,
        *,
        colour: str | None = None,
        shortcut: str | None = None,
        definition: str = "",
        parent: str | None = None,
    ) -> LabelClass:
        """Make a label class; a free digit and a colour are chosen where none is given ("#rrggbb").

        `definition` tells readers when it holds, `parent` which class it is a kind of.

        Raises LabelError if the name is taken (also in other case) or is none that every spreadsheet and file
        system bears, or if the digit is taken.
        """
        with self._storage.writing(self._set) as session:
            return classes.add(session, name, colour, shortcut, definition=definition, parent=parent)

    def change_class(
        self,
        name: str,
        *,
        colour: str | None = None,
        definition: str | None = None,
        parent: str | None = None,
    ) -> LabelClass:
        """Change colour, definition or parent ("" for none) of a class; None leaves it as it is."""
        with self._storage.writing(self._set) as session:
            return classes.change(session, name, colour=colour, definition=definition, parent=parent)

    def rename_class(self, old: str, new: str) -> LabelClass:
        """Give a class another name; labels and history follow."""
        with self._storage.writing(self._set) as session:
            return classes.rename(session, old, new)

    def reorder_classes(self, names: Sequence[str]) -> list[LabelClass]:
        """Show the classes in this order, which must name each exactly once."""
        with self._storage.writing(self._set) as session:
            return classes.reorder(session, names)

    def remove_class(self, name: str) -> None:
        """Remove a class that no label uses; raises LabelError with their number otherwise."""
        with self._storage.writing(self._set) as session:
            classes.remove(session, name)

    def merge_class(self, name: str, into: str, *, reader: str) -> merging.Merged:
        """Make everything labelled `name`, by whomever, be labelled `into`, and remove `name`.

        Every label that counts gets an event with the means "merge"; whose label it is stays. Returns what
        `unmerge_class` needs. Raises LabelError unless both are classes of this set.
        """
        with self._storage.writing(self._set) as session:
            return merging.merge(session, name, into, reader=reader)

    def unmerge_class(self, merged: merging.Merged, *, reader: str) -> None:
        """Take a merge back; what was labelled otherwise since then stays as it is."""
        with self._storage.writing(self._set) as session:
            merging.unmerge(session, merged, reader=reader)

    def readers(self) -> list[Reader]:
        """Everyone who labels, by name."""
        with self._storage.reading(self._set) as session:
            return labels.readers(session)

    def add_reader(self, name: str, role: str = "") -> Reader:
        """Enter a reader, or change the role of one who is there."""
        with self._storage.writing(self._set) as session:
            return labels.add_reader(session, name, role)

    def set_label(
        self, sop_uids: Sequence[str], class_name: str | None, *, reader: str, means: str
    ) -> list[LabelEvent]:
        """Label instances, or take their label away (None): all of them or, on an error, none.

        The means "consensus" and "majority" say that the label is nobody's own opinion: readers' agreement does
        not count it. A reader not yet known is entered. Returns the events, one for each instance whose label or whose
        label's reader changes. Raises LabelError for an unknown instance or class.
        """
        with self._storage.writing(self._set, self._shown) as session:
            return labels.set_label(session, sop_uids, class_name, reader=reader, means=means)

    def toggle_label(
        self, sop_uids: Sequence[str], class_name: str, *, reader: str, means: str
    ) -> list[LabelEvent]:
        """Add a class to what instances are labelled, or take it out: in a set that allows several at once.

        An instance with all other classes taken out has no label. Raises LabelError as `set_label` does.
        """
        with self._storage.writing(self._set, self._shown) as session:
            return labels.toggle(session, sop_uids, class_name, reader=reader, means=means)

    def set_note(self, sop_uids: Sequence[str], note: str, *, reader: str) -> list[LabelEvent]:
        """Note something beside the labels of instances ("" takes it away); kept in the history.

        Raises LabelError where one of them has no label.
        """
        with self._storage.writing(self._set, self._shown) as session:
            return labels.set_note(session, sop_uids, note, reader=reader)

    def undo(self, events: Sequence[LabelEvent], *, reader: str) -> list[LabelEvent]:
        """Give the instances of these events back the label they had before; returns the new events."""
        with self._storage.writing(self._set, self._shown) as session:
            return labels.undo(session, events, reader=reader)

    def next_step(self) -> int:
        """Return a number that no step of the history has yet and all later ones reach: see `take_back`."""
        with self._storage.reading(self._set) as session:
            return history.next_step(session)

    def take_back(self, steps: range, *, means: Collection[str]) -> int:
        """Take back the steps with these numbers that came about by one of these means, of whichever readers.

        Each reader's label and what counts are as they were before; the history grows. Returns how many
        instances were changed. Taking back what this did, by the means "undo", does it all again.
        """
        with self._storage.writing(self._set, self._shown) as session:
            return history.take_back(session, steps, means)

    def history(self, sop_uid: str) -> list[LabelEvent]:
        """All steps of an instance's label, oldest first; classes under their present names."""
        with self._storage.reading(self._set) as session:
            return history.history(session, sop_uid)

    def events(self) -> list[LabelEvent]:
        """All steps of all labels, oldest first: the whole history for a table or a rule."""
        with self._storage.reading(self._set) as session:
            return history.events(session)

    def labels_by_reader(self, sop_uid: str) -> dict[str, str]:
        """Tell what each reader labelled an instance, whatever others think: reader's name -> class."""
        with self._storage.reading(self._set) as session:
            return labels.by_reader(session, sop_uid)

    def start_second_reading(
        self, reader: str, only: InstanceFilter = ALL, *, number: int | None = None, seed: int = 0
    ) -> SecondReading:
        """Draw labelled instances that match, at random `number` of them or all, for a reader to label blind.

        The same seed draws the same sample in the same order. Raises LabelError where nothing is labelled.
        """
        with self._storage.writing(self._set) as session:
            return readings.start(session, reader, only, number=number, seed=seed)

    def second_readings(self) -> list[SecondReading]:
        """All second readings, oldest first."""
        with self._storage.reading(self._set) as session:
            return readings.listed(session)

    def second_reading_answers(self, name: str) -> dict[str, str | None]:
        """Return a second reading's answers in its random order: SOP Instance UID -> class, None: not yet."""
        with self._storage.reading(self._set) as session:
            return readings.answers(session, name)

    def answer(self, name: str, sop_uid: str, class_name: str | None) -> LabelEvent:
        """Enter an answer of a second reading, or take it back (None). The label that counts stays."""
        with self._storage.writing(self._set, self._shown) as session:
            return readings.answer(session, name, sop_uid, class_name)

    def remove_second_reading(self, name: str) -> None:
        """Remove a second reading without answers; raises LabelError where there are some."""
        with self._storage.writing(self._set) as session:
            readings.remove(session, name)

    def agreement(self) -> Agreement:
        """Compare all readers, second readings included."""
        with self._storage.reading(self._set) as session:
            return agreement(readings.opinions(session), [known.name for known in classes.listed(session)])

    def opinions(self) -> dict[str, dict[str, str]]:
        """Tell what each reader thinks: reader -> {SOP Instance UID -> class}; see `readings.opinions`."""
        with self._storage.reading(self._set) as session:
            return readings.opinions(session)

    def read_as(self, said: Sequence[tuple[str, str]]) -> list[str]:
        """List the instances of which each of these readers says this: (reader, class) pairs."""
        with self._storage.reading(self._set) as session:
            return readings.read_as(session, said)

    def disagreements(self, only: InstanceFilter = ALL) -> list[str]:
        """List the instances that readers labelled differently and that have no consensus yet."""
        with self._storage.reading(self._set) as session:
            return readings.disagreements(session, only)

    def adopt_majority(self, only: InstanceFilter = ALL, *, reader: str) -> list[LabelEvent]:
        """Give disputed instances the label that more than half of their readers chose; returns the events."""
        with self._storage.writing(self._set, self._shown) as session:
            return readings.adopt_majority(session, only, reader=reader)

    def add_run(self, run: RunRow) -> None:
        """Enter a training run, or renew the one of the same name."""
        with self._storage.writing(self._set) as session:
            runs.add(session, run)

    def runs(self) -> list[RunRow]:
        """All training runs, oldest first."""
        with self._storage.reading(self._set) as session:
            return runs.listed(session)

    def add_predictions(self, run: str, rows: Sequence[PredictionRow]) -> None:
        """Enter what a run's model said of instances; raises LabelError for an unknown run or instance."""
        with self._storage.writing(self._set) as session:
            runs.add_predictions(session, run, rows)

    def predictions(self, sop_uid: str | None = None, *, run: str | None = None) -> list[PredictionRow]:
        """Predictions, of one instance or one run if given, the newest run's first."""
        with self._storage.reading(self._set) as session:
            return runs.predictions(session, sop_uid, run)
