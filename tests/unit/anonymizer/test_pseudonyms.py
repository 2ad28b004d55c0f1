import pickle
import re

import pytest
from pydicom.uid import UID, CTImageStorage

from anonymizer.errors import KeyFileError
from anonymizer.identities.key import SecretKey
from anonymizer.identities.pseudonyms import Pseudonyms


def test_the_same_key_gives_the_same_always(key):
    first, second = Pseudonyms(key), Pseudonyms(pickle.loads(pickle.dumps(key)))
    assert first.patient_id("4711") == second.patient_id("4711")
    assert first.uid("1.2.3") == second.uid("1.2.3")
    assert first.day_shift("4711") == second.day_shift("4711")
    assert re.fullmatch(r"LG[A-Z2-7]{16}", first.patient_id("4711"))
    assert first.patient_id("4711") != Pseudonyms(SecretKey(bytes(32))).patient_id("4711")


def test_padding_does_not_count_but_everything_else_does(key):
    pseudonyms = Pseudonyms(key)
    assert pseudonyms.patient_id(" 4711\0 ") == pseudonyms.patient_id("4711")
    assert len({pseudonyms.patient_id(text) for text in ("4711", "04711", "4711a", "4711A", "47 11")}) == 5


def test_uids_are_valid_and_registered_ones_stay(key):
    pseudonyms = Pseudonyms(key)
    for number in range(200):
        uid = UID(pseudonyms.uid(f"1.2.3.{number}"))
        assert uid.is_valid
        assert uid.startswith("2.25.")
    assert pseudonyms.uid(CTImageStorage) == CTImageStorage
    assert pseudonyms.uid("1.2.840.10008.999.12345") != "1.2.840.10008.999.12345"


def test_dates_move_back_by_whole_weeks(key):
    shifts = {Pseudonyms(key).day_shift(f"{n}") for n in range(200)}
    assert all(shift < -364 and shift % 7 == 0 for shift in shifts)
    assert len(shifts) > 100


def test_a_key_file_is_private_and_never_overwritten(tmp_path, key):
    path = tmp_path / "keys" / "a.key"
    key.save(path)
    assert SecretKey.load(path) == key
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(KeyFileError):
        SecretKey.generate().save(path)
    assert str(key.secret) not in repr(key)
    assert len(key.fingerprint) == 16


@pytest.mark.parametrize("text", ["", "x", "leadglass-key-1 AAAA 00000000", "leadglass-key-1 !!! 0"])
def test_a_damaged_key_file_is_refused(tmp_path, text):
    path = tmp_path / "a.key"
    path.write_text(text, encoding="ascii")
    with pytest.raises(KeyFileError):
        SecretKey.load(path)
