import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from anonymizer.errors import VaultError, VaultLockedError
from anonymizer.identities.key import SecretKey
from anonymizer.report import Facts, FileRecord, Finding, Identity, Outcome
from anonymizer.vault.protection import KeyFile, Keyring, Passphrase
from anonymizer.vault.vault import Vault

PLANTED = (
    "Mustermann^Erika", "PID-774411", "19610203", "ACC-99-1", "1.2.276.0.1.7.8.9", "Erika_Thorax",
    "2.25.777", "LGAAAA", "because of the moon", "open sesame",
)  # fmt: skip


@dataclass(frozen=True)
class Found:
    path: str
    size: int = 1000
    modified_ns: int = 17


def masked(path: str, number: int = 777, patient: str = "LGAAAA") -> FileRecord:
    return FileRecord(
        path,
        Outcome.MASKED,
        facts=Facts(patient, "2.25.1", "2.25.2", f"2.25.{number}", "1.2.840.10008.5.1.4.1.1.1.1"),
        identity=Identity(
            patient_id="PID-774411",
            patient_name="Mustermann^Erika",
            birth_date="19610203",
            accession_number="ACC-99-1",
            sop_uid=f"1.2.276.0.1.7.8.9.{number}",
        ),
    )


@pytest.fixture
def lock(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "config" / "vault.key")


@pytest.fixture
def vault(tmp_path: Path, lock: KeyFile) -> Vault:
    return Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), lock)


def test_the_way_back_is_found(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    path = tmp_path / "Erika_Thorax.dcm"
    vault.remember(masked(str(path)), Found(str(path)))
    key = vault.key
    vault.close()
    with Vault.open(tmp_path / "vault.sqlite", lock) as again:
        assert again.key == key
        assert again.source_path("2.25.777") == str(path.resolve())
        assert again.sop_uid_of_path(str(path)) == "2.25.777"
        assert again.sop_uid_of_original("1.2.276.0.1.7.8.9.777") == "2.25.777"
        assert again.sop_uid_of_original("1.2.276.0.1.7.8.9.777\0") == "2.25.777"
        identity = again.identity("LGAAAA")
        assert identity is not None
        assert (identity.patient_name, identity.patient_id) == ("Mustermann^Erika", "PID-774411")
        assert again.count() == 1
        for nothing in (
            again.source_path("2.25.1"), again.sop_uid_of_path("nowhere"), again.sop_uid_of_original("1"),
            again.identity("LGBBBB"),
        ):  # fmt: skip
            assert nothing is None


def test_a_path_is_known_as_it_was_found_and_in_full(
    tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in").mkdir()
    monkeypatch.chdir(tmp_path)
    vault.remember(masked("in/1.dcm", 1), Found("in/1.dcm"))
    vault.remember(masked("in/all.zip!/a/2.dcm", 2), Found("in/all.zip!/a/2.dcm"))
    for path in ("in/1.dcm", str(tmp_path / "in" / "1.dcm"), "in/../in/1.dcm"):
        assert vault.sop_uid_of_path(path) == "2.25.1"
    assert vault.sop_uid_of_path(f"{tmp_path / 'in' / 'all.zip'}!/a/2.dcm") == "2.25.2"
    monkeypatch.chdir(tmp_path / "in")
    assert vault.sop_uid_of_path("in/1.dcm") == "2.25.1"
    assert vault.sop_uid_of_path("1.dcm") == "2.25.1"
    assert vault.is_done(Found("1.dcm"))


def test_a_relative_path_that_meant_two_files_finds_neither(
    tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, folder in enumerate(("monday", "tuesday")):
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        vault.remember(masked("1.dcm", number), Found("1.dcm"))
    assert vault.sop_uid_of_path("1.dcm") == "2.25.1"
    monkeypatch.chdir(tmp_path)
    assert vault.sop_uid_of_path("1.dcm") is None
    assert vault.sop_uid_of_path("monday/1.dcm") == "2.25.0"


def test_an_input_is_done_only_while_it_stays_the_same(vault: Vault) -> None:
    vault.remember(masked("1.dcm"), Found("1.dcm"))
    assert vault.is_done(Found("1.dcm"))
    assert not vault.is_done(Found("1.dcm", size=1001))
    assert not vault.is_done(Found("1.dcm", modified_ns=18))
    assert not vault.is_done(Found("2.dcm"))


def test_what_was_rejected_is_listed_and_tried_again(vault: Vault) -> None:
    finding = Finding("pixels", "legible text", "a sentence")
    vault.reject(FileRecord("b.dcm", Outcome.QUARANTINED, "why", findings=(finding,)), Found("b.dcm"))
    vault.reject(FileRecord("a.dcm", Outcome.FAILED, "because of the moon"), Found("a.dcm"))
    assert not vault.is_done(Found("a.dcm"))
    assert vault.sop_uid_of_path("a.dcm") is None
    assert [(r.path, r.outcome, r.reason) for r in vault.rejected()] == [
        ("a.dcm", Outcome.FAILED, "because of the moon"),
        ("b.dcm", Outcome.QUARANTINED, "why"),
    ]
    assert vault.rejected()[1].findings == (finding,)
    vault.remember(masked("a.dcm"), Found("a.dcm"))
    assert [record.path for record in vault.rejected()] == ["b.dcm"]


def test_nothing_of_it_stands_in_clear(tmp_path: Path) -> None:
    vault = Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), Passphrase("open sesame"))
    pairs = [
        (masked(f"Erika_Thorax/{n}.dcm", 777_000 + n), Found(f"Erika_Thorax/{n}.dcm")) for n in range(300)
    ]
    vault.remember_many(pairs)
    vault.reject(
        FileRecord("Erika_Thorax.txt", Outcome.FAILED, "because of the moon"), Found("Erika_Thorax.txt")
    )
    assert vault.count() == 300
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"vault.sqlite", "vault.sqlite-wal", "vault.sqlite-shm"}
    secret = vault.key.secret
    found = [path.read_bytes() for path in tmp_path.iterdir()]
    vault.close()
    found.append((tmp_path / "vault.sqlite").read_bytes())
    for content in found:
        for planted in PLANTED:
            assert planted.encode() not in content
            assert planted.encode("utf-16-le") not in content
        assert secret not in content
        assert secret.hex().encode() not in content


def test_two_vaults_of_the_same_patient_have_nothing_in_common(tmp_path: Path, lock: KeyFile) -> None:
    key = SecretKey.generate()
    indexes = []
    for name in ("one", "two"):
        with Vault.create(tmp_path / name, key, lock) as vault:
            vault.remember(masked("1.dcm"), Found("1.dcm"))
        with sqlite3.connect(tmp_path / name) as file:
            indexes.append(
                set(file.execute("SELECT sop, original, patient, sealed FROM instance").fetchone())
            )
        file.close()
    assert not indexes[0] & indexes[1]


def test_only_the_right_passphrase_opens(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    Vault.create(path, SecretKey.generate(), Passphrase("Lösung")).close()
    assert Vault.protection_of(path) == "passphrase"
    Vault.open(path, Passphrase("Lo\u0308sung")).close()
    with pytest.raises(VaultLockedError, match="does not open") as caught:
        Vault.open(path, Passphrase("Losung"))
    assert "Losung" not in f"{caught.value} {caught.value.remedy} {Passphrase('Losung')!r}"
    with pytest.raises(VaultLockedError, match="locked by a passphrase"):
        Vault.open(path, KeyFile(tmp_path / "no.key"))
    with pytest.raises(VaultLockedError, match="empty"):
        Vault.create(tmp_path / "second", SecretKey.generate(), Passphrase(""))
    assert not (tmp_path / "second").exists()


def test_a_key_file_is_made_for_its_owner_alone(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    vault.close()
    assert len(lock.path.read_bytes()) == 32
    if os.name == "posix":
        assert stat.S_IMODE(lock.path.stat().st_mode) == 0o600
        assert stat.S_IMODE((tmp_path / "vault.sqlite").stat().st_mode) == 0o600
    kept = lock.path.read_bytes()
    Vault.create(tmp_path / "other.sqlite", SecretKey.generate(), lock).close()
    assert lock.path.read_bytes() == kept
    lock.path.write_bytes(b"x" * 32)
    with pytest.raises(VaultLockedError, match="does not open"):
        Vault.open(tmp_path / "vault.sqlite", lock)
    lock.path.unlink()
    with pytest.raises(VaultLockedError, match="missing"):
        Vault.open(tmp_path / "vault.sqlite", lock)


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.entries: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def test_the_systems_keyring_holds_the_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = MemoryKeyring()
    monkeypatch.setattr(keyring.core, "_keyring_backend", store)
    Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), Keyring("project-1")).close()
    assert list(store.entries) == [("Leadglass", "project-1")]
    assert Vault.protection_of(tmp_path / "vault.sqlite") == "keyring"
    Vault.open(tmp_path / "vault.sqlite", Keyring("project-1")).close()
    with pytest.raises(VaultLockedError, match="does not hold"):
        Vault.open(tmp_path / "vault.sqlite", Keyring("project-2"))


def test_without_a_keyring_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from keyring.backends import fail, null

    for kind in (fail.Keyring, null.Keyring):
        monkeypatch.setattr(keyring.core, "_keyring_backend", kind())
        with pytest.raises(VaultLockedError, match="no keyring") as caught:
            Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), Keyring("project-1"))
        assert "passphrase" in caught.value.remedy
    assert not (tmp_path / "vault.sqlite").exists()


def test_a_changed_protection_shuts_the_old_one_out(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    vault.remember(masked("1.dcm"), Found("1.dcm"))
    old = lock_row(tmp_path / "vault.sqlite")
    vault.change_protection(Passphrase("new words"))
    for path in tmp_path.glob("vault.sqlite*"):
        assert old not in path.read_bytes()
    vault.close()
    with pytest.raises(VaultLockedError):
        Vault.open(tmp_path / "vault.sqlite", lock)
    with Vault.open(tmp_path / "vault.sqlite", Passphrase("new words")) as again:
        assert again.source_path("2.25.777")


def lock_row(path: Path) -> bytes:
    with sqlite3.connect(path) as file:
        wrapped: bytes = file.execute("SELECT data_key FROM lock").fetchone()[0]
    file.close()
    return wrapped


def test_a_vault_is_never_replaced(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    with pytest.raises(VaultError, match="already"):
        Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), lock)
    with pytest.raises(VaultError, match="missing"):
        Vault.open(tmp_path / "nothing", lock)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE instance SET sealed = zeroblob(80)",
        "UPDATE instance SET sealed = x'00'",
        "UPDATE instance SET sealed = (SELECT sealed FROM instance ORDER BY sop DESC LIMIT 1)",
    ],
)
def test_a_forged_entry_is_refused(tmp_path: Path, vault: Vault, lock: KeyFile, statement: str) -> None:
    vault.remember_many([(masked(f"{n}.dcm", n), Found(f"{n}.dcm")) for n in (1, 2)])
    with sqlite3.connect(tmp_path / "vault.sqlite") as file:
        file.execute(statement)
    file.close()
    with pytest.raises(VaultError, match="damaged"):
        [vault.source_path(f"2.25.{n}") for n in (1, 2)]


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE lock SET format = 2", "newer version"),
        ("DELETE FROM lock", "damaged"),
        ("UPDATE lock SET parameters = 'x'", "damaged"),
        ("UPDATE lock SET secret_key = x'00'", "damaged"),
        ("DROP TABLE lock", "damaged"),
        ("PRAGMA application_id = 7", "damaged"),
    ],
)
def test_a_damaged_vault_is_told(tmp_path: Path, lock: KeyFile, statement: str, message: str) -> None:
    Vault.create(tmp_path / "vault.sqlite", SecretKey.generate(), lock).close()
    with sqlite3.connect(tmp_path / "vault.sqlite") as file:
        file.execute(statement)
    file.close()
    with pytest.raises(VaultError, match=message):
        Vault.open(tmp_path / "vault.sqlite", lock)


def test_a_forged_passphrase_vault_cannot_ask_for_all_memory(tmp_path: Path) -> None:
    path = tmp_path / "vault.sqlite"
    Vault.create(path, SecretKey.generate(), Passphrase("words")).close()
    with sqlite3.connect(path) as file:
        file.execute("UPDATE lock SET parameters = replace(parameters, '65536', '99999999')")
    file.close()
    with pytest.raises(VaultError, match="damaged"):
        Vault.open(path, Passphrase("words"))


def test_a_file_that_is_no_vault_is_refused(tmp_path: Path, lock: KeyFile) -> None:
    (tmp_path / "vault.sqlite").write_bytes(b"text" * 999)
    for ask in (Vault.protection_of, lambda path: Vault.open(path, lock)):
        with pytest.raises(VaultError, match="not a vault"):
            ask(tmp_path / "vault.sqlite")


def test_what_was_remembered_survives_a_kill(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    vault.close()
    script = (
        "import sys, pathlib\n"
        "from anonymizer.vault.vault import Vault\n"
        "from anonymizer.vault.protection import KeyFile\n"
        "from tests.unit.anonymizer.test_vault import Found, masked\n"
        "vault = Vault.open(pathlib.Path(sys.argv[1]), KeyFile(pathlib.Path(sys.argv[2])))\n"
        "for number in range(5000):\n"
        "    vault.remember(masked(f'{number}.dcm', number), Found(f'{number}.dcm'))\n"
        "    print(number, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path / "vault.sqlite"), str(lock.path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as writer:
        assert writer.stdout is not None
        for line in writer.stdout:
            if int(line) == 40:
                writer.kill()
                break
    with Vault.open(tmp_path / "vault.sqlite", lock) as again:
        assert all(again.is_done(Found(f"{number}.dcm")) for number in range(41))


def test_two_threads_open_vaults_at_the_same_time(tmp_path: Path) -> None:
    path, words = tmp_path / "vault.sqlite", Passphrase("open sesame")
    Vault.create(path, SecretKey.generate(), words).close()

    def open_it(_number: int) -> int:
        with Vault.open(path, words) as opened:
            return opened.count()

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(open_it, range(6))) == [0] * 6
