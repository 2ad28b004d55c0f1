"""Finding, ordering and folding instances, compared with what one finds by looking at every row."""

import json
import random
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from labeller import Catalogue, InstanceFilter, InstanceRow, PredictionRow, RunRow, storage
from labeller.records import SORTS
from tests.unit.labeller.samples import label, new, uid

NUMBER = 120
AGES = ("034Y", "071Y", "018M", "")
SCORES = {n: ("opacity" if n % 3 else "normal", 0.5 + n / 400) for n in range(0, NUMBER, 2)}


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    made = Catalogue.create(tmp_path / "catalogue.sqlite")
    numbers = list(range(NUMBER))
    random.Random(4).shuffle(numbers)
    made.add_instances([_instance(n) for n in numbers])
    for name in ("normal", "opacity"):
        made.add_class(name)
    label(made, range(60), "normal")
    label(made, range(40, 80), "opacity", "Dr. B")
    label(made, range(90, 95), "not sure")
    made.set_label([uid(45)], "opacity", reader="Dr. C", means="consensus")
    for run, at in (("old", "2026-01-01"), ("new", "2026-02-01")):
        made.add_run(RunRow(run, run, at, "quick", {}))
    made.add_predictions("old", [PredictionRow(uid(1), "old", "normal", {"normal": 0.99}, "2026-01-01")])
    said = [PredictionRow(uid(n), "new", what, {what: p}, "2026-02-01") for n, (what, p) in SCORES.items()]
    made.add_predictions("new", said)
    return made


def _instance(n: int):
    return new(
        n,
        patient=f"LG{n // 8:03}",
        study=f"2.25.8{n // 8}",
        series=f"2.25.9{n // 4}",
        instance_number=n,
        modality=("CT", "DX", "MR")[n % 3],
        body_part=("CHEST", "KNEE")[n % 2],
        patient_sex="FM"[n % 2],
        patient_age=AGES[n % 4],
        series_description=f"Lung {n % 5}",
        review=("look",) if n % 10 == 0 else (),
        masking={"regions": [{"kind": "text"}] if n % 7 == 0 else [{"kind": "kept"}]},
    )


def years(row: InstanceRow) -> int:
    return int(row.patient_age[:3]) if row.patient_age.endswith("Y") else 0


def number(row: InstanceRow) -> int:
    return row.instance_number or 0


DISPUTED = set(range(40, 60)) - {45}
CONDITIONS = {
    "modality": (InstanceFilter(modality="CT"), lambda row: row.modality == "CT"),
    "two": (
        InstanceFilter(body_part="KNEE", patient_sex="M"),
        lambda row: (row.body_part, row.patient_sex) == ("KNEE", "M"),
    ),
    "series": (InstanceFilter(series="2.25.93"), lambda row: row.series == "2.25.93"),
    "to look at": (InstanceFilter(needs_review=True), lambda row: bool(row.review)),
    "masked": (InstanceFilter(masked=True), lambda row: number(row) % 7 == 0),
    "not masked": (InstanceFilter(masked=False), lambda row: number(row) % 7 != 0),
    "old": (InstanceFilter(age_from=40), lambda row: bool(row.patient_age) and years(row) >= 40),
    "young": (InstanceFilter(age_to=2), lambda row: bool(row.patient_age) and years(row) <= 2),
    "text": (InstanceFilter(text="LUNG 3"), lambda row: row.series_description == "Lung 3"),
    "text in two columns": (
        InstanceFilter(text="knee"),
        lambda row: "knee" in (row.series_description + row.body_part).lower(),
    ),
    "text nowhere": (InstanceFilter(text="nothing like it"), lambda _row: False),
    "label": (InstanceFilter(label="opacity"), lambda row: row.label == "opacity"),
    "unlabelled": (InstanceFilter(labelled=False), lambda row: row.label is None),
    "usable": (InstanceFilter(usable=True), lambda row: row.label in ("normal", "opacity")),
    "reader": (InstanceFilter(reader="Dr. B"), lambda row: row.reader == "Dr. B"),
    "unsure": (InstanceFilter(kind="unsure"), lambda row: row.label == "not sure"),
    "disputed": (InstanceFilter(disputed=True), lambda row: number(row) in DISPUTED),
    "undisputed": (InstanceFilter(disputed=False), lambda row: number(row) not in DISPUTED),
    "predicted": (
        InstanceFilter(predicted="opacity"),
        lambda row: SCORES.get(number(row), ("", 0))[0] == "opacity",
    ),
    "score": (
        InstanceFilter(score_from=0.6, score_to=0.7),
        lambda row: 0.6 <= SCORES.get(number(row), ("", 0))[1] <= 0.7,
    ),
    "contradicted": (
        InstanceFilter(contradicted=True),
        lambda row: (
            row.label in ("normal", "opacity")
            and number(row) in SCORES
            and SCORES[number(row)][0] != row.label
        ),
    ),
    "confirmed": (
        InstanceFilter(contradicted=False),
        lambda row: number(row) in SCORES and SCORES[number(row)][0] == row.label,
    ),
    "all together": (
        InstanceFilter(modality="CT", label="normal", age_from=30, text="lung"),
        lambda row: row.modality == "CT" and row.label == "normal" and years(row) >= 30,
    ),
}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_filter_finds_what_looking_at_every_row_finds(catalogue: Catalogue, condition: str) -> None:
    only, holds = CONDITIONS[condition]
    expected = [row for row in catalogue.instances() if holds(row)]
    assert expected or condition == "text nowhere"
    assert catalogue.instances(only) == expected
    assert catalogue.count(only) == len(expected)


@pytest.mark.parametrize("condition", CONDITIONS)
def test_no_filter_reads_the_rows_themselves(catalogue: Catalogue, condition: str, tmp_path: Path) -> None:
    """Of a million rows, reading each costs half a second; an index tells what it knows without them."""
    only, _ = CONDITIONS[condition]
    asked: list[str] = []
    engine = catalogue._storage._reads
    from sqlalchemy import event

    event.listen(engine, "before_cursor_execute", lambda _c, _u, sql, *_rest: asked.append(sql))
    catalogue.count(replace(only, noted=None))
    with engine.connect() as connection:
        for sql in asked:
            if sql.lstrip().upper().startswith(("SELECT", "WITH")):
                plan = connection.exec_driver_sql(
                    f"EXPLAIN QUERY PLAN {sql}", (1,) * sql.count("?")
                ).fetchall()
                read = [row[3] for row in plan if row[3] == "SCAN instance"]
                assert not read, sql


def test_rows_say_what_is_masked_and_disputed(catalogue: Catalogue) -> None:
    rows = {number(row): row for row in catalogue.instances()}
    assert {n for n, row in rows.items() if row.masked} == set(range(0, NUMBER, 7))
    assert {n for n, row in rows.items() if row.disputed} == DISPUTED
    catalogue.set_masking(uid(7), {"regions": [{"kind": "kept"}]})
    catalogue.set_masking(uid(8), {"regions": [{"kind": "drawn"}]})
    assert not catalogue.instance(uid(7)).masked
    assert catalogue.instance(uid(8)).masked


def key_of(sort: str, catalogue: Catalogue):
    classes = [known.name for known in (*catalogue.classes(), *catalogue.answers())]
    score = {n: p for n, (_what, p) in SCORES.items()}
    return {
        "patient": lambda _row: 0,
        "modality": lambda row: row.modality,
        "body_part": lambda row: row.body_part,
        "label": lambda row: classes.index(row.label) if row.label else len(classes),
        "disputed": lambda row: not row.disputed,
        "review": lambda row: not row.review,
        "doubtful": lambda row: score.get(number(row), 2),
        "sure": lambda row: -score.get(number(row), 0),
    }[sort]


@pytest.mark.parametrize("sort", [sort for sort in SORTS if sort != "newest"])
def test_orders_are_those_of_a_sorted_list_of_rows(catalogue: Catalogue, sort: str) -> None:
    only = InstanceFilter(patient_sex="F")
    expected = sorted(catalogue.instances(only), key=key_of(sort, catalogue))
    assert catalogue.rows(catalogue.listing(only, sort).keys) == expected


def test_the_last_imported_come_first(catalogue: Catalogue) -> None:
    catalogue.add_instances([new(500, patient="AA"), new(501, patient="ZZ")])
    listed = catalogue.listing(sort="newest")
    assert catalogue.uids_of(listed.keys[:2]) == [uid(501), uid(500)]
    assert catalogue.uids()[0] == uid(500)  # the reading order knows the new ones too


@pytest.mark.parametrize("sort", list(SORTS))
def test_stacks_are_folded_where_their_first_image_stood(catalogue: Catalogue, sort: str) -> None:
    only = InstanceFilter(masked=False)
    flat, folded = catalogue.listing(only, sort), catalogue.listing(only, sort, folded=True)
    rows = catalogue.rows(flat.keys)
    assert len(folded) == len({row.series for row in rows}) < len(flat)
    first_seen = list(dict.fromkeys(row.series for row in rows))
    for place, series in enumerate(first_seen):
        members = catalogue.rows(folded.members(place, place))
        assert [row.series for row in members] == [series] * len(members)
        assert sorted(map(number, members)) == sorted(number(r) for r in rows if r.series == series)
        assert [number(row) for row in members] == sorted(map(number, members))
        assert folded.key(place) in folded.members(place, place)
        assert folded.heads()[place] == folded.key(place)
        assert folded.places(folded.members(place, place)).tolist() == [place]


def test_the_order_follows_facts_that_are_renewed(catalogue: Catalogue) -> None:
    assert catalogue.uids()[0] == uid(0)
    catalogue.add_instances([replace(_instance(119), patient="AAA")])
    assert catalogue.uids()[0] == uid(119)
    with Catalogue.open(Path(str(catalogue._storage._reads.url.database))) as other:
        other.add_instances([replace(_instance(118), patient="AA")])
    assert catalogue.uids()[0] == uid(118)


def test_filters_and_orders_follow_facts_that_are_renewed(catalogue: Catalogue) -> None:
    def of_mr() -> list[str]:
        return catalogue.uids_of(catalogue.listing(InstanceFilter(modality="MR")).keys)

    def last() -> str:
        return catalogue.uids_of(catalogue.listing(sort="modality").keys)[-1]

    before = of_mr()
    assert last() in before
    catalogue.add_instances([replace(_instance(119), modality="MR"), replace(_instance(118), modality="ZZ")])
    assert set(of_mr()) == {*before, uid(119)} - {uid(118)}
    assert last() == uid(118)


def test_the_values_of_a_column_are_listed_once(catalogue: Catalogue) -> None:
    assert catalogue.values("modality") == ["CT", "DX", "MR"]
    assert catalogue.values("manufacturer") == [""]
    assert catalogue.values("patient")[:2] == ["LG000", "LG001"]


def test_an_older_catalogue_learns_which_pixels_are_masked_and_what_models_gave(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.sqlite"
    path.touch()
    engine = storage._engine(path)
    with engine.execution_options(writes=True).begin() as connection:
        storage.upgrade(connection, "0005")
        for n, regions in enumerate(([{"kind": "text"}], [{"kind": "kept"}], [])):
            facts = {"rows": 1, "columns": 1, "frames": 1, "review": "[]", "needs_review": 0, "place": n}
            columns = dict.fromkeys(_TEXTS, "") | facts | {"sop_instance_uid": uid(n)}
            named = ", ".join(f'"{name}"' for name in columns)
            values = ", ".join(f":{name}" for name in columns)
            connection.execute(text(f"INSERT INTO instance ({named}) VALUES ({values})"), columns)
            packed = zlib.compress(json.dumps({"regions": regions}).encode())
            connection.exec_driver_sql("INSERT INTO masking VALUES (?, ?)", (uid(n), packed))
        connection.exec_driver_sql("INSERT INTO run VALUES (1, 'r', 'r', '2026', 'quick', '{}')")
        connection.exec_driver_sql(
            "INSERT INTO prediction (instance_id, run_id, predicted, probabilities, at)"
            " VALUES (1, 1, 'a', '{\"a\": 0.75, \"b\": 0.25}', '2026')"
        )
    engine.dispose()
    with Catalogue.open(path) as catalogue:
        assert [row.masked for row in catalogue.instances()] == [True, False, False]
        assert catalogue.uids(InstanceFilter(score_from=0.74, score_to=0.76)) == [uid(0)]


_TEXTS = (
    "file", "patient", "study", "series", "sop_class_uid", "modality", "body_part", "laterality", "view_position",
    "study_description", "series_description", "study_date", "patient_sex", "patient_age", "manufacturer",
    "transfer_syntax_uid",
)  # fmt: skip
