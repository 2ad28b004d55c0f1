"""Damaged files of every kind that the program reads besides DICOM: each is read, or refused in words.

Whatever else happens (another exception, a hang, a file read outside the folder) is a finding. What once hurt stands in
`tests/corpora/once_hurt.py`. LEADGLASS_FUZZ says how many files of each kind the slow tests take.
"""

import io
import os
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image
from pydicom.fileset import FileSet

import resources
from anonymizer import (
    KeyFile,
    SecretKey,
    Settings,
    Vault,
    editable_copy,
    find_sources,
    load_profile,
    read_image,
    read_list,
    read_rule_file,
)
from anonymizer.masking.deidentify import Layout, deidentify
from app import audit
from app.errors import USER_ERRORS
from app.project import Project
from app.workflows.projects import create_project
from labeller import Catalogue, read_given_splits, read_labels
from tests.corpora.once_hurt import ONCE_HURT, SEEDS_THAT_HURT
from tests.fuzz.any_bytes import damaged
from tests.gui.made_runs import make_run
from tests.workflows.conftest import radiograph
from trainer.dataset import load_dataset
from trainer.model_folder import ModelInfo
from trainer.weights_file import check_weights

FEW, MANY = 12, int(os.environ.get("LEADGLASS_FUZZ", "1000"))
SLOW = 20.0  # seconds: more is a hang
LONGEST_TEXT = 2000  # characters of a message that somebody is to read


@dataclass(frozen=True)
class Input:
    """One kind of file: its name, a whole one, and what the program does with it."""

    name: str
    whole: Callable[[Path], bytes]
    read: Callable[[Path], object]
    header: int = 0


def _dicomdir(folder: Path) -> bytes:
    files = FileSet()
    for number in (1, 2):
        files.add(radiograph(folder / "loose", number, patient=number))
    files.write(folder / "media")
    return (folder / "media" / "DICOMDIR").read_bytes()


def _zip(folder: Path) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in (1, 2):
            archive.write(radiograph(folder / "loose", number, patient=number), f"in/{number}.dcm")
    return made.getvalue()


def _sources(path: Path) -> None:
    for source in find_sources([path]):
        assert source.container.resolve().is_relative_to(path.parent.resolve()), "read outside its folder"
        if not source.refused:
            source.read()


def _picture(form: str) -> Callable[[Path], bytes]:
    def make(_folder: Path) -> bytes:
        made = io.BytesIO()
        picture = Image.linear_gradient("L").resize((60, 40)).convert("RGB" if form != "TIFF" else "L")
        picture.save(made, form)
        return made.getvalue()

    return make


SETTINGS = Settings(load_profile("basic"), SecretKey(bytes(range(32))), find_text=False)


def _mask_picture(path: Path) -> None:
    (source,) = find_sources([path])
    deidentify(source, path.parent / "out", SETTINGS, Layout.TREE)
    read_image(path)


def _text(content: str) -> Callable[[Path], bytes]:
    return lambda _folder: content.encode()


LABELS = "path,class,reader\n/in/1.dcm,wide,Reader One\n/in/2.dcm,narrow,Reader One\n"
PSEUDONYMS = "patient id,pseudonym,name,birth date\nMRN1,KNEE-01,Zembrovka^Tulia,19510213\nMRN2,KNEE-02,,\n"
RULES = resources.find("device-rules.toml").read_text(encoding="utf-8")
MANIFEST = "path,class,patient,split\n1.png,a,p1,train\n2.png,b,p2,validation\n"


def _project_toml(folder: Path) -> bytes:
    return (create_project(folder / "p.leadglass").folder / "project.toml").read_bytes()


def _in_project(path: Path) -> None:
    path.replace(path.with_name("project.toml"))
    Project.open(path.parent)


def _catalogue(folder: Path) -> bytes:
    with Catalogue.create(folder / "c.sqlite") as made:
        made.add_class("wide")
        made.add_reader("Reader One")
    return (folder / "c.sqlite").read_bytes()


def _open_catalogue(path: Path) -> None:
    with Catalogue.open(path) as opened:
        opened.classes()
        opened.readers()
        opened.instances()
        opened.events()


def _vault(folder: Path) -> bytes:
    with Vault.create(folder / "v.sqlite", SecretKey(bytes(32)), _lock(folder)) as made:
        made.patients.extend(())
    return (folder / "v.sqlite").read_bytes()


def _lock(folder: Path) -> KeyFile:
    path = folder / "vault.key"
    if not path.exists():
        path.write_bytes(bytes(32))
    return KeyFile(path)


def _open_vault(path: Path) -> None:
    with Vault.open(path, _lock(path.parent)) as opened:
        opened.patients.find()
        opened.rejected()


def _trail(folder: Path) -> bytes:
    for number in range(4):
        audit.append(folder / "whole.jsonl", "imported", masked=number)
    return (folder / "whole.jsonl").read_bytes()


def _go_on(path: Path) -> None:
    audit.judge(path)
    audit.append(path, "imported")
    list(audit.collected(path, "syslog"))
    audit.head(path)


def _run_json(folder: Path) -> bytes:
    make_run(folder / "run")
    return (folder / "run" / "run.json").read_bytes()


def _model(path: Path) -> None:
    path.replace(path.with_name("run.json"))
    ModelInfo.read(path.parent)


def _weights(folder: Path) -> bytes:
    import h5py

    with h5py.File(folder / "w.h5", "w") as file:
        file.create_dataset("layers/dense/vars/0", data=[[1.0, 2.0], [3.0, 4.0]])
    return (folder / "w.h5").read_bytes()


def _inspect_weights(path: Path) -> None:
    import hashlib

    check_weights(path, hashlib.sha256(path.read_bytes()).hexdigest())


def _data_set(path: Path) -> None:
    for number in (1, 2):
        Image.new("L", (8, 8)).save(path.parent / f"{number}.png")
    path.replace(path.with_name("manifest.csv"))
    load_dataset(path.parent, read_image=read_image)


INPUTS = (
    Input("dicomdir", _dicomdir, _sources),
    Input("zip", _zip, _sources),
    Input("png", _picture("PNG"), _mask_picture),
    Input("jpeg", _picture("JPEG"), _mask_picture),
    Input("tiff", _picture("TIFF"), _mask_picture),
    Input("labels", _text(LABELS), read_labels),
    Input(
        "splits",
        _text("sop_instance_uid,split\n1.2,train\n"),
        lambda path: read_given_splits(path, lambda *_: None),
    ),
    Input("pseudonyms", _text(PSEUDONYMS), read_list),
    Input(
        "profile",
        _text(editable_copy("research", load_profile("research"))),
        lambda path: load_profile(str(path)),
    ),
    Input("device rules", _text(RULES), read_rule_file),
    Input("project", _project_toml, _in_project),
    Input("catalogue", _catalogue, _open_catalogue, header=40_000),
    Input("vault", _vault, _open_vault, header=40_000),
    Input("audit trail", _trail, _go_on),
    Input("model folder", _run_json, _model),
    Input("weights", _weights, _inspect_weights, header=3000),
    Input("data set", _text(MANIFEST), _data_set),
)
ENDINGS = {"labels": ".csv", "splits": ".csv", "pseudonyms": ".csv", "profile": ".toml", "device rules": ".toml",
           "png": ".png", "jpeg": ".jpg", "tiff": ".tif", "zip": ".zip"}  # fmt: skip


def place(kind: Input, folder: Path) -> Path:
    folder.mkdir()
    return folder / ("DICOMDIR" if kind.name == "dicomdir" else f"input{ENDINGS.get(kind.name, '')}")


def outcome(kind: Input, path: Path) -> str:
    """What is wrong with how a file was taken, "" if nothing is."""
    begun = time.monotonic()
    try:
        kind.read(path)
    except USER_ERRORS as refused:
        if not str(refused) or len(str(refused)) > LONGEST_TEXT:
            return f"no message for people: {type(refused).__name__} of {len(str(refused))} characters"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
        return f"{type(error).__name__} {str(error)[:80]} in {where}"
    return "a hang" if time.monotonic() - begun > SLOW else ""


def fuzz(kind: Input, folder: Path, numbers: range) -> None:
    (folder / "whole").mkdir()
    raw = kind.whole(folder / "whole")
    found = {}
    for number in numbers:
        path = place(kind, folder / str(number))
        path.write_bytes(damaged(number, raw, header=kind.header))
        if what := outcome(kind, path):
            found.setdefault(what, number)
    assert not found


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.name)
def test_a_whole_file_is_read(kind: Input, tmp_path: Path) -> None:
    """What is damaged is taken as far as whole files are, so that damage is met everywhere on the way."""
    (tmp_path / "whole").mkdir()
    path = place(kind, tmp_path / "in")
    path.write_bytes(kind.whole(tmp_path / "whole"))
    kind.read(path)


@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.name)
def test_a_few_damaged_files_are_read_or_refused_in_words(kind: Input, tmp_path: Path) -> None:
    fuzz(kind, tmp_path, range(FEW))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("kind", INPUTS, ids=lambda kind: kind.name)
def test_many_damaged_files_are_read_or_refused_in_words(kind: Input, tmp_path: Path) -> None:
    fuzz(kind, tmp_path, range(10_000, 10_000 + MANY))


@pytest.mark.parametrize(("name", "seed"), SEEDS_THAT_HURT)
def test_a_damage_that_once_hurt_does_so_no_more(name: str, seed: int, tmp_path: Path) -> None:
    fuzz(next(each for each in INPUTS if each.name == name), tmp_path, range(seed, seed + 1))


@pytest.mark.parametrize("name", ONCE_HURT)
def test_what_once_hurt_does_so_no_more(name: str, tmp_path: Path) -> None:
    kind = next(each for each in INPUTS if each.name == name.partition(":")[0])
    path = place(kind, tmp_path / "in")
    path.write_bytes(ONCE_HURT[name])
    assert outcome(kind, path) == ""
