import pytest

from anonymizer.errors import ProfileError
from anonymizer.plan import Plan
from anonymizer.profile import OPTIONS, load_profile, profile_names
from anonymizer.table import standard_table


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
