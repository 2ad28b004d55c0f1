"""The data files that the program carries: profiles, weights, sample, icons, help."""

from pathlib import Path

ROOT = Path(__file__).parent


def find(*parts: str) -> Path:
    """The path of a carried file, e.g. `find("profiles", "basic.toml")`.

    Raises FileNotFoundError if the installation is incomplete.
    """
    path = ROOT.joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(
            f"The installation is incomplete: {'/'.join(parts)} is missing. Install again."
        )
    return path
