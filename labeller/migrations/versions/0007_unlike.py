"""Predictions say how unlike the image is to what the model learned from, and which weights said it."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("prediction", sa.Column("unlike", sa.Double(), nullable=True))  # null: not known
    op.add_column("prediction", sa.Column("model_sha256", sa.String(), nullable=False, server_default=""))
