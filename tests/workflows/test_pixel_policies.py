"""What a site wants done with text in pixels, and the second look at what was written, by the command line."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from anonymizer.pixels.burned_in_text import LEFT, MUCH_MASKED, NONE_FOUND
from anonymizer.pixels.second_reader import DISAGREES
from tests.unit.anonymizer.pixel_cases import background, dataset_of, of_a_patient, written
from tests.workflows.conftest import leadglass

HEAD = r"level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
SCRIPT = rf"""#!/bin/sh
cat > /dev/null
printf '{HEAD}\n5\t1\t1\t1\t1\t1\t10\t10\t90\t30\t95\tJOHANNA\n'
"""
slow = pytest.mark.slow


@pytest.fixture
def originals(tmp_path: Path) -> dict[str, Path]:
    """A radiograph with a text that is no name, and an ultrasound in which nothing is written."""
    folder = tmp_path / "originals"
    folder.mkdir()
    files = {}
    for what, modality, lines in (("written", "CR", ("CHEST ROUTINE",)), ("bare", "US", ())):
        values = np.round(written(background(), lines) * 4095).astype(np.uint16)
        dataset = of_a_patient(dataset_of(values, bits=12, modality=modality), "Zembrovka^Tulia")
        dataset.BurnedInAnnotation = "NO"  # is never believed
        files[what] = folder / f"{what}.dcm"
        dataset.save_as(files[what], enforce_file_format=True)
    return files


def masked(tmp_path: Path, originals: dict[str, Path], *options: str, **environment: str) -> dict[str, Any]:
    """What the report says of each of them, and whether its pixels are as they were."""
    report = tmp_path / "report.json"
    folder = originals["bare"].parent
    arguments = (
        "mask",
        folder,
        "--out",
        tmp_path / "out",
        "--key",
        tmp_path / "site.key",
        "--report",
        report,
    )
    ended = leadglass(*arguments, "--workers", "1", *options, **environment)
    assert ended.code == 0, ended.err
    rows = {Path(row["path"]).name: row for row in json.loads(report.read_text(encoding="utf-8"))["files"]}
    told = {}
    for what, file in originals.items():
        row = rows[file.name]
        after = dcmread(tmp_path / "out" / row["new_path"])
        same = np.array_equal(after.pixel_array, dcmread(file).pixel_array)
        told[what] = {"review": row["review"], "same": same, "says": after.get("BurnedInAnnotation")}
    return told


@slow
@pytest.mark.parametrize("policy", ["all", "identities", "regions", "flag"])
def test_each_policy_does_what_it_says_and_asks_for_a_look(
    policy: str, tmp_path: Path, originals: dict[str, Path]
) -> None:
    told = masked(tmp_path, originals, "--pixels", policy)
    assert told["bare"]["review"] == [NONE_FOUND]
    assert told["bare"]["same"]
    assert told["written"]["same"] == (policy != "all")
    assert told["written"]["review"] == ([] if policy == "all" else [LEFT])
    assert told["written"]["says"] == ("NO" if policy == "all" else "YES")


@slow
@pytest.mark.skipif(sys.platform == "win32", reason="a script stands for the other program")
def test_what_another_program_still_reads_goes_to_review(tmp_path: Path, originals: dict[str, Path]) -> None:
    program = tmp_path / "bin" / "tesseract"
    program.parent.mkdir()
    program.write_text(SCRIPT, encoding="utf-8")
    program.chmod(0o755)
    told = masked(tmp_path, originals, PATH=f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert told["written"]["review"] == [DISAGREES]
    assert told["bare"]["review"] == [NONE_FOUND, DISAGREES]


@slow
def test_how_much_may_be_masked_without_a_look_is_the_sites_choice(
    tmp_path: Path, originals: dict[str, Path]
) -> None:
    profile = tmp_path / "ours.toml"
    profile.write_text('extends = "basic"\ntitle = "Ours"\n[pixels]\nreview_over = 0.001\n', encoding="utf-8")
    told = masked(tmp_path, originals, "--profile", str(profile))
    assert told["written"]["review"] == [MUCH_MASKED.format(share=0.1)]
