"""What was on the screen when somebody labelled: the masked instance or its original."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not known of what was labelled before, as of what comes from a list: "".
    op.add_column("label_event", sa.Column("shown", sa.String(), nullable=False, server_default=""))
