"""kill -9 while a series is masked by its plan: the same bytes come out, and nothing is searched over and over."""

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import CTImageStorage

from tests.unit.anonymizer.pixel_cases import NAME, dataset_of, written
from tests.workflows.conftest import kill_after, leadglass

pytestmark = pytest.mark.slow

SLICES = 40
SAMPLES = 10  # under the fixed key; where another one chooses the first or last slice too, these are fewer

COUNTING = '''
import importlib.abc, importlib.util, os, sys

class Counting(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Notes each search for text, in whichever process it is made."""

    def find_spec(self, name, path, target=None):
        if name != "anonymizer.pixels.text_finder":
            return None
        sys.meta_path.remove(self)
        self.spec = importlib.util.find_spec(name)
        return importlib.util.spec_from_loader(name, self, origin=self.spec.origin)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        module.__file__ = self.spec.origin
        self.spec.loader.exec_module(module)
        search = module.look_for_text

        def counted(*args, **how):
            with open(os.environ["SEARCHES"], "a") as notes:
                notes.write("x")
            return search(*args, **how)

        module.look_for_text = counted

sys.meta_path.insert(0, Counting())
'''


def write_series(folder: Path) -> None:
    """Slices of a body, each with the name in the same place."""
    folder.mkdir()
    rows, columns = np.mgrid[0:200, 0:240]
    for number in range(SLICES):
        noise = np.random.default_rng(number).normal(0, 0.004, (200, 240))
        wide = 60 + 10 * np.sin(number / 6)
        picture = 0.1 + 0.4 * np.exp(-(((rows - 110) / 60) ** 2) - ((columns - 120) / wide) ** 2) + noise
        values = written(picture, (NAME,), at=(8, 8), size=14)
        dataset = dataset_of(np.round(values * 2000).clip(0, 4095).astype(np.uint16), bits=12, modality="CT")
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.77.{number + 1}"
        dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3.7", "1.2.3.7.1"
        dataset.PatientID, dataset.PatientName = "4711", "WESTERHOUT^JOHANNA"
        dataset.Manufacturer, dataset.InstanceNumber = "Zargon", number + 1
        dataset.save_as(folder / f"im{number:03}.dcm", enforce_file_format=True)


def tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*.dcm")}


def test_a_series_goes_on_by_the_same_plan(
    tmp_path: Path, key: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_series(tmp_path / "in")
    (tmp_path / "hooks").mkdir()
    (tmp_path / "hooks" / "sitecustomize.py").write_text(COUNTING, encoding="utf-8")
    notes = tmp_path / "searches"
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "hooks"))
    monkeypatch.setenv("SEARCHES", str(notes))

    def searches() -> int:
        count = len(notes.read_text(encoding="utf-8")) if notes.exists() else 0
        notes.unlink(missing_ok=True)
        return count

    def arguments(out: str) -> tuple[object, ...]:
        return ("mask", tmp_path / "in", "--out", tmp_path / out, "--key", key, "--workers", "1")

    ended = leadglass(*arguments("whole"), "--json")
    assert ended.code == 0, ended.err
    assert ended.json["masked"] == SLICES
    planned = searches()
    assert (
        2 * SAMPLES <= planned < SLICES
    )  # the samples, those again as images, and slices that differ from them
    reported = kill_after(SLICES // 2, *arguments("killed"))
    assert len(reported) == SLICES // 2
    before = searches()
    assert before <= planned
    ended = leadglass(*arguments("killed"), "--json")
    assert ended.code == 0, ended.err
    assert tree(tmp_path / "killed") == tree(tmp_path / "whole")
    assert before + searches() <= planned + SAMPLES + 1  # the samples once more, and the slice under way
    again = leadglass(*arguments("killed"), "--json")
    assert again.json["masked"] == SLICES
