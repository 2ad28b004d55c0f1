"""How strong a passphrase is, in words."""

import re
from dataclasses import dataclass
from enum import StrEnum

SHORTEST = 10  # characters
_WORD = re.compile(r"[^\W\d_]{3,}")
_BITS_OF_A_WORD = 12.0  # of a few thousand that people choose from
_LETTER, _DIGIT = 4.5, 3.3  # bits of one chosen at random
_FAIR, _STRONG = 36.0, 48.0  # bits; a guess costs a quarter of a second and 64 MiB
_COMMON = frozenset(
    {"password", "passphrase", "passwort", "qwertyuiop", "qwertz", "qwerty", "letmein", "welcome", "admin",
     "secret", "leadglass", "radiology", "hospital", "project", "abcdefgh", "iloveyou", "administrator"}
)  # fmt: skip


class Strength(StrEnum):
    """What a passphrase is worth."""

    TOO_SHORT = "too short"
    WEAK = "weak"
    FAIR = "fair"
    STRONG = "strong"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A passphrase's strength and a sentence about it."""

    strength: Strength
    words: str

    @property
    def acceptable(self) -> bool:
        """Whether a vault may be locked with it."""
        return self.strength in (Strength.FAIR, Strength.STRONG)


def judge_passphrase(text: str) -> Judgement:
    """Judge a passphrase by how many guesses it would cost; several random words are the best there is."""
    if len(text) < SHORTEST:
        return Judgement(Strength.TOO_SHORT, f"Too short: take at least {SHORTEST} characters.")
    bits = _bits(text.casefold())
    if bits < _FAIR:
        return Judgement(Strength.WEAK, "Weak: it could be guessed. Four random words are a good passphrase.")
    if bits < _STRONG:
        return Judgement(Strength.FAIR, "Fair: one more random word would make it strong.")
    return Judgement(Strength.STRONG, "Strong: guessing it would take longer than anybody can wait.")


def _bits(text: str) -> float:
    """Return how many bits a guesser who knows words, counting and repeating still lacks."""
    words = {word for word in _WORD.findall(text) if not _is_common(word)}
    bits = sum(len(word) * _LETTER if _is_random(word) else _BITS_OF_A_WORD for word in words)
    rest = _WORD.sub("", text)
    pairs = {
        (rest[place - 1] if place else "", sign) for place, sign in enumerate(rest) if not sign.isspace()
    }
    return bits + sum(
        _DIGIT if sign.isdigit() else _LETTER for before, sign in pairs if not _continues(before, sign)
    )


def _is_common(word: str) -> bool:
    return word in _COMMON or len(set(word)) <= 2  # noqa: PLR2004 - "aaaa", "abab"


def _is_random(word: str) -> bool:
    """Whether letters make no pronounceable word: few vowels in many letters."""
    vowels = sum(letter in "aeiouyäöüáéíóúàèìòùâêîôû" for letter in word)
    return len(word) > 5 and vowels / len(word) < 0.2  # noqa: PLR2004 - words have a vowel in four letters


def _continues(before: str, sign: str) -> bool:
    """Whether a sign only goes on counting (1234) or repeats."""
    return bool(before) and ord(sign) - ord(before) in (-1, 0, 1)
