"""Making an ensemble from trained models: combined on the validation split, judged on images that no member learned."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from trainer import model_folder
from trainer.dataset import DataSet, digest, fingerprint, load_dataset
from trainer.device import describe_device, versions
from trainer.ensembles.combining import AVERAGE, EXPERTS, METHODS, STACK, Combination, Gate
from trainer.ensembles.folder import MOST_MEMBERS, copy_members, write_ensemble
from trainer.ensembles.sight import EnsembleSight
from trainer.ensembles.stacking import held_out, learn_stack
from trainer.errors import DataSetError, ModelFolderError, TrainerError
from trainer.evaluation import answers_of, facts_of, labels_of, prepared_images
from trainer.images import Images
from trainer.loading import load_network
from trainer.model_folder import ENSEMBLE, ModelInfo
from trainer.records import OnEvent, ReadImage, RunSummary
from trainer.reporting import write_report
from trainer.results.answers import Answers, read_answers, write_answers
from trainer.results.conclusion import Beside, conclude, images_sha256, write_evaluations
from trainer.results.doubts import worse_on_test
from trainer.results.familiarity import Limits
from trainer.results.openings import note_opening
from trainer.results.records import Evaluation
from trainer.results.rules import Rules, fit_rules, read_rules
from trainer.tabular.code import value_of

_CAUTION = 0.95
_SHARE_OF_THE_LIMIT = 1.0


@dataclass(frozen=True, slots=True)
class Request:
    """What an ensemble is made of."""

    members: tuple[Path, ...]
    dataset: Path
    out: Path
    method: str = AVERAGE
    column: str = "body_part"  # of the gate, for experts
    only: Mapping[str, str] = field(default_factory=dict)  # values that images must have, as for a training
    asked: Mapping[str, Any] = field(default_factory=dict)  # what a training of several was asked for


@dataclass(frozen=True, slots=True)
class Hearing:
    """Who reads images, hears of progress and may cancel."""

    read_image: ReadImage
    on_event: OnEvent = lambda _kind, _facts: None
    cancelled: Callable[[], bool] = lambda: False


def build_ensemble(request: Request, hearing: Hearing) -> RunSummary:
    """Write the model folder of an ensemble; TrainerError where the members do not fit each other or the data set.

    Weights of a stack and the calibration come from the validation split; the test split is opened once, at the end.
    Images that a member may have learned from cannot judge it: DataSetError names how many there are.
    """
    began = time.monotonic()
    infos = _members(request)
    if model_folder.is_complete(request.out):
        raise ModelFolderError("The folder already holds a model.", "Choose another folder for the ensemble.")
    dataset = load_dataset(request.dataset, read_image=hearing.read_image, seed=infos[0].seed).only(
        request.only
    )
    if dataset.classes != infos[0].classes:
        raise DataSetError(
            "The data set has other classes than the models.", "Use the data set that they were trained on."
        )
    request.out.mkdir(parents=True, exist_ok=True)
    hearing.on_event("stage", {"title": "Loading the models", "total": None})
    copies = copy_members([info.folder for info in infos], request.out)
    rules = [read_rules(each.folder, infos[0].classes) for each in copies]
    sights = [
        load_network(replace(info, folder=each.folder), own.limits)
        for info, each, own in zip(infos, copies, rules, strict=True)
    ]
    sight = EnsembleSight(list(zip(sights, rules, strict=True)), _combination(request, infos))
    found = _judge(_Judging(request, hearing, dataset, infos, sight))
    sha256 = write_ensemble(request.out, copies, found.combination)
    info = replace(found.info, weights_sha256=sha256, seconds=round(time.monotonic() - began, 1))
    write_report(info, found.evaluations)
    model_folder.write_run(info)
    return info.summary()


@dataclass(frozen=True, slots=True)
class _Judging:
    request: Request
    hearing: Hearing
    dataset: DataSet
    infos: tuple[ModelInfo, ...]
    sight: EnsembleSight

    def images(self, split: str) -> tuple[Images, NDArray[np.float64], NDArray[np.float32] | None]:
        """The images of a split, what each member says, and how unlike what they know the images are."""
        items = self.dataset.of(split)
        _refuse_learned(self.infos, self.sight, self.dataset, split)
        images, prepared = prepared_images(
            items,
            self.sight,
            self.hearing.read_image,
            on_event=self.hearing.on_event,
            cancelled=self.hearing.cancelled,
        )
        said, unlike, _ = self.sight.each(prepared, facts_of(images), cancelled=self.hearing.cancelled)
        known = not np.isnan(unlike).all(axis=0).any()
        return images, said, np.nanmean(unlike, axis=0).astype(np.float32) if known else None


@dataclass(frozen=True, slots=True)
class _Found:
    info: ModelInfo
    combination: Combination
    evaluations: tuple[Evaluation, ...]


def _judge(judging: _Judging) -> _Found:
    """Learn the combination on validation, then open the test split."""
    out, classes = judging.request.out, judging.dataset.classes
    if not judging.dataset.of("validation"):
        raise DataSetError("There are no images in the validation split.", "Label more patients.")
    images, said, distances = judging.images("validation")
    labels = labels_of(images, classes)
    combination, raw = judging.sight.combination, None
    if combination.method == STACK:
        raw = held_out(said, labels, [item.patient for item in images.items])
        combination = Combination(STACK, learn_stack(said, labels))
    raw = combination(said) if raw is None else raw
    prior = np.bincount([classes.index(item.class_name) for item in judging.dataset.of("train")])
    rules = fit_rules(classes, labels, raw, limits=_limits(distances), prior=prior.astype(np.float64))
    rules.save(out)
    answers = [answers_of(images, "validation", classes, raw=raw, distances=distances)]
    read = [images]
    if judging.dataset.of("test"):
        answers.append(_opened(judging, combination, rules, read))
    evaluations = tuple(conclude(each, rules) for each in answers)
    doubts = [text for test in evaluations[1:] for text in worse_on_test(evaluations[0], test)]
    doubts += _beside_members(evaluations[0], judging.infos)
    write_answers(out, answers)
    write_evaluations(out, evaluations, Beside(tuple(doubts)))
    return _Found(_info(judging, combination, read, evaluations, doubts=doubts), combination, evaluations)


def _opened(judging: _Judging, combination: Combination, rules: Rules, read: list[Images]) -> Answers:
    test, said, distances = judging.images("test")
    read.append(test)
    raw = combination(said)
    answers = answers_of(test, "test", judging.dataset.classes, raw=raw, distances=distances)
    note_opening(judging.request.out, "ensemble made", images_sha256(answers), rules.threshold)
    return answers


def _members(request: Request) -> tuple[ModelInfo, ...]:
    if not 1 < len(request.members) <= MOST_MEMBERS:
        raise TrainerError(
            f"An ensemble has 2 to {MOST_MEMBERS} members.", "Name the folders of trained models."
        )
    if request.method not in METHODS:
        raise TrainerError(f'There is no way "{request.method[:40]}".', f"There are: {', '.join(METHODS)}.")
    infos = tuple(ModelInfo.read(folder) for folder in request.members)
    if any(info.architecture == ENSEMBLE for info in infos):
        raise TrainerError("An ensemble cannot be a member of another.", "Name its members instead.")
    if len({info.classes for info in infos}) > 1:
        raise TrainerError("The models tell different classes apart.", "Choose models of the same classes.")
    return infos


def _combination(request: Request, infos: Sequence[ModelInfo]) -> Combination:
    """The way; what a stack weighs is learned later."""
    if request.method != EXPERTS:
        return Combination(request.method)
    values = [value_of(dict(info.identity.get("only", {})), request.column) for info in infos]
    if "" in values or len(set(values)) < len(values):
        raise TrainerError(
            f"The models are not experts for one value of {request.column} each.",
            f"Train each one by itself (--only {request.column}=VALUE).",
        )
    return Combination(EXPERTS, gate=Gate(request.column, tuple(values)))


def _refuse_learned(infos: Sequence[ModelInfo], sight: EnsembleSight, dataset: DataSet, split: str) -> None:
    """A member is judged only on images that it has kept apart in the same split."""
    items, listing = dataset.of(split), fingerprint(dataset)
    asked = sight.combination.asked(len(infos), [item.facts for item in items])
    for info, chosen in zip(infos, asked, strict=True):
        if info.identity.get("listing") == listing:
            continue  # it was trained on these very splits
        kept = read_answers(info.folder, info.classes).get(split)
        names = set() if kept is None else set(kept.names)
        unknown = sum(item.name not in names for item, wanted in zip(items, chosen, strict=True) if wanted)
        if unknown:
            raise DataSetError(
                f"{info.folder.name} has not kept {unknown} of the images of the {split} split apart; it may have "
                "learned from them, and the result would look better than it is.",
                "Use the data set that all members were trained on, with the same split and seed.",
            )


def _limits(distances: NDArray[np.float32] | None) -> Limits | None:
    """Distances are shares of the members' own limits."""
    if distances is None:
        return None
    caution = float(np.quantile(distances, _CAUTION, method="higher"))
    return Limits(min(round(caution, 6), _SHARE_OF_THE_LIMIT), _SHARE_OF_THE_LIMIT, len(distances))


def _beside_members(found: Evaluation, infos: Sequence[ModelInfo]) -> Iterator[str]:
    """Whether it was worth it, in words."""
    areas = {info.folder.name: info.metrics.get("auc") for info in infos}
    told = {name: area for name, area in areas.items() if area is not None}
    whole = found.metrics.get("auc")
    if whole is None or len(told) < len(infos) or len({str(i.identity.get("only")) for i in infos}) > 1:
        return
    best = max(told, key=lambda name: told[name])
    word = "more than" if whole > told[best] else "no more than"
    yield f"The ensemble reaches an AUC of {whole:.3f} on validation, {word} its best member {best} ({told[best]:.3f})."


def _info(
    judging: _Judging,
    combination: Combination,
    read: Sequence[Images],
    evaluations: Sequence[Evaluation],
    *,
    doubts: Sequence[str],
) -> ModelInfo:
    items = tuple(item for images in read for item in images.items)
    sha256 = {path: value for images in read for path, value in images.sha256.items()}
    first = judging.infos[0]
    settings: Mapping[str, str | int] = {"method": combination.method, "members": len(judging.infos)}
    return replace(
        first,
        folder=judging.request.out,
        architecture=ENSEMBLE,
        recipe=str(judging.request.asked.get("recipe", f"ensemble: {combination.method}")),
        settings=settings,
        weights_sha256="",
        classifier_sha256="",
        epochs=0,
        best_epoch=0,
        device=describe_device(),
        metrics=evaluations[0].metrics,
        counts=replace(judging.dataset, items=items).counts(),
        warnings=(*judging.dataset.warnings, *evaluations[0].warnings, *doubts),
        versions=versions(),
        dataset_sha256=digest(items, sha256),
        identity=judging.request.asked
        or {
            "method": combination.method,
            "members": [{"name": each.folder.name, "sha256": each.weights_sha256} for each in judging.infos],
        },
    )
