"""The review of free text: every distinct word and text of a project once, with what was said of it.

A word that was taken out may be a name: what stands here is for the eyes of whoever unlocked the vault.
"""

import re
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from anonymizer import Fragment, Profile, Vault, WordAnswer, masks_otherwise, normal
from app.project import Project
from app.workflows.masking import project_profile
from app.workflows.site_words import answer_for_site, site_answers

_WORD = re.compile(r"[^\W_]+")
_Name = tuple[str, bool, bool]  # text, kept, word by word


@dataclass(frozen=True, slots=True)
class Phrase:
    """A distinct word that was taken out, or text that was kept, and in which instances it stands."""

    text: str = field(repr=False)
    kept: bool
    word_by_word: bool
    path: str  # of an attribute where it stands
    name: str
    places: "array[int]" = field(repr=False)  # numbers of the instances, ascending
    key: str = field(repr=False)  # the text as it is compared


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and whether it counts in all projects of the site."""

    answer: WordAnswer
    for_site: bool = False


class WordReview:
    """The distinct words and texts of a project, most frequent first, and what was said of them."""

    def __init__(self, project: Project, vault: Vault) -> None:
        self._project = project
        self._profile = Profile("", "")
        self._answers: dict[str, Said] = {}
        self._uids: list[str] = []
        self._spellings: dict[_Name, Phrase] = {}
        self._due: dict[int, bool] = {}  # by place in `phrases`: whether masking again changes it
        self.unread = 0  # instances masked by a version that collected nothing
        self.phrases = self._collected(vault)
        self.read_answers(vault)

    def _collected(self, vault: Vault) -> tuple[Phrase, ...]:
        found: dict[_Name, Phrase] = {}
        for uid, fragments in vault.words.fragments():
            if fragments is None:
                self.unread += 1
                continue
            self._uids.append(uid)
            self._enter(found, fragments)
        self._spellings.clear()
        return tuple(sorted(found.values(), key=lambda each: (-len(each.places), each.kept, each.key)))

    def _enter(self, found: dict[_Name, Phrase], fragments: Iterable[Fragment]) -> None:
        here = len(self._uids) - 1
        for each in fragments:
            phrase = self._phrase(found, each)
            if not phrase.places or phrase.places[-1] != here:
                phrase.places.append(here)

    def _phrase(self, found: dict[_Name, Phrase], each: Fragment) -> Phrase:
        """Return the phrase of a fragment: one for all of its spellings."""
        written = self._spellings.get((each.text, each.kept, each.word_by_word))
        if written is not None:
            return written
        key = _key(each.text)
        phrase = found.setdefault(
            (key, each.kept, each.word_by_word),
            Phrase(each.text, each.kept, each.word_by_word, each.path, each.name, array("L"), key),
        )
        self._spellings[each.text, each.kept, each.word_by_word] = phrase
        return phrase

    def example(self, phrase: Phrase) -> str:
        """The SOP Instance UID of an instance in which it stands."""
        return self._uids[phrase.places[0]]

    def read_answers(self, vault: Vault, about: Iterable[str] | None = None) -> None:
        """Read anew what was said, about these texts or all. Raises SettingsError, ProfileError or VaultError."""
        self._profile = project_profile(self._project, vault)
        site = {text: Said(answer, for_site=True) for text, answer in site_answers().items()}
        self._answers = site | {text: Said(answer) for text, answer in vault.words.answers().items()}
        own = self._profile.own_words
        firsts = None if about is None else [_WORD.findall(_key(text))[:1] for text in about]
        for place, each in enumerate(self.phrases):
            if firsts is None or any(word in each.key for first in firsts for word in first):
                self._due[place] = masks_otherwise(
                    each.text, own, kept=each.kept, word_by_word=each.word_by_word
                )

    @property
    def instances(self) -> int:
        """How many instances were read."""
        return len(self._uids)

    def said(self, phrase: Phrase) -> Said | None:
        """What was said of a word or text."""
        return self._answers.get(phrase.key)

    def unanswered(self) -> int:
        """For how many words and texts nobody has answered."""
        return sum(each.key not in self._answers for each in self.phrases)

    def due(self) -> list[str]:
        """SOP Instance UIDs of the instances that the answers would change, in a fixed order."""
        due = (phrase for place, phrase in enumerate(self.phrases) if self._due[place])
        places = {place for phrase in due for place in phrase.places}
        return [self._uids[place] for place in sorted(places)]


def say(
    project: Project,
    vault: Vault,
    texts: Sequence[str],
    answer: WordAnswer | None,
    *,
    for_site: bool = False,
) -> None:
    """Keep an answer: in the project's vault, or for all projects of the site in its vocabulary file.

    The audit trail tells that so many answers were given, never of which words.
    """
    for text in texts:
        if for_site:
            answer_for_site(text, answer)
        # Of two answers that contradict each other nobody would know which counts.
        vault.words.answer(text, None if for_site else answer)
    said = answer.value if answer else "taken back"
    project.record("words answered", answer=said, scope="site" if for_site else "project", words=len(texts))


def restore(project: Project, vault: Vault, text: str, said: Said | None) -> None:
    """Bring back the answer that stood before: undo."""
    if _key(text) in site_answers() and not (said and said.for_site):
        say(project, vault, [text], None, for_site=True)
    say(project, vault, [text], said.answer if said else None, for_site=bool(said and said.for_site))


def _key(text: str) -> str:
    return " ".join(normal(text).split())
