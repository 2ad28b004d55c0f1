"""When a word is so like a harvested name that it must be a misspelling of it."""

import re

_ONE_EDIT, _TWO_EDITS = 5, 7  # letters that a name must have to be found with so many edits
_ANYWHERE = 9  # letters from which two edits may be anywhere
_SAME_END = 3
_DOUBLED = re.compile(r"(.)\1+")
_UNSPOKEN = frozenset("aeiouy")
_SHORTEST_SKELETON = 5


def allowed_edits(name: str) -> int:
    """Return how many letters may be wrong, missing, doubled or swapped in a name of this length."""
    return (len(name) >= _ONE_EDIT) + (len(name) >= _TWO_EDITS)


def is_like(word: str, name: str) -> bool:
    """Tell whether a word is a misspelling of a name (both in normal form): one letter off, or two in long names.

    In names of seven and eight letters two edits count only where the beginning or the end is right: without this
    bound, such names would be like half of all words.
    """
    return _is_near(word, name) or (len(name) > _TWO_EDITS and _is_near(_single(word), _single(name)))


def _single(word: str) -> str:
    """Return a word with its doubled letters written once."""
    return _DOUBLED.sub(r"\1", word)


def _is_near(word: str, name: str) -> bool:
    bound = allowed_edits(name)
    if not bound or abs(len(word) - len(name)) > bound:
        return False
    found = distance(word, name, bound)
    if found <= 1:
        return found <= bound
    return found <= bound and (
        len(name) >= _ANYWHERE or word[0] == name[0] or word[-_SAME_END:] == name[-_SAME_END:]
    )


def is_shortened(word: str, name: str) -> bool:
    """Tell whether a word is a name without its vowels."""
    if len(word) < _SHORTEST_SKELETON or _UNSPOKEN.intersection(word[1:]):
        return False
    return word[0] == name[0] and word[1:] == "".join(c for c in name[1:] if c not in _UNSPOKEN)


def distance(one: str, other: str, bound: int) -> int:
    """Return the optimal string alignment distance, or more than `bound` where it exceeds that."""
    if one == other:
        return 0
    start, end = 0, 0
    shortest = min(len(one), len(other))
    while start < shortest and one[start] == other[start]:
        start += 1
    while end < shortest - start and one[-1 - end] == other[-1 - end]:
        end += 1
    one, other = one[start : len(one) - end], other[start : len(other) - end]
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        before, last, row = row, before, [i]
        for j, b in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if last and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        if min(row) > bound:
            return bound + 1
    return row[-1]
