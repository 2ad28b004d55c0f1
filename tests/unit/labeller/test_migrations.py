import shutil
import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import create_engine

from labeller import Catalogue, CatalogueError, storage
from labeller.schema import Base
from tests.unit.labeller.samples import filled, label, uid

SECOND = """
from alembic import op
import sqlalchemy as sa
revision = "9001"
down_revision = "0009"
def upgrade():
    op.add_column("reader", sa.Column("site", sa.String(), nullable=False, server_default="here"))
"""


def test_the_migrations_make_the_tables_that_the_program_uses(tmp_path: Path) -> None:
    filled(tmp_path).close()
    engine = create_engine(f"sqlite:///{tmp_path / 'catalogue.sqlite'}")
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()
    assert storage.known_versions()[-1] == storage.VERSION


@pytest.fixture
def newer_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The program as it will be when there is a second version of the catalogue."""
    migrations = tmp_path / "100% later" / "migrations"
    shutil.copytree(storage.MIGRATIONS, migrations)
    (migrations / "versions" / "9001_second.py").write_text(SECOND, encoding="utf-8")
    monkeypatch.setattr(storage, "MIGRATIONS", migrations)
    monkeypatch.setattr(storage, "VERSION", "9001")


def test_a_catalogue_of_version_1_is_brought_on_with_all_it_holds(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    with filled(tmp_path) as catalogue:
        label(catalogue, [0, 1], "opacity")
        label(catalogue, [1], "normal")
    request.getfixturevalue("newer_program")
    with Catalogue.open(tmp_path / "catalogue.sqlite") as catalogue:
        assert catalogue.instance(uid(0)).label == "opacity"
        assert [event.label for event in catalogue.history(uid(1))] == ["opacity", "normal"]
        assert catalogue.count() == 40
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        assert file.execute("SELECT site FROM reader").fetchall() == [("here",)]
    file.close()


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    filled(tmp_path).close()
    request.getfixturevalue("newer_program")
    broken = storage.MIGRATIONS / "versions" / "9001_second.py"
    broken.write_text(SECOND + "    raise RuntimeError('no power')\n", encoding="utf-8")
    with pytest.raises(RuntimeError, match="no power"):
        Catalogue.open(tmp_path / "catalogue.sqlite")
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchall() == [("0009",)]
        assert "site" not in file.execute("SELECT sql FROM sqlite_master WHERE name = 'reader'").fetchone()[0]
    file.close()


def test_a_catalogue_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    filled(tmp_path).close()
    with sqlite3.connect(tmp_path / "catalogue.sqlite") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    file.close()
    with pytest.raises(CatalogueError, match="newer version") as caught:
        Catalogue.open(tmp_path / "catalogue.sqlite")
    assert "Install" in caught.value.remedy
