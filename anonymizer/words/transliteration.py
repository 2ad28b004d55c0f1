"""Names in one script recognised in another: Cyrillic, Greek, Hebrew, Arabic, kana and hangul in Latin letters.

Nobody writes a foreign name in one way only, so spellings are compared by keys in which the usual ways to
write the same sound are one.
"""

import re
import unicodedata
from functools import lru_cache


def _sounds(letters: str, sounds: str) -> dict[str, str]:
    return dict(zip(letters, sounds.split(" "), strict=True))


_CYRILLIC = _sounds(
    "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґўђјљњћџѓќѕ",
    "a b v g d e e zh z i i k l m n o p r s t u f kh ts ch sh shch  y  e yu ya "  # Russian
    "i i e g u d j l n c dz g k z",  # Ukrainian, Belarusian, Serbian, Macedonian
)
_GREEK = _sounds("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t i f ch ps o")
_HEBREW = _sounds("אבגדהוזחטיכךלמםנןסעפףצץקרשת", " b g d h v z h t i k k l m m n n s  p p ts ts k r sh t")
_ARABIC = _sounds(
    "اأإآبتثجحخدذرزسشصضطظعغفقكلمنهويىةءئؤپچژگکی",
    "a a i a b t th j h kh d dh r z s sh s d t z  gh f q k l m n h w y a a   w p ch zh g k y",
)
_LETTERS = _CYRILLIC | _GREEK | _HEBREW | _ARABIC
_KANA_ROWS = {
    "a": "あいうえお", "k": "かきくけこ", "s": "さしすせそ", "t": "たちつてと", "n": "なにぬねの",
    "h": "はひふへほ", "m": "まみむめも", "y": "や ゆ よ", "r": "らりるれろ", "w": "わゐ ゑを",
    "g": "がぎぐげご", "z": "ざじずぜぞ", "d": "だぢづでど", "b": "ばびぶべぼ", "p": "ぱぴぷぺぽ",
}  # fmt: skip
_KANA = {
    kana: ("" if row == "a" else row) + vowel
    for row, letters in _KANA_ROWS.items()
    for kana, vowel in zip(letters, "aiueo", strict=True)
    if kana != " "
} | {"ん": "n", "し": "shi", "ち": "chi", "つ": "tsu", "ふ": "fu", "じ": "ji", "ぢ": "ji", "づ": "zu", "ゔ": "vu",
     "ゃ": "ya", "ゅ": "yu", "ょ": "yo"}  # fmt: skip
_HANGUL_FIRST, _HANGUL_LAST = 0xAC00, 0xD7A3
_JAMO = (
    "g kk n d tt r m b pp s ss  j jj ch k t p h",
    "a ae ya yae eo e yeo ye o wa wae oe yo u wo we wi yu eu ui i",
    " k k k n n n t l l l l l l l l m p p t t ng t t k t p t",
)
_INITIALS, _VOWELS, _FINALS = (sounds.split(" ") for sounds in _JAMO)
_FAMILY_NAMES = {  # Korean names that are hardly ever written as the rules would have it
    "이": ("lee", "yi", "rhee"), "박": ("park", "bak"), "최": ("choi",), "정": ("jung", "chung"), "조": ("cho",),
    "임": ("lim", "rim"), "노": ("roh", "noh"), "유": ("yoo", "ryu"), "류": ("ryu",), "우": ("woo",), "오": ("oh",),
    "서": ("suh", "seo"), "신": ("shin",), "안": ("ahn",), "김": ("kim",), "강": ("kang",), "구": ("koo",),
}  # fmt: skip
_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("shch|schtsch", "S"), ("tsch|tch|dzh|dj", "C"), ("sch|sh|sz|si(?=[aou])", "S"), ("ch|cz|ti(?=[aou])", "C"),
        ("zh", "S"), ("kh|gh", "h"), ("ph", "f"), ("th|dh", "t"), ("ts|tz|ks|x|z|c(?=[eiy])", "s"), ("ck|c|q|g", "k"),
        ("d", "t"),
        ("b", "p"), ("w|v", "f"), ("r", "l"), ("j|y", "i"), ("eo|oo|ou|oh(?![aeiou])", "o"),
        ("eu|uu|uh(?![aeiou])", "u"), ("ee|ie|ii", "i"),
        ("ae|ai|ei|ie", "e"), ("i(?=[aeou])", ""), ("'", ""), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip
_NOT_A_CONSONANT = re.compile(r"[aeiou]")
_SHORTEST_SKELETON = 3
_WITHOUT_VOWELS = ("HEBREW", "ARABIC")


def is_foreign(text: str) -> bool:
    """Whether a text holds letters of a script that is not Latin."""
    return not text.isascii() and any(_script(letter) for letter in text)


def _script(letter: str) -> str:
    if not letter.isalpha() or ord(letter) < 0x250:  # noqa: PLR2004 - Latin with accents ends there
        return ""
    name = unicodedata.name(letter, "")
    return "" if name.startswith("LATIN") else name.split(" ", 1)[0]


@lru_cache(4096)
def romanised(word: str) -> frozenset[str]:
    """Return the ways to write a word of another script in Latin letters; none where it cannot be told."""
    plain = unicodedata.normalize("NFC", word.casefold())
    if any(_HANGUL_FIRST <= ord(letter) <= _HANGUL_LAST for letter in plain):
        return _from_hangul(plain)
    if any(_script(letter) in ("HIRAGANA", "KATAKANA") for letter in plain):
        return frozenset({_from_kana(plain)} - {""})
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    bare = "".join(_base(letter) for letter in bare)
    if not all(letter in _LETTERS for letter in bare):
        return frozenset()
    mark = "'" if leaves_vowels_out(bare) else ""  # so that "kh" of two letters is not taken for one sound
    return frozenset({mark.join(_LETTERS[letter] for letter in bare.replace("ου", "у"))} - {""})


def _base(letter: str) -> str:
    """Return a letter without accent where only the letter without one is listed."""
    return letter if letter in _LETTERS else unicodedata.normalize("NFD", letter)[0]


def _from_kana(word: str) -> str:
    hiragana = "".join(chr(ord(c) - 0x60) if "\u30a1" <= c <= "\u30f6" else c for c in word)
    found = ""
    doubled = False
    for letter in hiragana:
        if letter == "っ":
            doubled = True
            continue
        if letter == "ー":
            continue
        sound = _KANA.get(letter)
        if sound is None:
            return ""
        if letter in "ゃゅょ" and found.endswith("i"):
            found = found[:-1]
            sound = sound[1:] if found.endswith(("sh", "ch", "j")) else sound
        found += sound[0] + sound if doubled else sound
        doubled = False
    return found


def _from_hangul(word: str) -> frozenset[str]:
    if not all(_HANGUL_FIRST <= ord(letter) <= _HANGUL_LAST for letter in word):
        return frozenset()
    syllables = []
    for letter in word:
        index = ord(letter) - _HANGUL_FIRST
        syllables.append(_INITIALS[index // 588] + _VOWELS[index % 588 // 28] + _FINALS[index % 28])
    found = {"".join(syllables)}
    found |= {family + "".join(syllables[1:]) for family in _FAMILY_NAMES.get(word[0], ())}
    found |= {name.replace("ui", "ee").replace("eo", "u") for name in found}
    return frozenset(found)


@lru_cache(8192)
def sound_key(word: str) -> str:
    """Return the key of a Latin word (lower case) in which the ways to write a sound are one."""
    for pattern, sound in _SOUNDS:
        word = pattern.sub(sound, word)
    return word


def skeleton(key: str) -> str:
    """Return the consonants of a key: Hebrew and Arabic leave the short vowels out. "" if they are too few."""
    bare = re.sub(r"(.)\1+", r"\1", _NOT_A_CONSONANT.sub("", key).replace("f", "p"))
    return bare if len(bare) >= _SHORTEST_SKELETON else ""


def leaves_vowels_out(word: str) -> bool:
    """Whether a word is written in a script without short vowels."""
    return any(_script(letter) in _WITHOUT_VOWELS for letter in word)
