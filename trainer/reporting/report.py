"""report.html: what a clinician needs to believe a result, or not; one file without anything from elsewhere."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from trainer.atomic import write_text
from trainer.model_folder import HISTORY, ModelInfo
from trainer.recipes import RECIPES
from trainer.records import NOTICE
from trainer.reporting.claim import filled
from trainer.reporting.drawing import Chart
from trainer.reporting.passport import FILE as PASSPORT
from trainer.reporting.passport import Known, claims, code_sha256, write_passport
from trainer.reporting.pieces import figure_row, interval, paragraph, table
from trainer.reporting.style import STYLE
from trainer.results.answers import read_answers
from trainer.results.conclusion import Beside, conclude, read_beside
from trainer.results.groups import COLUMNS
from trainer.results.learning_curve import in_words as learning_words
from trainer.results.openings import in_words as openings_words
from trainer.results.records import FIGURES, Evaluation, Figure
from trainer.results.rules import read_rules

REPORT = "report.html"
_SPLITS = {"validation": "validation split", "test": "test split"}
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"


def read_known(info: ModelInfo) -> Known:
    """Everything about a model that lies beside run.json; ModelFolderError where something is damaged."""
    return Known(info, read_rules(info.folder, info.classes), read_answers(info.folder, info.classes))


def write_report(info: ModelInfo, evaluations: Sequence[Evaluation] | None = None) -> Path:
    """Write report.html and passport.json into the model folder; no network is loaded.

    `evaluations` are those of all splits where they were just computed; else they are computed anew.
    """
    known = read_known(info)
    write_passport(known)
    found = evaluations or [conclude(each, known.rules) for each in known.answers.values()]
    evaluations = sorted(found, key=lambda each: each.split != "test")
    file = info.folder / REPORT
    write_text(file, "\n".join(_page(known, evaluations, read_beside(info.folder))) + "\n")
    return file


def _page(known: Known, evaluations: Sequence[Evaluation], beside: Beside) -> Iterator[str]:
    name = escape(known.info.folder.name)
    yield f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{name}</title>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield f'<meta name="viewport" content="width=device-width"><style>{STYLE}</style></head><body>'
    yield f'<h1>Report on the model “{name}”</h1><p class="notice">{NOTICE}.</p>'
    yield from _in_short(known, evaluations, beside)
    for found in evaluations:
        yield from _split(known, found)
    yield from _learning(known.info, beside)
    yield from _card(known)
    yield from _claim(known)
    yield from _passport(known)
    yield f'<p class="notice">{NOTICE}.</p></body></html>'


def _in_short(known: Known, evaluations: Sequence[Evaluation], beside: Beside) -> Iterator[str]:
    info = known.info
    lines = [f"It tells apart: {', '.join(info.classes)}. Learned with the recipe “{info.recipe}”."]
    lines += [_sentence(found) for found in evaluations]
    lines.append(openings_words(info.folder))
    lines += [learning_words(beside.learning_curve)] if beside.learning_curve else []
    warnings = [*beside.doubts, *(text for text in info.warnings if text not in beside.doubts)]
    yield "<h2>In short</h2><div class='short'>" + "".join(paragraph(text) for text in lines)
    yield "".join(paragraph(f"⚠ {text}") for text in warnings) + "</div>"


def _sentence(found: Evaluation) -> str:
    """One split in one sentence."""
    told = [
        f"{FIGURES[figure.kind].title.lower()} {figure.value:.3f} ({interval(figure)})"
        for figure in found.figures
        if not figure.class_name and figure.kind in ("auc", "sensitivity", "specificity")
    ]
    return (
        f"On the {_SPLITS.get(found.split, found.split)}, {found.images:,} images of {found.patients:,} patients: "
        f"{'; '.join(told).replace('roc', 'ROC')}. In brackets: 95 % intervals."
    )


def _split(known: Known, found: Evaluation) -> Iterator[str]:
    title = _SPLITS.get(found.split, found.split)
    yield f"<h2>Results on the {title}</h2>"
    role = (
        "Images that took no part in training nor in any choice."
        if found.split == "test"
        else "Images on which training was stopped, probabilities calibrated and the operating point chosen: the "
        "figures are somewhat too good."
    )
    yield paragraph(f"{found.images:,} images of {found.patients:,} patients. {role}", "muted")
    yield "".join(paragraph(f"⚠ {text}") for text in found.warnings)
    heads = ("Figure", "Value", "95 % interval", "Counted on", "Dummy")
    whole = [figure for figure in found.figures if not figure.class_name]
    yield table(_dummy_words(known), heads, map(figure_row, whole))
    by_class = [figure for figure in found.figures if figure.class_name]
    yield "<details><summary>Figures of each class</summary>"
    yield table("Each class against all others", heads, map(figure_row, by_class)) + "</details>"
    yield table(
        "Confusion matrix: rows are the reader's class, columns what the model said",
        ("", *found.classes),
        ((name, *map(str, row)) for name, row in zip(found.classes, found.confusion, strict=True)),
    )
    yield f'<div class="side">{_roc(known, found)}{_reliability(found)}</div>'
    yield paragraph(_calibration_words(known, found), "muted")
    yield from _groups(found)


def _dummy_words(known: Known) -> str:
    point = known.rules.point
    where = (
        ""
        if point is None
        else f"“{point.class_name}” is said from probability {point.threshold:.3f} on, {point.how}. "
    )
    return f"{where}The dummy looks at no image and always says the training images' shares."


def _roc(known: Known, found: Evaluation) -> str:
    curves = found.curves[-1:] if len(found.classes) == 2 else found.curves  # noqa: PLR2004 - both say the same
    if not curves:
        return ""
    chart = Chart("ROC curve", ("1 – specificity", "Sensitivity"), (0, 1), (0, 1))
    chart.diagonal()
    for curve in curves:
        points = list(zip(curve.false_positive_rate, curve.true_positive_rate, strict=True))
        chart.line(f"{curve.class_name}, AUC {curve.auc:.3f}", points)
    metrics = found.metrics
    if known.rules.point is not None and {"sensitivity", "specificity"} <= set(metrics):
        chart.point(1 - metrics["specificity"], metrics["sensitivity"], "works here")
    return chart.text()


def _reliability(found: Evaluation) -> str:
    if not found.reliability:
        return ""
    chart = Chart("Reliability", ("Probability said", "Share observed"), (0, 1), (0, 1))
    chart.diagonal()
    for name in dict.fromkeys(step.class_name for step in found.reliability):
        steps = [step for step in found.reliability if step.class_name == name]
        chart.bars((step.mean_probability, step.share_low, step.share_high) for step in steps)
        chart.line(name, [(step.mean_probability, step.share) for step in steps], marks=True)
    return chart.text()


def _calibration_words(known: Known, found: Evaluation) -> str:
    text = f"Probabilities: {known.rules.calibration.in_words()}."
    before, after = found.facts.get("ece_before"), found.metrics.get("ece")
    if before is not None and after is not None:
        text += f" Calibration error before {before:.3f}, now {after:.3f}."
    return f"{text} Bars are 95 % intervals; on the diagonal, what is said is what is."


def _groups(found: Evaluation) -> Iterator[str]:
    if not found.groups:
        yield paragraph(
            "Results by sex, age, scanner or body part: the data set names none that differ.", "muted"
        )
        return
    kinds = ("auc", "accuracy", "sensitivity", "specificity")
    rows = []
    for group in found.groups:
        by_kind = {figure.kind: figure for figure in group.figures}
        counts = ", ".join(f"{number} {name}" for name, number in group.counts.items())
        shown = [_short(by_kind.get(kind)) for kind in kinds]
        doubt = f"⚠ {group.doubt}" if group.doubt else ""
        rows.append(
            (
                f"{COLUMNS[group.column]}: {group.value}",
                f"{group.images:,} / {group.patients:,}",
                counts,
                *shown,
                doubt,
            )
        )
    heads = (
        "Group",
        "Images / patients",
        "Classes",
        *(kind.upper() if kind == "auc" else kind for kind in kinds),
        "",
    )
    yield table("Results by group, with 95 % intervals", heads, rows, left=(7,))


def _short(figure: Figure | None) -> str:
    if figure is None:
        return "–"
    if figure.low is None:
        return f"{figure.value:.2f}"
    return f"{figure.value:.2f} ({figure.low:.2f} – {figure.high:.2f})"


def _learning(info: ModelInfo, beside: Beside) -> Iterator[str]:
    yield "<h2>How it learned</h2><div class='side'>"
    yield from _course(info)
    points = beside.learning_curve
    if points:
        low = min(point.lowest for point in points)
        chart = Chart(
            "Would more labels help?",
            ("Images learned from", "AUC on validation"),
            (0, points[-1].images),
            (low, 1),
        )
        chart.bars((point.images, point.lowest, point.highest) for point in points)
        chart.line(
            "mean of three draws of patients", [(point.images, point.auc) for point in points], marks=True
        )
        yield chart.text()
    yield "</div>"
    words = learning_words(points) if points else (
        "The learning curve was not computed for this recipe; the recipe “quick” gives it at no extra cost."
    )  # fmt: skip
    yield paragraph(words, "muted")


def _course(info: ModelInfo) -> Iterator[str]:
    rows = _history(info.folder)
    lines = {
        name: [(row["epoch"], row[key]) for row in rows if key in row and "epoch" in row]
        for key, name in (("loss", "training"), ("val_loss", "validation"))
    }
    values = [y for line in lines.values() for _, y in line]
    if len(rows) > 1 and values:
        ends = (rows[0]["epoch"], rows[-1]["epoch"])
        chart = Chart(
            f"Loss by epoch; kept: epoch {info.best_epoch}", ("Epoch", "Loss"), ends, (0, max(values))
        )
        for name, line in lines.items():
            chart.line(name, line)
        yield chart.text()


def _history(folder: Path) -> list[dict[str, float]]:
    file = folder / HISTORY
    if not file.is_file():
        return []
    with file.open(encoding="utf-8", newline="") as stream:
        return [dict(_numbers(row)) for row in csv.DictReader(stream)]


def _numbers(row: Mapping[str, str | None]) -> Iterator[tuple[str, float]]:
    for name, text in row.items():
        try:
            yield name, float(text or "")
        except ValueError:
            continue


def _card(known: Known) -> Iterator[str]:
    info, limits = known.info, known.rules.limits
    recipe = RECIPES.get(info.recipe)
    told = claims(known)
    unlike = "This model does not notice images of another kind." if limits is None else (
        "An image farther from all training images than 99 of 100 validation images gets no answer; the limit "
        f"comes from {limits.images:,} images."
    )  # fmt: skip
    rows = [
        ("What it is", told["method"]),
        ("What it is for", f"Research on images like those it learned from. {NOTICE}."),
        (
            "What it is not for",
            "Decisions about patients; other body parts, devices or questions than those of its data.",
        ),
        ("Input", told["preprocessing"]),
        (
            "Output",
            f"A probability for each of: {', '.join(info.classes)}; {known.rules.calibration.in_words()}",
        ),
        ("Images of another kind", unlike),
        ("Learned from", told["sample_size"]),
        ("Divided", f"{told['partitions']}. {told['disjoint']}"),
        ("Reference", told["reference"]),
        ("How", f"{recipe.title if recipe else info.recipe}: {told['training']}"),
        ("Who is in it", told["demographics"] or "The data set names neither sex nor age."),
    ]
    yield "<h2>Model card</h2>" + table("", ("", " "), rows, left=(1,))


def _claim(known: Known) -> Iterator[str]:
    rows = [
        (f"{item.number}. {item.asks}", answer or "for you to answer")
        for item, answer in filled(claims(known))
    ]
    open_items = sum(1 for _, answer in rows if answer == "for you to answer")
    yield "<h2>Checklist for a publication</h2>"
    yield paragraph(
        f"After CLAIM (Mongan, Moy, Kahn 2020), in short words. The program answers {len(rows) - open_items} of "
        f"{len(rows)} items; the others are yours.",
        "muted",
    )
    yield "<details><summary>Show the checklist</summary>"
    yield table("", ("Item", "Answer"), rows, left=(1,)) + "</details>"


def _passport(known: Known) -> Iterator[str]:
    info = known.info
    rows = [
        ("Weights, SHA-256", info.weights_sha256),
        ("Data set, SHA-256", info.dataset_sha256),
        ("Code, SHA-256", code_sha256()),
        ("Seed", str(info.seed)),
        ("Epochs", f"{info.epochs}, the best is number {info.best_epoch}"),
        ("Time and device", f"{info.seconds:.0f} s on {info.device}"),
        ("Libraries", ", ".join(f"{name} {number}" for name, number in info.versions.items())),
    ]
    yield "<h2>Passport</h2>"
    cells = "".join(
        f"<tr><td>{escape(k)}</td><td class='left'><code>{escape(v)}</code></td></tr>" for k, v in rows
    )
    yield f"<table><tbody>{cells}</tbody></table>"
    yield paragraph(
        f"All settings and the hashes of every file stand in {PASSPORT} beside this page.", "muted"
    )
