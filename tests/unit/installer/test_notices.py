"""Notices and the list of parts, from distributions that the test makes."""

import json
from pathlib import Path

import pytest

from installer.building import notices
from installer.building.locked import PROGRAM, RUNTIME_LOCK
from installer.building.target import WINDOWS


def distribution(site: Path, name: str, licence: str, **files: str) -> None:
    """A distribution of one module, with such files in its metadata's folder."""
    folder = site / f"{name}-1.0.dist-info"
    folder.mkdir(parents=True)
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\nLicense: {licence}\nAuthor: A. Author\n"
    (folder / "METADATA").write_text(head, encoding="utf-8")
    rows = [f"{folder.name}/METADATA,,"]
    for file, text in files.items():
        (folder / file).write_text(text, encoding="utf-8")
        rows.append(f"{folder.name}/{file},,")
    (folder / "RECORD").write_text("\n".join(rows) + "\n", encoding="utf-8")


def test_each_part_has_a_licence_text_and_the_hashes_of_the_lock(tmp_path: Path) -> None:
    site = tmp_path / "site"
    distribution(site, "backports.tarfile", "MIT", LICENSE="Their own words.")
    distribution(site, "bare", "MIT License")
    notices.write(tmp_path / "licences", [site], PROGRAM, WINDOWS)
    text = (tmp_path / "licences" / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    assert "Their own words." in text
    assert "Copyright: A. Author" in text
    assert "Permission is hereby granted" in text
    parts = {
        each["name"]: each
        for each in json.loads((tmp_path / "licences" / "sbom.cdx.json").read_bytes())["components"]
    }
    assert parts["CPython"]["version"] == WINDOWS.environment["python_full_version"]
    assert parts["backports.tarfile"]["purl"] == "pkg:pypi/backports-tarfile@1.0"
    assert parts["backports.tarfile"]["properties"]


def test_microsofts_runtime_stands_in_both_with_its_terms_and_its_hash(tmp_path: Path) -> None:
    site = tmp_path / "site"
    distribution(site, "msvc_runtime", "Proprietary", LICENSE="You may pass it on, unmodified.")
    notices.write(tmp_path / "licences", [site], PROGRAM, WINDOWS)
    text = (tmp_path / "licences" / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    assert "You may pass it on, unmodified." in text
    parts = json.loads((tmp_path / "licences" / "sbom.cdx.json").read_bytes())["components"]
    (runtime,) = (each for each in parts if each["name"] == "msvc_runtime")
    (locked,) = runtime["properties"]
    assert f"sha256:{locked['value']}" in RUNTIME_LOCK.read_text(encoding="utf-8")


def test_a_part_without_any_licence_text_stops_the_build(tmp_path: Path) -> None:
    distribution(tmp_path / "site", "odd", "Proprietary")
    with pytest.raises(SystemExit, match="odd has no licence text"):
        notices.write(tmp_path / "licences", [tmp_path / "site"], PROGRAM, WINDOWS)


def test_what_is_inside_a_wheel_has_its_notice_and_stands_in_the_list_of_parts(tmp_path: Path) -> None:
    distribution(tmp_path / "site", "sqlcipher3", "zlib", LICENSE="Their own words.")
    notices.write(tmp_path / "licences", [tmp_path / "site"], PROGRAM, WINDOWS)
    text = (tmp_path / "licences" / "THIRD-PARTY-NOTICES.txt").read_text(encoding="utf-8")
    for words in ("Their own words.", "ZETETIC LLC", "The OpenSSL Authors", "TERMS AND CONDITIONS FOR USE"):
        assert words in text
    parts = json.loads((tmp_path / "licences" / "sbom.cdx.json").read_bytes())["components"]
    inside = {
        each["name"]: each["cpe"] for each in parts if each["name"] in {"SQLCipher", "OpenSSL", "SQLite"}
    }
    assert len(inside) == 3


def test_versions_inside_a_wheel_are_those_that_it_tells_of_itself() -> None:
    from importlib.metadata import distribution as installed

    import sqlcipher3.dbapi2

    connection = sqlcipher3.dbapi2.connect(":memory:")
    connection.execute("PRAGMA key = 'x'")
    told = {
        "SQLCipher": connection.execute("PRAGMA cipher_version").fetchone()[0].split()[0],
        "OpenSSL": connection.execute("PRAGMA cipher_provider_version").fetchone()[0].split()[1],
        "SQLite": sqlcipher3.dbapi2.sqlite_version,
    }
    connection.close()
    assert {each["name"]: each["version"] for each in notices.bundled(installed("sqlcipher3"))} == told
