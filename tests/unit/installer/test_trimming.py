"""What is left out of the installed program must not be missed."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from installer.building import trimming

LOADED = """
import importlib, json, pkgutil, sys
import anonymizer, app, labeller, trainer
for package in (anonymizer, app, labeller, trainer):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__") and ".migrations." not in module.name:
            importlib.import_module(module.name)
for name in sys.argv[1:]:
    importlib.import_module(name)
print(json.dumps([m.__file__ for m in list(sys.modules.values()) if getattr(m, "__file__", None)]))
"""
PROGRAM = ("onnxruntime", "rapidocr_onnxruntime", "cv2", "pikepdf", "pypdfium2", "pyarrow.parquet", "openpyxl",
           "highdicom", "sklearn.metrics", "imagehash", "keyring", "cryptography", "gdcm", "openjpeg", "jpeg_ls",
           "pyqtgraph", "sqlcipher3.dbapi2")  # fmt: skip
TRAINING = ("tensorflow", "keras")
DONE_WITHOUT = ("_s3fs",)  # pyarrow tries to load it and does without it


@pytest.mark.slow
@pytest.mark.parametrize("heavy", [PROGRAM, TRAINING], ids=["program", "training"])
def test_no_module_that_the_program_loads_is_left_out(heavy: tuple[str, ...]) -> None:
    ran = subprocess.run((sys.executable, "-c", LOADED, *heavy), capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    files = [Path(each) for each in json.loads(ran.stdout)]
    site = next(parent for file in files for parent in file.parents if parent.name == "site-packages")
    library = site.parent
    left_out = {*trimming.matched(site, "site-packages"), *trimming.matched(library, "python")} - {site}
    missed = [
        str(file)
        for file in files
        if {file, *file.parents} & left_out and not file.name.startswith(DONE_WITHOUT)
    ]
    assert not missed


def test_every_line_of_the_table_says_why() -> None:
    table = tomllib.loads(trimming.TABLE.read_text(encoding="utf-8"))
    assert all(entry["why"] and entry["patterns"] for entries in table.values() for entry in entries)


def test_what_the_table_names_is_removed_and_nothing_else(tmp_path: Path) -> None:
    for name in (
        "numpy/tests/test_a.py",
        "numpy/core.py",
        "pip/main.py",
        "PySide6/QtCore.pyi",
        "PySide6/QtCore.so",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x", encoding="utf-8")
    saved = trimming.trim(tmp_path, "site-packages")
    left = {str(file.relative_to(tmp_path)) for file in tmp_path.rglob("*") if file.is_file()}
    assert {Path(each).as_posix() for each in left} == {"numpy/core.py", "PySide6/QtCore.so"}
    assert saved == 3
