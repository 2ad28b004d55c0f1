"""The sample's people and places. All are invented; a likeness to anyone would be chance."""

import unicodedata
from dataclasses import dataclass

HOSPITALS = (
    ("Lindenhof Klinik", "Am Weiher 12, 99999 Musterstadt"),
    ("Saint Elmo Medical Centre", "4 Harbour Lane, Port Elmo"),
    ("Ospedale Valchiara", "Via dei Tigli 7, Valchiara"),
)
PHYSICIANS = ("Okonjo^Adaeze^^Dr", "Brandvold^Henrik^^Dr", "Marchetti^Livia^^Dr", "Tanaka^Rei^^Dr")
OPERATORS = ("Sorensen^Mads", "Delacroix^Odile", "Whitcombe^Tess")


@dataclass(frozen=True, slots=True)
class Person:
    """An invented patient."""

    name: str  # as DICOM writes it
    patient_id: str
    birth_date: str
    sex: str
    telephone: str

    @property
    def plain(self) -> str:
        """The name as a device burns it in: capitals without accents."""
        letters = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode("ascii")
        return letters.replace("^", ", ", 1).replace("^", " ").upper()

    @property
    def birthday(self) -> str:
        """The date of birth as a device burns it in."""
        return f"{self.birth_date[6:]}.{self.birth_date[4:6]}.{self.birth_date[:4]}"


_ROWS = (
    ("Bergstrand^Annika", "LH-204817", "19540312", "F"),
    ("Okafor^Chidi", "LH-311960", "19711105", "M"),
    ("Fernandez^Rosalia", "SE0049213", "19830627", "F"),
    ("Kowalczyk^Piotr", "SE0051877", "19490119", "M"),
    ("Haverkamp^Wilhelm", "OV.77102", "19380902", "M"),
    ("Lindqvist^Elsa", "OV.78345", "19921223", "F"),
    ("Abernathy^Graham", "LH-402265", "19650708", "M"),
    ("Nakagawa^Yumiko", "SE0060031", "19780414", "F"),
    ("Castellano^Bruno", "OV.80917", "19560830", "M"),
    ("Petrosyan^Anahit", "LH-415502", "19870216", "F"),
    ("Thorvaldsen^Birgit", "SE0062290", "19440521", "F"),
    ("Mbeki-Louw^Sipho", "OV.81566", "19690103", "M"),
    ("Rasmussen^Jytte", "LH-420718", "19511017", "F"),
    ("Villanueva^Tomas", "SE0067745", "19900611", "M"),
    ("Dragomir^Ileana", "OV.83020", "19740925", "F"),
    ("Winterbourne^Alice", "LH-431189", "19811130", "F"),
    ("Szabolcsi^Magda", "SE0070158", "19630404", "F"),
    ("Oyelaran^Folake", "OV.84411", "19950718", "F"),
    ("Hallström^Göran", "LH-440026", "19470228", "M"),
    ("Moreau^Clémence", "SE0071934", "19880809", "F"),
    ("Zandstra^Femke", "OV.85273", "19760512", "F"),
)
PEOPLE = tuple(Person(*row, f"555-01{number:02d}") for number, row in enumerate(_ROWS))
