"""docs/security.md names a test for each defence: each of them exists."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[3]
TEXT = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")


def test_every_test_that_the_document_names_exists() -> None:
    files = {path.name: path for path in (ROOT / "tests").rglob("test_*.py")}
    named = re.findall(r"`(?:[\w/]*/)?(test_\w+\.py)(?:::(test_\w+))?`", TEXT)
    assert len(named) > 20
    for name, function in named:
        assert name in files, name
        found = {node.name for node in ast.walk(ast.parse(files[name].read_text(encoding="utf-8")))
                 if isinstance(node, ast.FunctionDef)}  # fmt: skip
        assert not function or function in found, (name, function)


def test_every_defence_has_one() -> None:
    table = TEXT.partition("## Defences and their tests")[2].partition("\n## ")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ") and not line.startswith("| threat")]
    assert len(rows) > 20
    assert [row for row in rows if "test_" not in row.split("|")[3]] == []
