"""What the site says of words in all its projects: a file in the configuration folder, readable to its owner.

Words that must always go may be names, so the file is as confidential as the keys that lie beside it.
"""

import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from anonymizer import OwnWords, WordAnswer, normal
from app import policy
from app.errors import SettingsError
from app.settings import config_folder
from app.storage import write_text

_LISTS = ("keep_words", "mask_words", "right_texts")  # the last: texts that are right as they stand


def vocabulary_file() -> Path:
    """Where the site's own words stand."""
    return config_folder() / "vocabulary.toml"


def site_answers() -> dict[str, WordAnswer]:
    """What the site says of words and texts (normal form). Raises SettingsError for a damaged file."""
    lists = _in_force()
    answers = dict.fromkeys((*lists["keep_words"], *lists["right_texts"]), WordAnswer.KEEP)
    return answers | dict.fromkeys(lists["mask_words"], WordAnswer.MASK)


def site_words() -> OwnWords:
    """The same as masking wants it: single words that are harmless, words and phrases that must go."""
    lists = _in_force()
    return OwnWords(frozenset(lists["keep_words"]), frozenset(lists["mask_words"]))


def answer_for_site(text: str, said: WordAnswer | None) -> None:
    """Keep what is said of a word or text for all projects, None: nothing any more; durable on return."""
    policy.current().require("own words")
    plain = " ".join(normal(text).split())
    lists = {name: [each for each in texts if each != plain] for name, texts in _read().items()}
    if said is WordAnswer.MASK:
        lists["mask_words"].append(plain)
    elif said is WordAnswer.KEEP:
        lists["keep_words" if len(plain.split()) == 1 else "right_texts"].append(plain)
    head = "# Words that this site keeps or masks in free text, in all projects. Confidential: they may be names.\n"
    # A JSON array of strings is the same in TOML.
    rows = (f"{name} = {json.dumps(sorted(texts), ensure_ascii=False)}\n" for name, texts in lists.items())
    try:
        write_text(vocabulary_file(), head + "".join(rows), private=True)
    except OSError as error:
        raise SettingsError(
            f"{vocabulary_file()} cannot be written.", "Check that you may write in its folder."
        ) from error


def _in_force() -> dict[str, list[str]]:
    """What the file says, without what is kept where the site's IT has switched own words off; more may go."""
    lists = _read()
    if not policy.current().allows("own words"):
        return {name: texts if name == "mask_words" else [] for name, texts in lists.items()}
    return lists


def _read() -> dict[str, list[str]]:
    file = vocabulary_file()
    if not file.exists():
        return {name: [] for name in _LISTS}
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"The site's own words in {file} cannot be read.", "Mend the file, or restore it from a backup."
        ) from error
    return {name: _texts(content, name) for name in _LISTS}


def _texts(content: Mapping[str, object], name: str) -> list[str]:
    found = content.get(name, [])
    if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
        raise SettingsError(f"In {vocabulary_file()}, “{name}” must be a list of texts.")
    return [" ".join(normal(text).split()) for text in found]
