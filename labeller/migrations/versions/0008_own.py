"""What its reader thought before a step, so that taking the step back gives each reader the own opinion back."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not known of earlier steps.
    op.add_column("label_event", sa.Column("own_class_id", sa.Integer(), nullable=True))
    op.add_column("label_event", sa.Column("own_class_name", sa.String(), nullable=True))
