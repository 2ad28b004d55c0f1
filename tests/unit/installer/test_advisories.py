"""No release that is known to be bad is in a lock file."""

import tomllib

import pytest
from packaging.specifiers import SpecifierSet

from installer.building.locked import LOCK, ROOT, distributions

ADVISORIES = tomllib.loads((ROOT / "installer" / "advisories.toml").read_text(encoding="utf-8"))["advisory"]


@pytest.mark.parametrize("advisory", ADVISORIES, ids=lambda each: each["distribution"])
def test_no_bad_release_is_packed(advisory):
    assert advisory["why"]
    bad = SpecifierSet(advisory["versions"])
    locked = [each.version for each in distributions(LOCK) if each.name == advisory["distribution"]]
    assert locked
    assert not [version for version in locked if version in bad]
