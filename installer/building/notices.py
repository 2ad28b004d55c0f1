"""Third-party notices and the list of parts (CycloneDX 1.6), made from the metadata that distributions carry."""

import json
from collections.abc import Iterator, Sequence
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path

from installer.building.locked import Locked, of_component
from installer.building.target import Target

LICENCE_NAMES = ("licen", "copying", "notice", "authors", "third")


def write(folder: Path, sites: Sequence[Path], component: str, target: Target) -> None:
    """Write `THIRD-PARTY-NOTICES.txt` and `sbom.cdx.json` to `folder` for all distributions in `sites`."""
    folder.mkdir(parents=True)
    found = sorted(_distributions(sites), key=lambda each: each.name.lower())
    (folder / "THIRD-PARTY-NOTICES.txt").write_text("".join(map(_notice, found)), encoding="utf-8")
    locked = {
        each.name.replace("_", "-").lower(): each for each in of_component(component, target.environment)
    }
    parts = [_part(each, locked) for each in found]
    bom = {"bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
           "metadata": {"component": {"type": "application", "name": f"leadglass-{component}"}},
           "components": parts}  # fmt: skip
    (folder / "sbom.cdx.json").write_text(
        json.dumps(bom, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )


def _distributions(sites: Sequence[Path]) -> Iterator[Distribution]:
    for site in sites:
        for folder in site.glob("*.dist-info"):
            yield PathDistribution(folder)


def licence(distribution: Distribution) -> str:
    """What a distribution says its licence is: SPDX expression, short text, or classifier."""
    metadata = distribution.metadata
    expression = metadata.get("License-Expression") or ""
    short = (metadata.get("License") or "").strip()
    classifiers = [each.rsplit(" :: ", 1)[-1] for each in metadata.get_all("Classifier") or ()
                   if each.startswith("License ::")]  # fmt: skip
    if expression:
        return expression
    return short if short and "\n" not in short else ", ".join(classifiers) or "see the text below"


def _notice(distribution: Distribution) -> str:
    head = f"{'=' * 78}\n{distribution.name} {distribution.version}: {licence(distribution)}\n{'=' * 78}\n"
    texts = [
        Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
        for file in distribution.files or ()
        if ".dist-info" in str(file) and any(word in file.name.lower() for word in LICENCE_NAMES)
    ]
    return head + ("\n".join(texts) or "No licence text is part of the distribution.") + "\n\n"


def _part(distribution: Distribution, locked: dict[str, Locked]) -> dict[str, object]:
    name = distribution.name.replace("_", "-").lower()
    part: dict[str, object] = {
        "type": "library",
        "name": distribution.name,
        "version": distribution.version,
        "purl": f"pkg:pypi/{name}@{distribution.version}",
        "licenses": [{"license": {"name": licence(distribution)}}],
    }
    if name in locked:
        hashes = [
            line.split("sha256:")[1].split()[0]
            for line in locked[name].text.splitlines()
            if "sha256:" in line
        ]
        part["properties"] = [{"name": "leadglass:locked-sha256", "value": each} for each in hashes]
    return part
