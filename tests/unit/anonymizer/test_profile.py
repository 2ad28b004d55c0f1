"""Profiles: presets, a site's own files, options and what contradicts itself."""

import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from anonymizer.errors import ProfileError
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Settings, deidentify
from anonymizer.profiles.options import OPTIONS
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import load_profile, profile_names
from anonymizer.profiles.profile_conflicts import conflicts
from anonymizer.profiles.profile_text import describe_profile, editable_copy
from anonymizer.profiles.table import standard_table
from tests.corpora import planted


def test_presets_load_and_basic_comes_first():
    assert profile_names()[0] == "basic"
    for name in profile_names():
        assert load_profile(name).title
    assert load_profile("research").options == {
        "modified_dates", "clean_descriptors", "retain_safe_private", "retain_patient_characteristics"
    }  # fmt: skip


def test_options_are_exactly_those_of_the_table():
    table = standard_table()
    rules = [*table.attributes.values(), *table.content_items.values(), table.private, table.curves]
    assert {name for rule in rules for name in rule.options} == {option.name for option in OPTIONS}
    assert len(table.attributes) + len(table.overlays) + 2 == 657
    assert all(option.title and option.keeps and option.costs for option in OPTIONS)


@pytest.mark.parametrize("text", ["retain-uids", "retain_uids", "UIDs", "Retain_UIDs"])
def test_options_are_understood_in_several_spellings(text):
    assert load_profile("basic", [text]).options == {"retain_uids"}


def test_contradicting_options_are_refused_before_the_run():
    with pytest.raises(ProfileError, match="contradict"):
        load_profile("research", ["full-dates"])


@pytest.mark.parametrize(
    "text",
    [
        'options = ["no_such"]',
        "options = 3",
        "[attributes]\nNoSuch = 'K'",
        "[attributes]\nPatientID = 'Q'",
        "=",
    ],
)
def test_a_wrong_site_file_is_explained(tmp_path, text):
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProfileError):
        load_profile(str(path))


def test_an_unknown_profile_is_explained():
    with pytest.raises(ProfileError) as caught:
        load_profile("no such profile")
    assert "research" in caught.value.remedy


def test_a_site_decides_about_single_attributes(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text('title = "S"\n[attributes]\nProtocolName = "K"\n"(0018,1400)" = "X"\n', encoding="utf-8")
    plan = Plan(load_profile(str(path)))
    assert plan.decide(0x00181030).action == "K"
    assert plan.decide(0x00181400).action == "X"


@pytest.mark.parametrize(
    ("tag", "options", "action"),
    [
        (0x00100010, (), "Z"),
        (0x00080020, (), "Z"),
        (0x00080020, ("modified_dates",), "M"),
        (0x00080020, ("full_dates",), "K"),
        (0x00081030, (), "X"),
        (0x00081030, ("clean_descriptors",), "C"),
        (0x0020000D, (), "U"),
        (0x0020000D, ("retain_uids",), "K"),
        (0x50123000, (), "X"),
        (0x60023000, (), "X"),
        (0x00080080, (), "D"),
    ],
)
def test_table_and_options_decide(tag, options, action):
    assert Plan(load_profile("basic", options)).decide(tag).action == action


def test_what_the_table_does_not_list_is_left_to_the_rules_by_vr():
    assert Plan(load_profile("basic")).decide(0x00181210) is None


def site(tmp_path, text):
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    return load_profile(str(path))


def test_a_profile_builds_on_another(tmp_path):
    (tmp_path / "house.toml").write_text(
        'extends = "research"\nwithout_options = ["modified_dates"]\n[attributes]\nProtocolName = "K"\nKVP = "X"\n',
        encoding="utf-8",
    )
    made = site(
        tmp_path,
        'extends = "house.toml"\noptions = ["full-dates"]\nkeep_words = ["Krescendo"]\n[attributes]\nKVP = "K"\n',
    )
    assert made.options == {
        "full_dates",
        "clean_descriptors",
        "retain_safe_private",
        "retain_patient_characteristics",
    }
    assert dict(made.attributes) == {0x00181030: "K", 0x00180060: "K"}
    assert "krescendo" in made.keep_words


def test_profiles_that_extend_each_other_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text('extends = "site.toml"', encoding="utf-8")
    with pytest.raises(ProfileError, match="circle"):
        site(tmp_path, 'extends = "a.toml"')


@pytest.mark.parametrize(
    ("text", "said", "remedy"),
    [
        ('title = "x"\noption = []', (2, "option"), "options"),
        ('title = "x"\n\noptions = ["retain_everything"]', (3, "retain_everything"), "retain_uids"),
        ('[attributes]\nStudyDat = "K"', (2, "StudyDat"), "keyword"),
        ('[attributes]\n"(0019,100C)" = "K"', (2, "(0019,100C)"), "[SIEMENS MR HEADER]"),
        ('[attributes]\nStudyDate = "Q"', (2, "StudyDate"), "remove it"),
        ('[attributes]\n"(0019,[ACME]0C)" = "D"', (2, "(0019,[ACME]0C)"), "remove it"),
        ('shift_times = "yes"', (1, "shift_times"), "without quotation marks"),
        ('allow = ["Rows", "Colums"]', (1, "Colums"), "keyword"),
        ("keep_words = 3", (1, "keep_words"), "["),
    ],
)
def test_a_mistake_is_said_with_file_line_key_and_remedy(tmp_path, text, said, remedy):
    with pytest.raises(ProfileError) as caught:
        site(tmp_path, text)
    assert f"site.toml, line {said[0]}: “{said[1]}”" in str(caught.value)
    assert remedy in caught.value.remedy


def test_private_attributes_are_decided_by_group_creator_and_element(tmp_path, key):
    profile = site(
        tmp_path,
        '[attributes]\n"(0019,[SIEMENS MR HEADER]0C)" = "K"\n"(0029,[ACME 1.0]10)" = "K"\n',
    )
    ds = planted.base(1)
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    block.add_new(0x0D, "CS", "NONE")
    ds.private_block(0x0029, "ACME 1.0", create=True).add_new(0x10, "LO", f"kernel {planted.SURNAME}")
    ds.private_block(0x0031, "OTHER", create=True).add_new(0x10, "LO", "x")
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    record = deidentify(source, tmp_path / "out", Settings(profile, key, find_text=False))
    assert record.new_path, record.reason
    masked = pydicom.dcmread(tmp_path / "out" / record.new_path)
    private = {(int(element.tag), str(element.value)) for element in masked if element.tag.is_private}
    assert private == {
        (0x00190010, "SIEMENS MR HEADER"),
        (0x0019100C, "1000"),
        (0x00290010, "ACME 1.0"),
        (0x00291010, "kernel"),
    }


def test_a_private_attribute_on_the_safe_list_can_be_removed(tmp_path):
    profile = site(tmp_path, 'extends = "research"\n[attributes]\n"(0019,[SIEMENS MR HEADER]0C)" = "X"\n')
    ds = Dataset()
    block = ds.private_block(0x0019, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "IS", "1000")
    assert Plan(profile).private_goes(ds, Tag(0x0019100C))
    assert not Plan(load_profile("research")).private_goes(ds, Tag(0x0019100C))
    assert Plan(profile).private_goes(ds, Tag(0x00190010))  # the block is empty without it


def test_strict_keeps_only_what_is_on_its_list(tmp_path, key):
    ds = planted.base(1)
    ds.Manufacturer, ds.ConvolutionKernel, ds.ImageType = "ACME", "B30f", ["ORIGINAL", "PRIMARY", "AXIAL"]
    ds.ReferringPhysicianName = "Ploverhausen^Otto"
    ds.FilterType, ds.StationName, ds.BodyPartExamined = "FLAT", "CT1", "CHEST"
    ds.save_as(tmp_path / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / "in.dcm"])
    profile = load_profile("strict")
    record = deidentify(source, tmp_path / "out", Settings(profile, key, find_text=False))
    masked = pydicom.dcmread(tmp_path / "out" / record.new_path)
    assert masked.PixelData == ds.PixelData
    assert (masked.KVP, masked.BodyPartExamined, masked.ImageType[2]) == (120, "CHEST", "AXIAL")
    assert "ConvolutionKernel" not in masked  # type 3
    assert "StudyDescription" not in masked
    assert not masked.Manufacturer  # type 2
    assert masked.StudyInstanceUID != ds.StudyInstanceUID
    added = {0x00120062, 0x00120063, 0x00120064, 0x00280303, 0x00100010, 0x00100020, 0x7FE00010, 0x00080005}
    strangers = [
        element.keyword
        for element in masked
        if int(element.tag) not in profile.allow | added and element.value not in (None, "")
    ]
    assert set(strangers) <= {"SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"}


def test_a_site_adds_to_the_list_of_strict(tmp_path):
    made = site(tmp_path, 'extends = "strict"\nallow = ["ConvolutionKernel"]')
    assert made.allow == load_profile("strict").allow | {0x00181210}


def test_times_across_midnight_are_a_switch_of_the_profile(tmp_path):
    assert site(tmp_path, 'extends = "research"\nshift_times = true').shift_times
    assert not load_profile("research").shift_times
    assert site(tmp_path, "shift_times = true").identity != site(tmp_path, "").identity


@pytest.mark.parametrize("name", ["basic", "research", "teaching", "device-quality", "strict"])
def test_a_copy_does_what_the_preset_does_and_teaches_every_option(tmp_path, name):
    preset = load_profile(name)
    text = editable_copy(name, preset)
    assert site(tmp_path, text).identity == preset.identity
    assert all(option.keeps in text for option in OPTIONS)
    for line in ('ProtocolName = "K"', '"(0019,[SIEMENS MR HEADER]0C)" = "K"'):
        text = text.replace(f"# {line}", line)
    assert site(tmp_path, text).private


@pytest.mark.parametrize("name", ["basic", "research", "teaching", "device-quality", "strict"])
def test_presets_are_explained_and_have_no_conflicts_but_those_meant(name):
    profile = load_profile(name)
    text = describe_profile(profile)
    assert profile.title in text
    assert all(option.keeps in text for option in OPTIONS if profile.has(option.name))
    assert len(conflicts(profile)) == {"device-quality": 1}.get(name, 0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('options = ["retain_uids"]', "archive"),
        ('options = ["retain_uids", "modified_dates"]', "true date"),
        ('options = ["full_dates", "retain_institution_identity"]', "examined there"),
        ('options = ["full_dates", "retain_device_identity"]', "device tells"),
        ('options = ["full_dates", "retain_patient_characteristics"]', "year of birth"),
        ('options = ["retain_device_identity"]', "serial numbers"),
        ('options = ["retain_safe_private"]', "emptied all the same"),
        ('options = ["clean_structured_content"]', "descriptions"),
        ("shift_times = true", "no effect"),
        ('[attributes]\nPatientAddress = "K"', "Patient's Address"),
        ('options = ["modified_dates"]\n[attributes]\nStudyDate = "K"', "by how many days"),
        ('[attributes]\nStudyDate = "K"', "no option keeps dates"),
        ('[attributes]\nRows = "M"', "cannot be moved"),
        ('[attributes]\n"(0019,[ACME]0C)" = "K"', "own account"),
        ('extends = "strict"\noptions = ["full_dates"]', "no effect"),
    ],
)
def test_what_undoes_itself_is_said(tmp_path, text, said):
    found = conflicts(site(tmp_path, text))
    assert any(said in conflict.text for conflict in found)
    assert all(conflict.remedy for conflict in found)


def test_every_pair_of_options_is_refused_explained_or_harmless():
    names = [option.name for option in OPTIONS]
    for first in names:
        for second in names:
            if {first, second} == {"full_dates", "modified_dates"}:
                with pytest.raises(ProfileError):
                    load_profile("basic", [first, second])
            else:
                profile = load_profile("basic", [first, second])
                assert describe_profile(profile)
