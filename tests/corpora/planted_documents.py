"""PDF, CDA and mesh documents with planted identities, all of them invented, in every place they can hide.

The identities are those of `planted`; what stands in `KEPT_WORDS` must survive the profile "research".
"""

import io

import numpy as np
import pikepdf
from pikepdf import Dictionary, Name, String
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import FileDataset

from tests.corpora import planted
from tests.corpora.planted import ACCESSION, BIRTH, DOCTOR, GIVEN, PATIENT_ID, PHONE, SURNAME, TOWN

FULL = f"{GIVEN} {SURNAME}"
KEPT_WORDS = ("CT", "chest", "pneumonia", "lobe", "effusion")
LINES = (
    f"Klinikum {TOWN}, Dr. {DOCTOR}",
    f"Patient: {SURNAME}, {GIVEN}  born 17.04.1939  ID {PATIENT_ID}",
    f"Phone {PHONE}   accession {ACCESSION}",
    "CT chest: pneumonia of the right lower lobe,",
    "no pleural effusion. Small nodule.",
    f"Discussed with {GIVEN[:4]}-",
    f"{GIVEN[4:]} by phone 0221 5550",
    "1234 in the evening.",
)
SIZE = (595, 842)


def text_at(lines, *, x=60, top=760, size=12, prefix="0 Tr"):
    """Operators that write lines of text, one below the other."""
    parts = [f"BT {prefix} /F {size} Tf {1.6 * size} TL 1 0 0 1 {x} {top} Tm"]
    parts += [f"({line.replace('(', '').replace(')', '')}) Tj T*" for line in lines]
    return ("\n".join(parts) + "\nET\n").encode("cp1252")


def new_pdf(*contents, images=(), **page_keys):
    """A PDF with one page per content stream; `images` stand on every page as /I0, /I1, …"""
    pdf = pikepdf.new()
    font = pdf.make_indirect(Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica,
                                        Encoding=Name.WinAnsiEncoding))  # fmt: skip
    drawn = {f"/I{i}": _image(pdf, image) for i, image in enumerate(images)}
    for content in contents:
        resources = Dictionary(Font=Dictionary(F=font), XObject=Dictionary(drawn))
        page = Dictionary(Type=Name.Page, MediaBox=[0, 0, *SIZE], Resources=resources,
                          Contents=pdf.make_stream(content), **page_keys)  # fmt: skip
        pdf.pages.append(pikepdf.Page(pdf.make_indirect(page)))
    return pdf


def _image(pdf, array):
    image = pikepdf.Stream(pdf, array.tobytes())
    image.Type, image.Subtype, image.BitsPerComponent = Name.XObject, Name.Image, 8
    image.Width, image.Height, image.ColorSpace = array.shape[1], array.shape[0], Name.DeviceGray
    return image


def written(pdf, **how):
    """The bytes of a PDF."""
    buffer = io.BytesIO()
    pdf.save(buffer, **how)
    return buffer.getvalue()


def picture_of(lines, *, width=600, height=200):
    """A grey picture that says something."""
    picture = Image.new("L", (width, height), 230)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(24)
    for number, line in enumerate(lines):
        draw.text((20, 20 + 40 * number), line, font=font, fill=10)
    return np.asarray(picture)


def plant_everywhere(pdf):
    """Write identities into every part of a PDF that is not a page's content."""
    with pdf.open_metadata() as xmp:
        xmp["dc:title"], xmp["dc:creator"] = f"Report of {FULL}", [DOCTOR]
    pdf.docinfo["/Title"], pdf.docinfo["/Author"] = f"{FULL} {PATIENT_ID}", DOCTOR
    pdf.attachments[f"{SURNAME}.txt"] = pikepdf.AttachedFileSpec(
        pdf, FULL.encode(), filename=f"{SURNAME}.txt"
    )
    script = Dictionary(Type=Name.Action, S=Name.JavaScript, JS=String(f"app.alert('{FULL}')"))
    pdf.Root.OpenAction = pdf.make_indirect(script)
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(f"Findings {FULL}", 0))
    page = pdf.pages[0]
    look = pdf.make_stream(text_at([FULL], x=2, top=10), {"/Type": Name.XObject, "/Subtype": Name.Form,
                           "/BBox": [0, 0, 200, 30], "/Resources": page.obj.Resources})  # fmt: skip
    note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, Rect=[300, 300, 500, 330], Contents=String(FULL),
                      DA=String("/F 12 Tf"), AP=Dictionary(N=look), F=4)  # fmt: skip
    field = Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String(f"name {SURNAME}"), F=4,
                       V=String(FULL), Rect=[300, 200, 500, 230], AP=Dictionary(N=look))  # fmt: skip
    note, field = pdf.make_indirect(note), pdf.make_indirect(field)
    page.obj.Annots = pikepdf.Array([note, field])
    pdf.Root.AcroForm = Dictionary(Fields=pikepdf.Array([field]))
    pdf.Root.PageLabels = Dictionary(Nums=pikepdf.Array([0, Dictionary(P=String(SURNAME))]))
    return pdf


def document(raw, sop_class, mime, number=1) -> FileDataset:
    """An instance that carries a document, with the usual identities in its header."""
    ds = planted.base(number)
    for keyword in ("PixelData", "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation",
                    "PixelRepresentation", "BitsAllocated", "BitsStored", "HighBit", "KVP"):  # fmt: skip
        delattr(ds, keyword)
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = sop_class
    ds.Modality, ds.BurnedInAnnotation = "DOC", "YES"
    ds.DocumentTitle, ds.MIMETypeOfEncapsulatedDocument = f"CT chest {FULL}", mime
    ds.ConceptNameCodeSequence = []
    ds.EncapsulatedDocument = raw + b"\0" * (len(raw) % 2)
    ds.EncapsulatedDocumentLength = len(raw)
    return ds


BIRTHS = (BIRTH, "17.04.1939", "1939-04-17")

CDA_DOCTOR, CDA_WARD, CDA_PHONE = (
    "Wrenthalmor",
    "Sebbenrothe",
    "+49 30 7755 8812",
)  # known to the document alone
CDA = f"""<?xml version="1.0" encoding="UTF-8"?>
<?xml-stylesheet type="text/xsl" href="http://{TOWN}.example/{SURNAME}.xsl"?>
<!-- made for {FULL} -->
<ClinicalDocument xmlns="urn:hl7-org:v3" xmlns:sdtc="urn:hl7-org:sdtc" xmlns:x="urn:{TOWN}"
    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="urn:hl7-org:v3 {SURNAME}.xsd">
  <realmCode code="DE"/>
  <typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>
  <templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>
  <id root="{planted.ROOT}.9" extension="DOC{ACCESSION}"/>
  <code code="18748-4" codeSystem="2.16.840.1.113883.6.1" displayName="Diagnostic imaging report of {SURNAME}"/>
  <title>CT chest report {FULL}</title>
  <effectiveTime value="20240311101112+0100"/>
  <confidentialityCode code="N" codeSystem="2.16.840.1.113883.5.25"/>
  <languageCode code="en-US"/>
  <recordTarget><patientRole>
    <id root="{planted.ROOT}.1" extension="{PATIENT_ID}"/>
    <addr><streetAddressLine>Gansweg 7</streetAddressLine><city>{TOWN}</city></addr>
    <telecom value="tel:{PHONE}" use="HP"/>
    <patient>
      <name><prefix>Dr.</prefix><given>{GIVEN}</given><family>{SURNAME}</family></name>
      <administrativeGenderCode code="F" codeSystem="2.16.840.1.113883.5.1"/>
      <birthTime value="{BIRTH}"/>
      <sdtc:raceCode code="2106-3"/>
      <maritalStatusCode code="M"/>
    </patient>
    <providerOrganization><id root="{planted.ROOT}.2"/><name>Klinikum {TOWN}</name></providerOrganization>
  </patientRole></recordTarget>
  <author><time value="20240312"/><assignedAuthor><id extension="A{PATIENT_ID}" root="{planted.ROOT}.3"/>
    <assignedPerson><name>Otto {CDA_DOCTOR}</name></assignedPerson></assignedAuthor></author>
  <custodian><assignedCustodian><representedCustodianOrganization><id nullFlavor="NI"/>
    <name>Station {CDA_WARD}</name></representedCustodianOrganization></assignedCustodian></custodian>
  <legalAuthenticator><time value="20240313"/><signatureCode code="S"/><assignedEntity><id nullFlavor="NI"/>
    <telecom value="tel:{CDA_PHONE}"/><assignedPerson><name><family>{DOCTOR}</family></name></assignedPerson>
    </assignedEntity></legalAuthenticator>
  <component><structuredBody><component><section>
    <code code="121070" codeSystem="1.2.840.10008.2.16.4" displayName="Findings"/>
    <title>Findings</title>
    <text>
      <!-- {SURNAME} -->
      <paragraph ID="a1">Pneumonia of the right lower <content styleCode="Bold">lobe</content>, no effusion.</paragraph>
      <paragraph ID="{SURNAME}">{GIVEN[:4]}<content>{GIVEN[4:]}</content> saw Dr {CDA_DOCTOR} of {CDA_WARD}
        on 17.04.1939, call 030 7755 8812.</paragraph>
      <table><tbody><tr><td>120</td><td>80</td><td>72</td><td>{PATIENT_ID}</td></tr></tbody></table>
      <renderMultiMedia referencedObject="m1"/>
      <linkHtml href="http://pacs.example/{PATIENT_ID}">chest</linkHtml>
    </text>
    <entry><observationMedia classCode="OBS" moodCode="EVN" ID="m1">
      <value mediaType="image/png" representation="B64">{SURNAME}AAAA</value></observationMedia></entry>
    <entry><observation classCode="OBS" moodCode="EVN">
      <code code="195967001" codeSystem="2.16.840.1.113883.6.96" displayName="Asthma"/>
      <text><reference value="#a1"/></text>
      <effectiveTime><low value="20240301"/><high value="20240311"/></effectiveTime>
      <value xsi:type="PQ" value="14.5" unit="mm"/>
      <participant typeCode="CSM"><participantRole><playingEntity><name>contrast</name></playingEntity>
        </participantRole></participant>
    </observation></entry>
    <entry><observation classCode="OBS" moodCode="EVN"><value xsi:type="ST">nodule, {FULL}</value>
      <value xsi:type="PQ" value="93" unit="a"/></observation></entry>
  </section></component></structuredBody></component>
  <x:secret of="{FULL}">{SURNAME}</x:secret>
</ClinicalDocument>
"""

FACET = np.array([0, 0, 1, 0, 0, 0, 10.5, 0, 0, 0, 7.25, 0], "<f4").tobytes()
STL = (
    f"solid {FULL}".encode().ljust(80) + (2).to_bytes(4, "little") + (FACET + b"\x1f\x7c") * 2 + FULL.encode()
)
ASCII_STL = f"""solid {FULL}
  facet normal 0.0 0.0 1.0
    outer loop
      vertex 0 0 0
      vertex 1.05e+1 0 0
      vertex 0 -7.25 0
    endloop
  endfacet
; made for {SURNAME}
endsolid {FULL}
"""
OBJ = f"""# {FULL}, {PATIENT_ID}
mtllib C:\\{SURNAME}\\heart.mtl
o {SURNAME}_aorta
v 0 0 0 1.0
v 10.5 0 0  # {GIVEN}
v 0 -7.25 0
vt 0.5 0.5
vn 0 0 1
g left lobe
usemtl {SURNAME} red
f 1/1/1 2/1/1 \\
3/1/1
call {SURNAME}.obj
"""
MTL = f"""# {DOCTOR}
newmtl {SURNAME} red
Kd 0.8 0.1 0.1
Ns 96.0
illum 2
map_Kd textures/{PATIENT_ID}.png
newmtl lobe
Ka 1 1 1
"""
