"""What opens a vault: wrong passphrases slowed down, a recovery sheet, a renewed key, and what is left of old ones."""

import sqlite3
from pathlib import Path

import pytest

from anonymizer.errors import VaultError, VaultLockedError, VaultRefusedError
from anonymizer.identities.key import SecretKey
from anonymizer.vault import attempts, rotation
from anonymizer.vault.memory import keep_in_memory
from anonymizer.vault.protection import KeyFile, Passphrase
from anonymizer.vault.recovery import RecoveryCode
from anonymizer.vault.vault import Vault
from anonymizer.vault.word_store import WordAnswer
from tests.unit.anonymizer.test_vault import Found, masked

RIGHT = "open sesame now"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "vault.sqlite"


@pytest.fixture
def lock(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "config" / "vault.key")


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys from passphrases at once, as what they cost is not what is tested."""
    monkeypatch.setattr(Passphrase, "key", lambda self, _parameters: self.text.encode().ljust(32)[:32])


class Clock:
    now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(attempts, "time", made)
    return made


def refuse(file: Path, text: str = "wrong") -> str:
    with pytest.raises(VaultLockedError) as caught:
        Vault.open(file, Passphrase(text))
    return f"{caught.value} {caught.value.remedy}"


def test_wrong_passphrases_slow_the_next_attempt_down(file: Path, cheap: None, clock: Clock) -> None:
    Vault.create(file, SecretKey.generate(), Passphrase(RIGHT)).close()
    for _ in range(attempts.FREE):
        assert "does not open this vault" in refuse(file)
    for pause in (2, 4, 8, 16, 32, 64, 128, 256, 300, 300):
        assert "wrong attempts" in refuse(file, RIGHT)  # too early, even for the right one
        clock.now += pause - 0.1
        assert "wrong attempts" in refuse(file)
        clock.now += 0.2
        assert "does not open this vault" in refuse(file)
    clock.now += 301
    Vault.open(file, Passphrase(RIGHT)).close()
    assert "does not open this vault" in refuse(file)  # and it counts anew
    Vault.open(file, Passphrase(RIGHT)).close()


def test_a_clock_set_back_locks_nobody_out(file: Path, cheap: None, clock: Clock) -> None:
    Vault.create(file, SecretKey.generate(), Passphrase(RIGHT)).close()
    for _ in range(attempts.FREE):
        refuse(file)
    clock.now -= 86_400 * 365
    assert "Try again in 3 seconds." in refuse(file)


def test_a_wrong_passphrase_is_told_from_other_reasons(file: Path, cheap: None) -> None:
    Vault.create(file, SecretKey.generate(), Passphrase(RIGHT)).close()
    with pytest.raises(VaultRefusedError):
        Vault.open(file, Passphrase("wrong"))


def test_the_recovery_sheet_opens_the_vault_however_it_is_typed(file: Path, lock: KeyFile) -> None:
    with Vault.create(file, SecretKey.generate(), lock) as vault:
        assert not vault.has_recovery
        first, code = vault.write_recovery(), vault.write_recovery()
        assert vault.has_recovery
        key = vault.key
    assert RecoveryCode(code.text).text not in repr(code)
    typed = code.text.lower().replace("-", "  ").replace("o", "0").replace("i", "1")
    for text in (code.text, typed):
        with Vault.open(file, RecoveryCode(text)) as again:
            assert again.key == key
    with pytest.raises(VaultRefusedError):
        Vault.open(file, first)  # a newer sheet was written
    with Vault.open(file, lock) as vault:  # the usual way stays
        assert vault.key == key


@pytest.mark.parametrize("slip", ["", "AAAA", "A" * 36, "ÄÖÜ" * 12])
def test_a_slip_in_the_code_is_told(file: Path, lock: KeyFile, slip: str) -> None:
    with Vault.create(file, SecretKey.generate(), lock) as vault:
        vault.write_recovery()
    with pytest.raises(VaultLockedError, match="no recovery code"):
        Vault.open(file, RecoveryCode(slip))


def test_without_a_sheet_no_code_opens(file: Path, lock: KeyFile) -> None:
    Vault.create(file, SecretKey.generate(), lock).close()
    with pytest.raises(VaultLockedError, match="No recovery sheet"):
        Vault.open(file, RecoveryCode.generate())


def test_a_renewed_key_keeps_everything_and_shuts_old_keys_out(
    file: Path, lock: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "_AT_ONCE", 30)
    vault = Vault.create(file, SecretKey.generate(), lock)
    vault.remember_many([(masked(f"{n}.dcm", 700 + n), Found(f"{n}.dcm")) for n in range(200)])
    vault.reject(masked("bad.dcm"), Found("bad.dcm"))
    vault.words.answer("quellwort", WordAnswer.KEEP)
    line_key = vault.trail_keys.begin(1)
    code = vault.write_recovery()
    key, old = vault.key, file.read_bytes()
    vault.renew_key(lock)
    vault.renew_key(lock)
    vault.remember(masked("new.dcm", 9000), Found("new.dcm"))
    vault.close()
    with Vault.open(file, lock) as again:
        assert again.key == key
        assert again.count() == 201
        assert again.is_done(Found("199.dcm"))
        assert again.is_done(Found("new.dcm"))
        assert again.sop_uid_of_path("17.dcm") == "2.25.717"
        assert again.identity("LGAAAA").patient_id == "PID-774411"
        assert again.words.answers() == {"quellwort": WordAnswer.KEEP}
        assert again.trail_keys.begun() == ((1, line_key),)
        assert [record.path for record in again.rejected()] == ["bad.dcm"]
    with pytest.raises(VaultLockedError, match="No recovery sheet"):
        Vault.open(file, code)
    older = tmp_path / "old.sqlite"
    older.write_bytes(old)
    with sqlite3.connect(older) as before, sqlite3.connect(file) as now:
        wrapped = before.execute("SELECT protection, parameters, data_key FROM lock").fetchone()
        now.execute("UPDATE lock SET protection = ?, parameters = ?, data_key = ?", wrapped)
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(file, lock)  # the old data key opens nothing of the renewed vault


def test_who_has_the_vault_open_writes_nothing_under_the_old_key(file: Path, lock: KeyFile) -> None:
    elsewhere = Vault.create(file, SecretKey.generate(), lock)
    with Vault.open(file, lock) as vault:
        vault.renew_key(lock)
    with pytest.raises(VaultError, match="renewed meanwhile"):
        elsewhere.remember(masked("1.dcm"), Found("1.dcm"))
    elsewhere.close()
    with Vault.open(file, lock) as vault:
        assert vault.count() == 0


def test_a_key_can_be_kept_out_of_the_swap_file() -> None:
    assert keep_in_memory(bytes(32)) in (True, False)  # a limit of the system may stand against it


def test_a_kill_while_the_trail_s_sealing_begins_leaves_one_key_not_two(file: Path, lock: KeyFile) -> None:
    with Vault.create(file, SecretKey.generate(), lock) as vault:
        first = vault.trail_keys.begin(7)
    with Vault.open(file, lock) as vault:
        assert vault.trail_keys.begin(7) == first  # nobody said that it lies beside the trail
        vault.trail_keys.confirm()
        assert vault.trail_keys.begun() == ((7, first),)
        assert vault.trail_keys.begin(7) != first  # a seal that was lost afterwards is told
        assert len(vault.trail_keys.begun()) == 2
