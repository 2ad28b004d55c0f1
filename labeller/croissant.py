"""The data set described as Croissant 1.0 (JSON-LD), as machine-learning libraries read it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

CROISSANT = "croissant.json"
_TERMS = (
    "citeAs", "column", "extract", "field", "fileObject", "fileProperty", "fileSet", "format", "includes",
    "isLiveDataset", "jsonPath", "key", "md5", "parentField", "path", "recordSet", "references", "regex",
    "repeated", "replace", "samplingRate", "separator", "source", "subField", "transform", "equivalentProperty",
)  # fmt: skip
_CONTEXT: Mapping[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    **{term: f"cr:{term}" for term in _TERMS},
}
_FIELDS = {
    "path": "Path of the image in this folder",
    "class": "Label",
    "patient": "Pseudonym of the patient",
    "split": "train, validation or test; a patient is in one of them",
    "modality": "DICOM modality",
    "patient_sex": "Sex as DICOM has it",
    "patient_age": "Age as DICOM has it",
}


def croissant(
    name: str,
    description: str,
    *,
    files: Mapping[str, tuple[str, int]],
    images: tuple[str, str],
    licence: str = "",
    keywords: Sequence[str] = (),
) -> str:
    """Describe a data set folder.

    `files` are its manifests: path -> SHA-256 and size; `images` the pattern and the media type of its images.
    """
    manifest = next(path for path in files if path.endswith(".csv"))
    content: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": name,
        "description": description,
        "keywords": list(keywords),
        "isLiveDataset": False,
        "distribution": [*_files(files), _images(*images)],
        "recordSet": [_records(manifest)],
    }
    if licence:
        content["license"] = licence
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def _files(files: Mapping[str, tuple[str, int]]) -> list[dict[str, Any]]:
    kinds = {"csv": "text/csv", "parquet": "application/x-parquet"}
    return [
        {
            "@type": "cr:FileObject",
            "@id": path,
            "name": path,
            "contentUrl": path,
            "contentSize": f"{size} B",
            "encodingFormat": kinds[path.rpartition(".")[2]],
            "sha256": sha256,
        }
        for path, (sha256, size) in files.items()
    ]


def _images(pattern: str, media_type: str) -> dict[str, Any]:
    return {
        "@type": "cr:FileSet",
        "@id": "images",
        "name": "images",
        "description": "The images that the manifest lists.",
        "encodingFormat": media_type,
        "includes": pattern,
    }


def _records(manifest: str) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": "manifest",
        "name": "manifest",
        "description": "One record for each image.",
        "key": {"@id": "manifest/path"},
        "field": [
            {
                "@type": "cr:Field",
                "@id": f"manifest/{column}",
                "name": f"manifest/{column}",
                "description": words,
                "dataType": "sc:Text",
                "source": {"fileObject": {"@id": manifest}, "extract": {"column": column}},
            }
            for column, words in _FIELDS.items()
        ],
    }
