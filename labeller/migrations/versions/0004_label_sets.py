"""Label sets: several questions about the same images, each with its own classes, scope and kinds of answer."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

FIRST = 1  # the set that everything labelled so far belongs to


def upgrade() -> None:
    op.execute("PRAGMA defer_foreign_keys = ON")  # tables are made anew under their old names
    op.create_table(
        "label_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("several", sa.Boolean(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_label_set"),
        sa.UniqueConstraint("name", name="uq_label_set_name"),
        sqlite_autoincrement=True,
    )
    op.execute(f"INSERT INTO label_set VALUES ({FIRST}, 'Labels', 'image', 0, 0)")
    for table in ("label_event", "second_reading"):
        op.add_column(table, sa.Column("set_id", sa.Integer(), nullable=False, server_default=str(FIRST)))
    op.add_column("label_event", sa.Column("note", sa.String(), nullable=False, server_default=""))
    _classes()
    _current_labels()
    _reader_labels()
    op.create_table(
        "class_member",
        sa.Column("combination_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["combination_id"], ["label_class.id"], name="fk_class_member_combination_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_class_member_class_id"),
        sa.PrimaryKeyConstraint("combination_id", "class_id", name="pk_class_member"),
    )
    op.create_index("ix_class_member_class_id", "class_member", ["class_id"])
    for position, (kind, name, shortcut) in enumerate(
        (("unsure", "not sure", "Q"), ("ungradable", "not gradable", "X"), ("skipped", "skipped", "K"))
    ):
        op.execute(
            "INSERT INTO label_class (name, colour, shortcut, position, set_id, kind, definition)"
            f" VALUES ('{name}', '#8c959e', '{shortcut}', {10_000 + position}, {FIRST}, '{kind}', '')"
        )


def _anew(table: str, *columns: sa.schema.SchemaItem, copied: str, **options: bool) -> None:
    """Make a table anew under its name; `copied` are the expressions that fill it from the old one, named `old`."""
    op.execute(f"CREATE TEMP TABLE old AS SELECT * FROM {table}")
    op.drop_table(table)
    op.create_table(table, *columns, **options)
    op.execute(f"INSERT INTO {table} {copied} FROM old")
    op.execute("DROP TABLE old")


def _classes() -> None:
    last = op.get_bind().exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'label_class'").scalar()
    _anew(
        "label_class",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("colour", sa.String(), nullable=False),
        sa.Column("shortcut", sa.String(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("definition", sa.String(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["set_id"], ["label_set.id"], name="fk_label_class_set_id"),
        sa.ForeignKeyConstraint(["parent_id"], ["label_class.id"], name="fk_label_class_parent_id"),
        sa.PrimaryKeyConstraint("id", name="pk_label_class"),
        sa.UniqueConstraint("set_id", "name", name="uq_label_class_set_id_name"),
        copied=f"SELECT id, name, colour, shortcut, position, {FIRST}, 'class', '', NULL",
        sqlite_autoincrement=True,
    )
    if last is not None:  # ids are never used again: the history refers to them
        op.execute("DELETE FROM sqlite_sequence WHERE name = 'label_class'")
        op.execute(f"INSERT INTO sqlite_sequence (name, seq) VALUES ('label_class', {int(last)})")


def _current_labels() -> None:
    _anew(
        "current_label",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_current_label_instance_id"),
        sa.ForeignKeyConstraint(["set_id"], ["label_set.id"], name="fk_current_label_set_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_current_label_class_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_current_label_reader_id"),
        sa.PrimaryKeyConstraint("instance_id", "set_id", name="pk_current_label"),
        copied=f"SELECT instance_id, {FIRST}, class_id, reader_id, ''",
    )
    op.create_index("ix_current_label_class_id", "current_label", ["class_id"])


def _reader_labels() -> None:
    _anew(
        "reader_label",
        sa.Column("instance_id", sa.Integer(), nullable=False),
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column("reader_id", sa.Integer(), nullable=False),
        sa.Column("class_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["instance_id"], ["instance.id"], name="fk_reader_label_instance_id"),
        sa.ForeignKeyConstraint(["set_id"], ["label_set.id"], name="fk_reader_label_set_id"),
        sa.ForeignKeyConstraint(["reader_id"], ["reader.id"], name="fk_reader_label_reader_id"),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"], name="fk_reader_label_class_id"),
        sa.PrimaryKeyConstraint("instance_id", "set_id", "reader_id", name="pk_reader_label"),
        copied=f"SELECT instance_id, {FIRST}, reader_id, class_id",
    )
    op.create_index("ix_reader_label_class_id", "reader_label", ["class_id"])
