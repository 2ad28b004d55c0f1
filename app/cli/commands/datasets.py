"""`leadglass export`: the labelled instances as a data set."""

import argparse
from contextlib import closing, nullcontext
from dataclasses import asdict, replace
from pathlib import Path

from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.opening import open_project
from app.cli.commands.projects import add_project_argument
from app.errors import UsageError
from app.progress import Progress
from app.workflows import datasets, projects
from app.workflows.pictures import FILE_WINDOW, parse_window
from labeller import DUPLICATE_RULES, FORMATS, LAYOUTS, RULES, Choice

UNSEARCHED = (
    "The vault was locked, so the data set was not searched for the patients' names. "
    "LEADGLASS_PASSPHRASE opens it."
)


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="the data set folder")
    parser.add_argument(
        "--preview",
        action="store_true",
        help="write nothing: tell what would be written, what is left out and why, and near-duplicates",
    )
    parser.add_argument("--format", choices=tuple(FORMATS), default="png", help=_table(_format_words()))
    parser.add_argument(
        "--window",
        default=FILE_WINDOW,
        metavar="C,W",
        help="of 8-bit pictures: “file” (the file's own first window, or the middle 99 %% of its values), or center "
        "and width for all, such as 40,400",
    )
    parser.add_argument("--layout", choices=tuple(LAYOUTS), default="classes", help=_table(LAYOUTS))
    _choice_arguments(parser)
    parser.add_argument("--licence", default="", metavar="URL", help="stated in the data card")
    parser.add_argument(
        "--overwrite", action="store_true", help="replace an earlier export in the same place"
    )
    parser.add_argument(
        "--release-findings",
        default="",
        metavar="REASON",
        help="put the data set in place whatever is found in it; reader, reason, time and places are kept",
    )
    parser.add_argument("--reader", default="", metavar="NAME", help="who releases what was found")


def _choice_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label-set", default="", metavar="NAME", help="which labels (the first set)")
    parser.add_argument(
        "--class",
        dest="classes",
        action="append",
        metavar="CLASS",
        help="this class alone; may be repeated (all)",
    )
    parser.add_argument("--rule", choices=tuple(RULES), default="latest", help=_table(RULES))
    parser.add_argument(
        "--unusable", action="store_true", help="export answers such as “not sure” as classes too"
    )
    parser.add_argument("--seed", type=int, default=0, help="the same seed gives the same split (0)")
    parser.add_argument(
        "--split",
        type=fractions,
        default=(0.7, 0.15, 0.15),
        metavar="T,V,T",
        help="shares of patients for training, validation and test (0.7,0.15,0.15)",
    )
    parser.add_argument(
        "--splits",
        type=Path,
        metavar="CSV",
        help="splits that are kept: columns split and sop_instance_uid or patient; the others are divided",
    )
    parser.add_argument(
        "--duplicates",
        choices=tuple(DUPLICATE_RULES),
        default="report",
        help=f"near-duplicates of different patients: {_table(DUPLICATE_RULES)}",
    )


def _format_words() -> dict[str, str]:
    return {name: one.words for name, one in FORMATS.items()}


def _table(words: object) -> str:
    return "; ".join(f"{name}: {text}" for name, text in dict(words).items()).replace("%", "%%")  # type: ignore[call-overload]


def fractions(text: str) -> tuple[float, float, float]:
    """Three shares that add up to 1, for argparse."""
    parts = [float(part) for part in text.split(",")]
    if len(parts) != 3 or min(parts) < 0 or abs(sum(parts) - 1) > 1e-6:  # noqa: PLR2004 - three splits
        raise argparse.ArgumentTypeError("three numbers that add up to 1, such as 0.7,0.15,0.15")
    return parts[0], parts[1], parts[2]


def _wish(given: argparse.Namespace) -> datasets.Wish:
    parse_window(given.window)
    choice = Choice(
        classes=tuple(given.classes) if given.classes else None,
        rule=given.rule,
        fractions=given.split,
        seed=given.seed,
        duplicates=given.duplicates,
        unusable=given.unusable,
    )
    return datasets.Wish(
        choice,
        image_format=given.format,
        window=given.window,
        layout=given.layout,
        licence=given.licence,
        label_set=given.label_set,
        overwrite=given.overwrite,
        release=datasets.Release(given.reader, given.release_findings) if given.release_findings else None,
    )


def _export(given: argparse.Namespace, progress: Progress) -> Result:
    if given.out is None and not given.preview:
        raise UsageError("No folder for the data set is given.", "Give --out DIR, or --preview.")
    project = open_project(given.project)
    vault = projects.unlocked_if_possible(project)
    with closing(vault) if vault is not None else nullcontext():
        wish = _wish(given)
        if given.splits is not None:
            kept = datasets.given_splits(project, vault, given.splits)
            wish = replace(wish, choice=replace(wish.choice, given=kept))
        if given.preview:
            found = datasets.preview_project(project, progress, wish)
            return Result(datasets.preview_text(found), datasets.preview_facts(found))
        summary = datasets.export_project(project, given.out, progress, wish, vault=vault)
    text = datasets.summary_text(summary)
    if vault is None:
        text += f"\n{UNSEARCHED}"
    facts = asdict(summary) | {"names_searched": vault is not None}
    return Result(text, facts, SOME_FAILED if summary.failed else DONE)


EXPORT = Command(
    "export",
    "write the labelled instances as a data set",
    """Write the labelled instances with DIR/manifest.csv and manifest.parquet (path, class, patient, split and more),
a data card (DATACARD.md, croissant.json) and checksums. Patients are pseudonyms and are never divided between
training, validation and test. Near-duplicates that stand in several splits are told; only what passed the check
or was approved is written, and what was written is searched before it is put in place.

  leadglass export knees.leadglass --out knees-dataset
  leadglass export knees.leadglass --preview --rule consensus
  leadglass export knees.leadglass --out knees-dataset --reader "Reader A" --release-findings "a class is called so"
  leadglass export knees.leadglass --out knees-16 --format png16 --splits benchmark.csv --duplicates together""",
    _arguments,
    _export,
)
