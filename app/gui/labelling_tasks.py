"""What the Label page works on: all images, some that were chosen, a blind second reading, or disagreements.

A task says which images are listed, what may be shown of their labels, and what a key enters.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from app.counted import counted
from labeller import JOIN, Catalogue, InstanceFilter, InstanceRow, LabelEvent

Counts = tuple[dict[str, int], int, int]
"""Images of each class, images with any answer, images in all."""


class LabellingTask:
    """All images that the page's filter lists; a key enters the label that counts."""

    title = ""  # shown above the image; empty for ordinary labelling
    note = ""
    reader: str | None = None  # who labels, where the task says so
    adds_up = True  # what a step says was there before is what was counted

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.on_screen = "masked"  # or "original": the history says so of what is entered

    @property
    def entering(self) -> Catalogue:
        """The catalogue as labels are entered in it."""
        return self.catalogue.looking_at(self.on_screen)

    def uids(self) -> list[str] | None:
        """List the images; None: what the filter gives."""
        return None

    def shown(self, row: InstanceRow) -> InstanceRow:
        """Return an image as the reader may see it."""
        return row

    def label(
        self, uids: Sequence[str], class_name: str | None, *, reader: str, means: str
    ) -> list[LabelEvent]:
        """Enter a label; raises LabelError or CatalogueError and then changes nothing."""
        return self.entering.set_label(uids, class_name, reader=reader, means=means)

    def toggle(self, uids: Sequence[str], class_name: str, *, reader: str, means: str) -> list[LabelEvent]:
        """Add a class to what images have, or take it out, where several may hold at once."""
        return self.entering.toggle_label(uids, class_name, reader=reader, means=means)

    def undo(self, events: Sequence[LabelEvent]) -> list[LabelEvent]:
        """Take labels back."""
        return self.entering.undo(events, reader=events[0].reader)

    def counts(self) -> Counts:
        """Return how many images have each class, how many have any answer, and how many there are."""
        counts = self.catalogue.counts_by_class() | self.catalogue.counts_of_answers()
        done = self.catalogue.count(InstanceFilter(labelled=True))
        return counts, done, self.catalogue.count()

    def unlabelled(self, only: InstanceFilter) -> set[str]:
        """Return the images without a label."""
        return set(self.catalogue.uids(replace(only, labelled=False)))

    def said(self, _uid: str) -> list[tuple[str, str]]:
        """Return what the readers said of an image, where the task shows it: (reader, class)."""
        return []


class ChosenImages(LabellingTask):
    """Images that another page chose, such as those of a cell of a confusion matrix."""

    def __init__(self, catalogue: Catalogue, title: str, uids: Sequence[str]) -> None:
        super().__init__(catalogue)
        self.title = title
        self.note = f"{counted(len(uids))}."
        self._uids = list(uids)

    def uids(self) -> list[str]:
        """The chosen ones."""
        return self._uids

    def counts(self) -> Counts:
        """Count among the chosen ones."""
        return _counted(_labels(self.catalogue, self._uids), len(self._uids))

    def unlabelled(self, only: InstanceFilter) -> set[str]:
        """Return those of them without a label."""
        return super().unlabelled(only) & set(self._uids)


class BlindReading(LabellingTask):
    """A second reading: nobody's label is shown, and what is entered is an opinion, not the label that counts."""

    def __init__(self, catalogue: Catalogue, name: str, reader: str) -> None:
        super().__init__(catalogue)
        self.title = f"{name} by {reader}"
        self.note = "Labels of others and of a model are hidden."
        self.reader = reader
        self._name = name
        self._answers = catalogue.second_reading_answers(name)

    def uids(self) -> list[str]:
        """The sample in its random order."""
        return list(self._answers)

    def shown(self, row: InstanceRow) -> InstanceRow:
        """Hide every label but the answer."""
        answer = self._answers.get(row.sop_instance_uid)
        reader = self.reader if answer else None
        return replace(row, label=answer, reader=reader, note="", disputed=False)

    def label(
        self, uids: Sequence[str], class_name: str | None, *, reader: str, means: str
    ) -> list[LabelEvent]:
        """Enter the answer; reader and means are the second reading's own."""
        del reader, means
        changed = [uid for uid in uids if self._answers[uid] != class_name]
        events = []
        for uid in changed:
            events.append(self.entering.answer(self._name, uid, class_name))
            self._answers[uid] = class_name
        return events

    def toggle(self, uids: Sequence[str], class_name: str, *, reader: str, means: str) -> list[LabelEvent]:
        """Add a class to the answers, or take it out."""
        events = []
        for uid in uids:
            wanted = _toggled(self._answers[uid], class_name)
            events += self.label([uid], wanted, reader=reader, means=means)
        return events

    def undo(self, events: Sequence[LabelEvent]) -> list[LabelEvent]:
        """Give back the answers that stood before."""
        return [e for each in events for e in self._back(each)]

    def _back(self, event: LabelEvent) -> list[LabelEvent]:
        return self.label([event.sop_instance_uid], event.previous, reader="", means="")

    def counts(self) -> Counts:
        """Count the answers."""
        return _counted(list(self._answers.values()), len(self._answers))

    def unlabelled(self, only: InstanceFilter) -> set[str]:  # noqa: ARG002 - the sample knows no filter
        """Return the images without an answer."""
        return {uid for uid, answer in self._answers.items() if answer is None}


class Adjudication(LabellingTask):
    """Images on which readers disagree; a key enters the consensus, which is nobody's own opinion."""

    title = "Settling disagreements"
    note = "A key enters the consensus. What each reader said is kept."
    adds_up = False  # what counted before is no consensus yet, so it was not counted

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__(catalogue)
        self._uids = catalogue.disagreements()
        self._opinions = catalogue.opinions()
        self._settled: set[str] = set()

    def uids(self) -> list[str]:
        """The images that were disputed when the task began."""
        return self._uids

    def shown(self, row: InstanceRow) -> InstanceRow:
        """Show only a consensus as the label: the label that counted so far is just one of the opinions."""
        return row if row.sop_instance_uid in self._settled else replace(row, label=None, reader=None)

    def label(
        self, uids: Sequence[str], class_name: str | None, *, reader: str, means: str
    ) -> list[LabelEvent]:
        """Enter the consensus."""
        del means
        events = self.entering.set_label(uids, class_name, reader=reader, means="consensus")
        self._mark(uids, settled=class_name is not None)
        return events

    def toggle(self, uids: Sequence[str], class_name: str, *, reader: str, means: str) -> list[LabelEvent]:
        """Add a class to the consensus, or take it out."""
        events = []
        for uid in uids:
            now = self.catalogue.instance(uid).label if uid in self._settled else None
            events += self.label([uid], _toggled(now, class_name), reader=reader, means=means)
        return events

    def undo(self, events: Sequence[LabelEvent]) -> list[LabelEvent]:
        """Make the images disputed again."""
        found = super().undo(events)
        self._mark([event.sop_instance_uid for event in events], settled=False)
        return found

    def _mark(self, uids: Sequence[str], *, settled: bool) -> None:
        change = self._settled.update if settled else self._settled.difference_update
        change(uids)

    def counts(self) -> Counts:
        """Count what has been settled."""
        return _counted(_labels(self.catalogue, list(self._settled)), len(self._uids))

    def unlabelled(self, only: InstanceFilter) -> set[str]:  # noqa: ARG002 - all disputed ones are listed
        """Return the images that are still disputed."""
        return set(self._uids) - self._settled

    def said(self, uid: str) -> list[tuple[str, str]]:
        """Return both readings, to stand side by side."""
        return [(reader, labels[uid]) for reader, labels in self._opinions.items() if uid in labels]


def _labels(catalogue: Catalogue, uids: Sequence[str]) -> list[str | None]:
    return [row.label for row in catalogue.rows(catalogue.listing_of(uids).keys)]


def _counted(labels: Sequence[str | None], total: int) -> Counts:
    given = [label for label in labels if label]
    return dict(Counter(name for label in given for name in label.split(JOIN))), len(given), total


def _toggled(label: str | None, class_name: str) -> str | None:
    """Add a class to an answer such as "a + b", or take it out; None when nothing is left."""
    held = label.split(JOIN) if label else []
    held = [name for name in held if name != class_name] if class_name in held else [*held, class_name]
    return JOIN.join(held) or None
