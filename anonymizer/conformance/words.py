"""The parts of the statement that are told in words."""

PAGE = """# Conformance statement

*Written by the program from the tables and rules with which it masks; a test compares the two.
Edition of the standard: DICOM PS3.15 {edition}.*

## In plain words

Leadglass takes a patient's identity out of radiological images so that they can be used for research, teaching and
quality assurance. It runs on one computer and opens no connection. It never changes an original: what is masked is
written anew.

**What is masked.** A DICOM image carries hundreds of entries beside the picture. Leadglass goes through all of them,
also those that stand inside others, in four steps:

1. The DICOM standard has a table of entries that can tell who somebody is, and says what shall be done with each.
   Leadglass follows it.
2. The table is not complete. Every other entry is treated by its kind: names of people go, dates go or move, numbers of
   examinations are replaced, entries of manufacturers go unless they are listed as harmless.
3. Before that, the program collects how this patient is called and numbered everywhere in the file: name, ID, birth
   date, address, telephone, physicians, hospital. It then looks for them in every text and in the bytes of the file, also
   written backwards, joined, shortened or misspelt.
4. What is left of free text stays only as far as each word is known to be harmless.

Text that is burned into the picture is looked for and covered. Before a file is written, a second part of the program
that shares no code with the masking examines it and holds it back if it finds an identity.

**What stays.** That is the site's choice, made by a profile and by ten options with plain descriptions, each with its
price. Without any option nothing stays that the standard calls identifying. The patient's name and ID become a
pseudonym: the same for all images of the patient, and different for every site, as it is made with a secret key. Who has
the key's vault can find the patient again; without it nobody can.

**What the recipient can rely on.** Every input is accounted for: masked, perhaps with a reason to look at it, or
kept out with a reason. Nothing is left out silently. The pictures' values are unchanged except where text was covered.
Images of a patient still belong together, references between them still point to each other, and with moved dates the
intervals are as they were. What was valid DICOM before is valid afterwards.

**What it cannot promise.** Faces can be reconstructed from scans of the head. A rare finding can be recognised by
somebody who knows the patient. A name that is misspelt beyond recognition and stands in a text in which all words are
kept can be overlooked; that is why instances with such texts are shown for review. Options that keep dates, places or
characteristics make it easier to recognise somebody by what else is known. Masking is one measure among others: it does
not replace a contract with the recipient.

The rest of this document says precisely what happens to each attribute, value, object and file.
"""

LAYERS = {
    "table": "PS3.15 Tables E.1-1 and E.3.4-1 with the chosen options, X/Z/D and its kin by the type in the object's"
    " IOD; the site's own decisions; an allow-list where the profile has one.",
    "vr": "What no table names, by its value representation; values that break their VR.",
    "private": "Private attributes: removed unless listed as safe or kept by the site.",
    "harvest": "Identities of this patient, of staff, institution and device, collected from all instances of the"
    " patient in the run, are hunted in every text, code and byte.",
    "vocabulary": "Free text that stays is kept word by word, if the word is known to be harmless.",
    "document": "Encapsulated PDF, CDA and mesh documents: cleaned, replaced by a notice, or kept out.",
    "file": "What belongs to the file and not to the data set: file meta information, comments in compressed frames,"
    " metadata of pictures.",
}

CONTAINERS = {
    "File meta information, preamble": "Never copied, written anew; a preamble that makes the file something else too"
    " is blanked.",
    "Folder and file names": "Never copied; output is filed under new UIDs and the pseudonym.",
    "DICOMDIR": "Its files are masked one by one; for media a new one is made from what was masked.",
    "zip archives": "Members are masked one by one; encrypted ones, archives in archives and oversized members are"
    " refused with a reason.",
    "Other archives": "Refused with a reason; unpack them first.",
    "All transfer syntaxes of pydicom": "Little and big endian, implicit and explicit VR, deflated, compressed. Pixel"
    " data stay coded as they are unless text in them is covered.",
    "Comments and application segments in JPEG frames": "Blanked in place.",
    "Overlays (60xx)": "Removed with all that describes them, also where “Clean graphics” is chosen; bits beside the"
    " pixels' values in which overlays lie are cleared.",
    "Lines drawn over images (0070,0022)": "Replaced by a point, as lines can spell a name; with “Clean graphics” they"
    " are painted and searched, what looks like text is replaced by a point and the instance goes to review.",
    "Variable pixel data (7Fxx), coefficients": "Removed: pictures beside the image.",
    "Recognisable faces in head CT and MR (113102)": "Not removed: Leadglass carries no method for it, so the option"
    " “Clean Recognizable Visual Features” is never claimed. Remove faces with another program first where volumes of"
    " heads leave the site.",
    "Curves (50xx)": "Removed.",
    "Icons, thumbnails": "Removed with their sequences where Table E.1-1 says so; pixels in sequences go.",
    "Digital signatures, MAC, encrypted attributes": "Removed: a signature no longer fits, and what is encrypted cannot"
    " be searched.",
    "Data set trailing padding, group lengths": "Removed.",
    "Character sets": "All of PS3.3 C.12.1.1.2 are read, also an item's own; texts are written in UTF-8 (ISO_IR 192).",
    "Truncated files": "Masked as far as they go, completed with blank pixels, given a SOP Instance UID of their own"
    " and marked for review.",
    "Two instances with the same SOP Instance UID": "The first is written; another with other content is kept out.",
    "PNG, JPEG, TIFF pictures that are no DICOM": "Only what the picture needs is kept: pixels, colours, orientation."
    " EXIF, GPS, comments and text chunks go.",
    "Other files": "Left out and named in the report.",
}
