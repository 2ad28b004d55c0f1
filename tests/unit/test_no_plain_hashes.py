"""No identifier is ever hashed without a key: such hashes of patient IDs are undone by trying all IDs."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("anonymizer", "app", "labeller", "trainer", "resources")
HASHES = {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "sha3_512", "blake2b", "blake2s",
          "shake_128", "shake_256", "file_digest", "new", "SHA1", "MD5", "SHA512",
          "crc32", "adler32", "hash"}  # fmt: skip
KEYED = {
    "app/audit/seal.py": "HMAC under keys that follow from one in the vault",
    "anonymizer/vault/sealing.py": "HMAC under the vault's data key",
    "anonymizer/identities/pseudonyms.py": "HMAC under the project's secret key",
    "anonymizer/batches/turns.py": "BLAKE2b under a key that lives as long as the process",
}
NO_IDENTIFIER = {
    "anonymizer/identities/key.py": "names and checks a random key of 32 bytes",
    "anonymizer/masking/thorough.py": "a whole file's content, where a file has no UID of its own",
    "anonymizer/pictures/masking.py": "a whole picture's content, the digest of which is then keyed",
    "anonymizer/pictures/png.py": "the check sums that the format asks for",
    "anonymizer/output/media_directory.py": "the masked files that a DICOMDIR lists",
    "app/audit/lines.py": "lines of the audit trail, which hold no identity",
    "anonymizer/vault/recovery.py": "a random code of 160 bits, for the signs that tell a slip of the pen",
    "app/workflows/selftest.py": "files of the installed program",
    "app/workflows/structured_reports.py": "masked UIDs, and class and reader as they stand in the report itself",
    "labeller/data_card.py": "the check sums of a data set",
    "labeller/describing.py": "files of a data set, masked",
    "labeller/export.py": "files of a data set, masked",
    "labeller/staging.py": "files of a data set, masked",
    "app/gui/training/more_panel.py": "the settings of a training",
    "trainer/dataset.py": "the contents of a data set as a whole",
    "trainer/duplicates.py": "files of a data set",
    "trainer/embeddings.py": "check sums of files of a data set, and settings",
    "trainer/prepared.py": "check sums of files of a data set, and settings",
    "trainer/reporting/passport.py": "the program's own source and the files of a model folder",
    "trainer/results/conclusion.py": "the listing of a split as a whole",
    "trainer/images.py": "files of a data set",
    "trainer/model_folder.py": "files of a model folder",
    "trainer/ensembles/folder.py": "files of a model folder",
    "trainer/weights_file.py": "a weights file",
    "trainer/architectures/stored_weights.py": "files of weights",
    "trainer/transfer/foreign.py": "files of weights",
    "trainer/transfer/imported.py": "files of weights",
    "resources/sample/headers.py": "invented patients of the sample",
    "resources/weights/convert_efficientnet_lite0.py": "files of weights",
}


def uses(file: Path) -> list[str]:
    """The calls of hash functions in a file, as written."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
            owner = ast.unparse(node.func.value) if isinstance(node.func, ast.Attribute) else ""
            if (
                name in HASHES - {"new", "hash"}
                or (name == "new" and owner in ("hashlib", "hmac"))
                or (name == "digest" and owner == "hmac")
                or (name == "hash" and not owner)
            ):
                found.append(ast.unparse(node))
    return found


def files() -> list[Path]:
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def test_every_use_of_a_hash_is_keyed_or_hashes_no_identifier() -> None:
    known = KEYED.keys() | NO_IDENTIFIER.keys()
    using = {file.relative_to(ROOT).as_posix(): found for file in files() if (found := uses(file))}
    assert {name: found for name, found in using.items() if name not in known} == {}
    assert known - using.keys() == set(), "these use no hash any more: take them off the list"


def test_the_hashes_said_to_be_keyed_have_a_key() -> None:
    for name in KEYED:
        for call in uses(ROOT / name):
            assert call.startswith(("hmac.new(", "hmac.digest(")) or "key=_KEY" in call, call


def test_the_search_sees_a_plain_hash(tmp_path: Path) -> None:
    for text in (
        "import hashlib\nhashlib.sha256(b'4711')",
        "from hashlib import md5\nmd5(b'4711')",
        "hash('4711')",
    ):
        (tmp_path / "a.py").write_text(text, encoding="utf-8")
        assert uses(tmp_path / "a.py")
