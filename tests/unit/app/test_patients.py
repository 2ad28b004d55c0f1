"""Two people under one patient ID are shown to a person, within a run and against what the vault knows."""

from anonymizer import Facts, FileRecord, Identity, Outcome
from app.workflows.patients import Namesakes


def record(name: str, birth: str, pseudonym: str = "LGA") -> FileRecord:
    facts = Facts(pseudonym, "2.25.1", "2.25.2", "2.25.3", "1.2.840.10008.5.1.4.1.1.2")
    identity = Identity(patient_id="1", patient_name=name, birth_date=birth)
    return FileRecord("a.dcm", Outcome.MASKED, facts=facts, identity=identity)


def test_another_name_and_birth_date_under_one_id_are_marked() -> None:
    namesakes = Namesakes()
    assert namesakes.look(record("Zembrovka^Tulia", "19510213")).review == ()
    assert namesakes.look(record("Zembrovka^T", "19510213")).review == ()
    marked = namesakes.look(record("Ostrewa^Ilka", "19880808"))
    assert marked.review[0].startswith("Two names under one ID")
    assert "Ostrewa" not in marked.review[0]
    assert namesakes.look(record("Ostrewa^Ilka", "19880808", "LGB")).review == ()


def test_what_the_vault_knows_counts() -> None:
    known = {"LGA": Identity(patient_name="Zembrovka^Tulia", birth_date="19510213")}
    namesakes = Namesakes(known.get)
    assert namesakes.look(record("Ostrewa^Ilka", "19880808")).review
    assert namesakes.look(FileRecord("b.dcm", Outcome.FAILED)).review == ()
