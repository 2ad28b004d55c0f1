"""Long series of slices are searched in a sample; a slice that differs is searched itself."""

from dataclasses import replace

import numpy as np
import pytest
from pydicom.uid import CTImageStorage, SecondaryCaptureImageStorage

from anonymizer.batches.batch import mask_batch
from anonymizer.batches.series_samples import CHOSEN, FEWEST, SeriesSamples, plans_of
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, Settings
from anonymizer.masking.series import member_of
from anonymizer.pixels import text_engine, text_finder
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.series_plan import plan_of, sample_of
from anonymizer.pixels.text_finder import read_text
from anonymizer.pixels.verdicts import KEPT
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Outcome
from tests.unit.anonymizer.pixel_cases import NAME, background, dataset_of, readable, written

COUNT = 24


def values_of(number, text=()):
    """A slice: a body that changes from slice to slice and the noise of a scanner."""
    rng = np.random.default_rng(number)
    picture = background() * (0.8 + 0.2 * np.sin(number / 5)) + rng.normal(0, 0.004, (240, 320))
    return np.round(written(picture, text) * 2000 if text else picture * 2000).clip(0, 4095).astype(np.uint16)


def instance(number, text=(), sop_class=CTImageStorage):
    dataset = dataset_of(values_of(number, text), bits=12, modality="CT")
    dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = sop_class
    dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = f"1.2.3.4.{number + 1}"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    dataset.PatientID, dataset.PatientName = "4711", "WESTERHOUT^JOHANNA"
    dataset.Manufacturer, dataset.InstanceNumber = "Zargon", number
    return dataset


def series(folder, texts=None, *, count=COUNT, **facts):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        dataset = instance(number, (texts or {}).get(number, ()), **facts)
        dataset.save_as(folder / f"im{number:03}.dcm", enforce_file_format=True)
    return list(find_sources([folder]))


def member(source):
    return member_of(source.read_head(2**16), source)


def sampled(sources, order=1):
    samples = SeriesSamples(lambda uid: f"{hash(uid) & 0xFFFFFF:06x}", lambda _: True)
    for source in sources[::order]:
        samples.add(member(source))
    return dict(samples.chosen())


def test_first_last_and_a_few_others_stand_for_the_series_in_whatever_order_it_comes(tmp_path):
    sources = series(tmp_path / "in")
    ((key, chosen),) = sampled(sources).items()
    assert len(chosen) in (CHOSEN, CHOSEN + 1, CHOSEN + 2)
    names = [one.source.path[-9:] for one in chosen]
    assert (names[0], names[-1]) == ("im000.dcm", "im023.dcm")
    assert sampled(sources, -1) == {key: chosen}
    assert sampled(sources[: FEWEST - 1]) == {}


def test_after_a_kill_the_same_slices_stand_for_the_series_whatever_is_left_to_mask(tmp_path):
    """So the plan is the same, and with it every byte that is written."""
    sources = series(tmp_path)
    (whole,) = sampled(sources).values()
    for left in (sources[-1:], sources[5:], sources[::3]):
        rest = SeriesSamples(lambda uid: f"{hash(uid) & 0xFFFFFF:06x}", left.__contains__)
        for source in reversed(sources):
            rest.add(member(source))
        ((_, chosen),) = rest.chosen()
        assert [one.source for one in chosen] == [one.source for one in whole]
    done = SeriesSamples(lambda uid: f"{hash(uid) & 0xFFFFFF:06x}", lambda _: False)
    for source in sources:
        done.add(member(source))
    assert not list(done.chosen())  # and nothing is searched where nothing is left


def test_series_are_of_one_kind_device_and_matrix(tmp_path):
    one = member(series(tmp_path / "a", count=1)[0])
    dataset = instance(1)
    dataset.Manufacturer = "Other"
    dataset.save_as(tmp_path / "b.dcm", enforce_file_format=True)
    (other,) = find_sources([tmp_path / "b.dcm"])
    assert one is not None
    assert member(other).key != one.key
    assert member(series(tmp_path / "c", count=1, sop_class=SecondaryCaptureImageStorage)[0]) is None
    assert "1.2.3" not in repr(one)


def test_a_slice_like_the_samples_is_not_searched_and_one_with_text_is(monkeypatch):
    plan = plan_of([sample_of(values_of(number)) for number in (0, 3, 9, 15, 23)])
    assert plan is not None
    assert all(plan.fits(values_of(number)) for number in range(COUNT))
    assert not plan.fits(values_of(7, (NAME,)))
    in_the_body = written(background(), (NAME,), at=(150, 150), size=14, ink=0.95)
    assert not plan.fits(np.round(in_the_body * 2000).astype(np.uint16))
    monkeypatch.setattr(text_finder, "look_for_text", lambda _: pytest.fail("it was searched"))
    result = mask_burned_in_text(instance(5), plan=plan)
    assert (result.regions, result.cleaned) == ((), True)


def test_text_in_the_same_place_is_masked_in_every_slice_without_a_search(monkeypatch):
    text = dict.fromkeys(range(COUNT), (NAME,))
    plan = plan_of([sample_of(values_of(number, text[number])) for number in (0, 3, 9, 15, 23)])
    assert plan is not None
    assert len(plan.lines) == 1
    monkeypatch.setattr(text_finder, "look_for_text", lambda _: pytest.fail("it was searched"))
    monkeypatch.setattr(text_engine, "read_line", lambda *_, **__: pytest.fail("it was read again"))
    dataset = instance(6, (NAME,))
    result = mask_burned_in_text(dataset, plan=plan)
    monkeypatch.undo()
    assert [reading.text[:4] for reading in result.readings] == [NAME[:4]]
    assert not readable(read_text(dataset.pixel_array), NAME)
    assert NAME.split()[0].strip(",") not in repr(plan)


def test_what_may_stay_is_read_in_every_slice_and_goes_where_it_says_something_else():
    """A side marker in whose place one slice has a name."""
    marker, other = ("LEFT",), ("IBSEN",)
    plan = plan_of([sample_of(values_of(number, marker)) for number in (0, 3, 9)])
    assert plan is not None
    assert len(plan.lines) == 1
    (kept,) = mask_burned_in_text(instance(6, marker), plan=plan).regions
    (masked,) = mask_burned_in_text(instance(6, other), plan=plan).regions
    assert (kept.kind, masked.kind) == (KEPT, "text")


def test_samples_that_differ_make_no_plan():
    assert (
        plan_of([sample_of(values_of(0)), sample_of(values_of(2)), sample_of(values_of(1, (NAME,)))]) is None
    )


def test_what_only_one_sample_has_and_nobody_can_read_is_masked_in_that_slice_alone():
    plain = [sample_of(values_of(number)) for number in (0, 3, 9)]
    box = text_finder.TextBox(150, 140, 30, 12, 0.5)
    odd = replace(plain[1], lines=(text_finder.Reading(box, "", 0.0),))
    plan = plan_of([plain[0], odd, plain[2]])
    assert plan is not None
    assert plan.lines == ()
    assert plan_of([plain[0], replace(odd, lines=(text_finder.Reading(box, NAME, 0.9),)), plain[2]]) is None


def test_the_samples_themselves_are_searched_like_any_image(monkeypatch):
    plan = plan_of([sample_of(values_of(number)) for number in (0, 3, 9)])
    assert plan is not None
    dataset = instance(3)
    looked = []
    monkeypatch.setattr(
        text_finder, "look_for_text", lambda image: looked.append(image.shape) or text_finder.Found()
    )
    mask_burned_in_text(dataset, plan=replace(plan, searched=frozenset({dataset.SOPInstanceUID})))
    assert looked


def test_a_sample_that_cannot_be_read_makes_no_plan(tmp_path):
    sources = series(tmp_path / "in", count=3)
    good = sample_of(values_of(0))
    chosen = {b"key": [member(source) for source in sources]}
    assert plans_of(chosen, {s.path: good for s in sources})
    assert not plans_of(chosen, {sources[0].path: good, sources[1].path: good, sources[2].path: None})


@pytest.mark.slow
def test_of_300_slices_ten_are_searched_and_the_others_only_compared(tmp_path, monkeypatch):
    count, searched = 300, []
    ((_, chosen),) = sampled(series(tmp_path, dict.fromkeys(range(count), (NAME,)), count=count)).items()
    numbers = [one.number for one in chosen]
    assert len(numbers) == CHOSEN + 2
    search = text_finder.look_for_text
    monkeypatch.setattr(text_finder, "look_for_text", lambda image: searched.append(1) or search(image))
    plan = plan_of([sample_of(values_of(number, (NAME,))) for number in numbers])
    assert len(searched) == CHOSEN + 2
    ink = written(np.zeros((240, 320)), (NAME,)) > 0.5
    besides = 0
    for number in set(range(count)) - set(numbers):
        first, *others = mask_burned_in_text(instance(number, (NAME,)), plan=plan).regions
        inside = np.zeros(ink.shape, bool)
        inside[first.y : first.y + first.height, first.x : first.x + first.width] = True
        assert inside[ink].all()
        besides += len(others)
    assert besides <= count // 100  # of those that are searched one or the other has noise like a word
    assert len(searched) <= CHOSEN + 2 + count // 20  # a few slices differ by their noise: those are searched


@pytest.mark.slow
def test_one_slice_with_a_name_is_found_and_the_output_does_not_depend_on_workers(tmp_path, key):
    sources = series(tmp_path / "in", {11: (NAME,)})
    trees = []
    for workers in (1, 2):
        out = tmp_path / f"out{workers}"
        settings = Settings(load_profile(), key)
        records = list(mask_batch(sources, out, settings, layout=Layout.FLAT, workers=workers))
        assert [record.outcome for record in records] == [Outcome.MASKED] * COUNT
        assert [r.path[-9:] for r in records if r.regions] == ["im011.dcm"]
        trees.append({path.name: path.read_bytes() for path in out.glob("*.dcm")})
    assert trees[0] == trees[1]
