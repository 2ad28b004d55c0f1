"""The manual page leadglass(1), made from the program's own table of commands."""

import gzip
import json
import subprocess
from pathlib import Path

ASK = """
import json
from app import VERSION
from app.cli.main import DESCRIPTION, EXIT_CODES
from app.cli.table import commands
print(json.dumps([VERSION, DESCRIPTION, EXIT_CODES, [[each.name, each.summary] for each in commands()]]))
"""


def write_manual(python: Path, file: Path) -> None:
    """Write the compressed page; `python` is the installed program's own."""
    asked = (str(python), "-I", "-c", ASK)
    told = subprocess.run(asked, check=True, capture_output=True, encoding="utf-8").stdout
    version, description, exit_codes, commands = json.loads(told)
    lines = [
        f'.TH LEADGLASS 1 "" "Leadglass {version}"',
        ".SH NAME",
        "leadglass \\- de-identify, label, export and learn from radiological images on one PC",
        ".SH SYNOPSIS",
        ".B leadglass",
        "[\\fICOMMAND\\fR [\\fIARGUMENTS\\fR]]",
        ".SH DESCRIPTION",
        ".nf",
        *map(_plain, description.splitlines()),
        ".fi",
        ".SH COMMANDS",
        *(part for name, summary in commands for part in (".TP", f".B {_plain(name)}", _plain(summary))),
        ".SH EXIT STATUS",
        _plain(exit_codes),
    ]
    file.write_bytes(gzip.compress("\n".join(lines).encode() + b"\n", mtime=0))


def _plain(line: str) -> str:
    """A line of text as roff takes it: neither a request nor an escape."""
    escaped = line.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped[:1] in {".", "'"} else escaped
