"""Third-party notices and the list of parts (CycloneDX 1.6), made from the metadata that distributions carry."""

import json
import platform
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from importlib.metadata import Distribution, PathDistribution
from pathlib import Path, PurePath

from installer.building.locked import PROGRAM, ROOT, RUNTIME_LOCK, Locked, distributions, of_component
from installer.building.target import WINDOWS, Target

LICENCE_NAMES = ("licen", "copying", "notice", "authors", "third")
TEXTS = (".txt", ".md", ".rst", "")
# Texts that some distributions only name. Debian and Ubuntu, where packages are built, have them.
COMMON = Path("/usr/share/common-licenses")
NAMED = (("LGPL", ("LGPL-3", "GPL-3")), ("Apache", ("Apache-2.0",)), ("BSD", ("BSD",)))
BUNDLED = ROOT / "installer" / "bundled.toml"
MIT = """Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
"""


def write(folder: Path, sites: Sequence[Path], component: str, target: Target) -> None:
    """Write `THIRD-PARTY-NOTICES.txt` and `sbom.cdx.json` to `folder` for all distributions in `sites`."""
    folder.mkdir(parents=True)
    found = sorted(_distributions(sites), key=lambda each: each.name.lower())
    (folder / "THIRD-PARTY-NOTICES.txt").write_text("".join(map(_notice, found)), encoding="utf-8")
    locks = [
        *of_component(component, target.environment),
        *(distributions(RUNTIME_LOCK) if target is WINDOWS else ()),
    ]
    locked = {_canonical(each.name): each for each in locks}
    parts = [_part(each, locked) for each in found]
    parts += [_inside(each) for distribution in found for each in bundled(distribution)]
    if component == PROGRAM:
        parts.append(_python(target))
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


def _canonical(name: str) -> str:
    """A distribution's name as the package index spells it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _python(target: Target) -> dict[str, object]:
    release = target.environment["python_full_version"] if target is WINDOWS else platform.python_version()
    licences = [{"license": {"id": "Python-2.0"}}]
    return {"type": "framework", "name": "CPython", "version": release, "licenses": licences,
            "cpe": f"cpe:2.3:a:python:python:{release}:*:*:*:*:*:*:*"}  # fmt: skip


def bundled(distribution: Distribution) -> list[Mapping[str, str]]:
    """The libraries inside a distribution whose notices it lacks: the entries of `bundled.toml`."""
    parts = tomllib.loads(BUNDLED.read_text(encoding="utf-8"))["part"]
    return [each for each in parts if each["distribution"] == _canonical(distribution.name)]


def _inside(part: Mapping[str, str]) -> dict[str, object]:
    licences = [{"license": {"id": part["licence"]}}]
    return {"type": "library", "name": part["name"], "version": part["version"], "licenses": licences,
            "cpe": part["cpe"]}  # fmt: skip


def _bundled_notice(part: Mapping[str, str]) -> str:
    head = f"\n{part['name']} {part['version']}, inside it: {part['licence']}\n\n{part['text'].strip()}\n"
    common = part.get("common")
    return head + (f"\n{(COMMON / common).read_text(encoding='utf-8', errors='replace')}" if common else "")


def _notice(distribution: Distribution) -> str:
    named = licence(distribution)
    head = f"{'=' * 78}\n{distribution.name} {distribution.version}: {named}\n{'=' * 78}\n"
    texts = [
        Path(str(file.locate())).read_text(encoding="utf-8", errors="replace")
        for file in distribution.files or ()
        if _is_licence(file) and Path(str(file.locate())).exists()  # some are left out by the table
    ]
    inside = "".join(map(_bundled_notice, bundled(distribution)))
    return head + ("\n".join(texts) or _common(distribution, named)) + inside + "\n\n"


def _is_licence(file: PurePath) -> bool:
    """Whether a file of a distribution is a licence or a notice: in its metadata, or by its name in a package."""
    if file.suffix.lower() not in TEXTS:
        return False
    if ".dist-info" in str(file):
        return "licenses" in file.parts or any(word in file.name.lower() for word in LICENCE_NAMES)
    return file.name.lower().startswith(("license", "licence", "copying", "thirdparty", "notice"))


def _common(distribution: Distribution, named: str) -> str:
    """The text of a licence that a distribution names and does not bring. SystemExit where it cannot be found."""
    metadata = distribution.metadata
    author = metadata.get("Author") or metadata.get("Author-email") or f"the authors of {distribution.name}"
    for word, files in NAMED:
        if word in named:
            texts = [(COMMON / file).read_text(encoding="utf-8", errors="replace") for file in files]
            return "\n".join([f"Copyright: {author}\n", *texts])
    if "MIT" in named:
        return f"Copyright: {author}\n\n{MIT}"
    raise SystemExit(f"{distribution.name} has no licence text, and none is known for “{named}”.")


def _part(distribution: Distribution, locked: dict[str, Locked]) -> dict[str, object]:
    name = _canonical(distribution.name)
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
