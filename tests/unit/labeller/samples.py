"""Invented instances for the labeller's tests."""

from pathlib import Path

import numpy as np

from labeller import Catalogue, NewInstance, Picture


def new(number: int, *, patient: str = "", **facts: object) -> NewInstance:
    known: dict[str, object] = {
        "grade": "pass",
        "sop_instance_uid": f"2.25.{number}",
        "file": f"2.25.{number}.dcm",
        "patient": patient or f"LG{number // 2:04}",
        "study": f"2.25.8{number // 2}",
        "series": f"2.25.9{number // 2}",
        "sop_class_uid": "1.2.840.10008.5.1.4.1.1.1.1",
        "modality": "DX",
        "instance_number": number % 2,
    }
    return NewInstance(**(known | facts))  # type: ignore[arg-type]


def uid(number: int) -> str:
    return f"2.25.{number}"


def filled(folder: Path, number: int = 40) -> Catalogue:
    """A catalogue with instances, two of each patient, classes "normal" and "opacity", nothing labelled."""
    catalogue = Catalogue.create(folder / "catalogue.sqlite")
    catalogue.add_instances([new(n) for n in range(number)])
    catalogue.add_class("normal")
    catalogue.add_class("opacity")
    return catalogue


def label(catalogue: Catalogue, numbers: range | list[int], name: str | None, reader: str = "Dr. A") -> None:
    catalogue.set_label([uid(n) for n in numbers], name, reader=reader, means="key")


def picture(path: Path) -> Picture:
    """What stands for reading an image: coarse shapes that depend on the file's bytes alone."""
    generator = np.random.default_rng(list(path.read_bytes()))
    coarse = generator.integers(0, 256, (8, 8), np.uint8)
    return Picture(np.kron(coarse, np.ones((4, 4), np.uint8)), {"window_center": "40", "window_width": "400"})
