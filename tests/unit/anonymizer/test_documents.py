"""Encapsulated documents leave without anybody's identity and with what they say about the findings."""

import dataclasses
import io
import re
from xml.etree import ElementTree as ET

import numpy as np
import pikepdf
import pydicom
import pypdfium2
import pytest
from pydicom.uid import (
    EncapsulatedCDAStorage,
    EncapsulatedMTLStorage,
    EncapsulatedOBJStorage,
    EncapsulatedPDFStorage,
    EncapsulatedSTLStorage,
)

from anonymizer.batches.verify import Grade, verify_tree
from anonymizer.documents.barcodes import find_barcodes
from anonymizer.errors import ProfileError
from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.masking.deidentify import Layout, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.report import Outcome
from tests.corpora import planted
from tests.corpora import planted_documents as documents

IDENTITIES = (*planted.PLANTED, *documents.BIRTHS, documents.FULL, "5551234", "5550")


def mask(raw, folder, settings, *, sop_class=EncapsulatedPDFStorage, mime="application/pdf", change=None):
    """Mask an instance with a document; its record and the data set that was written."""
    ds = documents.document(raw, sop_class, mime)
    if change:
        change(ds)
    with lenient():
        folder.mkdir(exist_ok=True)
        ds.save_as(folder / "in.dcm", enforce_file_format=True)
    (source,) = find_sources([folder / "in.dcm"])
    record = deidentify(source, folder / "out", settings, Layout.FLAT)
    masked = pydicom.dcmread(folder / "out" / record.new_path) if record.new_path else None
    return record, masked


def body_of(ds):
    return ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]


def everything_in(pdf_bytes):
    """All bytes of a PDF: as they are, and every stream and every object taken apart."""
    parts = [pdf_bytes]
    with pikepdf.open(io.BytesIO(pdf_bytes)) as pdf:
        for item in pdf.objects:
            parts.append(
                str(item.unparse() if not isinstance(item, pikepdf.Stream) else item.stream_dict).encode()
            )
            if isinstance(item, pikepdf.Stream):
                parts.append(
                    item.read_bytes() if item.get("/Filter") != "/DCTDecode" else item.read_raw_bytes()
                )
    return b"\n".join(parts).lower()


def assert_clean(pdf_bytes):
    raw = everything_in(pdf_bytes)
    for identity in IDENTITIES:
        for codec in ("utf-8", "utf-16-be", "utf-16-le"):
            assert identity.lower().encode(codec) not in raw, identity


def pages(pdf_bytes):
    """(text, picture) of each page."""
    document = pypdfium2.PdfDocument(pdf_bytes)
    found = []
    for page in document:
        text = page.get_textpage().get_text_range()
        found.append((text, np.asarray(page.render(scale=2).to_pil().convert("L"))))
    return found


def ink(picture, *area):
    """Pixels of an area in points, of a picture with two pixels a point."""
    left, bottom, right, top = area
    rows = picture.shape[0]
    return picture[rows - 2 * top : rows - 2 * bottom, 2 * left : 2 * right]


def test_words_of_a_pdf_stay_and_identities_go_from_every_part_of_it(tmp_path, settings_for):
    pdf = documents.plant_everywhere(documents.new_pdf(documents.text_at(documents.LINES)))
    raw = documents.written(pdf) + f"\n% {documents.FULL}\n".encode()
    record, ds = mask(raw, tmp_path, settings_for())
    assert record.outcome is Outcome.MASKED
    assert record.review == ()
    assert_clean(body_of(ds))
    ((text, _),) = pages(body_of(ds))
    assert all(word in text for word in documents.KEPT_WORDS)
    assert not any(identity in text for identity in IDENTITIES)
    with pikepdf.open(io.BytesIO(body_of(ds))) as new:
        assert set(new.Root.keys()) == {"/Type", "/Pages"}
        assert not new.docinfo
        assert len(new.objects) < 10
    assert ds.MIMETypeOfEncapsulatedDocument == "application/pdf"
    assert ds.BurnedInAnnotation == "NO"
    assert documents.SURNAME not in str(ds.DocumentTitle)
    (change,) = [change for change in record.changes if change.path == "(0042,0011)"]
    assert (change.action, change.layer) == ("C", "document")
    assert not any(identity in str(record.as_json()) for identity in planted.PLANTED)


def test_what_is_taken_out_is_black_and_what_is_kept_can_be_read(tmp_path, settings_for):
    lines = [documents.FULL, "pneumonia"]
    raw = documents.written(documents.new_pdf(documents.text_at(lines, top=700, size=20)))
    _, ds = mask(raw, tmp_path, settings_for())
    ((_, picture),) = pages(body_of(ds))
    assert (ink(picture, 62, 701, 120, 712) < 30).all()
    assert (ink(picture, 160, 701, 200, 712) < 30).all()
    kept = ink(picture, 60, 664, 160, 690)
    assert kept.min() < 60
    assert kept.max() > 200


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotated_and_cropped_pages_are_masked_where_the_words_are(tmp_path, settings_for, rotation):
    content = documents.text_at([f"chest {documents.SURNAME}"], x=150, top=400, size=30)
    pdf = documents.new_pdf(content, Rotate=rotation, CropBox=[100, 300, 600, 500])
    _, ds = mask(documents.written(pdf), tmp_path, settings_for())
    ((text, picture),) = pages(body_of(ds))
    assert text.split() == ["chest"]
    upright = np.rot90(picture, rotation // 90)
    assert upright.shape[1] > upright.shape[0]
    assert (ink(upright, 145, 102, 290, 120) < 30).all()
    assert ink(upright, 50, 100, 125, 125).max() > 200
    assert ink(upright, 50, 100, 125, 125).min() < 60


@pytest.mark.parametrize(
    "hidden",
    [
        documents.text_at(["effusion nodule"], prefix="3 Tr"),
        b"1 1 1 rg " + documents.text_at(["effusion nodule"]),
        documents.text_at(["effusion nodule"], x=900),
        documents.text_at(["effusion nodule"], size=0.01),
        b"0 0 10 10 re W n " + documents.text_at(["effusion nodule"], top=500),
    ],
    ids=["no ink", "white", "off the page", "tiny", "clipped"],
)
def test_hidden_text_vanishes(tmp_path, settings_for, hidden):
    _, ds = mask(documents.written(documents.new_pdf(hidden)), tmp_path, settings_for())
    assert b"effusion" not in everything_in(body_of(ds))


@pytest.mark.parametrize("name", [b"/ActualText", b"/Actual#54ext"])
def test_a_name_cannot_hide_behind_replacement_text(tmp_path, settings_for, name):
    shown = documents.text_at([documents.SURNAME], top=500, size=30)
    direct = b"/Span <<" + name + b" (chest)>> BDC " + shown + b" EMC"
    named = b"/Span /P1 BDC " + shown + b" EMC"
    for number, content in enumerate((direct, named)):
        pdf = documents.new_pdf(content + b"\n" + documents.text_at(["nodule"]))
        properties = pikepdf.Dictionary(ActualText=pikepdf.String("chest"))
        pdf.pages[0].obj.Resources.Properties = pikepdf.Dictionary(P1=properties)
        _, ds = mask(documents.written(pdf), tmp_path / str(number), settings_for())
        ((text, picture),) = pages(body_of(ds))
        assert text.split() == ["nodule"]
        assert (ink(picture, 65, 502, 230, 515) < 30).all()


def test_a_scan_is_not_shown_without_the_search_for_text(tmp_path, settings_for):
    picture = documents.picture_of([documents.FULL, "pneumonia"])
    draw = b"q 300 0 0 100 100 300 cm /I0 Do Q " + documents.text_at(
        ["pneumonia"], x=110, top=350, prefix="3 Tr"
    )
    record, ds = mask(documents.written(documents.new_pdf(draw, images=[picture])), tmp_path, settings_for())
    ((text, shown),) = pages(body_of(ds))
    assert (shown == 255).all()
    assert not text.split()
    assert any("left out" in change.reason for change in record.changes)


@pytest.mark.slow
def test_text_in_pictures_is_masked_and_the_picture_stays(tmp_path, settings_for):
    picture = documents.picture_of([documents.FULL, "", ""], width=300, height=200)
    picture = picture.copy()
    picture[120:190, 100:200] = 90
    draw = b"q 300 0 0 200 0 0 cm /I0 Do Q " + documents.text_at(["pneumonia"], x=20, top=230, size=18)
    pdf = documents.new_pdf(draw, images=[picture])
    pdf.pages[0].obj.MediaBox = [0, 0, 300, 260]
    settings = dataclasses.replace(settings_for(), find_text=True)
    record, ds = mask(documents.written(pdf), tmp_path, settings)
    ((text, shown),) = pages(body_of(ds))
    assert text.split() == ["pneumonia"]
    assert (ink(shown, 25, 158, 200, 172) < 30).all()
    assert abs(int(np.median(ink(shown, 110, 15, 190, 75))) - 90) < 5
    assert ink(shown, 20, 228, 115, 250).max() > 200
    assert any("barcodes" in reason for reason in record.review)


def test_a_document_of_which_nothing_can_be_read_is_replaced_and_reviewed(tmp_path, settings_for):
    broken = (
        f"%PDF-1.4\n1 0 obj<</Title({documents.FULL})>>endobj\n({documents.FULL} DOB 04/17/1939)\n%%EOF\n"
    )
    for raw in (broken.encode(), b"", documents.FULL.encode() * 9):
        record, ds = mask(raw, tmp_path / str(len(raw)), settings_for())
        assert record.outcome is Outcome.MASKED
        assert "could not be read" in record.review[0]
        ((text, _),) = pages(body_of(ds))
        assert "could not be read" in text
        assert_clean(body_of(ds))


def test_only_documents_behind_a_password_are_kept_out(tmp_path, settings_for):
    pdf = documents.new_pdf(documents.text_at(documents.LINES))
    for password, outcome in (("", Outcome.MASKED), ("secret", Outcome.QUARANTINED)):
        raw = documents.written(pdf, encryption=pikepdf.Encryption(owner="owner", user=password))
        record, ds = mask(raw, tmp_path / f"x{password}", settings_for())
        assert record.outcome is outcome
        assert ("password" in record.reason) is (ds is None)


def test_the_same_document_gives_the_same_bytes(tmp_path, settings_for):
    raw = documents.written(documents.new_pdf(documents.text_at(documents.LINES)))
    first, second = (mask(raw, tmp_path / name, settings_for())[1] for name in "ab")
    assert first.EncapsulatedDocument == second.EncapsulatedDocument


def test_a_profile_can_remove_documents_or_keep_them_out(tmp_path, settings_for):
    raw = documents.written(documents.new_pdf(documents.text_at(documents.LINES)))
    texts = {}
    for treatment in ("remove", "quarantine"):
        settings = settings_for()
        profile = dataclasses.replace(settings.profile, documents=treatment)
        record, ds = mask(raw, tmp_path / treatment, dataclasses.replace(settings, profile=profile))
        texts[treatment] = record.reason if ds is None else pages(body_of(ds))[0][0]
    assert "was removed, as the profile says" in texts["remove"]
    assert "keeps documents out" in texts["quarantine"]
    _, ds = mask(raw, tmp_path / "basic", settings_for("basic"))
    assert "keeps no free text" in pages(body_of(ds))[0][0]
    (tmp_path / "site.toml").write_text('documents = "burn"\n', encoding="utf-8")
    with pytest.raises(ProfileError):
        load_profile(str(tmp_path / "site.toml"))


def mask_cda(text, folder, settings, **more):
    record, ds = mask(
        text.encode("utf-8") if isinstance(text, str) else text,
        folder,
        settings,
        sop_class=EncapsulatedCDAStorage,
        mime="text/XML",
        **more,
    )
    return record, ds, ET.fromstring(body_of(ds)) if ds else None


def found(root, path):
    return root.find(path, {"": "urn:hl7-org:v3"})


CDA_IDENTITIES = (*IDENTITIES, documents.CDA_DOCTOR, documents.CDA_WARD, "7755", "Gansweg", "secret")


def test_a_cda_keeps_structure_codes_and_findings_but_nobody(tmp_path, settings_for):
    def plant(ds):
        ds.HL7InstanceIdentifier = f"{planted.ROOT}.9^DOC{planted.ACCESSION}"
        ds.ImageComments = f"chest for {documents.CDA_DOCTOR}"

    record, ds, root = mask_cda(documents.CDA, tmp_path, settings_for(), change=plant)
    assert record.outcome is Outcome.MASKED, record.reason
    raw = body_of(ds).lower()
    for identity in CDA_IDENTITIES:
        assert identity.lower().encode() not in raw, identity
    assert documents.CDA_DOCTOR not in str(ds)
    text = " ".join("".join(root.itertext()).split())
    for kept in ("Pneumonia of the right lower lobe, no effusion.", "CT chest report", "nodule", "contrast"):
        assert kept in text
    assert [cell.text.strip() for cell in root.iter("{urn:hl7-org:v3}td")] == ["120", "80", "72", ""]
    codes = {element.get("code") for element in root.iter()}
    assert {"18748-4", "195967001", "121070", "F", "en-US"} <= codes
    assert {"14.5", "90", "#a1"} <= {element.get("value") for element in root.iter()}
    assert found(root, ".//templateId").get("extension") == "2015-08-01"
    assert not list(root.iter("{urn:hl7-org:v3}observationMedia"))
    assert found(root, ".//patientRole/id").get("extension") == record.facts.patient
    assert found(root, ".//patient/name").get("nullFlavor") == "MSK"
    assert found(root, ".//birthTime").attrib == {"nullFlavor": "MSK"}
    identifier = found(root, "id")
    assert f"{identifier.get('root')}^{identifier.get('extension')}" == ds.HL7InstanceIdentifier
    assert ds.MIMETypeOfEncapsulatedDocument == "text/XML"


def test_a_body_that_is_an_embedded_file_is_replaced_and_reviewed(tmp_path, settings_for):
    start, end = documents.CDA.index("<structuredBody>"), documents.CDA.index("</structuredBody>")
    body = f'<nonXMLBody><text mediaType="application/pdf" representation="B64">{documents.SURNAME}</text></nonXMLBody>'
    text = documents.CDA[:start] + body + documents.CDA[end + len("</structuredBody>") :]
    record, ds, root = mask_cda(text, tmp_path, settings_for())
    assert "embedded file" in record.review[0]
    assert "embedded file" in found(root, ".//nonXMLBody/text").text
    assert documents.SURNAME.encode() not in body_of(ds)


def test_dates_of_a_cda_move_as_those_of_the_header_do(tmp_path, settings_for):
    _, ds, root = mask_cda(documents.CDA, tmp_path / "moved", settings_for())
    assert found(root, "effectiveTime").get("value") == f"{ds.StudyDate}101112+0100"
    low, high = (found(root, f".//observation/effectiveTime/{side}").get("value") for side in ("low", "high"))
    assert high == ds.StudyDate
    assert int(high) > int(low)
    _, ds, root = mask_cda(
        documents.CDA, tmp_path / "full", settings_for("basic", "clean_descriptors", "full_dates")
    )
    assert found(root, "effectiveTime").get("value") == "20240311101112+0100"


@pytest.mark.parametrize(
    "text",
    [
        documents.CDA[:900],
        f"not XML at all, {documents.FULL}",
        f'<!DOCTYPE x [<!ENTITY a "{documents.FULL}">]><ClinicalDocument xmlns="urn:hl7-org:v3">&a;</ClinicalDocument>',
        "<a>" * 5000 + documents.FULL + "</a>" * 5000,
        f"<other>{documents.FULL}</other>",
        "",
    ],
    ids=["cut off", "no XML", "entities", "deep", "another document", "empty"],
)
def test_a_cda_that_cannot_be_read_is_replaced_and_reviewed(tmp_path, settings_for, text):
    record, ds, root = mask_cda(text, tmp_path, settings_for())
    assert record.outcome is Outcome.MASKED, record.reason
    assert "could not be read" in record.review[0]
    assert "could not be read" in "".join(root.itertext())
    assert documents.SURNAME.encode() not in body_of(ds)


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_cda_in_another_encoding_or_with_prefixes_is_read_too(tmp_path, settings_for, codec):
    name = "utf-8" if codec == "utf-8-sig" else codec
    text = documents.CDA.replace('encoding="UTF-8"', f'encoding="{name}"')
    for number, spelled in enumerate((text, _with_prefix(text))):
        _, ds, root = mask_cda(spelled.encode(codec), tmp_path / str(number), settings_for())
        assert "Pneumonia of the right lower" in "".join(root.itertext())
        assert not any(identity.lower().encode() in body_of(ds).lower() for identity in CDA_IDENTITIES)


def _with_prefix(text):
    text = text.replace("xmlns=", "xmlns:hl7=").replace('xsi:type="', 'xsi:type="hl7:')
    return re.sub(r"<(/?)(?![?!]|sdtc:|x:)(\w)", r"<\1hl7:\2", text)


def mask_mesh(raw, folder, settings, kind):
    classes = {"stl": EncapsulatedSTLStorage, "obj": EncapsulatedOBJStorage, "mtl": EncapsulatedMTLStorage}
    record, ds = mask(raw, folder, settings, sop_class=classes[kind], mime="text/plain")
    assert record.outcome is Outcome.MASKED, record.reason
    assert ds.MIMETypeOfEncapsulatedDocument == f"model/{kind}"
    body = body_of(ds)
    for identity in IDENTITIES:
        assert identity.lower().encode() not in body.lower()
    return record, body


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_the_geometry_of_a_binary_stl_stays_to_the_byte(tmp_path, settings_for, profile):
    _, body = mask_mesh(documents.STL, tmp_path, settings_for(profile), "stl")
    assert body == bytes(80) + documents.STL[80:184]


def test_free_bytes_of_facets_cannot_hold_a_name(tmp_path, settings_for):
    name = documents.FULL.encode().ljust(20)
    facets = b"".join(documents.FACET + name[place : place + 2] for place in range(0, 20, 2))
    _, body = mask_mesh(bytes(80) + (10).to_bytes(4, "little") + facets, tmp_path, settings_for(), "stl")
    assert body[84:] == (documents.FACET + b"\0\0") * 10


def test_meshes_in_words_keep_geometry_and_harmless_names(tmp_path, settings_for):
    _, stl = mask_mesh(documents.ASCII_STL.encode(), tmp_path / "stl", settings_for(), "stl")
    assert stl.decode().splitlines()[1:-1] == documents.ASCII_STL.splitlines()[1:8]
    _, obj = mask_mesh(documents.OBJ.encode(), tmp_path / "obj", settings_for(), "obj")
    _, mtl = mask_mesh(documents.MTL.encode(), tmp_path / "mtl", settings_for(), "mtl")
    lines = obj.decode().splitlines()
    geometry = [line for line in lines if line[0] in "vf3"]
    assert geometry == [
        "v 0 0 0 1.0",
        "v 10.5 0 0",
        "v 0 -7.25 0",
        "vt 0.5 0.5",
        "vn 0 0 1",
        "f 1/1/1 2/1/1 \\",
        "3/1/1",
    ]
    assert "g left lobe" in lines
    (used,) = [line.split()[1] for line in lines if line.startswith("usemtl")]
    materials = mtl.decode().splitlines()
    assert materials[0] == f"newmtl {used}"
    assert materials[1:] == ["Kd 0.8 0.1 0.1", "Ns 96.0", "illum 2", "newmtl lobe", "Ka 1 1 1"]


@pytest.mark.parametrize("kind", ["stl", "obj", "mtl"])
def test_what_is_no_mesh_is_replaced_and_reviewed(tmp_path, settings_for, kind):
    record, body = mask_mesh(documents.FULL.encode() * 20, tmp_path, settings_for(), kind)
    assert "could not be read" in record.review[0]
    assert len(body) < 100


def test_a_mesh_that_spells_a_name_in_its_coordinates_is_replaced(tmp_path, settings_for):
    spelled = bytes(80) + (2).to_bytes(4, "little") + (documents.FULL.encode().ljust(50)) * 2
    record, body = mask_mesh(spelled, tmp_path, settings_for(), "stl")
    assert body == bytes(84)
    assert "held an identity" in record.review[0]


def test_text_below_a_picture_is_not_taken_for_what_the_picture_shows(tmp_path, settings_for):
    pdf = documents.new_pdf(b"", images=[documents.picture_of([documents.FULL])])
    page = pdf.pages[0].obj
    form = pdf.make_stream(b"q 30 0 0 10 0 0 cm /I0 Do Q")
    form.Type, form.Subtype, form.BBox = pikepdf.Name.XObject, pikepdf.Name.Form, [0, 0, 30, 10]
    form.Resources = page.Resources
    form.Matrix = [10, 0, 0, 10, 0, 0]
    page.Resources = pikepdf.Dictionary(Font=page.Resources.Font, XObject=pikepdf.Dictionary(X=form))
    below = documents.text_at(["pneumonia"], x=110, top=350) + documents.text_at(["nodule"], x=110, top=700)
    page.Contents = pdf.make_stream(below + b"q 1 0 0 1 100 300 cm /X Do Q")
    _, ds = mask(documents.written(pdf), tmp_path, settings_for())
    ((text, shown),) = pages(body_of(ds))
    assert text.split() == ["nodule"]
    assert (ink(shown, 100, 300, 400, 400) == 255).all()


def test_empty_pages_stay_and_too_many_pages_are_kept_out(tmp_path, settings_for):
    _, ds = mask(documents.written(documents.new_pdf(b"", b"")), tmp_path / "two", settings_for())
    assert [text for text, _ in pages(body_of(ds))] == ["", ""]
    record, ds = mask(documents.written(documents.new_pdf(*[b""] * 201)), tmp_path / "many", settings_for())
    assert record.outcome is Outcome.QUARANTINED
    assert "200 pages" in record.reason


def test_a_page_that_cannot_be_read_is_blank_and_reviewed(tmp_path, settings_for):
    pdf = documents.new_pdf(documents.text_at(["pneumonia"]), b"")
    pdf.pages[1].obj.MediaBox = [0, 0, 0, 0]
    pdf.pages[1].obj.CropBox = [5, 5, 5, 5]
    record, ds = mask(documents.written(pdf), tmp_path, settings_for())
    assert len(pages(body_of(ds))) == 2
    assert "pneumonia" in pages(body_of(ds))[0][0]
    assert record.outcome is Outcome.MASKED


def test_words_broken_at_the_end_of_a_line_are_read_whole_and_columns_of_numbers_stay(tmp_path, settings_for):
    lines = ("Discussed with Young-", "man about the lobe", "120", "80", "72")

    def plant(ds):
        ds.ReferringPhysicianName = "Youngman^Old"

    _, ds = mask(
        documents.written(documents.new_pdf(documents.text_at(lines))), tmp_path, settings_for(), change=plant
    )
    ((text, _),) = pages(body_of(ds))
    assert "Young" not in text
    assert "man" not in text.split()
    assert {"120", "80", "72", "lobe"} <= set(text.split())


@pytest.mark.parametrize("profile", ["basic", "research"])
def test_the_identifier_of_a_cda_leaves_the_header_in_every_profile(tmp_path, settings_for, profile):
    def plant(ds):
        ds.HL7InstanceIdentifier = "1.2.276.0.99.7^4711"

    _, ds, _ = mask_cda(documents.CDA, tmp_path, settings_for(profile), change=plant)
    assert ds.HL7InstanceIdentifier.startswith("2.25.")
    assert "4711" not in ds.HL7InstanceIdentifier.split("^")[1]


@pytest.mark.parametrize(
    "plant",
    [
        pytest.param(lambda pdf: documents.text_at([documents.SURNAME]), marks=pytest.mark.slow),
        lambda pdf: b"BT /F 12 Tf 60 500 Td [(Quam) -20 (bleto) 15 (nix)] TJ ET",
        lambda pdf: pdf.docinfo.__setitem__("/Title", f"для {documents.SURNAME}"),
        pytest.param(
            lambda pdf: pdf.Root.__setitem__("/X", pdf.make_stream(documents.FULL.encode())),
            marks=pytest.mark.slow,
        ),
    ],
    ids=["text", "kerned", "metadata", "stream"],
)
def test_verification_looks_into_packed_documents(tmp_path, settings_for, plant):
    raw = documents.written(documents.new_pdf(documents.text_at(["pneumonia"])))
    record, ds = mask(raw, tmp_path, settings_for())
    out, original = tmp_path / "out", tmp_path / "in.dcm"
    assert [row.grade for row in verify_tree(out, against=[original], workers=1)] == [Grade.PASS]
    pdf = documents.new_pdf(b"")
    if content := plant(pdf):
        pdf.pages[0].obj.Contents = pdf.make_stream(content)
    leaky = documents.written(pdf, recompress_flate=True)
    assert documents.SURNAME.encode() not in leaky
    ds.EncapsulatedDocument = leaky + b"\0" * (len(leaky) % 2)
    ds.save_as(out / record.new_path)
    (row,) = verify_tree(out, against=[original], workers=1)
    assert row.grade is Grade.BLOCKED
    assert [finding.place for finding in row.findings] == ["(0042,0011)"]


def test_barcodes_are_found():
    bars = np.full((400, 800, 3), 255, np.uint8)
    position = 100
    for number, width in enumerate(np.random.default_rng(1).integers(2, 7, 60)):
        if number % 2 == 0:
            bars[200:280, position : position + width] = 0
        position += int(width)
    ((left, top, right, bottom),) = find_barcodes(bars)
    assert left <= 100
    assert right >= position - 7  # the last space
    assert top <= 200
    assert bottom >= 280
    assert not find_barcodes(np.full((400, 400, 3), 255, np.uint8))
