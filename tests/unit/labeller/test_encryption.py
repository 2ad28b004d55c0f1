"""An encrypted catalogue: nothing of it can be read without its key, and it works like a plain one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from labeller import (
    Catalogue,
    CatalogueDamagedError,
    CatalogueError,
    CatalogueKey,
    back_up,
    clear_away,
    convert,
    is_sound,
    keep_latest,
    latest_sound_backup,
    left_behind,
    restore,
    row_counts,
)
from labeller.storage import Storage, is_older, upgrade
from tests.unit.labeller.samples import label, new

KEY = CatalogueKey(bytes(range(32)))
CLASS = "quellwortopathy"


def filled(file: Path, key: CatalogueKey | None) -> None:
    with Catalogue.create(file, key) as catalogue:
        catalogue.add_instances([new(n) for n in range(40)])
        catalogue.add_class(CLASS)
        catalogue.add_class("normal")
        label(catalogue, range(10), CLASS)
        label(catalogue, range(5), "normal")


def told(file: Path, key: CatalogueKey | None) -> tuple[object, ...]:
    with Catalogue.open(file, key) as catalogue:
        return catalogue.classes(), catalogue.instances(), catalogue.events(), row_counts(file, key)


@pytest.fixture
def encrypted(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.sqlcipher"
    filled(file, KEY)
    return file


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.sqlite"
    filled(file, None)
    return file


def assert_nothing_in_clear(folder: Path) -> None:
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert files
    for file in files:
        content = file.read_bytes()
        for trace in (b"SQLite format", CLASS.encode(), b"LG0003", b"label_event", KEY.secret):
            assert trace not in content, (file, trace)


def test_neither_file_nor_log_nor_copies_hold_anything_in_clear(encrypted: Path) -> None:
    with Catalogue.open(encrypted, KEY) as catalogue:
        label(catalogue, range(20, 30), CLASS)
        assert encrypted.with_name(f"{encrypted.name}-wal").stat().st_size
        copy = back_up(encrypted, encrypted.parent / "backups", KEY)
        assert copy is not None
        os.utime(copy, (1, 1))
        label(catalogue, [31], CLASS)
        assert keep_latest(encrypted, encrypted.parent / "backups", KEY)
        assert_nothing_in_clear(encrypted.parent)


@pytest.mark.parametrize("key", [None, CatalogueKey(bytes(32))], ids=["no key", "another key"])
def test_another_key_opens_nothing_and_changes_nothing(encrypted: Path, key: CatalogueKey | None) -> None:
    before = encrypted.read_bytes()
    with pytest.raises(CatalogueDamagedError) as caught:
        Catalogue.open(encrypted, key)
    if key is not None:
        assert "belongs to another vault" in str(caught.value)
        assert "catalogue and vault together" in caught.value.remedy
    assert not is_sound(encrypted, key)
    assert not is_older(encrypted, key)
    assert encrypted.read_bytes() == before


def test_a_key_is_in_no_text_and_has_its_length() -> None:
    assert KEY.secret.hex() not in repr(KEY)
    assert repr(KEY.secret) not in repr(KEY)
    with pytest.raises(ValueError, match="32 bytes"):
        CatalogueKey(b"short")


def test_damage_is_told_and_the_last_whole_copy_takes_its_place(
    encrypted: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder = encrypted.parent / "backups"
    back_up(encrypted, folder, KEY, day="2026-03-01")
    before = told(encrypted, KEY)
    content = bytearray(encrypted.read_bytes())
    content[4096 * 5 + 99] ^= 1
    encrypted.write_bytes(content)
    assert not is_sound(encrypted, KEY)
    copy = latest_sound_backup(folder, KEY)
    assert copy == folder / "catalogue-2026-03-01.sqlcipher"
    restore(copy, encrypted, KEY)
    assert told(encrypted, KEY) == before
    assert capfd.readouterr().err == ""  # the library writes there unless it is told not to


def test_read_only_and_newer_and_older_ones_are_told(encrypted: Path, tmp_path: Path) -> None:
    with Catalogue.open(encrypted, KEY, read_only="Ada works in it.") as catalogue:
        assert catalogue.count() == 40
        with pytest.raises(CatalogueError, match="look at only"):
            catalogue.add_class("more")
    storage = Storage.open(encrypted, KEY)
    with storage._writes.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    storage.close()
    with pytest.raises(CatalogueError, match="newer version"):
        Catalogue.open(encrypted, KEY)
    old = Storage(tmp_path / "old.sqlcipher", _engine_of(tmp_path / "old.sqlcipher"))
    with old._writes.begin() as connection:
        upgrade(connection, "0008")
    old.close()
    assert is_older(tmp_path / "old.sqlcipher", KEY)
    steps: list[tuple[int, int]] = []
    Catalogue.renew(tmp_path / "old.sqlcipher", lambda *step: steps.append(step), KEY)
    assert steps
    assert not is_older(tmp_path / "old.sqlcipher", KEY)


def _engine_of(file: Path):
    from labeller.storage import _engine

    return _engine(file, KEY)


def test_conversion_keeps_every_label_and_the_history_both_ways(plain: Path) -> None:
    folder = plain.parent / "backups"
    back_up(plain, folder, day="2026-03-01")
    os.utime(folder / "catalogue-2026-03-01.sqlite", (1_772_356_500, 1_772_356_500))
    before, encrypted = told(plain, None), plain.with_suffix(".sqlcipher")
    switched: list[str] = []
    convert(plain, encrypted, KEY, lambda: switched.append("on"))
    assert left_behind(encrypted, folder)
    assert clear_away(plain, encrypted, folder, KEY) == []
    assert not left_behind(encrypted, folder)
    assert_nothing_in_clear(plain.parent)
    assert (folder / "catalogue-2026-03-01.sqlcipher").stat().st_mtime == 1_772_356_500
    assert told(encrypted, KEY) == before
    assert told(folder / "catalogue-2026-03-01.sqlcipher", KEY) == before
    with (
        Catalogue.open(encrypted, KEY) as catalogue,
        pytest.raises(Exception, match="append-only"),
        catalogue._storage.writing(1) as session,
    ):
        session.connection().exec_driver_sql("DELETE FROM label_event")
    convert(encrypted, plain, KEY, lambda: switched.append("off"))
    clear_away(encrypted, plain, folder, KEY)
    assert told(plain, None) == before
    assert switched == ["on", "off"]
    assert sorted(file.name for file in plain.parent.rglob("*.*")) == [
        "catalogue-2026-03-01.sqlite",
        "catalogue.sqlite",
    ]


def test_a_catalogue_that_another_program_has_open_is_not_converted(plain: Path) -> None:
    script = (
        "import sys, sqlite3\n"
        "file = sqlite3.connect(sys.argv[1])\n"
        "file.execute('PRAGMA journal_mode = WAL')\n"
        "file.execute('SELECT count(*) FROM instance').fetchone()\n"
        "print('open', flush=True)\n"
        "sys.stdin.read()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(plain)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        with pytest.raises(CatalogueError, match="in use by another program"):
            convert(plain, plain.with_suffix(".sqlcipher"), KEY, lambda: pytest.fail("it was put in force"))
        other.communicate()
    assert [file.name for file in plain.parent.iterdir()] == ["catalogue.sqlite"]
    told(plain, None)


def test_a_copy_that_differs_is_not_taken(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from labeller import conversion

    real = conversion._compare

    def changed(source: object) -> None:
        source.execute("UPDATE fresh.label_class SET name = 'other' WHERE name = 'normal'")  # type: ignore[attr-defined]
        real(source)  # type: ignore[arg-type]

    monkeypatch.setattr(conversion, "_compare", changed)
    with pytest.raises(CatalogueError, match="does not hold the same"):
        convert(plain, plain.with_suffix(".sqlcipher"), KEY, lambda: pytest.fail("it was put in force"))
    assert [file.name for file in plain.parent.iterdir()] == ["catalogue.sqlite"]


def test_a_damaged_copy_goes_and_a_damaged_catalogue_is_named(plain: Path) -> None:
    folder = plain.parent / "backups"
    folder.mkdir()
    (folder / "catalogue-2026-03-01.sqlite").write_bytes(CLASS.encode() * 999)
    aside = plain.with_name("catalogue-damaged-20260301-120000.sqlite")
    aside.write_bytes(b"x" * 999)
    encrypted = plain.with_suffix(".sqlcipher")
    convert(plain, encrypted, KEY, lambda: None)
    assert clear_away(plain, encrypted, folder, KEY) == [aside]
    assert list(folder.iterdir()) == []


def test_plain_catalogues_never_load_the_library(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from labeller import Catalogue, back_up, is_sound\n"
        "file = Path(sys.argv[1])\n"
        "Catalogue.create(file).close(); Catalogue.open(file).close(); back_up(file, file.parent / 'b'); is_sound(file)\n"
        "assert 'sqlcipher3' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "catalogue.sqlite")], check=True)


@pytest.mark.slow
def test_tensorflow_loaded_before_takes_nothing_of_it_away(encrypted: Path) -> None:
    """TensorFlow brings an OpenSSL of another kind, and offers it to everybody."""
    pytest.importorskip("tensorflow")
    script = (
        "import sys, tensorflow; from pathlib import Path; from labeller import Catalogue, CatalogueKey\n"
        "with Catalogue.open(Path(sys.argv[1]), CatalogueKey(bytes(range(32)))) as catalogue:\n"
        "    catalogue.add_class('more'); assert catalogue.count() == 40"
    )
    subprocess.run([sys.executable, "-c", script, str(encrypted)], check=True)
    assert is_sound(encrypted, KEY)
