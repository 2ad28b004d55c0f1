"""Release: the grade that the verification gave an instance, and what readers decided about it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("grade", "decision"):  # "": never verified, and nothing decided
        op.add_column("instance", sa.Column(name, sa.String(), nullable=False, server_default=""))
    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("grade", sa.String(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("means", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_decision_instance_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_decision_reader_id"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decision_instance_id", "decision", ["instance_id"])
    for what, condition in (
        ("UPDATE", ""),
        ("DELETE", ""),
        ("INSERT", "WHEN EXISTS (SELECT 1 FROM decision WHERE id = NEW.id) "),
    ):
        op.execute(
            f"CREATE TRIGGER decision_no_{what.lower()} BEFORE {what} ON decision {condition}"
            "BEGIN SELECT RAISE(ABORT, 'decisions are append-only'); END"
        )
