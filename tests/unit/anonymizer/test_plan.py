"""X/Z/D and its kin are decided by the attribute's type in the instance's IOD."""

import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    EnhancedCTImageStorage,
    EnhancedMRImageStorage,
    GrayscaleSoftcopyPresentationStateStorage,
    RTPlanStorage,
    SecondaryCaptureImageStorage,
    TwelveLeadECGWaveformStorage,
)

from anonymizer.headers.attributes import Edits
from anonymizer.headers.validity import complete, held
from anonymizer.profiles.iod import Need, iod_of, sop_classes
from anonymizer.profiles.plan import Plan
from anonymizer.profiles.profile import load_profile


def plan(sop_class, *options, profile="basic"):
    return Plan(load_profile(profile, options)).for_object(sop_class)


def action(made, keyword, *within):
    decision = made.decide(Tag(keyword), within=tuple(int(Tag(one)) for one in within))
    return decision and decision.action


@pytest.mark.parametrize(
    ("sop_class", "keyword", "within", "wanted"),
    [
        (CTImageStorage, "AcquisitionDate", (), "X"),  # X/Z, type 3
        (CTImageStorage, "AcquisitionDateTime", (), "X"),  # X/Z/D, type 3
        (EnhancedCTImageStorage, "AcquisitionDateTime", (), "D"),  # type 1C
        (CTImageStorage, "DeviceSerialNumber", (), "X"),  # X/Z/D, type 3
        (EnhancedMRImageStorage, "DeviceSerialNumber", (), "D"),  # type 1
        (CTImageStorage, "ContrastBolusAgent", (), "Z"),  # Z/D, type 2
        (SecondaryCaptureImageStorage, "ContentDate", (), "Z"),  # Z/D, type 2C
        (RTPlanStorage, "RTPlanDate", (), "D"),  # X/D, type 2: no Z to choose
        (RTPlanStorage, "TreatmentMachineName", ("BeamSequence",), "Z"),  # X/Z, type 2 in an item
        (RTPlanStorage, "TreatmentMachineName", (), "X"),  # not part of the IOD there
        (DigitalXRayImageStorageForPresentation, "AcquisitionContextSequence", (), "Z"),  # X/Z, type 2
        (CTImageStorage, "AcquisitionContextSequence", (), "X"),
        (TwelveLeadECGWaveformStorage, "AcquisitionContextSequence", (), "Z"),
        (GrayscaleSoftcopyPresentationStateStorage, "PresentationCreationDate", (), "D"),  # X, but type 1
        (CTImageStorage, "SourceImageSequence", (), "U"),  # X/Z/U*: references are kept, with new UIDs
        (CTImageStorage, "PatientID", (), "D"),
    ],
)  # fmt: skip
def test_the_type_in_the_iod_decides(sop_class, keyword, within, wanted):
    assert action(plan(sop_class), keyword, *within) == wanted


def test_options_win_over_the_type():
    assert action(plan(CTImageStorage, "modified_dates"), "AcquisitionDate") == "M"
    assert action(plan(CTImageStorage, "full_dates"), "AcquisitionDate") == "K"
    assert action(plan(CTImageStorage, "clean_descriptors"), "ProtocolName") == "C"
    assert action(plan(CTImageStorage, "retain_device_identity"), "DeviceSerialNumber") == "K"


def test_a_sites_own_decision_cannot_make_the_output_invalid(tmp_path):
    path = tmp_path / "site.toml"
    path.write_text('[attributes]\nKVP = "X"\nModality = "X"\nSliceThickness = "Z"\n', encoding="utf-8")
    made = plan(CTImageStorage, profile=str(path))
    assert action(made, "KVP") == "Z"  # type 2
    assert action(made, "Modality") == "D"  # type 1
    assert action(made, "SliceThickness") == "Z"
    assert "must have" in made.decide(Tag("Modality")).reason
    assert (
        action(Plan(load_profile(str(path))), "KVP") == "X"
    )  # of an unknown kind of object nothing is known


def test_unknown_kinds_of_object_get_what_is_valid_whatever_the_type():
    made = plan("1.2.3.4")
    assert made.iod is None
    assert action(made, "AcquisitionDateTime") == "D"
    assert action(made, "AcquisitionDate") == "Z"
    assert action(made, "PresentationCreationTime") == "D"


def test_nested_content_is_found_at_any_depth():
    deep = (Tag("ContentSequence"),) * 4
    sr = iod_of("1.2.840.10008.5.1.4.1.1.88.33")
    assert sr.requirement(Tag("ValueType"), deep).need is Need.VALUE


def test_plans_for_kinds_of_object_are_made_once():
    made = Plan(load_profile("basic"))
    assert made.for_object(CTImageStorage) is made.for_object(CTImageStorage)
    assert made.for_object("1.2.3") is made


def test_tables_name_an_iod_for_every_class():
    classes = sop_classes()
    assert len(classes) > 170
    assert all(iod_of(uid).attributes() for uid in classes)


def test_what_lost_a_value_that_it_needs_gets_a_dummy():
    needs = plan(CTImageStorage).needs()
    ds = Dataset()
    ds.Modality, ds.Manufacturer, ds.KVP, ds.Rows = "CT", "", "120", 2
    before = held(ds, needs)
    del ds.Modality, ds.KVP, ds.Manufacturer
    ds.Rows = None
    edits = Edits()
    complete(ds, before, edits, "")
    assert (ds.Modality, ds.KVP, ds.Manufacturer, ds.Rows) == ("REMOVED", None, None, 1)
    assert {change.action for change in edits.take().changes} == {"D", "Z"}
    assert "SliceThickness" not in ds  # it was not there before
