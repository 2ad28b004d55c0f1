"""The first version of the catalogue."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    text = [
        "file", "patient", "study", "series", "sop_class_uid", "modality", "body_part", "laterality",
        "view_position", "study_description", "series_description", "study_date", "patient_sex",
        "patient_age", "manufacturer", "transfer_syntax_uid",
    ]
    op.create_table(
        "instance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sop_instance_uid", sa.String(), nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in text),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rows", "columns", "frames", "place")),
        *(sa.Column(name, sa.Integer(), nullable=True) for name in ("series_number", "instance_number")),
        sa.Column("review", sa.JSON(), nullable=False),
        sa.Column("needs_review", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_instance"),
        sa.UniqueConstraint("sop_instance_uid", name="uq_instance_sop_instance_uid"),
    )
    op.create_index("ix_instance_order", "instance", ["patient", "study", "series", "place", "sop_instance_uid"])
    op.create_index("ix_instance_modality", "instance", ["modality"])
    op.create_index("ix_instance_needs_review", "instance", ["needs_review"])
    op.create_table(
        "masking",
        sa.Column("sop_instance_uid", sa.String(), nullable=False),
        sa.Column("report", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["sop_instance_uid"], ["instance.sop_instance_uid"], name="fk_masking_sop_instance_uid"
        ),
        sa.PrimaryKeyConstraint("sop_instance_uid", name="pk_masking"),
    )
    op.create_table(
        "label_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label_class"),
        sa.UniqueConstraint("name", name="uq_label_class_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reader",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_reader"),
        sa.UniqueConstraint("name", name="uq_reader_name"),
    )
    op.create_table(
        "label_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("class_name", sa.String(), nullable=True),
        sa.Column("previous_class_id", sa.Integer(), nullable=True),
        sa.Column("previous_class_name", sa.String(), nullable=True),
        sa.Column("previous_reader_id", sa.Integer(), nullable=True),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_label_event_instance_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_label_event_reader_id"),
        sa.ForeignKeyConstraint(
            ["previous_reader_id"], ["reader.id"], name="fk_label_event_previous_reader_id"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_label_event"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_label_event_instance_id", "label_event", ["instance_id"])
    op.create_table(
        "current_label",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_current_label_instance_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_current_label_class_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_current_label_reader_id"),
        sa.PrimaryKeyConstraint("instance_id", name="pk_current_label"),
    )
    op.create_index("ix_current_label_class_id", "current_label", ["class_id"])
    op.create_table(
        "reader_label",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_reader_label_instance_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_reader_label_reader_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_reader_label_class_id"),
        sa.PrimaryKeyConstraint("instance_id", "reader_id", name="pk_reader_label"),
    )
    op.create_index("ix_reader_label_class_id", "reader_label", ["class_id"])
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("folder", sa.String(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("recipe", sa.String(), nullable=False),
        sa.Column("metrics", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("name", name="uq_run_name"),
    )
    op.create_table(
        "prediction",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("predicted", sa.String(), nullable=False),
        sa.Column("probabilities", sa.JSON(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_prediction_instance_id"),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name="fk_prediction_run_id"),
        sa.PrimaryKeyConstraint("instance_id", "run_id", name="pk_prediction"),
    )
    op.create_index("ix_prediction_run_id", "prediction", ["run_id"])
    for what, condition in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", "WHEN EXISTS (SELECT 1 FROM label_event WHERE id = NEW.id) "),
    ):
        op.execute(
            f"CREATE TRIGGER label_event_no_{what.lower()} BEFORE {what} ON label_event {condition}"
            "BEGIN SELECT RAISE(ABORT, 'the label history is append-only'); END"
        )
