import pytest

from anonymizer.identities.key import SecretKey
from anonymizer.masking.deidentify import Settings
from anonymizer.profiles.profile import load_profile


@pytest.fixture
def key():
    return SecretKey(bytes(range(32)))


@pytest.fixture
def settings_for(key):
    """Settings for a profile and options, headers only."""

    def make(profile="research", *options):
        return Settings(load_profile(profile, options), key, find_text=False)

    return make
