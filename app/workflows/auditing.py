"""The audit trail in the hands of the site: is it whole, and what does the site's collector get of it."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from anonymizer import Vault
from app import audit
from app.errors import UsageError
from app.project import Project


def verify_trail(project: Project, vault: Vault | None, data_sets: Sequence[Path] = ()) -> audit.Verdict:
    """Check the project's trail against its seals and against what data sets know of it.

    Those in the project's own folder are asked too. Without the vault only the chain and the numbering are checked.
    Raises UsageError where a folder is no data set, or there is no trail.
    """
    if not project.audit_file.exists():
        raise UsageError("This project has no audit trail.", "Restore audit.jsonl from a backup.")
    keys = None if vault is None else [audit.TrailKey(*key) for key in vault.trail_keys.begun()]
    own = [path.parent for path in sorted(project.exports.glob("*/dataset.json"))]
    heads = {**_heads(own, given=False), **_heads(data_sets, given=True)}
    return audit.judge(project.audit_file, keys, heads)


def _heads(folders: Iterable[Path], *, given: bool) -> Mapping[str, audit.Head]:
    """What data sets know of the trail, by name; those of an earlier version know nothing."""
    found = {}
    for folder in folders:
        try:
            content = json.loads((folder / "dataset.json").read_bytes())
            known = content["audit"]
            found[folder.name] = audit.Head(int(known["line"]), str(known["hash"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            if given:
                raise UsageError(
                    f"{folder} is no data set that knows of an audit trail.",
                    "Name data sets that this version wrote (leadglass export).",
                ) from error
    return found


def verdict_text(verdict: audit.Verdict) -> str:
    """What was found, for people."""
    lines = [f"{verdict.lines} lines, {verdict.sealed} seals checked."]
    lines += [f"  {problem}" for problem in verdict.problems]
    lines += [f"  Note: {note}" for note in verdict.notes]
    lines.append(
        "The audit trail is whole." if verdict.whole else "The audit trail was changed or is damaged."
    )
    return "\n".join(lines)


def export_trail(project: Project, out: Path, form: str, after: int = 0) -> int:
    """Write the trail behind line `after` to a new file in a form of `audit.FORMS`; returns how many lines.

    Raises UsageError where the file exists: a collector must not lose what it has not read yet.
    """
    if out.exists():
        raise UsageError(f"{out} exists already.", "Choose another name, or take the file away first.")
    project.record("audit trail read", form=form, after=after)
    temporary = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    count = 0
    try:
        with temporary.open("x", encoding="utf-8", errors="replace", newline="\n") as stream:
            for line in audit.collected(project.audit_file, form, after):
                stream.write(line + "\n")
                count += 1
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(out)
    except OSError as error:
        raise UsageError(f"{out} cannot be written: {error.strerror}.", "Choose another place.") from error
    finally:
        temporary.unlink(missing_ok=True)
    return count
