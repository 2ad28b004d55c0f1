"""Profiles: which options of PS3.15 Annex E a site chooses, and its own decisions per attribute."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from anonymizer.errors import ProfileError
from anonymizer.profiles.options import option_named, refuse_contradictions
from anonymizer.profiles.pixel_policy import PixelPolicy, policy_from
from anonymizer.profiles.profile_file import ProfileFile, read_profile_file
from anonymizer.words.vocabulary import OwnWords, normal
from resources import find

_LONGEST_CHAIN = 8  # profiles that extend each other


@dataclass(frozen=True, slots=True)
class Profile:
    """What a de-identification keeps: options and the site's own decisions on top of the Basic Profile."""

    name: str
    title: str
    description: str = ""
    options: frozenset[str] = frozenset()
    attributes: tuple[tuple[int, str], ...] = ()  # (tag, action), a site's own decision
    keep_words: frozenset[str] = frozenset()  # single words in normal form that are harmless here
    mask_words: frozenset[str] = frozenset()  # words and phrases that must go; they win over keep_words
    documents: str = "clean"  # what happens to encapsulated documents: clean, remove, quarantine
    private: tuple[tuple[str, int, int, str], ...] = ()  # (creator, group, last byte of the element, K or X)
    allow: frozenset[int] | None = None  # the only attributes that stay; None: no such list
    pixels: PixelPolicy = field(default_factory=PixelPolicy)  # what is done with text burned into pixels
    shift_times: bool = False  # times of day move too, so dates by more or less than whole weeks

    def has(self, option: str) -> bool:
        """Whether an option is chosen."""
        return option in self.options

    @property
    def identity(self) -> str:
        """A text that is equal for profiles that do the same."""
        own = ",".join(f"{tag:08x}={action}" for tag, action in self.attributes)
        masked = f"|{'+'.join(sorted(self.mask_words))}" if self.mask_words else ""
        kept = "+".join(sorted(self.keep_words))
        text = f"{'+'.join(sorted(self.options))}|{own}|{kept}{masked}|{self.documents}"
        if self.private:
            text += "|private:" + ",".join(f"{c}/{g:04x}/{e:02x}={a}" for c, g, e, a in self.private)
        if self.allow is not None:
            text += "|allow:" + ",".join(f"{tag:08x}" for tag in sorted(self.allow))
        if self.pixels.identity:
            text += f"|pixels:{self.pixels.identity}"
        return f"{text}|times" if self.shift_times else text

    @property
    def own_words(self) -> OwnWords:
        """What this profile says of words."""
        return OwnWords(self.keep_words, self.mask_words)

    def with_words(self, keep: Iterable[str] = (), mask: Iterable[str] = ()) -> "Profile":
        """Return the profile with further words that are harmless, or must go, here."""
        return replace(
            self,
            keep_words=self.keep_words | frozenset(word for text in keep for word in normal(text).split()),
            mask_words=self.mask_words
            | frozenset(" ".join(normal(text).split()) for text in mask if text.strip()),
        )


def profile_names() -> tuple[str, ...]:
    """Return the presets that the program carries, basic first."""
    names = sorted(path.stem for path in find("profiles").glob("*.toml"))
    return tuple(sorted(names, key=lambda name: (name != "basic", name)))


def profile_path(name_or_file: str, beside: Path | None = None) -> Path:
    """Return the file of a preset or of a site's own profile, looked for `beside` another one where given.

    Raises ProfileError where there is none.
    """
    if name_or_file in profile_names():
        return find("profiles", f"{name_or_file}.toml")
    path = Path(name_or_file) if beside is None else beside.parent / name_or_file
    if not path.is_file():
        raise ProfileError(
            f"There is no profile “{name_or_file}”.",
            f"Name a profile file or one of: {', '.join(profile_names())}.",
        )
    return path


def load_profile(name_or_file: str = "basic", options: Sequence[str] = ()) -> Profile:
    """Return a preset by name or a site's TOML file, with further options added.

    Raises ProfileError for an unknown name, an unreadable file, an unknown key, option, attribute or action, and
    options that contradict each other; it names file, line and key.
    """
    profile = _merged(_chain(profile_path(name_or_file)))
    added = frozenset(option_named(text).name for text in options)
    profile = replace(profile, options=profile.options | added)
    refuse_contradictions(profile.options)
    return profile


def _chain(path: Path) -> list[ProfileFile]:
    """Return a profile file and those that it extends, the most basic one first."""
    chain = [read_profile_file(path)]
    while chain[-1].extends:
        if len(chain) == _LONGEST_CHAIN or path in [one.path for one in chain[:-1]]:
            raise ProfileError(
                f"{chain[0].path.name}: the profiles extend each other in a circle.",
                "Take the line “extends” out of one of them.",
            )
        path = profile_path(chain[-1].extends, beside=chain[-1].path)
        chain.append(read_profile_file(path))
    return chain[::-1]


def _merged(chain: Sequence[ProfileFile]) -> Profile:
    """Return the profile that files make one on top of the other."""
    made = Profile(chain[-1].path.stem, chain[-1].title or chain[-1].path.stem, chain[-1].description)
    for one in chain:
        allow = made.allow
        if one.allow is not None:
            allow = (allow or frozenset()) | one.allow
        made = replace(
            made,
            options=(made.options - one.without_options) | one.options,
            attributes=tuple(sorted({**dict(made.attributes), **one.attributes}.items())),
            private=_private(made.private, one),
            documents=one.documents or made.documents,
            allow=allow,
            pixels=policy_from(one.pixels, made.pixels),
            shift_times=made.shift_times if one.shift_times is None else one.shift_times,
        ).with_words(one.keep_words, one.mask_words)
    return made


def _private(
    before: tuple[tuple[str, int, int, str], ...], one: ProfileFile
) -> tuple[tuple[str, int, int, str], ...]:
    merged = {(creator, group, element): action for creator, group, element, action in before}
    merged.update(one.private)
    return tuple((*where, action) for where, action in sorted(merged.items()))
