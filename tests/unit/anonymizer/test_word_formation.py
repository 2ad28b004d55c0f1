"""Medical words that no list has are known by what they are built of; names of families are not."""

import pytest

from anonymizer.words.vocabulary import is_harmless

BUILT = [
    "femoroacetabular", "supratentorial", "chemoembolization", "oligodendroglioma", "periventricular",
    "hepatosplenomegaly", "retropharyngeal", "carotidienne", "linfonodale", "ganglionnaire", "escapular",
    "hepatoesplenomegalia", "osteonecrosi", "coxartrosis", "Dünndarmileus", "Supraspinatussehne",
    "Zwerchfellhochstand", "Entmarkungsherde", "meniscusscheur", "portaalveneus", "longemfyseem",
]  # fmt: skip
FAMILIES = [
    "Smith", "Johnson", "Müller", "Hoffmann", "Zimmermann", "Lehmann", "Bernard", "Lefebvre", "Carpeaux",
    "Renaux", "Hilario", "Labrique", "Fernandez", "Canalis", "Spinosi", "Rossi", "Lombardi", "Temporini",
    "Ferreira", "Cabral", "Vidal", "Jansen", "Verhoeven", "Achterberg", "Presley", "Prescott", "Contreras",
    "Coronado", "Vitali", "Humeres", "Fournier", "Walker", "Wright", "Bauer",
]  # fmt: skip


@pytest.mark.parametrize("word", BUILT)
def test_a_word_built_of_medical_parts_is_harmless(word):
    assert is_harmless(word)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_name_is_not(name):
    from anonymizer.headers.free_text import clean
    from anonymizer.identities.harvest import Harvest

    assert name not in clean(f"CT chest {name} Anna", Harvest())
