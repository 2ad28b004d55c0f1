"""One shift for a patient: every date, time and age, wherever it stands, moves with the others."""

import datetime as dt
from dataclasses import replace

import pydicom
import pytest

from anonymizer.files.file_format import lenient
from anonymizer.files.source import find_sources
from anonymizer.identities.key import SecretKey
from anonymizer.identities.pseudonyms import Pseudonyms
from anonymizer.masking.deidentify import Layout, Settings, deidentify
from anonymizer.profiles.profile import load_profile
from anonymizer.words.dates import move_date, move_datetime, move_time, spellings
from tests.corpora import planted


def masked(tmp_path, change, *, shift_times=False, number=1, options=()):
    ds = planted.base(number)
    with lenient():
        change(ds)
        ds.save_as(tmp_path / f"{number}.dcm", enforce_file_format=True)
    (source,) = find_sources([tmp_path / f"{number}.dcm"])
    profile = replace(load_profile("research", options), shift_times=shift_times)
    settings = Settings(profile, SecretKey(bytes(range(32))), find_text=False)
    record = deidentify(source, tmp_path / "out", settings, Layout.FLAT)
    assert record.new_path, record.reason
    return pydicom.dcmread(tmp_path / "out" / record.new_path)


def moment(date, time):
    return dt.datetime.strptime(date + time[:6], "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)


def test_the_shift_is_whole_weeks_into_the_past_for_every_patient():
    pseudonyms = Pseudonyms(SecretKey(bytes(range(32))))
    shifts = {pseudonyms.day_shift(str(patient)) for patient in range(300)}
    assert len(shifts) > 150
    assert all(shift < -365 and shift % 7 == 0 for shift in shifts)
    assert all(-1440 < pseudonyms.minute_shift(str(patient)) < 0 for patient in range(300))


def test_new_uids_spell_no_day_that_could_be_a_date_of_birth():
    pseudonyms = Pseudonyms(SecretKey(bytes(range(32))))
    uids = [pseudonyms.uid(f"1.2.3.{number}") for number in range(2000)]
    assert len(set(uids)) == len(uids)
    for year in range(1900, 2030):
        assert not any(
            f"{year}0{month}1{day}" in uid for uid in uids for month in (1, 5, 9) for day in (0, 4, 9)
        )


def test_today_and_the_first_years_are_moved_or_emptied_but_never_wrong(tmp_path):
    today = dt.datetime.now(tz=dt.UTC).strftime("%Y%m%d")

    def change(ds):
        ds.StudyDate, ds.SeriesDate, ds.ContentDate = today, "00010105", "19000101"

    ds = masked(tmp_path, change)
    assert ds.StudyDate < today
    assert not ds.get("SeriesDate")
    assert ds.ContentDate == move_date(
        "19000101", (moment(ds.StudyDate, "000000") - moment(today, "000000")).days
    )


def test_intervals_hold_between_dates_datetimes_sequences_and_private_attributes(tmp_path):
    def change(ds):
        ds.StudyDate, ds.AcquisitionDateTime = "20240311", "20240313101112.5+0100"
        item = pydicom.Dataset()
        item.ScheduledProcedureStepStartDate = "20240310"
        ds.RequestAttributesSequence = [item]
        ds.TimezoneOffsetFromUTC = "+0100"
        ds.private_block(0x0019, "SIEMENS MR HEADER", create=True).add_new(0x0C, "DA", "20240401")

    ds = masked(tmp_path, change)
    study = moment(ds.StudyDate, "000000")
    assert ds.StudyDate != "20240311"
    assert (moment(ds.AcquisitionDateTime[:8], "000000") - study).days == 2
    assert ds.AcquisitionDateTime.endswith("101112.5+0100")
    assert (moment(str(ds[0x0019100C].value), "000000") - study).days == 21
    assert ds.TimezoneOffsetFromUTC == "+0100"
    assert ds.StudyTime == "101112"


@pytest.mark.parametrize("time", ["000000", "120000", "235959.123456", "2359", "07"])
def test_times_that_move_take_their_dates_over_midnight(tmp_path, time):
    def change(ds):
        ds.StudyDate, ds.StudyTime = "20240311", time
        ds.SeriesDate, ds.SeriesTime = "20240312", "000500"
        ds.AcquisitionDateTime = "20240311" + time

    ds = masked(tmp_path, change, shift_times=True)
    assert len(ds.StudyTime) == len(time)
    assert ds.AcquisitionDateTime == ds.StudyDate + ds.StudyTime
    if len(time) >= 6:
        before = moment("20240312", "000500") - moment("20240311", time)
        assert moment(ds.SeriesDate, ds.SeriesTime) - moment(ds.StudyDate, ds.StudyTime) == before


def test_times_stay_unless_they_are_to_move(tmp_path):
    ds = masked(tmp_path, lambda ds: setattr(ds, "StudyTime", "235959"))
    assert ds.StudyTime == "235959"


def test_devices_have_a_shift_of_their_own(tmp_path):
    def change(ds):
        ds.DeviceSerialNumber = "SNX99887766"
        ds.DateOfLastCalibration, ds.TimeOfLastCalibration = ["20240301", "20240308"], ["010000", "020000"]

    ds = masked(tmp_path, change, options=["device_identity"])
    days = [moment(str(date), "000000") for date in ds.DateOfLastCalibration]
    assert (days[1] - days[0]).days == 7
    patient_shift = moment(ds.StudyDate, "000000") - moment("20240311", "000000")
    device_shift = days[0] - moment("20240301", "000000")
    assert device_shift.days < 0
    assert patient_shift != device_shift


def test_of_several_dates_only_the_broken_ones_are_lost(tmp_path):
    ds = masked(tmp_path, lambda ds: ds.add_new(0x00181200, "DA", ["20240301", "soon", "20240308"]))
    first, broken, last = (str(value) for value in ds[0x00181200].value)
    assert broken == ""
    assert (moment(last, "000000") - moment(first, "000000")).days == 7


@pytest.mark.parametrize(
    ("value", "minutes", "expected"),
    [
        ("0005", -10, ("2355", -1)),
        ("235959.5", -60, ("225959.5", 0)),
        ("00", -1, ("23", -1)),
        ("x", -5, (None, 0)),
        ("", -5, ("", 0)),
    ],
)
def test_times_move(value, minutes, expected):
    assert move_time(value, minutes) == expected


def test_datetimes_without_hours_move_by_days_only():
    assert move_datetime("20240311", -7, -600) == "20240304"
    assert move_datetime("20240311001500+0100", -7, -30) == "20240303234500+0100"
    assert move_date("20240101-20240131", -7) == "20231225-20240124"


def test_dates_of_birth_are_spelled_in_seven_languages():
    found = spellings("19390317")
    for text in (
        "17 march 1939",
        "17. märz 1939",
        "17 mars 1939",
        "17 de marzo de 1939",
        "17 março 1939",
        "17 maart 1939",
    ):
        assert text in found
