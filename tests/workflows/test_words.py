"""Words that were kept or taken out are answered for all instances at once, then masked again."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread

from anonymizer import Outcome, Region, Vault, WordAnswer
from app.project import Project
from app.workflows.corrections import mask_regions
from app.workflows.importing import import_instances
from app.workflows.masking import Tally
from app.workflows.masking_again import mask_again
from app.workflows.projects import create_project, unlock
from app.workflows.site_words import answer_for_site, site_answers, vocabulary_file
from app.workflows.words import Phrase, Said, WordReview, restore, say
from tests.workflows.conftest import leadglass, radiograph


class Quiet:
    """Progress that nobody watches."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def stage(self, title: str, total: int | None = None) -> None: ...

    def step(self, done: int, message: str = "") -> None: ...

    def item(self, kind: str, facts: Mapping[str, Any]) -> None:
        if facts["outcome"] is not Outcome.MASKED and facts["outcome"] != "masked":
            self.reasons.append(str(facts["reason"]))

    def cancelled(self) -> bool:
        return False


DESCRIPTIONS = ("Chest quellwort pa", "Chest Quellwort lateral", "Chest flimmerig pa")


@pytest.fixture
def originals(tmp_path: Path) -> Path:
    folder = tmp_path / "originals"
    for number, description in enumerate(DESCRIPTIONS):
        file = radiograph(folder, number, patient=number)
        dataset = dcmread(file)
        dataset.StudyDescription = description
        dataset.Manufacturer = "Zargonix"
        dataset.save_as(file)
    return folder


@pytest.fixture
def project(originals: Path, tmp_path: Path) -> Project:
    made = create_project(tmp_path / "words.leadglass", profile="research")
    with opened(made) as vault:
        assert import_instances(made, vault, [originals], Quiet()).outcomes[Outcome.MASKED] == 3
    return made


@contextmanager
def opened(project: Project) -> Iterator[Vault]:
    with closing(unlock(project)) as vault:
        yield vault


def phrase(review: WordReview, text: str) -> Phrase:
    (found,) = (each for each in review.phrases if each.key == text)
    return found


def again(project: Project, progress: Quiet | None = None) -> Tally:
    with opened(project) as vault:
        return mask_again(project, vault, WordReview(project, vault).due(), progress or Quiet())


def descriptions(project: Project) -> list[str]:
    with project.catalogue() as catalogue:
        return sorted(row.study_description for row in catalogue.instances())


def kinds(project: Project, sop: str) -> list[str]:
    with project.catalogue() as catalogue:
        regions = catalogue.masking(sop)["regions"]
    assert isinstance(regions, list)
    return [region["kind"] for region in regions]


def test_each_distinct_text_is_listed_once_with_its_number(project: Project) -> None:
    with opened(project) as vault:
        review = WordReview(project, vault)
    taken = phrase(review, "quellwort")
    assert (taken.kept, len(taken.places), taken.name) == (False, 2, "Study Description")
    assert not phrase(review, "flimmerig").kept
    kept = phrase(review, "zargonix")
    assert (kept.kept, len(kept.places)) == (True, 3)
    assert review.phrases[0].key == "zargonix" or len(review.phrases[0].places) == 3
    assert (review.due(), review.unread) == ([], 0)


def test_what_is_answered_is_masked_again_and_nothing_else_changes(project: Project) -> None:
    with project.catalogue() as catalogue:
        rows = catalogue.instances()
        catalogue.add_class("clear")
        catalogue.set_label([rows[0].sop_instance_uid], "clear", reader="A", means="key")
    before = {row.file: (project.instances / row.file).read_bytes() for row in rows}
    with opened(project) as vault:
        say(project, vault, ["QUELLWORT"], WordAnswer.KEEP)
        assert len(WordReview(project, vault).due()) == 2
    assert again(project).outcomes[Outcome.MASKED] == 2
    assert descriptions(project) == ["Chest Quellwort lateral", "Chest pa", "Chest quellwort pa"]
    with project.catalogue() as catalogue:
        after = catalogue.instances()
    assert [(row.patient, row.study, row.file) for row in after] == [
        (r.patient, r.study, r.file) for r in rows
    ]
    assert after[0].label == "clear"
    changed = [row for row in after if (project.instances / row.file).read_bytes() != before[row.file]]
    assert sorted(row.study_description for row in changed) == [
        "Chest Quellwort lateral",
        "Chest quellwort pa",
    ]
    for row in changed:
        old, new = dcmread(project.instances / row.file), before[row.file]
        assert old.PixelData in new
    assert again(project).total == 0
    assert not (project.folder / ".masked-again").exists()


def test_a_text_that_must_go_goes_and_comes_back_when_that_is_undone(project: Project) -> None:
    with opened(project) as vault:
        say(project, vault, ["Zargonix"], WordAnswer.MASK)
    assert again(project).outcomes[Outcome.MASKED] == 3
    files = list(project.instances.iterdir())
    assert not any(b"Zargonix" in file.read_bytes() for file in files)
    with opened(project) as vault:
        assert WordReview(project, vault).due() == []
        restore(project, vault, "Zargonix", None)
    assert again(project).outcomes[Outcome.MASKED] == 3
    assert all(b"Zargonix" in file.read_bytes() for file in files)


def test_nothing_but_the_vault_and_the_sites_own_file_knows_the_words(project: Project) -> None:
    with opened(project) as vault:
        say(project, vault, ["quellwort"], WordAnswer.MASK)
        say(project, vault, ["flimmerig"], WordAnswer.MASK, for_site=True)
    for file in project.folder.rglob("*"):
        if file.is_file():
            content = file.read_bytes().lower()
            assert b"quellwort" not in content, file
            assert b"flimmerig" not in content, file
    if os.name != "nt":
        assert vocabulary_file().stat().st_mode & 0o077 == 0


def test_an_answer_for_the_site_counts_in_every_project_and_can_be_undone(project: Project) -> None:
    with opened(project) as vault:
        say(project, vault, ["quellwort"], WordAnswer.MASK)
        say(project, vault, ["Quellwort"], WordAnswer.KEEP, for_site=True)
        review = WordReview(project, vault)
        assert review.said(phrase(review, "quellwort")) == Said(WordAnswer.KEEP, for_site=True)
        assert len(review.due()) == 2
        restore(project, vault, "quellwort", Said(WordAnswer.MASK))
        review.read_answers(vault)
        assert review.said(phrase(review, "quellwort")) == Said(WordAnswer.MASK)
    assert site_answers() == {}


def test_a_text_of_several_words_is_right_as_it_stands_and_frees_none_of_its_words(project: Project) -> None:
    answer_for_site("Haus Quellwort", WordAnswer.KEEP)
    assert site_answers() == {"haus quellwort": WordAnswer.KEEP}
    with opened(project) as vault:
        assert WordReview(project, vault).due() == []


def test_what_was_masked_by_hand_stays_masked(project: Project) -> None:
    with opened(project) as vault:
        say(project, vault, ["quellwort"], WordAnswer.KEEP)
        sop = WordReview(project, vault).due()[0]
    found = kinds(project, sop)
    mask_regions(project, sop, [Region(3, 4, 20, 10)], Quiet())
    again(project)
    pixels = dcmread(project.instances / f"{sop}.dcm").pixel_array
    assert len(set(pixels[4:14, 3:23].ravel().tolist())) == 1
    assert kinds(project, sop) == [*found, "drawn"]


def test_an_original_that_is_gone_or_changed_leaves_the_masked_one_as_it_is(
    project: Project, originals: Path
) -> None:
    with opened(project) as vault:
        say(project, vault, ["zargonix"], WordAnswer.MASK)
    (originals / "im0000.dcm").unlink()
    changed = originals / "im0001.dcm"
    changed.write_bytes(changed.read_bytes() + b"\0\0")
    progress = Quiet()
    tally = again(project, progress)
    assert (tally.outcomes[Outcome.MASKED], tally.outcomes[Outcome.FAILED]) == (1, 2)
    assert sum("no longer" in reason for reason in progress.reasons) == 1
    assert sum("was changed" in reason for reason in progress.reasons) == 1
    assert sum(b"Zargonix" in file.read_bytes() for file in project.instances.iterdir()) == 2


@pytest.mark.slow
def test_what_a_lost_original_told_of_the_patient_is_never_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "originals"
    for number, physician in enumerate(("Quombrath^Una", "")):
        file = radiograph(folder, number, patient=1)
        dataset = dcmread(file)
        dataset.ReferringPhysicianName = physician
        dataset.StudyDescription, dataset.Manufacturer = "Chest quellwort pa", "Zargonix Quombrath"
        dataset.save_as(file)
    made = create_project(tmp_path / "words.leadglass", profile="research")
    with opened(made) as vault:
        import_instances(made, vault, [folder], Quiet())
        say(made, vault, ["quellwort"], WordAnswer.KEEP)
    assert again(made).outcomes[Outcome.MASKED] == 2
    assert not any(b"Quombrath" in file.read_bytes() for file in made.instances.iterdir())
    with opened(made) as vault:
        say(made, vault, ["quellwort"], WordAnswer.MASK)
    (folder / "im0000.dcm").unlink()
    progress = Quiet()
    assert again(made, progress).outcomes[Outcome.FAILED] == 2
    assert any("Another original of this patient" in reason for reason in progress.reasons)
    assert not any(b"Quombrath" in file.read_bytes() for file in made.instances.iterdir())


@pytest.mark.slow
def test_the_command_lists_answers_and_masks_again(project: Project) -> None:
    listed = leadglass("words", project.folder)
    assert "2 × masked  quellwort  (Study Description)" in listed.out.replace("Quellwort", "quellwort")
    answered = leadglass("words", project.folder, "--keep", "quellwort", "--json")
    assert answered.json["due"] == 2
    assert leadglass("words", project.folder, "--again", "--json").json["masked"] == 2
    assert "Chest quellwort pa" in descriptions(project)
    assert leadglass("words", project.folder, "--again", "--all", "--json").json["masked"] == 3
    assert leadglass("words", project.folder, "--forget", "quellwort", "--json").json["due"] == 2
    shutil.rmtree(project.folder / "instances")
    gone = leadglass("words", project.folder, "--again")
    assert gone.code == 1
    assert "Traceback" not in gone.err
