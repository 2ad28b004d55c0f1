"""The locked distributions, by target system and component."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "requirements.lock"
RUNTIME_LOCK = ROOT / "installer" / "windows" / "runtime.lock"  # Microsoft's C++ runtime
TABLE = ROOT / "installer" / "components.toml"

PROGRAM = "program"
TRAINING = "training"
BUILD = "build"
COMPONENTS = (PROGRAM, TRAINING)


@dataclass(frozen=True, slots=True)
class Locked:
    """One distribution of the lock file, with its lines as they stand there."""

    name: str
    version: str
    marker: str
    text: str

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether it is installed where PEP 508's marker variables have these values."""
        return not self.marker or Marker(self.marker).evaluate(dict(environment))


def distributions(lock: Path = LOCK) -> Iterator[Locked]:
    """The entries of the lock file."""
    for text in re.split(r"\n(?=\S)", lock.read_text(encoding="utf-8").strip()):
        if text.startswith("#"):
            continue
        head = text.split("\\\n")[0].strip()
        found = re.fullmatch(r"([A-Za-z0-9._-]+)==(\S+)(?: *; *(.+))?", head)
        if found is None:
            raise ValueError(f"{lock.name}: this line is not understood: {head}")
        yield Locked(found[1], found[2], found[3] or "", text)


def table() -> dict[str, frozenset[str]]:
    """The table of components: name -> distributions."""
    read = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {name: frozenset(entry["distributions"]) for name, entry in read.items()}


def of_component(component: str, environment: Mapping[str, str]) -> list[Locked]:
    """The distributions of a component ("program" or "training") on a system."""
    named = table()
    chosen = []
    for each in distributions():
        homes = [name for name, members in named.items() if each.name in members]
        if each.fits(environment) and (homes or [PROGRAM])[0] == component:
            chosen.append(each)
    return chosen
