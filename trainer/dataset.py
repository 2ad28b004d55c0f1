"""Data set folders: which image belongs to which class, patient and split, and what is wrong with them."""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from trainer.errors import DataSetError
from trainer.listing import Item, LeftOut, Listing, list_folder
from trainer.records import ReadImage
from trainer.splits import SPLITS, split_patients

FEW_PATIENTS, VERY_FEW_PATIENTS = 50, 10
OVER_TEN_TIMES = "One class has over ten times as many images as another."
_LARGEST_LEFT_OUT = 0.5  # share of unusable rows beyond which the folder itself must be wrong
# Names that say "nothing found": such a class is put first, so that the finding is the positive class.
_ABSENCE = ("normal", "negative", "healthy", "no", "none", "absent", "benign", "unremarkable", "without", "0")


@dataclass(frozen=True, slots=True)
class DataSet:
    """The images of a data set folder with class, patient and split; pixels are read by `read_image`."""

    folder: Path
    classes: tuple[str, ...]
    items: tuple[Item, ...]
    warnings: tuple[str, ...]
    left_out: tuple[LeftOut, ...]
    read_image: ReadImage

    def of(self, split: str) -> tuple[Item, ...]:
        """The items of one split, or all for "all"."""
        return tuple(item for item in self.items if split in ("all", item.split))

    def only(self, wanted: Mapping[str, str]) -> "DataSet":
        """The images with these values in the manifest's columns; upper and lower case are the same.

        Splits and classes stay as they are. DataSetError where no image is left of a class.
        """
        given = {column: value.strip().upper() for column, value in wanted.items()}
        items = tuple(
            item
            for item in self.items
            if all(item.facts.get(name, "").strip().upper() == value for name, value in given.items())
        )
        lost = [name for name in self.classes if all(item.class_name != name for item in items)]
        if lost:
            raise DataSetError(
                f"With {', '.join(f'{name}={value}' for name, value in wanted.items())} no image is left of class: "
                f"{', '.join(lost)}.",
                "Choose another value, or label more.",
            )
        return replace(self, items=items)

    def counts(self) -> dict[str, dict[str, int]]:
        """Images by split and class."""
        numbers = Counter((item.split, item.class_name) for item in self.items)
        present = [split for split in SPLITS if any(item.split == split for item in self.items)]
        return {split: {name: numbers[split, name] for name in self.classes} for split in present}


def load_dataset(folder: Path, *, read_image: ReadImage, seed: int = 0) -> DataSet:
    """List a data set folder (docs/architecture.md) and make the splits that are missing.

    Rows and files that cannot be used are named in `left_out`. Raises DataSetError where nothing sound can be
    learned: no images, fewer than two classes, a patient in two splits, mostly unusable rows.
    """
    listing = list_folder(folder)
    _refuse_mostly_unusable(listing)
    items, warnings = _with_splits(listing, seed)
    _refuse_shared_patients(items)
    classes = ordered_classes({item.class_name for item in items})
    if len(classes) < 2:  # noqa: PLR2004 - a choice needs two
        raise DataSetError(
            "All images are of one class; there is nothing to tell apart.", "Label images of a second class."
        )
    notes = (*listing.warnings, *warnings, *_doubts(items, classes))
    return DataSet(folder, classes, items, notes, listing.left_out, read_image)


def fingerprint(dataset: DataSet) -> str:
    """A cheap one of names, classes, patients, splits and file sizes: the same images in the same splits?"""
    lines = [(i.name, i.class_name, i.patient, i.split, i.path.stat().st_size) for i in dataset.items]
    return hashlib.sha256(repr(sorted(lines)).encode()).hexdigest()


def ordered_classes(names: set[str]) -> tuple[str, ...]:
    """Sorted by name, but classes named as an absence first: the last of two classes is the finding."""
    return tuple(sorted(names, key=lambda name: (not _says_absence(name), name)))


def digest(items: tuple[Item, ...], sha256_of: Mapping[Path, str]) -> str:
    """SHA-256 over every image's content, class, patient and split; independent of their order."""
    lines = sorted("\t".join((i.name, i.class_name, i.patient, i.split, sha256_of[i.path])) for i in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _says_absence(name: str) -> bool:
    words = name.lower().replace("_", " ").replace("-", " ").split()
    return bool(words) and words[0] in _ABSENCE


def _refuse_mostly_unusable(listing: Listing) -> None:
    total = len(listing.items) + len(listing.left_out)
    if not listing.items:
        reason = f" {listing.left_out[0].reason}" if listing.left_out else ""
        raise DataSetError(
            f"No usable images were found in the data set folder.{reason}", "Choose another folder."
        )
    if len(listing.left_out) > _LARGEST_LEFT_OUT * total:
        raise DataSetError(
            f"{len(listing.left_out)} of {total} rows cannot be used; the first: {listing.left_out[0].reason}",
            "Check the data set folder.",
        )


def _with_splits(listing: Listing, seed: int) -> tuple[tuple[Item, ...], list[str]]:
    """Make the whole split where there is none, validation out of training where only that is missing."""
    items = listing.items
    given = {item.split for item in items}
    if given == {""}:
        names = split_patients([(i.patient, i.class_name) for i in items], seed=seed)
        return _assigned(items, names), []
    known = tuple(replace(item, split=item.split or "train") for item in items)
    warnings = []
    if "" in given:
        warnings.append("Images without a split were used for training.")
    if "train" not in {item.split for item in known}:
        raise DataSetError("The data set has no training images.", 'Name "train" in the split column.')
    if "validation" not in given:
        warnings.append("No validation split was given; 15 % of the training patients were taken for it.")
        training = [item for item in known if item.split == "train"]
        pairs = [(i.patient, i.class_name) for i in training]
        names = split_patients(pairs, fractions=(0.85, 0.15, 0.0), seed=seed)
        rest = tuple(item for item in known if item.split != "train")
        known = _assigned(tuple(training), names) + rest
    return tuple(sorted(known, key=lambda item: item.name)), warnings


def _assigned(items: tuple[Item, ...], splits: list[str]) -> tuple[Item, ...]:
    return tuple(replace(item, split=split) for item, split in zip(items, splits, strict=True))


def _refuse_shared_patients(items: tuple[Item, ...]) -> None:
    splits: dict[str, set[str]] = defaultdict(set)
    for item in items:
        splits[item.patient].add(item.split)
    shared = sum(len(found) > 1 for found in splits.values())
    if shared:
        raise DataSetError(
            f"{shared} patient(s) stand in more than one split; the result would look better than it is.",
            "Split by patient, or leave the split column out and let the program do it.",
        )


def _doubts(items: tuple[Item, ...], classes: tuple[str, ...]) -> list[str]:
    doubts = []
    for name in classes:
        patients = len({item.patient for item in items if item.class_name == name})
        if patients < VERY_FEW_PATIENTS:
            doubts.append(
                f'Only {patients} patient(s) of class "{name}": the result will hardly mean anything.'
            )
        elif patients < FEW_PATIENTS:
            doubts.append(f'Only {patients} patients of class "{name}": take the result with caution.')
        doubts += [
            f'No image of class "{name}" is in the {split} split.'
            for split in ("train", "validation")
            if not any(item.class_name == name and item.split == split for item in items)
        ]
    numbers = Counter(item.class_name for item in items)
    if max(numbers.values()) > 10 * min(numbers.values()):
        doubts.append(OVER_TEN_TIMES)
    return doubts
