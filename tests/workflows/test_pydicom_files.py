"""The many odd files that pydicom carries: each is masked or named with its reason, and none brings a traceback."""

import json
from pathlib import Path

import pydicom
import pytest

from tests.workflows.conftest import leadglass

pytestmark = pytest.mark.slow


def test_none_is_lost_silently(tmp_path: Path) -> None:
    files = Path(pydicom.__file__).parent / "data"
    report = tmp_path / "report.json"
    ended = leadglass(
        "mask", files, "--out", tmp_path / "out", "--report", report, "--headers-only", "--json"
    )
    assert ended.code in (0, 1), ended.err
    assert "Traceback" not in ended.err
    rows = json.loads(report.read_text(encoding="utf-8"))["files"]
    named = {row["path"].split("!")[0] for row in rows}
    assert named >= {
        str(path) for path in files.rglob("*") if path.is_file() and "__pycache__" not in path.parts
    }
    for row in rows:
        assert row["outcome"] in ("masked", "quarantined", "failed", "skipped")
        assert row["reason"] or row["outcome"] == "masked", row["path"]
        if row["outcome"] == "masked":
            masked = pydicom.dcmread(tmp_path / "out" / row["new_path"])
            assert masked.PatientIdentityRemoved == "YES"
    assert sum(row["outcome"] == "masked" for row in rows) > 50
