"""`leadglass words`: the review of free text on the command line."""

import argparse
from collections.abc import Sequence
from contextlib import closing

from anonymizer import WordAnswer
from app.cli.command import DONE, SOME_FAILED, Command, Result
from app.cli.commands.masking import add_workers_argument
from app.cli.commands.opening import open_project, passphrase_for
from app.cli.commands.projects import add_project_argument
from app.progress import Progress
from app.workflows.masking_again import all_instances, mask_again
from app.workflows.projects import unlock
from app.workflows.words import Phrase, WordReview, say

_SHOWN = 40  # rows, unless all are asked for


def _arguments(parser: argparse.ArgumentParser) -> None:
    add_project_argument(parser)
    parser.add_argument("--keep", action="append", default=[], metavar="WORD", help="this word is harmless")
    parser.add_argument(
        "--mask", action="append", default=[], metavar="TEXT", help="this word or text must always go"
    )
    parser.add_argument("--forget", action="append", default=[], metavar="TEXT", help="take an answer back")
    parser.add_argument("--site", action="store_true", help="the answers count for all projects of the site")
    parser.add_argument("--again", action="store_true", help="mask again what the answers change")
    parser.add_argument(
        "--all",
        action="store_true",
        help=f"list everything, not just {_SHOWN} open questions; with --again: every instance",
    )
    add_workers_argument(parser)


def _run(given: argparse.Namespace, progress: Progress) -> Result:
    project = open_project(given.project)
    with closing(unlock(project, passphrase_for(project))) as vault:
        answers = (given.keep, WordAnswer.KEEP), (given.mask, WordAnswer.MASK), (given.forget, None)
        for texts, answer in answers:
            if texts:
                say(project, vault, texts, answer, for_site=given.site)
        review = WordReview(project, vault)
        if given.again:
            uids = all_instances(project) if given.all else review.due()
            tally = mask_again(project, vault, uids, progress, workers=given.workers)
            return Result(tally.as_text(), tally.as_json(), SOME_FAILED if tally.problems else DONE)
    return _listed(review, everything=given.all)


def _listed(review: WordReview, *, everything: bool) -> Result:
    open_ones = [each for each in review.phrases if review.said(each) is None]
    shown: Sequence[Phrase] = review.phrases if everything else open_ones[:_SHOWN]
    lines = [_line(review, each) for each in shown] or ["No free text was kept or taken out."]
    if not everything and len(open_ones) > len(shown):
        lines.append(f"… and {len(open_ones) - len(shown):,} more; --all lists them.")
    due = len(review.due())
    lines.append(f"{due:,} instances would change when masked again (--again)." if due else "")
    if review.unread:
        lines.append(f"{review.unread:,} instances were masked by an older version and are not listed.")
    facts = {"texts": [_facts(review, each) for each in shown], "open": len(open_ones), "due": due}
    return Result("\n".join(filter(None, lines)), facts)


def _line(review: WordReview, phrase: Phrase) -> str:
    said = review.said(phrase)
    answer = f" [{said.answer}{', all projects' if said.for_site else ''}]" if said else ""
    state = "kept  " if phrase.kept else "masked"
    return f"{len(phrase.places):>8,} × {state}  {phrase.text}  ({phrase.name}){answer}"


def _facts(review: WordReview, phrase: Phrase) -> dict[str, object]:
    said = review.said(phrase)
    return {
        "text": phrase.text,
        "kept": phrase.kept,
        "instances": len(phrase.places),
        "attribute": phrase.name,
        "answer": said.answer.value if said else None,
        "site": bool(said and said.for_site),
    }


WORDS = Command(
    "words",
    "review the words that were kept or taken out of free text",
    """List the distinct words that were taken out of descriptions and comments because no vocabulary has them, and
the distinct texts that were kept, most frequent first. Answer for all instances at once, then mask again what the
answers change: pseudonyms, UIDs and labels stay. The list may show names: it needs the project's vault.

  leadglass words knees.leadglass
  leadglass words knees.leadglass --keep fatsat --keep propeller --mask "Haus Sonne"
  leadglass words knees.leadglass --keep fatsat --site       for all projects on this computer
  leadglass words knees.leadglass --again
  leadglass words knees.leadglass --again --all              every instance, as after a new version""",
    _arguments,
    _run,
)
