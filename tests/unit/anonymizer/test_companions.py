"""The files beside the images of a data set: recognised by what they are, and searched as texts."""

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from anonymizer import Identity
from anonymizer.batches.verify import harvest_of
from anonymizer.verification.inspection import Known, inspect

WHO = Identity(patient_name="Quillfeather^Ottoline", patient_id="QF-4711-22")
MANIFEST = "path,class,patient,split,reader\nimages/a.png,normal,LG22,train,Dr. Quillfeather\n"
CLEAN = {
    "manifest.csv": MANIFEST,
    "dataset.json": '{"format": 1, "classes": ["normal"], "sha256": "00", "seed": 0}',
    "croissant.json": '{"@context": {"sc": "https://schema.org/"}, "@type": "sc:Dataset"}',
    "DATACARD.md": "# Knees\n\n12 images of 3 patients.\n",
    "checksums.txt": f"{'0' * 64}  images/a.png\n",
}


def verdict(text: str | bytes, name: str) -> tuple[str, set[str]]:
    raw = text if isinstance(text, bytes) else text.encode("utf-8")
    found = inspect(raw, name, Known(harvest_of([WHO])))
    return found.grade.value, {each.kind for each in found.findings}


def parquet(**columns: str) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.table({name: [value] for name, value in columns.items()}), buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(("name", "text"), CLEAN.items())
def test_what_we_write_passes(name: str, text: str) -> None:
    assert verdict(text, name) == ("pass", set())
    assert verdict(text, f"sets/{name}") == ("pass", set())


def test_a_manifest_as_parquet_passes_and_is_searched() -> None:
    assert verdict(parquet(path="a.png", **{"class": "normal"}), "manifest.parquet") == ("pass", set())
    told = parquet(path="a.png", **{"class": "like Quillfeather"})
    assert "known identity" in verdict(told, "manifest.parquet")[1]
    other = parquet(path="a.png", remark="none", **{"class": "normal"})
    assert verdict(other, "manifest.parquet") == ("review", {"other file"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest.csv", MANIFEST.replace("normal", "Quillfeather")),
        ("dataset.json", CLEAN["dataset.json"].replace("normal", "\\u0051uillfeather")),
        ("croissant.json", CLEAN["croissant.json"].replace("sc:Dataset", "by Ottoline Quillfeather")),
        ("DATACARD.md", CLEAN["DATACARD.md"] + "\nOnly QF-4711-22\n"),
        ("checksums.txt", CLEAN["checksums.txt"].replace("images", "Quillfeather")),
    ],
)
def test_an_identity_of_the_originals_blocks(name: str, text: str) -> None:
    grade, kinds = verdict(text, name)
    assert (grade, "known identity" in kinds) == ("blocked", True)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("manifest.csv", MANIFEST.replace("normal", "born 12.03.1961")),
        ("dataset.json", CLEAN["dataset.json"].replace("normal", "mail\\u0040clinic.example")),
        ("croissant.json", CLEAN["croissant.json"].replace("schema.org/", "clinic.example/x")),
        ("croissant.json", CLEAN["croissant.json"].replace("schema.org/", "schema.org/?q=20240312")),
        ("DATACARD.md", CLEAN["DATACARD.md"] + "\nCall 020 7946 0123\n"),
    ],
)
def test_what_looks_like_a_number_an_address_or_a_date_wants_a_look(name: str, text: str) -> None:
    assert verdict(text, name) == ("review", {"pattern"})


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "nothing in particular"),
        ("manifest.csv", MANIFEST.replace("split", "remark").replace("Dr. Quillfeather", "A")),
        ("manifest.csv", MANIFEST.replace("Dr. Quillfeather", "A,more")),
        ("manifest.csv", MANIFEST.replace("Dr. Quillfeather", "A").encode("utf-16")),
        ("dataset.json", "[]"),
        ("dataset.json", "{"),
        ("dataset.json", "[" * 100_000),
        ("croissant.json", "{}"),
        ("DATACARD.md", "no heading"),
        ("DATACARD.md", "# Knees\n\0hidden"),
        ("checksums.txt", "see below"),
        ("manifest.parquet", "PAR1"),
    ],
)
def test_what_is_not_what_its_name_says_wants_a_look(name: str, text: str | bytes) -> None:
    assert verdict(text, name) == ("review", {"other file"})


def test_an_identity_in_such_a_file_blocks_all_the_same() -> None:
    assert verdict("Quillfeather", "notes.txt") == ("blocked", {"other file", "known identity"})
