"""Boxes are masked, or shown again, in one image, in its series and in all images of its device."""

import argparse
from collections.abc import Mapping
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom import dcmread

from anonymizer import (
    Layout,
    Reading,
    Region,
    Settings,
    device_of_file,
    find_sources,
    load_profile,
    place,
    rules_for_file,
)
from anonymizer.masking.deidentify import deidentify
from app.errors import ProjectError, UsageError
from app.project import Project
from app.workflows.corrections import Always, Correction, Scope, correct, parse_region, region_text
from app.workflows.device_rules import mask_always, site_rules
from app.workflows.masking_again import mask_again, regions_of
from app.workflows.projects import create_project, unlock
from labeller import NewInstance
from tests.workflows.conftest import leadglass, radiograph

BOX = Region(3, 4, 20, 10, kind="drawn", found_by="reader")
FOUND = Region(30, 30, 16, 8, kind="text")


class Quiet:
    """Progress that nobody watches; it is cancelled after so many steps."""

    def __init__(self, steps: int = 1000) -> None:
        self.left = steps

    def stage(self, title: str, total: int | None = None) -> None: ...

    def step(self, done: int, message: str = "") -> None:
        self.left -= 1

    def item(self, kind: str, facts: Mapping[str, Any]) -> None: ...

    def cancelled(self) -> bool:
        return self.left <= 0


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    folder = tmp_path / "originals"
    for number in range(5):
        file = radiograph(folder, number, patient=1)
        dataset = dcmread(file)
        dataset.SeriesInstanceUID = "1.2.3.4" if number < 3 else "1.2.3.5"
        dataset.Manufacturer, dataset.ManufacturerModelName = "Zargon", "Z1" if number < 4 else "Z2"
        dataset.save_as(file)
    return folder


@pytest.fixture
def project(originals: Path, tmp_path: Path) -> Project:
    """Five instances: three in one series, four of one device; nothing is masked in their pixels."""
    made = create_project(tmp_path / "p.leadglass", profile="research")
    with closing(unlock(made, None)) as vault, made.catalogue() as catalogue:
        settings = Settings(load_profile("research"), vault.key, find_text=False)
        for source in find_sources([originals]):
            record = deidentify(source, made.instances, settings, Layout.FLAT)
            assert record.facts is not None
            vault.remember(record, source)
            catalogue.add_instances([NewInstance(file=record.new_path, **asdict(record.facts))])
    return made


def pixels(project: Project, uid: str) -> Any:
    return dcmread(project.instances / f"{uid}.dcm").pixel_array


def regions(project: Project, uid: str) -> list[Region]:
    with project.catalogue() as catalogue:
        return regions_of(catalogue, uid)


def uids(project: Project) -> list[str]:
    with project.catalogue() as catalogue:
        return sorted(catalogue.uids(), key=lambda uid: int(catalogue.instance(uid).instance_number or 0))


def is_masked(project: Project, uid: str, box: Region = BOX) -> bool:
    values = pixels(project, uid)[box.y : box.y + box.height, box.x : box.x + box.width]
    return len(np.unique(values)) == 1


def pretend_found(project: Project, uid: str) -> None:
    """Mask a box and note it as one that the search found."""
    correct(project, Correction(uid, mask=(FOUND,)), Quiet())
    with project.catalogue() as catalogue:
        rows = [
            replace(r, kind="text", found_by="detector") if place(r) == place(FOUND) else r
            for r in regions_of(catalogue, uid)
        ]
        catalogue.set_masking(uid, {"regions": [asdict(row) for row in rows]})


@pytest.mark.parametrize(("scope", "number"), [(Scope.INSTANCE, 1), (Scope.SERIES, 3), (Scope.DEVICE, 4)])
def test_a_box_is_masked_in_as_many_instances_as_was_meant(
    project: Project, scope: Scope, number: int
) -> None:
    first = uids(project)[0]
    before = {uid: pixels(project, uid) for uid in uids(project)}
    ended = correct(project, Correction(first, mask=(BOX,), scope=scope), Quiet())
    assert len(ended.done) == number
    assert sum(is_masked(project, uid) for uid in uids(project)) == number
    for uid, values in before.items():
        after = pixels(project, uid)
        after[4:14, 3:23] = values[4:14, 3:23]
        assert (after == values).all()
    again = correct(project, Correction(first, mask=(BOX,), scope=scope), Quiet())
    assert (again.done, again.same) == ([], number)


def test_a_box_is_shown_again_as_the_original_has_it_and_others_stay_masked(project: Project) -> None:
    uid = uids(project)[0]
    intact, marks = pixels(project, uid), dcmread(project.instances / f"{uid}.dcm").DeidentificationMethod
    correct(project, Correction(uid, mask=(BOX,)), Quiet())
    pretend_found(project, uid)
    ended = correct(project, Correction(uid, show=(FOUND,)), Quiet())
    assert ended.done == [uid]
    assert is_masked(project, uid)
    after = pixels(project, uid)
    after[4:14, 3:23] = intact[4:14, 3:23]
    assert (after == intact).all()
    assert [r.kind for r in regions(project, uid)] == ["drawn", "kept"]
    assert dcmread(project.instances / f"{uid}.dcm").DeidentificationMethod == marks
    correct(project, Correction(uid, show=(BOX,)), Quiet())
    assert (pixels(project, uid) == intact).all()
    assert [r.kind for r in regions(project, uid)] == ["kept"]


def test_what_was_read_is_still_known_once_a_box_was_shown_again(project: Project) -> None:
    uid = uids(project)[0]
    pretend_found(project, uid)
    reading = Reading(FOUND.x, FOUND.y, FOUND.width, FOUND.height, "PORTABLE", 0.98)
    with closing(unlock(project, None)) as vault:
        path = Path(str(vault.source_path(uid)))
        settings = Settings(load_profile("research"), vault.key, find_text=False)
        (source,) = find_sources([path])
        record = deidentify(source, path.parent.parent / "elsewhere", settings, Layout.FLAT)
        vault.remember(replace(record, readings=(reading,)), source)
    correct(project, Correction(uid, show=(FOUND,)), Quiet())
    with closing(unlock(project, None)) as vault:
        assert vault.readings(uid) == (reading,)


def test_masking_again_leaves_what_was_said_to_be_no_text(project: Project) -> None:
    uid = uids(project)[0]
    intact = pixels(project, uid)
    correct(project, Correction(uid, mask=(BOX,)), Quiet())
    pretend_found(project, uid)
    correct(project, Correction(uid, show=(FOUND,)), Quiet())
    with closing(unlock(project, None)) as vault:
        mask_again(project, vault, [uid], Quiet(), workers=1)
    assert is_masked(project, uid)
    assert (pixels(project, uid)[30:38, 30:46] == intact[30:38, 30:46]).all()
    correct(project, Correction(uid, mask=(FOUND,)), Quiet())  # and it can be masked again
    assert is_masked(project, uid, FOUND)
    assert [r.kind for r in regions(project, uid)] == ["drawn", "drawn"]


def test_what_a_reader_shows_again_no_device_rule_masks_anew(project: Project, originals: Path) -> None:
    uid = uids(project)[0]
    intact = pixels(project, uid)
    mask_always(device_of_file(originals / "im0000.dcm"), [FOUND])
    pretend_found(project, uid)
    correct(project, Correction(uid, show=(FOUND,)), Quiet())
    assert (pixels(project, uid) == intact).all()


def test_a_correction_of_a_series_is_taken_back_in_one_go(project: Project) -> None:
    every = uids(project)
    intact = [pixels(project, uid) for uid in every]
    correct(project, Correction(every[1], mask=(BOX,), scope=Scope.SERIES), Quiet())
    ended = correct(project, Correction(every[1], show=(BOX,), scope=Scope.SERIES), Quiet())
    assert len(ended.done) == 3
    assert all((pixels(project, uid) == values).all() for uid, values in zip(every, intact, strict=True))


@pytest.mark.slow
def test_always_makes_a_rule_for_the_device_and_taking_it_back_unmakes_it(
    project: Project, originals: Path, tmp_path: Path
) -> None:
    first = uids(project)[0]
    known = len(site_rules())
    for box in (BOX, FOUND):
        always = Correction(first, mask=(box,), scope=Scope.DEVICE, always=Always.ADD)
        correct(project, always, Quiet())
    (learnt,) = site_rules()[known:]
    assert learnt.rectangles == ((3, 4, 20, 10), (30, 30, 16, 8))
    assert [rules_for_file((learnt,), file) for file in sorted(originals.iterdir())] == [(learnt,)] * 4 + [()]
    ended = leadglass("device-rules", "--for", originals / "im0000.dcm", "--json")
    assert [rule["name"] for rule in ended.json["rules"]] == [learnt.name]
    for box in (BOX, FOUND):
        back = Correction(first, show=(box,), scope=Scope.DEVICE, always=Always.REMOVE)
        correct(project, back, Quiet())
    assert len(site_rules()) == known
    assert not any(is_masked(project, uid) for uid in uids(project))


def test_what_was_done_before_a_cancel_stays_and_the_rest_is_untouched(project: Project) -> None:
    every = uids(project)
    ended = correct(project, Correction(every[0], mask=(BOX,), scope=Scope.SERIES), Quiet(steps=1))
    assert len(ended.done) == 1
    assert [is_masked(project, uid) for uid in every].count(True) == 1


def test_without_the_original_nothing_is_shown_and_nothing_changes(project: Project, originals: Path) -> None:
    uid = uids(project)[0]
    correct(project, Correction(uid, mask=(BOX,)), Quiet())
    originals.rename(originals.with_name("elsewhere"))
    with pytest.raises(ProjectError, match="no longer where it was imported from"):
        correct(project, Correction(uid, show=(BOX,)), Quiet())
    assert is_masked(project, uid)
    assert [r.kind for r in regions(project, uid)] == ["drawn"]


def test_an_image_that_does_not_name_its_device_is_refused(project: Project) -> None:
    uid = uids(project)[0]
    file = project.instances / f"{uid}.dcm"
    dataset = dcmread(file)
    del dataset.Manufacturer
    dataset.save_as(file)
    with pytest.raises(UsageError, match="which device"):
        correct(project, Correction(uid, mask=(BOX,), scope=Scope.DEVICE), Quiet())


def test_a_polygon_is_masked_noted_learnt_and_taken_back(project: Project) -> None:
    first = uids(project)[0]
    intact = pixels(project, first)
    drawn = parse_region("3,4 33,4 3,30")
    assert parse_region(region_text(drawn)) == drawn
    mask = Correction(first, mask=(drawn,), scope=Scope.DEVICE, always=Always.ADD)
    assert len(correct(project, mask, Quiet()).done) == 4
    assert [r.points for r in regions(project, first)] == [drawn.points]
    after = pixels(project, first)
    assert (after[5, 5], after[28, 32]) == (intact.min(), intact[28, 32])
    assert site_rules()[-1].polygons == (drawn.points,)
    back = Correction(first, show=(drawn,), scope=Scope.DEVICE, always=Always.REMOVE)
    assert len(correct(project, back, Quiet()).done) == 4
    assert (pixels(project, first) == intact).all()


@pytest.mark.parametrize(
    "text", ["1,2,3", "1,2 3,4", "1,2 3,4 5,-6", "1,1 5,1 9,1", "0,0,0,5", "a b", "1,1 2,2 1,5@x"]
)
def test_a_region_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        parse_region(text)
