"""The reading order is kept in the catalogue, and never used once instances were entered."""

from pathlib import Path

import pytest
from sqlalchemy import event

from labeller import Catalogue, NewInstance, listing
from labeller.storage import Storage


def new(number: int, patient: str) -> NewInstance:
    return NewInstance(
        sop_instance_uid=f"2.25.{number}",
        file=f"{number}.dcm",
        patient=patient,
        study="2.25.1",
        series="2.25.2",
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        modality="CT",
        rows=4,
        columns=4,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.sqlite"
    with Catalogue.create(file) as catalogue:
        catalogue.add_instances([new(1, "C"), new(2, "A"), new(3, "B")])
    return file


def sortings(catalogue: Catalogue) -> list[str]:
    """What SQLite is asked from now on that sorts all instances."""
    found: list[str] = []
    storage = catalogue._storage
    assert isinstance(storage, Storage)

    @event.listens_for(storage._reads, "before_cursor_execute")
    def _note(_connection: object, _cursor: object, statement: str, *_further: object) -> None:
        if "ORDER BY instance.patient" in statement:
            found.append(statement)

    return found


def test_a_kept_order_is_read_and_nothing_is_sorted(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        catalogue.keep_order()
    with Catalogue.open(path) as catalogue:
        sorted_ = sortings(catalogue)
        assert catalogue.uids() == ["2.25.2", "2.25.3", "2.25.1"]
        assert not sorted_


def test_an_order_from_before_new_instances_is_not_used(path: Path) -> None:
    with Catalogue.open(path) as catalogue:
        catalogue.keep_order()
        catalogue.add_instances([new(4, "AA")])
        assert catalogue.uids() == ["2.25.2", "2.25.4", "2.25.3", "2.25.1"]
    with Catalogue.open(path) as catalogue:
        assert catalogue.uids() == ["2.25.2", "2.25.4", "2.25.3", "2.25.1"]
        catalogue.keep_order()
    with Catalogue.open(path) as catalogue:
        sorted_ = sortings(catalogue)
        assert catalogue.uids() == ["2.25.2", "2.25.4", "2.25.3", "2.25.1"]
        assert not sorted_


def test_instances_that_come_while_an_order_is_found_leave_none_that_is_wrong(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Catalogue.open(path) as catalogue, Catalogue.open(path) as other:
        found = listing.reading_order

        def slowly(session: object) -> object:
            order = found(session)  # type: ignore[arg-type] # the session of `keep_order`
            other.add_instances([new(5, "AB")])
            return order

        monkeypatch.setattr("labeller.catalogue.reading_order", slowly)
        catalogue.keep_order()
        assert catalogue.uids() == ["2.25.2", "2.25.5", "2.25.3", "2.25.1"]
    with Catalogue.open(path) as catalogue:
        assert catalogue.uids() == ["2.25.2", "2.25.5", "2.25.3", "2.25.1"]


def test_a_catalogue_that_may_only_be_read_sorts_its_instances(path: Path) -> None:
    with Catalogue.open(path, read_only="Close the other window.") as catalogue:
        assert catalogue.uids() == ["2.25.2", "2.25.3", "2.25.1"]
