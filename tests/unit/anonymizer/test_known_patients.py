"""The vault in the hands of the site: patients found by what is known of them, lists kept, patients forgotten."""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from anonymizer.errors import PseudonymListError, VaultError
from anonymizer.identities.key import SecretKey
from anonymizer.identities.known_patients import Field
from anonymizer.identities.patients import Unlisted
from anonymizer.identities.pseudonym_list import ListedPatient
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.report import Facts, FileRecord, Identity, Outcome
from anonymizer.vault.passphrase import Strength, judge_passphrase
from anonymizer.vault.protection import KeyFile
from anonymizer.vault.vault import Vault
from anonymizer.vault.word_store import WordAnswer

KEY = SecretKey(bytes(range(32)))
ERIKA = Identity(
    "PID-774411", "Mustermann-Ägir^Erika", "19610203", "ACC-99-1", "1.2.276.1", "1.2.276.2", "1.2.276.3.1"
)
ODO = Identity(
    "PID-774412", "Quilbrathe^Odo", "19600504", "ACC-99-2", "1.2.277.1", "1.2.277.2", "1.2.277.3.1"
)


@dataclass(frozen=True)
class Found:
    path: str
    size: int = 1000
    modified_ns: int = 17


def record(identity: Identity, number: int, path: str, pseudonym: str = "") -> FileRecord:
    name = pseudonym or Pseudonyms(KEY).patient_id(identity.patient_id)
    facts = Facts(name, "2.25.1", "2.25.2", f"2.25.{number}", "1.2.840.10008.5.1.4.1.1.1.1")
    return FileRecord(
        path, Outcome.MASKED, facts=facts, identity=replace(identity, sop_uid=f"1.2.276.3.{number}")
    )


def enter(vault: Vault, identity: Identity, number: int, path: str, *, pseudonym: str = "") -> Found:
    source = Found(path)
    vault.remember(record(identity, number, path, pseudonym), source)
    return source


@pytest.fixture
def lock(tmp_path: Path) -> KeyFile:
    return KeyFile(tmp_path / "config" / "vault.key")


@pytest.fixture
def vault(tmp_path: Path, lock: KeyFile) -> Iterator[Vault]:
    with Vault.create(tmp_path / "vault.sqlite", KEY, lock) as opened:
        yield opened


@pytest.fixture
def filled(vault: Vault) -> Vault:
    enter(vault, ERIKA, 1, "/in/erika1.dcm")
    enter(vault, ERIKA, 2, "/in/erika2.dcm")
    enter(vault, ODO, 3, "/in/odo.dcm")
    return vault


# -- finding -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "by"),
    [
        ("erika", Field.ANY), ("AGIR erika", Field.NAME), ("Ägir", Field.NAME), ("must", Field.ANY),
        ("774411", Field.ID), ("pid774411", Field.ANY), ("3.2.1961", Field.BIRTH_DATE), ("1961-02", Field.ANY),
        ("acc 99 1", Field.ACCESSION), ("1.2.276.3.2", Field.UID), ("1.2.276.1", Field.ANY), ("2.25.1", Field.UID),
        (Pseudonyms(KEY).patient_id("PID-774411")[:9].lower(), Field.PSEUDONYM),
    ],
)  # fmt: skip
def test_a_patient_is_found_by_whatever_is_known(filled: Vault, text: str, by: Field) -> None:
    found = filled.patients.find(text, by)
    assert [patient.pseudonym for patient in found] == [Pseudonyms(KEY).patient_id("PID-774411")]
    assert found[0].instances == 2
    assert list(found[0].accessions) == ["ACC-99-1"]


def test_what_does_not_fit_is_not_found_and_nothing_finds_all(filled: Vault) -> None:
    for text, by in (
        ("erika quil", Field.ANY),
        ("erika", Field.ID),
        ("1.2", Field.UID),
        ("03/02/1961", Field.ANY),
    ):
        assert filled.patients.find(text, by) == []
    assert len(filled.patients.find()) == 2
    assert "Erika" not in repr(filled.patients.find())


def test_entries_of_an_older_version_are_found(vault: Vault) -> None:
    enter(vault, ERIKA, 1, "/in/a.dcm")
    row = vault._connection.execute("SELECT sop, sealed FROM instance").fetchone()
    content = vault._sealer.open("instance", row["sop"], row["sealed"])
    del content["patient"], content["at"], content["identity"]["issuer"]
    sealed = vault._sealer.seal("instance", row["sop"], content)
    vault._connection.execute("UPDATE instance SET sealed = ?", (sealed,))
    assert vault.patients.find("erika")[0].pseudonym == Pseudonyms(KEY).patient_id("PID-774411")


def test_the_contents_are_counted(filled: Vault) -> None:
    filled.reject(FileRecord("/in/bad.dcm", Outcome.QUARANTINED, "no"), Found("/in/bad.dcm"))
    held = filled.patients.contents()
    assert (held.patients, held.instances, held.rejected, held.forgotten) == (2, 3, 1, 0)
    assert held.first <= held.last != ""


# -- the list ----------------------------------------------------------------------------------------------


def test_a_list_is_kept_encrypted_and_can_grow(tmp_path: Path, vault: Vault, lock: KeyFile) -> None:
    vault.patients.extend([ListedPatient("K-1", "PID-774411", name="Mustermann^Erika", row=2)])
    vault.patients.extend([ListedPatient("K-2", "PID-774412", row=2)], unlisted=Unlisted.QUARANTINE)
    vault.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("vault.sqlite*"))
    assert not any(text in raw for text in (b"774411", b"Mustermann", b"K-1"))
    with Vault.open(tmp_path / "vault.sqlite", lock) as again:
        rules = again.patients.rules()
        assert [entry.pseudonym for entry in rules.listed.entries] == ["K-1", "K-2"]
        assert rules.unlisted is Unlisted.QUARANTINE
        assert [patient.pseudonym for patient in again.patients.find("774412")] == ["K-2"]


def test_a_row_for_a_patient_who_has_another_pseudonym_already_is_refused(filled: Vault) -> None:
    with pytest.raises(PseudonymListError, match="Row 7: images of this patient"):
        filled.patients.extend([ListedPatient("K-1", "PID-774411", row=7)])
    assert filled.patients.rules().listed.entries == ()
    with pytest.raises(PseudonymListError, match="holds images already"):
        filled.patients.extend([], separate_issuers=True)


# -- forgetting --------------------------------------------------------------------------------------------


def test_a_forgotten_patient_is_found_by_nothing(tmp_path: Path, filled: Vault) -> None:
    pseudonym = Pseudonyms(KEY).patient_id("PID-774411")
    kept = filled.source_path("2.25.3")
    held_back = replace(ERIKA, sop_uid="1.2.276.3.9")
    filled.reject(FileRecord("/x/1", Outcome.QUARANTINED, "no", identity=held_back), Found("/x/1"))
    filled.reject(FileRecord("/x/Mustermann/2", Outcome.FAILED, "no"), Found("/x/Mustermann/2"))
    filled.reject(FileRecord("/x/other", Outcome.FAILED, "no"), Found("/x/other"))
    filled.words.answer("Mustermann", WordAnswer.MASK)
    filled.words.answer("carcinoma", WordAnswer.KEEP)
    assert filled.forget(pseudonym) == 2
    for nothing in (
        filled.identity(pseudonym), filled.source_path("2.25.1"), filled.sop_uid_of_path("/in/erika1.dcm"),
        filled.sop_uid_of_original("1.2.276.3.1"),
    ):  # fmt: skip
        assert nothing is None
    assert filled.patients.find("erika") == filled.patients.find(pseudonym) == []
    assert [one.path for one in filled.rejected()] == ["/x/other"]
    assert set(filled.words.answers()) == {"carcinoma"}
    assert filled.source_path("2.25.3") == kept
    assert filled.is_forgotten(Found("/in/erika1.dcm"))
    assert not filled.is_forgotten(Found("/in/odo.dcm"))
    assert filled.patients.contents().forgotten == 1
    assert filled.forget(pseudonym) == 0  # a command that was cut off is given again
    assert filled.patients.contents().forgotten == 1
    with pytest.raises(VaultError, match="knows no patient"):
        filled.forget("LGNOBODY")


def test_nothing_of_a_forgotten_entry_is_left_in_the_file(tmp_path: Path, filled: Vault) -> None:
    pages = [bytes(row["sealed"]) for row in filled._connection.execute("SELECT sealed FROM instance")]
    size = os.path.getsize(tmp_path / "vault.sqlite")  # noqa: PTH202 - of a file in use
    for number in range(50):
        enter(filled, ERIKA, 100 + number, f"/in/{number}.dcm")
    filled.forget(Pseudonyms(KEY).patient_id("PID-774411"))
    raw = b"".join(file.read_bytes() for file in tmp_path.glob("vault.sqlite*"))
    left = [page for page in pages if page[:40] in raw]
    assert len(left) == 1  # of the patient who stays
    assert filled._connection.execute("PRAGMA freelist_count").fetchone()[0] == 0
    assert (tmp_path / "vault.sqlite").stat().st_size <= size + 16384


def test_a_pseudonym_of_a_forgotten_patient_goes_to_nobody_else(vault: Vault) -> None:
    vault.patients.extend([ListedPatient("K-1", "PID-774411", row=2)])
    enter(vault, ERIKA, 1, "/in/a.dcm", pseudonym="K-1")
    vault.forget("K-1")
    with pytest.raises(
        PseudonymListError, match="Row 3: the pseudonym stood for a patient who was forgotten"
    ):
        vault.patients.extend([ListedPatient("K-1", "PID-774412", row=3)])


def test_forgetting_everyone_destroys_the_key(tmp_path: Path, filled: Vault, lock: KeyFile) -> None:
    filled.forget_everyone()
    assert filled.key != KEY
    assert filled.patients.find() == []
    assert filled.count() == 0
    assert filled.is_forgotten(Found("/in/odo.dcm"))
    filled.close()
    with Vault.open(tmp_path / "vault.sqlite", lock) as again:
        assert again.key != KEY
        assert again.patients.contents().forgotten == 2


def test_a_scrub_that_another_program_prevented_is_made_up_for(
    tmp_path: Path, filled: Vault, lock: KeyFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("anonymizer.vault.forgetting.Forgetting.scrub", lambda _self: None)
        filled.forget(Pseudonyms(KEY).patient_id("PID-774411"))
    assert filled.patients._settings.get("scrub")
    with Vault.open(tmp_path / "vault.sqlite", lock) as again:
        assert not again.patients._settings.get("scrub")


# -- passphrases -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "strength"),
    [
        ("brass", Strength.TOO_SHORT), ("aaaaaaaaaaaaaa", Strength.WEAK), ("12345678901234", Strength.WEAK),
        ("password12345", Strength.WEAK), ("Summer2024!!", Strength.WEAK), ("seven brass lanterns", Strength.FAIR),
        ("seven brass lanterns under water", Strength.STRONG), ("k7!Qp9z#Lm2w&Rt4", Strength.STRONG),
    ],
)  # fmt: skip
def test_a_passphrase_is_judged_in_words(text: str, strength: Strength) -> None:
    judgement = judge_passphrase(text)
    assert judgement.strength is strength
    assert judgement.acceptable is (strength in (Strength.FAIR, Strength.STRONG))
    assert text not in judgement.words
