from pathlib import Path

import pytest

from labeller import ListedLabel, ManifestError, ManifestRow, read_label_list, read_manifest
from labeller.manifest import manifest_text


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    file = folder / "list.csv"
    file.write_bytes(text.encode(encoding))
    return file


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    rows = [
        ManifestRow(
            "images/a/1.png", 'says "a", really; so', "LG1", "train", patient_age="040Y", reader="Dr. Ä"
        ),
        ManifestRow("images/b/2.png", "b", "LG2", "test", modality="=2+3"),
    ]
    text = manifest_text(rows)
    assert text.startswith("path,class,patient,split,sop_instance_uid,")
    assert ",=2+3" not in text
    assert read_manifest(written(tmp_path, text)) == rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize(
    "text",
    [
        "path,class,patient,split\na/1.png,x,P,train\n",
        "Split;Class;Patient;Path\r\ntraining;x;P;a/1.png\r\n\r\n",
        'label,filename,set,patient_id,else\nx,"a\\1.png",TRAIN,P,7\n,,,,\n',
        "path,class,patient,split\na/1.png,x,P,train",
    ],
)
def test_other_peoples_manifests_are_read(tmp_path: Path, text: str, encoding: str) -> None:
    assert read_manifest(written(tmp_path, text, encoding)) == [ManifestRow("a/1.png", "x", "P", "train")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Line 1: there is no column “path”"),
        ("path,patient\n1,2\n", "Line 1: there is no column “class”"),
        ("path,class,class\n", "Line 1: the column “class” stands twice"),
        ("path,class\n1.png,a\n,a\n", "Line 3: no path"),
        ("path,class\n1.png,a\n\n2.png,\n", "Line 4: no class"),
        ("path,class\n../1.png,a\n", "Line 2: the path leads out"),
        ("path,class\n/etc/1.png,a\n", "Line 2: the path leads out"),
        ("path,class\nC:\\1.png,a\n", "Line 2: the path leads out"),
        ("path,class\n1.png,a\n1.png,b\n", "Line 3: this path stands there twice"),
        ("path,class,split\n1.png,a,holdout\n", "Line 2: the split is none of"),
        ("path,class\n1.png,a,b,c\n", "Line 2 has more values"),
        ('path,class\n"1\n.png",a\n2.png,\n', "Line 4: no class"),
    ],
)
def test_the_line_that_is_wrong_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message) as caught:
        read_manifest(written(tmp_path, text))
    assert caught.value.remedy


def test_a_list_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match=r"Line 2 .*UTF-8"):
        read_manifest(written(tmp_path, "path,class\nä.png,a\n", "latin-1"))
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(tmp_path / "nothing.csv")
    with pytest.raises(ManifestError, match="Line 2 "):
        read_manifest(written(tmp_path, "path,class\n" + "x" * 20_000 + ",a\n"))


def test_labels_are_listed_with_their_lines(tmp_path: Path) -> None:
    file = written(tmp_path, "Reader;Class;Path\nDr. A;opacity;in/1.dcm\n\n;normal;in/2.dcm\n", "utf-8-sig")
    assert read_label_list(file) == [
        ListedLabel(2, "in/1.dcm", "", "opacity", "Dr. A"),
        ListedLabel(4, "in/2.dcm", "", "normal", ""),
    ]
    file = written(tmp_path, "sop_instance_uid,class\n1.2.3,normal\n")
    assert read_label_list(file) == [ListedLabel(2, "", "1.2.3", "normal", "")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("class,reader\na,b\n", "Line 1: there is no column “path”"),
        ("path,reader\na,b\n", "Line 1: there is no column “class”"),
        ("path,class\na,x\n,x\n", "Line 3: no image"),
        ("path,class\na,x\nb,\n", "Line 3: no class"),
    ],
)
def test_a_label_without_image_or_class_is_named(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ManifestError, match=message):
        read_label_list(written(tmp_path, text))
