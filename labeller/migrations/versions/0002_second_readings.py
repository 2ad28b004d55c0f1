"""Second readings: samples that are labelled blind."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_reading",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.String(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_second_reading_reader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_second_reading"),
        sa.UniqueConstraint("name", name="uq_second_reading_name"),
    )
    op.create_table(
        "second_reading_item",
        sa.Column("reading_id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=True),
        sa.Column("answered_at", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["reading_id"], ["second_reading.id"], name="fk_second_reading_item_reading_id"
        ),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_second_reading_item_instance_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_second_reading_item_class_id"),
        sa.PrimaryKeyConstraint("reading_id", "instance_id", name="pk_second_reading_item"),
    )
    op.create_index("ix_second_reading_item_class_id", "second_reading_item", ["class_id"])
    op.create_index("ix_second_reading_item_instance_id", "second_reading_item", ["instance_id"])
