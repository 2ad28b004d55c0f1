"""The catalogue's tables, for this package alone: records, never these rows, leave it.

A table is changed by a new file in `migrations/versions`, never by editing an older one.
"""

import json
import zlib
from typing import Any

from sqlalchemy import (
    JSON,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    TypeDecorator,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

APPLICATION_ID = 0x4C474331
"""Written into the SQLite header, so that a file of another program is recognised."""


class PackedJson(TypeDecorator[dict[str, object]]):
    """JSON, compressed: a masking report repeats the same sentences and would be most of the file."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:  # noqa: ARG002 - SQLAlchemy's
        """Pack on the way in."""
        return None if value is None else zlib.compress(json.dumps(value).encode("ascii"))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy's
        """Unpack on the way out."""
        return None if value is None else json.loads(zlib.decompress(value))


class Base(DeclarativeBase):
    """All tables of the catalogue."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Instance(Base):
    """A masked instance; every fact in it is one after masking."""

    __tablename__ = "instance"

    id: Mapped[int] = mapped_column(primary_key=True)
    sop_instance_uid: Mapped[str] = mapped_column(unique=True)
    file: Mapped[str]
    patient: Mapped[str]
    study: Mapped[str]
    series: Mapped[str]
    sop_class_uid: Mapped[str]
    modality: Mapped[str] = mapped_column(index=True)
    rows: Mapped[int]
    columns: Mapped[int]
    frames: Mapped[int]
    body_part: Mapped[str] = mapped_column(index=True)
    laterality: Mapped[str]
    view_position: Mapped[str]
    study_description: Mapped[str] = mapped_column(index=True)
    series_description: Mapped[str] = mapped_column(index=True)
    study_date: Mapped[str]
    series_number: Mapped[int | None]
    instance_number: Mapped[int | None]
    patient_sex: Mapped[str] = mapped_column(index=True)
    patient_age: Mapped[str] = mapped_column(index=True)
    manufacturer: Mapped[str] = mapped_column(index=True)
    transfer_syntax_uid: Mapped[str]
    review: Mapped[list[str]] = mapped_column(JSON)
    needs_review: Mapped[bool] = mapped_column(index=True)
    place: Mapped[int]  # the instance number, or 0: where it stands in its series
    grade: Mapped[str] = mapped_column(server_default="", index=True)
    masked: Mapped[bool] = mapped_column(server_default="0", index=True)  # some of its pixels are
    decision: Mapped[str] = mapped_column(server_default="")  # what holds now; the steps are in the table

    __table_args__ = (Index("ix_instance_order", "patient", "study", "series", "place", "sop_instance_uid"),)


class KeptOrder(Base):
    """The reading order of all instances as it was at one version of them: sorting a million takes its time."""

    __tablename__ = "reading_order"

    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    ids: Mapped[bytes] = mapped_column(LargeBinary)  # four bytes each, the lowest first


class Masking(Base):
    """What the masking report says of an instance; apart, because lists never need it."""

    __tablename__ = "masking"

    sop_instance_uid: Mapped[str] = mapped_column(ForeignKey("instance.sop_instance_uid"), primary_key=True)
    report: Mapped[dict[str, object]] = mapped_column(PackedJson)


class LabelSetRow(Base):
    """A question about the images, with its own classes: what is asked about, and whether several may hold."""

    __tablename__ = "label_set"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[str]  # "image", "series", "study", "patient"
    several: Mapped[bool]
    position: Mapped[int]


class ClassRow(Base):
    """An answer that a set allows: a class, a combination of classes, or one of the answers that are no class.

    Ids are never used again: the history refers to them.
    """

    __tablename__ = "label_class"
    __table_args__ = (UniqueConstraint("set_id", "name"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    colour: Mapped[str]
    shortcut: Mapped[str]
    position: Mapped[int]
    set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"))
    kind: Mapped[str]  # see `classes.KINDS`
    definition: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("label_class.id"))


class ClassMember(Base):
    """A class that a combination holds."""

    __tablename__ = "class_member"

    combination_id: Mapped[int] = mapped_column(ForeignKey("label_class.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("label_class.id"), primary_key=True, index=True)


class ReaderRow(Base):
    """Someone who labels."""

    __tablename__ = "reader"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    role: Mapped[str]


class EventRow(Base):
    """A step of the label history. Triggers refuse every change and deletion.

    The class ids are no foreign keys and the names stand beside them, so that the history outlives a class.
    """

    __tablename__ = "label_event"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    class_id: Mapped[int | None]
    class_name: Mapped[str | None]
    previous_class_id: Mapped[int | None]
    previous_class_name: Mapped[str | None]
    previous_reader_id: Mapped[int | None] = mapped_column(ForeignKey("reader.id"))
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"))
    at: Mapped[str]
    means: Mapped[str]
    set_id: Mapped[int] = mapped_column(server_default="1")
    note: Mapped[str] = mapped_column(server_default="")
    shown: Mapped[str] = mapped_column(server_default="")  # "masked", "original"; "": nothing was on a screen
    own_class_id: Mapped[int | None]  # what the reader thought before
    own_class_name: Mapped[str | None]


class DecisionRow(Base):
    """A reader's decision about an instance that wanted a look. Triggers refuse every change and deletion."""

    __tablename__ = "decision"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), index=True)
    verdict: Mapped[str]
    previous: Mapped[str]
    reasons: Mapped[list[str]] = mapped_column(JSON)
    grade: Mapped[str]
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"))
    at: Mapped[str]
    means: Mapped[str]


class CurrentLabel(Base):
    """The label that counts: what the latest event of its set left; no row while unlabelled."""

    __tablename__ = "current_label"
    __table_args__ = (Index("ix_current_label_class", "class_id", "instance_id"),)

    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("label_class.id"))
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"))
    note: Mapped[str]


class ReaderLabel(Base):
    """What each reader thinks, whatever others think."""

    __tablename__ = "reader_label"

    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    set_id: Mapped[int] = mapped_column(ForeignKey("label_set.id"), primary_key=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"), primary_key=True)
    class_id: Mapped[int] = mapped_column(ForeignKey("label_class.id"), index=True)


class SecondReading(Base):
    """A sample of instances that somebody labels without seeing what they are labelled."""

    __tablename__ = "second_reading"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    reader_id: Mapped[int] = mapped_column(ForeignKey("reader.id"))
    made_at: Mapped[str]
    seed: Mapped[int]
    set_id: Mapped[int] = mapped_column(server_default="1")


class SecondReadingItem(Base):
    """An instance of a second reading, its place in the random order, and the answer once there is one."""

    __tablename__ = "second_reading_item"

    reading_id: Mapped[int] = mapped_column(ForeignKey("second_reading.id"), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True, index=True)
    place: Mapped[int]
    class_id: Mapped[int | None] = mapped_column(ForeignKey("label_class.id"), index=True)
    answered_at: Mapped[str | None]


class Run(Base):
    """A training run."""

    __tablename__ = "run"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    folder: Mapped[str]
    at: Mapped[str]
    recipe: Mapped[str]
    metrics: Mapped[dict[str, float]] = mapped_column(JSON)


class PredictionEntry(Base):
    """What a run's model said of an instance; a later answer of the same run replaces it."""

    __tablename__ = "prediction"
    __table_args__ = (Index("ix_prediction_said", "run_id", "predicted", "score", "instance_id"),)

    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"), primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id"), primary_key=True)
    predicted: Mapped[str]
    score: Mapped[float] = mapped_column(server_default="0")  # the probability of what is predicted
    probabilities: Mapped[dict[str, float]] = mapped_column(JSON)
    at: Mapped[str]
    unlike: Mapped[float | None]  # distance to what the model learned from; beyond 1 it gives no answer
    model_sha256: Mapped[str] = mapped_column(server_default="")  # of the weights
