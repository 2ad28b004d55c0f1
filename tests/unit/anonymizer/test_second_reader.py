"""What was written is checked: by decoding it, and by a second reader where one is installed."""

import subprocess

import numpy as np
import pytest

from anonymizer.errors import PixelError
from anonymizer.pixels import burned_in_text, text_finder
from anonymizer.pixels import tesseract as program
from anonymizer.pixels.burned_in_text import mask_burned_in_text
from anonymizer.pixels.second_reader import DISAGREES, FAILED, MASKED_LATE
from anonymizer.pixels.verdicts import Judge
from anonymizer.profiles.pixel_policy import MaskText, PixelPolicy
from anonymizer.report import Region
from tests.unit.anonymizer.pixel_cases import background, dataset_of, readable, written

HEAD = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext"
WORD = text_finder.TextBox(8, 8, 200, 36, 1.0)  # where `written` puts a word
PLAIN = np.round(background() * 4095).astype(np.uint16)


@pytest.fixture
def tesseract(monkeypatch):
    """A program that says what it is told to, in Tesseract's own form; its calls are noted."""
    told = {"rows": [], "calls": []}

    def run(arguments, **options):
        told["calls"].append((arguments, options["input"][:4]))
        if isinstance(told["rows"], Exception):
            raise told["rows"]
        text = "\n".join([HEAD, *told["rows"]]) + "\n"
        return subprocess.CompletedProcess(arguments, 0, text.encode("utf-8"))

    monkeypatch.setattr(program, "program", lambda: "/somewhere/tesseract")
    monkeypatch.setattr(program.subprocess, "run", run)
    return told


def row(text, confidence=95.0, *, left=400, top=300):
    return f"5\t1\t1\t1\t1\t1\t{left}\t{top}\t90\t30\t{confidence}\t{text}"


def masked(**options):
    return mask_burned_in_text(dataset_of(PLAIN, bits=12, modality="CR"), **options)


def test_what_the_second_reader_still_reads_goes_to_review(tesseract):
    tesseract["rows"] = ["4\t1\t1\t1\t1\t0\t0\t0\t640\t480\t-1\t", row('JOHN"NA')]
    assert masked().review == (DISAGREES,)
    ((arguments, picture),) = tesseract["calls"]
    assert arguments[1:] == ["stdin", "stdout", "--psm", "11", "tsv"]
    assert picture == b"P5\n6"


def test_grain_is_not_enlarged_for_the_second_reader_and_has_thresholds_of_its_own(tesseract):
    """Speckle of an ultrasound kept the program busy for a minute an image."""
    speckle = np.random.default_rng(2).rayleigh(45, (768, 1024)).clip(0, 255).astype(np.uint8)
    tesseract["rows"] = [row("JOHANNA", left=200, top=100)]
    (found,) = program.words("/somewhere/tesseract", speckle)
    ((arguments, _),) = tesseract["calls"]
    assert "thresholding_method=2" in arguments
    assert (found.x, found.y) == (200, 100)


def test_what_is_not_sure_or_too_short_or_may_stay_does_not(tesseract):
    tesseract["rows"] = [row("JOHANNA", 40.0), row("ab"), row("---")]
    assert masked().review == ()
    tesseract["rows"] = [row("PORTABLE")]
    assert masked(keep=[Region(190, 140, 80, 40)]).review == ()


def test_a_second_reader_that_fails_is_named(tesseract):
    for error in (OSError("gone"), subprocess.TimeoutExpired("tesseract", 60)):
        tesseract["rows"] = error
        assert masked().review == (FAILED,)


def test_a_site_can_do_without_a_second_reader(tesseract):
    tesseract["rows"] = [row("JOHANNA")]
    assert masked(judge=Judge(PixelPolicy(second_reader=False))).review == ()
    assert tesseract["calls"] == []


@pytest.fixture
def blind(monkeypatch):
    """The search finds nothing, and Tesseract is not installed."""
    monkeypatch.setattr(program, "program", lambda: None)
    monkeypatch.setattr(text_finder, "look_for_text", lambda _image: text_finder.Found())
    monkeypatch.setattr(text_finder, "find_residue", lambda _image: ())


@pytest.mark.parametrize(("size", "ink"), [(18, 1.0), (18, 0.35), (26, 0.7)])
def test_text_that_the_search_left_is_masked_where_the_other_detector_reads_it(blind, size, ink):
    values = np.round(written(background(), ("WESTERHOUT",), size=size, ink=ink) * 4095).astype(np.uint16)
    colours = np.repeat((values >> 4).astype(np.uint8)[..., None], 3, axis=2)
    for dataset in (
        dataset_of(values, bits=12, modality="CR"),
        dataset_of(colours, photometric="RGB", modality="CR"),
    ):
        before = dataset.pixel_array
        result = mask_burned_in_text(dataset)
        assert (result.review, result.changed) == ((MASKED_LATE,), True)
        assert {region.found_by for region in result.regions} == {"second reader"}
        after = dataset.pixel_array
        assert not readable(text_finder.read_lines(after, boxes=[WORD])[0].text, "WESTERHOUT")
        assert np.array_equal(after[60:], before[60:])


def test_what_the_other_detector_reads_stays_where_the_project_masks_no_text_and_is_told(blind):
    values = np.round(written(background(), ("WESTERHOUT",)) * 4095).astype(np.uint16)
    dataset = dataset_of(values, bits=12, modality="CR")
    assert mask_burned_in_text(dataset, judge=Judge(PixelPolicy(mask=MaskText.FLAG))).review == (DISAGREES,)
    assert np.array_equal(dataset.pixel_array, values)


def test_what_can_be_read_even_then_is_told(blind, monkeypatch):
    monkeypatch.setattr(burned_in_text, "left_over", lambda *_: (Region(10, 10, 50, 20),))
    assert masked().review == (MASKED_LATE, DISAGREES)


def test_the_other_detector_is_content_with_what_is_masked_kept_or_empty(blind):
    values = np.round(written(background(), ("WESTERHOUT",)) * 4095).astype(np.uint16)
    drawn = [Region(8, 8, 200, 36, kind="drawn")]
    for options in ({"drawn": drawn}, {"keep": [Region(8, 8, 100, 36), Region(108, 8, 100, 36)]}):
        assert mask_burned_in_text(dataset_of(values, bits=12, modality="CR"), **options).review == ()
    assert masked().review == ()


def test_late_text_of_a_cine_is_seen_in_its_last_frame(blind):
    plain = np.round(background() * 200).astype(np.uint8)
    late = np.round(written(background(), ("WESTERHOUT",)) * 200).astype(np.uint8)
    frames = np.stack([plain] * 6 + [late])
    result = mask_burned_in_text(dataset_of(frames, frames=7, modality="XA"))
    assert result.review == (MASKED_LATE,)
    assert [region.frame for region in result.regions] == [None]


def test_what_is_written_is_decoded_once_more(monkeypatch):
    monkeypatch.setattr(burned_in_text, "fill_regions", lambda *_: None)
    with pytest.raises(PixelError, match="could not be masked"):
        masked(find=False, drawn=[Region(100, 100, 30, 30, kind="drawn")])
